/** Salts that repeat from run to run, and SD-JWTs forged by hand: payloads and disclosures that no tool of ours would make. */
import { createHash } from 'node:crypto'
import type { DrawSalt } from '#gateway/core/sd-jwt/conceal.ts'

/** The same salts for the same seed, none of them twice. */
export function saltsFrom(seed: string): DrawSalt {
  let drawn = 0
  return () => {
    drawn += 1
    return createHash('sha256').update(`${seed} ${drawn}`).digest('base64url').slice(0, 22)
  }
}

export const A_SALT = 'c2FsdC1vZi0xMjgtYml0cw'

/** A disclosure of any content. */
export const encode = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url')
export const encodeText = (text: string): string => Buffer.from(text).toString('base64url')
export const digestOf = (encoded: string): string => createHash('sha256').update(encoded).digest('base64url')
