/** AES-256-GCM as everything at rest uses it: 96-bit random nonce, then ciphertext, then 128-bit tag. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

export const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const ALGORITHM = 'aes-256-gcm'

/** What is sealed opens only under the same key and associated data. `head` is put in front as it is. */
export function sealBytes(key: Uint8Array, aad: Uint8Array, content: string | Uint8Array, head?: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(aad)
  const sealed = typeof content === 'string' ? cipher.update(content, 'utf8') : cipher.update(content)
  cipher.final()
  return Buffer.concat([...(head === undefined ? [] : [head]), nonce, sealed, cipher.getAuthTag()])
}

/** The content, or undefined for anything that this key and these associated data did not seal. */
export function openBytes(key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const content = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    decipher.final()
    return content
  } catch {
    content.fill(0)
    return undefined
  }
}
