/** Text sealed under a word that a browser holds and we do not: AES-256-GCM, the key by HKDF-SHA-256 (RFC 5869). */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { SignIn } from '#gateway/ports/sign-in.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16

const keyOf = (word: string): Buffer => Buffer.from(hkdfSync('sha256', word, '', 'passerelle/1 kept form', 32))

/** Nonce, tag and ciphertext, base64url. */
export const sealText: SignIn['sealText'] = ({ word, text, about }) => {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyOf(word), nonce).setAAD(Buffer.from(about))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
}

export const openText: SignIn['openText'] = ({ word, sealed, about }) => {
  const bytes = Buffer.from(sealed, 'base64url')
  const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)]
  try {
    const opened = createDecipheriv('aes-256-gcm', keyOf(word), nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(about))
      .setAuthTag(tag)
    const body = bytes.subarray(NONCE_BYTES + TAG_BYTES)
    return Buffer.concat([opened.update(body), opened.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
