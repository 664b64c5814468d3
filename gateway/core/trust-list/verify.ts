/** Whether a trust list may take the place of the one before: enough officers, the next version, in its time, and nobody locked out. */
import type { Instant } from '#policies/language/instant.ts'
import type { CompactJws } from '#gateway/core/jose-headers.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { PublicJwk } from '#gateway/core/participants.ts'
import type { Officer, Officers, Pinned, TrustList } from './list.ts'
import { readSignedTrustList, signaturesOf } from './signed.ts'
import type { SignedTrustList } from './signed.ts'

/** Clocks of officers and machines differ by as much. */
const SKEW_MS = 60_000
/** One officer alone never suffices, whatever a list says. */
const LEAST_THRESHOLD = 2

/** A list whose signatures were verified, with the text it came as. */
export interface VerifiedTrustList {
  readonly list: TrustList
  readonly digest: string
  /** The bytes as they were published. */
  readonly text: string
}

export interface TrustListContext {
  /** The list in force, or for a first list the officers that were pinned. */
  readonly before: VerifiedTrustList | Pinned
  readonly now: Instant
  /** Problem `signature-invalid`. */
  readonly verifySignature: (jws: CompactJws, jwk: PublicJwk) => Promise<Result<unknown>>
}

/**
 * Reads and verifies. Problems, in the order of the checks: those of reading; `trust-list-foreign`; `trust-list-officers-lost`,
 * `trust-list-witnesses-lost`; `header-refused` and the like of a signature; `trust-list-signer-repeated`, `key-unknown`,
 * `signature-invalid`, `trust-list-unsigned`; `trust-list-rolled-back`, `trust-list-forked`; `trust-list-early`, `trust-list-expired`.
 */
export async function verifyTrustList(text: string, context: TrustListContext): Promise<Result<VerifiedTrustList>> {
  const read = readSignedTrustList(text)
  if (!read.ok) return read
  const { list, digest } = read.value
  const before = beforeOf(context.before)
  if (list.network !== before.network) return fail('trust-list-foreign')
  const lockOut = lockOutFault(list)
  if (lockOut !== undefined) return lockOut
  const signed = await isSignedByEnough(read.value, before.officers, context)
  if (!signed.ok) return signed
  const faulty = followFault(read.value, context.before) ?? timeFault(list, context.now)
  return faulty ?? ok({ list, digest, text })
}

/**
 * Whether a list that was verified when it was taken is whole still: enough of its own officers signed these bytes. Who else signed it,
 * officers who left with it, is past asking. Never a reason to believe a list that comes from outside.
 */
export async function verifyKeptList(
  text: string,
  { network, verifySignature }: Pick<TrustListContext, 'verifySignature'> & Pick<Pinned, 'network'>,
): Promise<Result<VerifiedTrustList>> {
  const read = readSignedTrustList(text)
  if (!read.ok) return read
  const { list, digest } = read.value
  if (list.network !== network) return fail('trust-list-foreign')
  const marks = signaturesOf(read.value)
  if (!marks.ok) return marks
  const own = inForce(list.officers, list.issued)
  const signers = new Set<string>()
  for (const jws of marks.value) {
    const officer = own.find(({ kid }) => kid === jws.kid)
    if (officer !== undefined && (await verifySignature(jws, officer.jwk)).ok) signers.add(officer.id)
  }
  return signers.size >= Math.max(list.officers.threshold, LEAST_THRESHOLD)
    ? ok({ list, digest, text })
    : fail('trust-list-unsigned')
}

const beforeOf = (before: VerifiedTrustList | Pinned): Pick<Pinned, 'network' | 'officers'> =>
  'list' in before ? before.list : before

/** Those in force when the list was issued: an officer who has left signs nothing more. */
const inForce = ({ members }: Officers, at: Instant): readonly Officer[] =>
  members.filter(({ from, until }) => from <= at && at < until)

async function isSignedByEnough(
  read: SignedTrustList,
  officersBefore: Officers,
  { verifySignature }: TrustListContext,
): Promise<Result<undefined>> {
  const { list } = read
  const marks = signaturesOf(read)
  if (!marks.ok) return marks
  const kids = marks.value.map(({ kid }) => kid)
  if (new Set(kids).size < kids.length) return fail('trust-list-signer-repeated')
  const old = inForce(officersBefore, list.issued)
  const own = inForce(list.officers, list.issued)
  for (const jws of marks.value) {
    const officer = [...old, ...own].find(({ kid }) => kid === jws.kid)
    if (officer === undefined) return fail('key-unknown')
    const verified = await verifySignature(jws, officer.jwk)
    if (!verified.ok) return verified
  }
  // Those who trusted the old officers and those who will trust the new ones both have to be convinced.
  const isEnough = (officers: readonly Officer[], threshold: number): boolean =>
    new Set(officers.filter(({ kid }) => kids.includes(kid)).map(({ id }) => id)).size >=
    Math.max(threshold, LEAST_THRESHOLD)
  return isEnough(old, officersBefore.threshold) && isEnough(own, list.officers.threshold)
    ? ok(undefined)
    : fail('trust-list-unsigned')
}

type Fault = ReturnType<typeof fail> | undefined

/** After lists that this client has missed, `prev` cannot be compared: the officers' threshold carries it alone. */
function followFault({ list, digest }: SignedTrustList, before: VerifiedTrustList | Pinned): Fault {
  if (!('list' in before)) return undefined
  if (list.version < before.list.version) return fail('trust-list-rolled-back')
  if (list.version === before.list.version) return digest === before.digest ? undefined : fail('trust-list-forked')
  // Dated back, it could be signed by officers who have left since.
  if (list.issued < before.list.issued) return fail('trust-list-rolled-back')
  const isNext = list.version === before.list.version + 1
  return isNext && list.prev !== before.digest ? fail('trust-list-forked') : undefined
}

function lockOutFault(list: TrustList): Fault {
  const { officers, issued, expires } = list
  // Somebody has to be there to sign the next one, on the last day still.
  const lasting = inForce(officers, issued).filter(({ until }) => until >= expires)
  if (officers.threshold < LEAST_THRESHOLD || distinct(lasting) < officers.threshold)
    return fail('trust-list-officers-lost')
  const { quorum } = list.witnesses
  return quorum < 1 || witnessesOf(list).length < quorum ? fail('trust-list-witnesses-lost') : undefined
}

const distinct = (officers: readonly Officer[]): number => new Set(officers.map(({ id }) => id)).size

/** Note keys of the organisations that may cosign: each key once, and none of an organisation that is out. */
export const witnessesOf = ({ organisations }: Pick<TrustList, 'organisations'>): readonly string[] => [
  ...new Set(
    organisations.flatMap(({ witnessKey, revokedAt }) =>
      witnessKey === undefined || revokedAt !== undefined ? [] : [witnessKey],
    ),
  ),
]

function timeFault({ issued, expires }: TrustList, now: Instant): Fault {
  if (issued > now + SKEW_MS) return fail('trust-list-early')
  return expires <= now ? fail('trust-list-expired') : undefined
}

/** How old a list is: from half its life on somebody has to be told, past its end nothing goes. */
export type ListAge = 'fresh' | 'past-half-life' | 'expired'

export function ageOf({ issued, expires }: Pick<TrustList, 'issued' | 'expires'>, now: Instant): ListAge {
  if (now >= expires) return 'expired'
  return now >= issued + (expires - issued) / 2 ? 'past-half-life' : 'fresh'
}
