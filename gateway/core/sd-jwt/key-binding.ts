/** Key binding (RFC 9901 §4.3): the holder's word that it presents exactly this set, to this recipient, in this delivery. */
import { z } from 'zod'
import type { Instant } from '#policies/language/instant.ts'
import { sha256Base64Url } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { fromNumericDate } from '#gateway/core/time.ts'

const keyBindingSchema = z
  .looseObject({ iat: z.int().min(0), aud: z.string(), nonce: z.string(), sd_hash: z.string() })
  .readonly()
export type KeyBinding = z.output<typeof keyBindingSchema>

export interface Presented {
  /** The recipient. */
  readonly aud: string
  /** The delivery. */
  readonly nonce: string
  /** The compact text up to and with its last `~`. */
  readonly text: string
}

/** Claims for a JWS of typ `kb+jwt`; `iat` in seconds (RFC 7519). `hashed`: of that very text, where it is known. */
export const keyBindingOf = (
  { aud, nonce, text }: Presented,
  iat: number,
  hashed = sha256Base64Url(text),
): KeyBinding => ({
  iat,
  aud,
  nonce,
  sd_hash: hashed,
})

/** How old a binding may be when it is read, and how far ahead its clock may be. */
export interface Window {
  readonly now: Instant
  readonly maxAgeMs: number
  readonly maxAheadMs: number
}

/** Claims whose signature, under the key of `cnf`, and whose typ were verified. Problem: `key-binding-invalid`. */
export function checkKeyBinding(claims: unknown, presented: Presented, window: Window): Result<KeyBinding> {
  const binding = keyBindingSchema.safeParse(claims).data
  if (binding === undefined) return refused('shape')
  if (binding.aud !== presented.aud) return refused('aud')
  if (binding.nonce !== presented.nonce) return refused('nonce')
  const issuedAt = fromNumericDate(binding.iat)
  if (issuedAt > window.now + window.maxAheadMs || issuedAt < window.now - window.maxAgeMs) return refused('iat')
  return binding.sd_hash === sha256Base64Url(presented.text) ? ok(binding) : refused('sd-hash')
}

const refused = (code: string): ReturnType<typeof fail> =>
  fail('key-binding-invalid', [{ pointer: '/key-binding', code }])
