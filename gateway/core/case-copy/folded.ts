/**
 * Copies folded for the way to the gateway: the message once, and of each copy no more than what it cannot be made again from.
 * Disclosures are most of a copy and follow from the message and the salts, and the salts from a seed.
 */
import { sha512Base64Url } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { DrawSalt } from '#gateway/core/sd-jwt/conceal.ts'
import { SALT_CHARACTERS } from '#gateway/core/sd-jwt/disclosure.ts'
import { copiesOf } from './copies.ts'
import type { CopyFor, ToCopy, UnsignedCopy } from './copies.ts'

/** 256 random bits in base64url. */
const SEED = /^[A-Za-z0-9_-]{43}$/
const SALTS_PER_HASH = 3

/** The salts of one copy, 128 bits each, from SHA-512 over the seed and a count. Whoever has the seed has the salts. */
export function saltsOf(seed: string): DrawSalt {
  let drawn = 0
  let hashed = ''
  return () => {
    const at = drawn % SALTS_PER_HASH
    if (at === 0) hashed = sha512Base64Url(`passerelle-salts/1 ${seed} ${drawn}`)
    drawn += 1
    return hashed.slice(at * SALT_CHARACTERS, (at + 1) * SALT_CHARACTERS)
  }
}

export interface FoldedCopy extends Omit<CopyFor, 'salt'> {
  readonly seed: string
  /** The payload as it was signed, whose signature was verified elsewhere. */
  readonly signed: string
}

/**
 * The copies, made again from the message: each is the one that was signed, to the byte, or all are refused. So they say one message,
 * and no ladder contradicts itself. Problems: `copies-differ` with `seed` where a seed is none or shared, with `message` where a copy is
 * of another message or made by other rules; `message-malformed`.
 */
export function unfold(
  toCopy: Pick<ToCopy, 'message' | 'presenter' | 'prev'>,
  folded: readonly FoldedCopy[],
): Result<readonly UnsignedCopy[]> {
  const seeds = new Set(folded.map(({ seed }) => seed))
  if (seeds.size !== folded.length || folded.some(({ seed }) => !SEED.test(seed))) return differ('seed')
  const made = copiesOf({ ...toCopy, copies: folded.map((copy) => ({ ...copy, salt: saltsOf(copy.seed) })) })
  if (!made.ok) return made
  const isSame = made.value.every(({ payload }, index) => payload === folded[index]?.signed)
  return isSame ? ok(made.value) : differ('message')
}

const differ = (code: string): ReturnType<typeof fail> => fail('copies-differ', [{ pointer: '/copies', code }])
