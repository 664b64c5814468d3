/** All copies of one submission together: the same message, and nothing else in common. */
import { digestOf } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Revealed } from '#gateway/core/sd-jwt/reveal.ts'
import { payloadOf, readOpenClaims } from './read-copy.ts'
import type { OpenClaims } from './read-copy.ts'
import type { Members } from './json-members.ts'

/** More classes than any network has types of recipients. */
const MAX_COPIES = 32

export interface CopySet {
  /** By copy, in the order they came. */
  readonly open: readonly OpenClaims[]
  /** The one message that all of them reveal, unread. */
  readonly payload: Members
  /** Digest of it: the same whenever the same message is copied again. */
  readonly messageDigest: string
}

/**
 * Whether copies reveal one message and cannot be told to be of one by those who compare them. Problems: `copies-differ` with what
 * is shared or not the same, `message-malformed`.
 */
export function readCopySet(copies: readonly Revealed[]): Result<CopySet> {
  const [first, ...others] = copies
  if (first === undefined || copies.length > MAX_COPIES) return differ('count')
  const open: OpenClaims[] = []
  for (const copy of copies) {
    const read = readOpenClaims(copy)
    if (!read.ok) return read
    open.push(read.value)
  }
  const shared = sharedBy(copies, open)
  if (shared !== undefined) return differ(shared)
  const payload = payloadOf(first)
  const messageDigest = digestOf(payload)
  const isOne = others.every((copy) => digestOf(payloadOf(copy)) === messageDigest)
  return isOne ? ok({ open, payload, messageDigest }) : differ('message')
}

const differ = (code: string): ReturnType<typeof fail> => fail('copies-differ', [{ pointer: '/copies', code }])

function sharedBy(copies: readonly Revealed[], open: readonly OpenClaims[]): string | undefined {
  const names = ['audienceClass', 'jti', 'caseHandle'] as const
  const name = names.find((one) => isAnySame(open.map((claims) => claims[one])))
  if (name !== undefined) return name
  if (isAnySame(copies.flatMap(({ disclosures }) => disclosures.map(({ salt }) => salt)))) return 'salt'
  return isAnySame(copies.flatMap(({ digests }) => [...digests])) ? 'digest' : undefined
}

const isAnySame = (texts: readonly string[]): boolean => new Set(texts).size !== texts.length
