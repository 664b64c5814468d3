/** Room 8, to whom: the recipient's key in force and the envelope that this gateway was told to use; never another in its place. */
import type { Instant } from '#policies/language/instant.ts'
import type { ToPrint } from '#gateway/core/parcel.ts'
import { printParcel } from '#gateway/core/parcel.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import type { SealedParcel } from '#gateway/core/stages.ts'
import { POST_QUANTUM } from '#gateway/core/trust-list/list.ts'
import type { ListedKey, TrustList } from '#gateway/core/trust-list/list.ts'
import type { Deps } from './deps.ts'
import { parcelFor, sealHybrid } from './hybrid-envelope.ts'
import { recipientKey } from './recipient-key.ts'
import { seal } from './seal.ts'
import type { Standing } from './situation.ts'

export type SealParcel = (parcel: ToPrint) => Promise<SealedParcel>

/** How to seal for that recipient, or why nothing may be sealed for it: `recipient-key-missing`, `recipient-hybrid-key-missing`. */
export function sealFor(
  { envelope, trustLists, log }: Pick<Deps, 'envelope' | 'trustLists' | 'log'>,
  stands: Pick<Standing, 'route' | 'recipient'>,
  at: Instant,
): SealParcel | ProblemCode {
  if (envelope !== 'hybrid') {
    const key = recipientKey(stands, at)
    return key === undefined ? 'recipient-key-missing' : (parcel) => seal(parcel, key)
  }
  const { id: mandate } = stands.route.mandate
  const listed = trustLists?.inForce()
  const key = listed?.ok === true ? hybridKey(listed.value.list, stands, at) : undefined
  if (key === undefined) {
    log.warn('the recipient has no post-quantum key in force: what is for it waits', { mandate })
    return 'recipient-hybrid-key-missing'
  }
  const { kid, jwk } = key
  return async (parcel) => ({
    jwe: await sealHybrid(printParcel(parcel), parcelFor(mandate), { kid, publicKey: jwk.pub }),
    kid,
  })
}

type HybridKey = ListedKey & { readonly jwk: Extract<ListedKey['jwk'], { readonly kty: 'AKP' }> }

/** The mandate's own, else its organisation's for the role, else its general one, like the classic keys; never of another role. */
function hybridKey(
  { mandates, organisations }: TrustList,
  { route, recipient }: Pick<Standing, 'route' | 'recipient'>,
  at: Instant,
): HybridKey | undefined {
  const organisation = organisations.find(({ id }) => id === recipient.id)
  if (organisation === undefined || (organisation.revokedAt !== undefined && organisation.revokedAt <= at))
    return undefined
  const own = mandates.find(({ id }) => id === route.mandate.id)?.keys ?? []
  const theirs = usable(organisation.keys, at)
  return (
    usable(own, at)[0] ??
    theirs.find(({ role }) => role === route.mandate.role) ??
    theirs.find(({ role }) => role === undefined)
  )
}

/** In force and not revoked, newest first. */
const usable = (keys: readonly ListedKey[], at: Instant): readonly HybridKey[] =>
  keys
    .filter(isHybrid)
    .filter((key) => isInForce(key, at) && (key.revokedAt === undefined || at < key.revokedAt))
    .toSorted((a, b) => b.from - a.from)

const isHybrid = (key: ListedKey): key is HybridKey =>
  key.jwk.kty === 'AKP' && key.use === 'seal' && key.alg === POST_QUANTUM.seal
