/** PKCS#10 (RFC 2986): of a stranger's request only the key is taken, and only with proof that it is his; and how a member writes one. */
import './reflect.ts'
import { createPublicKey, webcrypto } from 'node:crypto'
import { Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator, cryptoProvider } from '@peculiar/x509'
import { isOneSequence } from './der.ts'
import type { CertificateKey } from './issue.ts'
import { publicKeyOf } from './issuing.ts'
import type { PublicKeyOf } from './issuing.ts'

const MAX_BYTES = 8 * 1024
const PEM_BLOCK =
  /^-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END (?:NEW )?CERTIFICATE REQUEST-----\s*$/
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

export type RequestFault = 'malformed' | 'key-type' | 'proof-of-possession'
export type RequestReading =
  | { readonly kind: 'read'; readonly publicKey: PublicKeyOf; readonly spki: Uint8Array }
  | { readonly kind: 'fault'; readonly fault: RequestFault }

const fault = (name: RequestFault): RequestReading => ({ kind: 'fault', fault: name })

/** Reads PEM, bare base64 (RFC 7030 §4.2.1) or DER. Subject, names and extensions of the request are not even looked at. */
export async function readRequest(input: string | Uint8Array): Promise<RequestReading> {
  const der = derOf(input)
  if (der === undefined || der.length > MAX_BYTES || !isOneSequence(der)) return fault('malformed')
  cryptoProvider.set(webcrypto)
  try {
    const request = new Pkcs10CertificateRequest(Uint8Array.from(der))
    const spki = new Uint8Array(request.publicKey.rawData)
    const details = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    if (details.asymmetricKeyType !== 'ec' || details.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
      return fault('key-type')
    if (!isPlainPoint(spki)) return fault('key-type')
    if (!(await request.verify().catch(() => false))) return fault('proof-of-possession')
    return { kind: 'read', publicKey: await publicKeyOf(spki), spki }
  } catch {
    return fault('malformed')
  }
}

/** RFC 5480 §2: named curve, uncompressed point. In another form the same key would have another fingerprint, and be certified twice. */
const P256_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex')
const P256_BYTES = 91
const isPlainPoint = (spki: Uint8Array): boolean =>
  spki.length === P256_BYTES && P256_HEAD.equals(spki.subarray(0, P256_HEAD.length))

function derOf(input: string | Uint8Array): Buffer | undefined {
  if (typeof input !== 'string') return Buffer.from(input)
  const base64 = (PEM_BLOCK.exec(input)?.[1] ?? input).replaceAll(/\s+/g, '')
  return BASE64.test(base64) ? Buffer.from(base64, 'base64') : undefined
}

/** DER of a request for that key. Its subject is only a courtesy to whoever looks at the file. */
export async function writeRequest({ pair }: Pick<CertificateKey, 'pair'>, name: string): Promise<Uint8Array> {
  cryptoProvider.set(webcrypto)
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: `CN=${name}`,
    keys: pair,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  })
  return new Uint8Array(request.rawData)
}

/** As an officer and a member read it to each other: the first 16 bytes in groups of four characters. */
export const spokenFingerprint = (digest: string): string => (digest.slice(0, 32).match(/.{4}/g) ?? []).join('-')
