/**
 * Copies folded for the way to the gateway: the message once, and of each copy no more than what it cannot be made again from.
 * Disclosures are most of a copy and follow from the message and the salts, and the salts from a seed.
 */
import { shakeBase64Url, shakeDigests } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { DrawSalt } from '#gateway/core/sd-jwt/conceal.ts'
import { SALT_CHARACTERS } from '#gateway/core/sd-jwt/disclosure.ts'
import { copiesOf } from './copies.ts'
import type { CopyFor, ToCopy, UnsignedCopy } from './copies.ts'

/** 256 random bits in base64url. */
const SEED = /^[A-Za-z0-9_-]{43}$/
/** What one hash draws: salts in whole groups of base64. */
const SALTS_AT_ONCE = 192
const DECOYS_AT_ONCE = 96

/** The salts of one copy, 128 bits each, and its decoys, all from SHAKE256 over the seed and a count. Whoever has the seed has them all. */
export function saltsOf(seed: string): DrawSalt {
  const salt = oneByOne((count) => {
    const text = shakeBase64Url(`passerelle-salts/2 ${seed} ${count}`, (SALTS_AT_ONCE * SALT_CHARACTERS * 3) / 4)
    return Array.from({ length: SALTS_AT_ONCE }, (_, at) =>
      text.slice(at * SALT_CHARACTERS, (at + 1) * SALT_CHARACTERS),
    )
  })
  const decoy = oneByOne((count) => shakeDigests(`passerelle-decoys/2 ${seed} ${count}`, DECOYS_AT_ONCE))
  return Object.assign(salt, { decoy })
}

/** Of many that are drawn together, one at each call. */
function oneByOne(draw: (count: number) => readonly string[]): () => string {
  let count = 0
  let at = 0
  let drawn: readonly string[] = []
  return () => {
    if (at === drawn.length) {
      drawn = draw(count)
      count += 1
      at = 0
    }
    at += 1
    return drawn[at - 1] ?? ''
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
