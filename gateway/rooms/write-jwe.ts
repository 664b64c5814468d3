/**
 * A compact JWE (RFC 7516 §5.1), put together from Node's own primitives. jose writes the same by some ten calls of WebCrypto, each a way
 * through the thread pool and back: five times the CPU, and a message is sealed to five. Reading stays jose's: what is read comes from outside.
 */
import { createCipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hash, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { HeaderRule } from '#gateway/core/jose-headers.ts'
import type { PublicJwk } from '#gateway/core/participants.ts'

const AGREEMENT = 'ECDH-ES+A256KW'
const KEY_BYTES = 32
const NONCE_BYTES = 12
/** Initial value of AES key wrap (RFC 3394 §2.2.3.1). */
const WRAP_START = Buffer.alloc(8, 0xa6)

/** A public key, read once for all that is written to it. */
export type Recipient = KeyObject

export interface ToWrite {
  readonly plaintext: Uint8Array
  readonly rule: HeaderRule
  readonly kid: string
  readonly recipient: Recipient
}

/** For a P-256 key as the registry lists it. Throws for a point that is not on the curve. */
export const recipientOf = ({ kty, crv, x, y }: PublicJwk): Recipient =>
  createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })

/** Under a key, a nonce and an ephemeral key of its own, each used this once. */
export function writeJwe({ plaintext, rule, kid, recipient }: ToWrite): string {
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const epk = ephemeral.publicKey.export({ format: 'jwk' })
  const header = base64Url(Buffer.from(JSON.stringify({ alg: AGREEMENT, enc: 'A256GCM', ...rule.exact, kid, epk })))
  const contentKey = randomBytes(KEY_BYTES)
  const agreed = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: recipient })
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', contentKey, nonce).setAAD(Buffer.from(header))
  const ciphertext = cipher.update(plaintext)
  cipher.final()
  const parts = [wrap(wrappingKey(agreed), contentKey), nonce, ciphertext, cipher.getAuthTag()]
  return [header, ...parts.map(base64Url)].join('.')
}

/** Concat KDF over one block, with nobody named (RFC 7518 §4.6.2). */
function wrappingKey(agreed: Uint8Array): Buffer {
  const nobody = uint32(0)
  const algorithm = [uint32(AGREEMENT.length), Buffer.from(AGREEMENT)]
  return hash(
    'sha256',
    Buffer.concat([uint32(1), agreed, ...algorithm, nobody, nobody, uint32(KEY_BYTES * 8)]),
    'buffer',
  )
}

function wrap(key: Uint8Array, content: Uint8Array): Buffer {
  const cipher = createCipheriv('id-aes256-wrap', key, WRAP_START)
  return Buffer.concat([cipher.update(content), cipher.final()])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const base64Url = (bytes: Buffer): string => bytes.toString('base64url')
