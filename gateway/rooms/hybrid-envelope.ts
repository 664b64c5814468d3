/** The post-quantum envelope: HPKE (RFC 9180) with X25519 and ML-KEM-768 together, so that both must be broken to read what was recorded. */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from 'hpke'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { decodeBase64Url } from '#gateway/core/base64url.ts'
import type { HeaderRule } from '#gateway/core/jose-headers.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { POST_QUANTUM } from '#gateway/core/trust-list/list.ts'

const ALGORITHM = POST_QUANTUM.seal
const ENCAPSULATED_BYTES = 1_120
const MAX_HEADER_CHARACTERS = 512

/** What an envelope is for: bound into its key schedule, so that none can be passed off as another. */
export interface HybridPurpose {
  readonly typ: string
  /** URI or id of the one that may open it. */
  readonly audience: string
}

/** A parcel, gateway to mandate. */
export const parcelFor = (audience: string): HybridPurpose => ({ typ: 'gw-parcel+hpke', audience })

/** From a member to the gateway of that URI: what stands in a JWE of the rule, and is not to be taken for anything else. */
export const messageFor = ({ exact }: HeaderRule, audience: string): HybridPurpose => ({
  typ: `${exact['cty']?.split('+')[0] ?? ''}+hpke`,
  audience,
})

let made: CipherSuite | undefined
/** Made when first needed: Node warns that it is experimental, and whoever does not use it is not to read that. */
const suite = (): CipherSuite => (made ??= new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM))
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const base64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const infoOf = ({ typ, audience }: HybridPurpose): Uint8Array => bytesOf(`passerelle/1|${typ}|${audience}`)

/** Three parts: header, encapsulated secret, ciphertext, each base64url. Throws for a public key that is none. */
export async function sealHybrid(
  text: string | Uint8Array,
  purpose: HybridPurpose,
  recipient: { readonly kid: string; readonly publicKey: string },
): Promise<string> {
  const header = base64Url(bytesOf(JSON.stringify({ alg: ALGORITHM, kid: recipient.kid, typ: purpose.typ })))
  const key = await suite().DeserializePublicKey(Buffer.from(recipient.publicKey, 'base64url'))
  const { encapsulatedSecret, ciphertext } = await suite().Seal(key, typeof text === 'string' ? bytesOf(text) : text, {
    info: infoOf(purpose),
    aad: bytesOf(header),
  })
  return [header, base64Url(encapsulatedSecret), base64Url(ciphertext)].join('.')
}

/** What was encrypted, as text of one byte a character. Problems: `envelope-malformed`, `header-refused`, `key-unknown`, `decryption-failed`, without saying why. */
export async function openHybrid(
  envelope: string,
  purpose: HybridPurpose,
  held: { readonly kid: string; readonly privateKey: CryptoKey },
): Promise<Result<string>> {
  const [header = '', secret = '', ciphertext = '', ...rest] = envelope.split('.', 4)
  const [encapsulated, sealed] = [decodeBase64Url(secret), decodeBase64Url(ciphertext)]
  if (rest.length > 0 || encapsulated?.length !== ENCAPSULATED_BYTES || sealed === undefined)
    return fail('envelope-malformed', [{ pointer: '/hpke', code: 'not-three-parts' }])
  const read = readHeader(header, purpose)
  if (!read.ok) return read
  if (read.value !== held.kid) return fail('key-unknown')
  try {
    const context = { info: infoOf(purpose), aad: bytesOf(header) }
    return ok(Buffer.from(await suite().Open(held.privateKey, encapsulated, sealed, context)).toString('latin1'))
  } catch {
    return fail('decryption-failed')
  }
}

/** The kid that an envelope of that purpose is sealed to, or undefined for what is no such envelope. */
export function hybridRecipientOf(envelope: string, purpose: HybridPurpose = parcelFor('')): string | undefined {
  const [header = '', , , ...more] = envelope.split('.', 4)
  const read = envelope.split('.', 3).length === 3 && more.length === 0 ? readHeader(header, purpose) : undefined
  return read?.ok === true ? read.value : undefined
}

/** The kid; every other member has one value, and there is no member more. */
function readHeader(segment: string, { typ }: HybridPurpose): Result<string> {
  const bytes = segment.length > MAX_HEADER_CHARACTERS ? undefined : decodeBase64Url(segment)
  const json = bytes === undefined ? undefined : readStrictJson(bytes, { maxDepth: 2, maxKeys: 8 })
  if (json?.ok !== true || typeof json.value !== 'object' || json.value === null)
    return fail('header-refused', [{ pointer: '/hpke', code: 'not-strict-json' }])
  const { alg, kid, typ: given, ...more } = json.value as Readonly<Record<string, unknown>>
  const isAllowed = alg === ALGORITHM && given === typ && typeof kid === 'string' && Object.keys(more).length === 0
  return isAllowed ? ok(kid) : fail('header-refused', [{ pointer: '/hpke', code: 'not-allowed' }])
}
