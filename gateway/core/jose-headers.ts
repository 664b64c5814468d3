/** Compact JOSE texts taken apart and their headers read against an allow-list (RFC 7515 §7.1, RFC 7516 §7.1), before any key is looked for. */
import { readStrictJson } from '#policies/language/strict-json.ts'
import { decodeBase64Url, isBase64Url } from './base64url.ts'
import { CERTIFICATE_TYPE } from './erasure-claim.ts'
import type { PublicJwk } from './participants.ts'
import { fail, ok } from './problem.ts'
import type { Result } from './problem.ts'

const MAX_HEADER_CHARACTERS = 2_048
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/
const COORDINATE_CHARACTERS = 43

/** What a header must say. A name that is not here is refused, so `jwk jku x5u x5c crit zip b64 p2s p2c apu apv` all are. */
export interface HeaderRule {
  /** Where the header stands, for the places of a problem. */
  readonly name: '/jwe' | '/jws' | '/assertion' | '/key-binding'
  readonly exact: Readonly<Record<string, string>> & { readonly typ: string }
  /** An ephemeral P-256 key is required (RFC 7518 §4.6.1.1). */
  readonly takesEphemeralKey: boolean
  /** Of a signature, in base64url: 64 bytes of ES256 (RFC 7518 §3.4) where it is not said. */
  readonly signatureCharacters?: number
}

const jweRule = (typ: string, cty: string): HeaderRule => ({
  name: '/jwe',
  exact: { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', typ, cty },
  takesEphemeralKey: true,
})
const jwsRule = (typ: string, name: HeaderRule['name'] = '/jws'): HeaderRule => ({
  name,
  exact: { alg: 'ES256', typ },
  takesEphemeralKey: false,
})

/** From a member to the gateway. */
export const MESSAGE_ENVELOPE: HeaderRule = jweRule('gw-msg+jwe', 'gw-case+jws')
export const MESSAGE_SIGNATURE: HeaderRule = jwsRule('gw-case+jws')
/** The same for kinds that hold items: a copy for each class of recipients (RFC 9901), folded or with its disclosures. */
export const COPIES_ENVELOPE: HeaderRule = jweRule('gw-msg+jwe', 'gw-copies+json')
export const COPY_SIGNATURE: HeaderRule = jwsRule('gw-case+sd-jwt')
/** From a member too: what it held back of copies that the gateway has, let go of. */
export const RELEASE_ENVELOPE: HeaderRule = jweRule('gw-msg+jwe', 'gw-release+jws')
export const RELEASE_SIGNATURE: HeaderRule = jwsRule('gw-release+jws')
/** The gateway's word that it presents exactly these disclosures, to this recipient, in this delivery (RFC 9901 §4.3). */
export const KEY_BINDING_SIGNATURE: HeaderRule = jwsRule('kb+jwt', '/key-binding')
/** From the gateway to one recipient. */
export const PARCEL_ENVELOPE: HeaderRule = jweRule('gw-parcel+jwe', 'gw-parcel+json')
export const PROJECTION_SIGNATURE: HeaderRule = jwsRule('gw-projection+jws')
export const RECEIPT_SIGNATURE: HeaderRule = jwsRule('gw-receipt+jws')
/** That a case was erased, for whoever held something of it. */
export const ERASURE_SIGNATURE: HeaderRule = jwsRule(CERTIFICATE_TYPE)
/** A second signature over the first, with a post-quantum key (FIPS 204): 3,309 bytes. */
export const SECOND_SIGNATURE: HeaderRule = {
  ...jwsRule('gw-second+jws'),
  exact: { alg: 'ML-DSA-65', typ: 'gw-second+jws' },
  signatureCharacters: 4_412,
}
/** A mandate's own word that it asks (RFC 7523 §3). */
export const ASSERTION_SIGNATURE: HeaderRule = jwsRule('gw-assertion+jws', '/assertion')
/** From an officer over a trust list, and from an organisation over a key that is to follow its own. */
export const TRUST_LIST_SIGNATURE: HeaderRule = jwsRule('gw-trust+jws')
export const KEY_REQUEST_SIGNATURE: HeaderRule = jwsRule('gw-key+jws')

/** A compact JWE whose parts have the one spelling and the lengths of A256KW and A256GCM (RFC 7518 §4.6, §5.3). */
export interface CompactJwe {
  readonly text: string
  readonly kid: string
  readonly epk: PublicJwk
}

/** A compact JWS whose parts have the one spelling and a signature of the length of its algorithm. */
export interface CompactJws {
  readonly text: string
  readonly kid: string
}

const WRAPPED_KEY_CHARACTERS = 54
const IV_CHARACTERS = 16
const TAG_CHARACTERS = 22
const SIGNATURE_CHARACTERS = 86

/** Takes a compact JWE apart and reads its header. Problems: `envelope-malformed`, `header-refused`. */
export function readCompactJwe(text: string, rule: HeaderRule): Result<CompactJwe> {
  const [header, wrappedKey, iv, ciphertext, tag, ...rest] = text.split('.', 6)
  const isWhole =
    wrappedKey?.length === WRAPPED_KEY_CHARACTERS && iv?.length === IV_CHARACTERS && tag?.length === TAG_CHARACTERS
  if (header === undefined || !isWhole || rest.length > 0)
    return fail('envelope-malformed', [{ pointer: rule.name, code: 'not-compact' }])
  if (![wrappedKey, iv, ciphertext ?? '', tag].every(isBase64Url))
    return fail('envelope-malformed', [{ pointer: rule.name, code: 'not-base64url' }])
  const read = readHeader(header, rule)
  if (!read.ok) return read
  const { kid, epk } = read.value
  return epk === undefined ? refuse(rule, 'epk') : ok({ text, kid, epk })
}

/** Takes a compact JWS apart and reads its header. Problems: `envelope-malformed`, `header-refused`. */
export function readCompactJws(text: string, rule: HeaderRule): Result<CompactJws> {
  const [header, payload, signature, ...rest] = text.split('.', 4)
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
    return fail('envelope-malformed', [{ pointer: rule.name, code: 'not-compact' }])
  if (!isBase64Url(payload) || !isBase64Url(signature))
    return fail('envelope-malformed', [{ pointer: rule.name, code: 'not-base64url' }])
  const read = readHeader(header, rule)
  if (!read.ok) return read
  if (signature.length !== (rule.signatureCharacters ?? SIGNATURE_CHARACTERS)) return fail('signature-invalid')
  return ok({ text, kid: read.value.kid })
}

interface Header {
  readonly kid: string
  readonly epk: PublicJwk | undefined
}

function readHeader(segment: string, rule: HeaderRule): Result<Header> {
  if (segment.length > MAX_HEADER_CHARACTERS) return refuse(rule, '', 'too-long')
  const bytes = decodeBase64Url(segment)
  if (bytes === undefined || bytes.length === 0)
    return fail('envelope-malformed', [{ pointer: rule.name, code: 'not-base64url' }])
  const json = readStrictJson(bytes, { maxDepth: 2, maxKeys: 16 })
  if (!json.ok) return refuse(rule, '', 'not-strict-json')
  return isRecord(json.value) ? checkHeader(json.value, rule) : refuse(rule, '', 'not-an-object')
}

type Members = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Names of the rule only ever stand in a place; what the sender wrote never does. */
const refuse = (rule: HeaderRule, name: string, code = 'not-allowed'): ReturnType<typeof fail> =>
  fail('header-refused', [{ pointer: name === '' ? rule.name : `${rule.name}/${name}`, code }])

function checkHeader(header: Members, rule: HeaderRule): Result<Header> {
  const names = [...Object.keys(rule.exact), 'kid', ...(rule.takesEphemeralKey ? ['epk'] : [])]
  if (Object.keys(header).some((name) => !names.includes(name))) return refuse(rule, '', 'name-not-allowed')
  const wrong = Object.entries(rule.exact).find(([name, value]) => header[name] !== value)
  if (wrong !== undefined) return refuse(rule, wrong[0])
  const { kid, epk } = header
  if (typeof kid !== 'string' || !THUMBPRINT.test(kid)) return refuse(rule, 'kid')
  if (!rule.takesEphemeralKey) return ok({ kid, epk: undefined })
  const key = readPublicJwk(epk)
  return key === undefined ? refuse(rule, 'epk') : ok({ kid, epk: key })
}

const isCoordinate = (value: unknown): value is string =>
  typeof value === 'string' && value.length === COORDINATE_CHARACTERS && isBase64Url(value)

/** A P-256 public key with exactly its four members, or undefined. Whether the point is on the curve is for the import to say. */
export function readPublicJwk(value: unknown): PublicJwk | undefined {
  if (!isRecord(value) || Object.keys(value).length !== 4) return undefined
  const { kty, crv, x, y } = value
  if (kty !== 'EC' || crv !== 'P-256' || !isCoordinate(x) || !isCoordinate(y)) return undefined
  return { kty, crv, x, y }
}
