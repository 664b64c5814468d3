/** A new key follows an old one: posted under the old one's signature, entered by the officers, and for thirty days both hold. */
import { z } from 'zod'
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { KEY_REQUEST_SIGNATURE, readCompactJws } from '#gateway/core/jose-headers.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { listedKeySchema, listedThumbprint, OVERLAP_DAYS } from './list.ts'
import type { ListedKey, TrustList, TrustListBody } from './list.ts'
import { mayVerify } from './may-verify.ts'
import type { TrustListContext } from './verify.ts'

const DAY_MS = 86_400_000
/** A request travels by hand sometimes; the old key has to be good all that time. */
const OLDEST_REQUEST_MS = 14 * DAY_MS

const requestSchema = z.strictObject({ iat: z.int().min(0), key: listedKeySchema })
/** What is signed, with the times of the key as text. */
export type KeyRequest = z.input<typeof requestSchema>

/** A key that its holder has asked for. */
export interface PostedKey {
  /** Where the holder stands in the list: two holders of one name in two places are two. */
  readonly place: 'organisations' | 'mandates' | 'gateway'
  readonly holder: string
  readonly key: ListedKey
}

export interface RequestContext extends Pick<TrustListContext, 'now' | 'verifySignature'> {
  readonly list: TrustList
}

/**
 * Who asks is who holds the signing key, which must be in force and not revoked. Problems: those of a signature, `key-unknown`,
 * `trust-list-malformed`, `trust-list-kid-wrong`, `trust-list-kid-repeated`, `submission-stale`.
 */
export async function readKeyRequest(text: string, context: RequestContext): Promise<Result<PostedKey>> {
  const jws = readCompactJws(text, KEY_REQUEST_SIGNATURE)
  if (!jws.ok) return jws
  const { list, now, verifySignature } = context
  const signer = holdersOf(list)
    .flatMap(({ place, id, keys }) => keys.map((key) => ({ place, id, key })))
    .find(({ key }) => key.kid === jws.value.kid && (key.use === 'sign' || key.use === 'assert'))
  if (signer === undefined || signer.key.jwk.kty !== 'EC') return fail('key-unknown')
  const verified = await verifySignature(jws.value, signer.key.jwk)
  if (!verified.ok) return verified
  const json = readStrictJson(Buffer.from(text.split('.')[1] ?? '', 'base64url'), { maxDepth: 4, maxKeys: 50 })
  const request = requestSchema.safeParse(json.ok ? json.value : undefined).data
  if (request === undefined || request.key.revokedAt !== undefined) return fail('trust-list-malformed')
  const { iat, key } = request
  if (!mayVerify(signer.key, iat * 1000, now)) return fail('key-unknown')
  if (iat * 1000 < now - OLDEST_REQUEST_MS) return fail('submission-stale')
  if (listedThumbprint(key.jwk) !== key.kid) return fail('trust-list-kid-wrong')
  return ok({ place: signer.place, holder: signer.id, key })
}

interface Holder {
  readonly place: PostedKey['place']
  readonly id: string
  readonly keys: readonly ListedKey[]
}

/** Whoever is out asks for nothing. */
const holdersOf = ({ organisations, mandates, gateway }: TrustList): readonly Holder[] => [
  ...organisations
    .filter(({ revokedAt }) => revokedAt === undefined)
    .map(({ id, keys }): Holder => ({ place: 'organisations', id, keys })),
  ...mandates.map(({ id, keys }): Holder => ({ place: 'mandates', id, keys })),
  { place: 'gateway', id: gateway.id, keys: gateway.keys },
]

/** The same list with the new key, and with the keys that it follows, of its use and algorithm, ending thirty days after it begins. */
export function addKey(body: TrustListBody, { place, holder, key }: PostedKey): TrustListBody {
  const end = printInstant(key.from + OVERLAP_DAYS * DAY_MS)
  const added = { ...key, from: printInstant(key.from), until: printInstant(key.until), revokedAt: undefined }
  const isFollowed = (old: Keys[number]): boolean =>
    old.use === key.use && old.alg === key.alg && old.role === key.role && old.until > end
  const withKey = (keys: Keys): Keys => [...keys.map((old) => (isFollowed(old) ? { ...old, until: end } : old)), added]
  const heldHere = <T extends { readonly id: string; readonly keys: Keys }>(entry: T): T =>
    entry.id === holder ? { ...entry, keys: withKey(entry.keys) } : entry
  if (place === 'gateway') return { ...body, gateway: heldHere(body.gateway) }
  return place === 'organisations'
    ? { ...body, organisations: body.organisations.map(heldHere) }
    : { ...body, mandates: body.mandates.map(heldHere) }
}

type Keys = TrustListBody['gateway']['keys']

/** The claims to sign with the old key. */
export const keyRequest = (key: KeyRequest['key'], now: Instant): KeyRequest => ({ iat: Math.floor(now / 1000), key })
