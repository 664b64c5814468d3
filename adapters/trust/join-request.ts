/** An officer's look at what a new member asks to have listed: whether the holder of the certificate, and of each key, asked for it. */
import { X509Certificate, createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { decodeBase64Url } from '#gateway/core/base64url.ts'
import { readNoteKey, WITNESS_KEY } from '#gateway/core/log/note.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'
import type { Instant } from '#policies/language/instant.ts'
import { listedThumbprint } from '#gateway/core/trust-list/list.ts'
import type { ListedKey } from '#gateway/core/trust-list/list.ts'
import {
  BY_CERTIFICATE,
  BY_WITNESS,
  joinRequestIn,
  signedBytes,
  signedJoinRequestSchema,
} from '#gateway/core/trust-list/join-request.ts'
import type { JoinRequest, SignedJoinRequest } from '#gateway/core/trust-list/join-request.ts'

const DAY_MS = 86_400_000
/** It waits for officers who have to meet; the certificate ends before long anyway. */
const OLDEST_MS = 14 * DAY_MS
const SKEW_MS = 60_000
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

export interface JoinContext {
  /** PEM of the root of the network. */
  readonly root: string
  readonly network: string
  /** As the registry has it: the one name that its certificate may bear. */
  readonly uriOf: (organisation: string) => string | undefined
  readonly now: Instant
}

/**
 * Every key that can sign has signed, so has the witness, and so has the key of a certificate that the root vouches for. A sealing key
 * cannot sign; its holder is whoever holds the others. Problems: `key-request-refused` with the place, `trust-list-kid-wrong`,
 * `submission-stale`.
 */
export function readSignedJoinRequest(text: string, context: JoinContext): Result<JoinRequest> {
  const json = readStrictJson(text)
  const signed = signedJoinRequestSchema.safeParse(json.ok ? json.value : undefined).data
  const request = signed === undefined ? undefined : joinRequestIn(signed)
  if (signed === undefined || request === undefined) return refused('', 'not-a-request')
  if (request.network !== context.network) return refused('/network', 'of-another')
  const uri = context.uriOf(request.organisation)
  if (uri === undefined) return refused('/organisation', 'not-in-the-registry')
  const age = context.now - request.iat * 1000
  if (age > OLDEST_MS || age < -SKEW_MS) return fail('submission-stale')
  const keys = [...request.keys, ...request.mandates.flatMap((mandate) => mandate.keys)]
  if (keys.some(({ jwk, kid }) => listedThumbprint(jwk) !== kid)) return fail('trust-list-kid-wrong')
  if (!request.keys.some(({ use }) => use === 'sign')) return refused('/keys', 'nothing-to-sign-with')
  const key = certifiedKey(signed.certificates, uri, context)
  if (key === undefined) return refused('/certificates', 'not-of-this-organisation')
  return unsignedBy(signed, request, key) ?? ok(request)
}

const refused = (pointer: string, code: string): ReturnType<typeof fail> =>
  fail('key-request-refused', [{ pointer, code }])

/** The key of a leaf that names this organisation and nobody else, in its time, below the root by one authority. */
function certifiedKey(pem: string, uri: string, { root, now }: JoinContext): KeyObject | undefined {
  try {
    const [leaf, authority] = (pem.match(CERTIFICATE) ?? []).map((block) => new X509Certificate(block))
    if (leaf === undefined || authority === undefined) return undefined
    const top = new X509Certificate(root)
    const isInTime = ({ validFromDate, validToDate }: X509Certificate): boolean =>
      validFromDate.getTime() - SKEW_MS <= now && now < validToDate.getTime()
    const isBelow = (child: X509Certificate, parent: X509Certificate): boolean =>
      parent.ca && child.checkIssued(parent) && child.verify(parent.publicKey)
    const isWhole = isBelow(leaf, authority) && isBelow(authority, top) && !leaf.ca && isInTime(leaf)
    return isWhole && leaf.subjectAltName === `URI:${uri}` ? leaf.publicKey : undefined
  } catch {
    return undefined
  }
}

/** The first that ought to have signed and did not. */
function unsignedBy(
  { payload, signatures }: SignedJoinRequest,
  request: JoinRequest,
  certified: KeyObject,
): ReturnType<typeof fail> | undefined {
  const bytes = signedBytes(payload)
  const by = new Map(signatures.map((one) => [one.by, decodeBase64Url(one.signature)]))
  const hasSigned = (name: string, key: KeyObject | undefined): boolean => {
    const signature = by.get(name)
    return key !== undefined && signature !== undefined && isBy(key, bytes, signature)
  }
  if (!hasSigned(BY_CERTIFICATE, certified)) return refused('/signatures', 'not-by-the-certificate')
  if (!hasSigned(BY_WITNESS, witnessOf(request.witnessKey))) return refused('/signatures', 'not-by-the-witness')
  const keys = [...request.keys, ...request.mandates.flatMap((mandate) => mandate.keys)]
  const missing = keys.find((key) => key.use !== 'seal' && !hasSigned(key.kid, publicKeyOf(key)))
  return missing === undefined ? undefined : refused('/signatures', `not-by-${missing.use}`)
}

function isBy(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return key.asymmetricKeyType === 'ed25519'
      ? verify(null, bytes, key, signature)
      : verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature)
  } catch {
    return false
  }
}

const publicKeyOf = ({ jwk }: ListedKey): KeyObject | undefined => {
  try {
    return jwk.kty === 'EC' ? createPublicKey({ key: { ...jwk }, format: 'jwk' }) : undefined
  } catch {
    return undefined
  }
}

function witnessOf(text: string): KeyObject | undefined {
  const key = readNoteKey(text)
  if (key?.type !== WITNESS_KEY) return undefined
  const x = Buffer.from(key.publicKey).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}
