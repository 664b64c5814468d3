/** A trust list as it travels: general JWS (RFC 7515 §7.2.1), one payload and a signature of each officer, taken apart without believing any. */
import { z } from 'zod'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { decodeBase64Url } from '#gateway/core/base64url.ts'
import { canonicalise, sha256Hex } from '#gateway/core/canonical-json.ts'
import { readCompactJws, TRUST_LIST_SIGNATURE } from '#gateway/core/jose-headers.ts'
import type { CompactJws } from '#gateway/core/jose-headers.ts'
import { placesOf } from '#gateway/core/places.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { keysOf, listedThumbprint, trustListSchema } from './list.ts'
import type { TrustList, TrustListText } from './list.ts'

/** Bytes of a published list, base64url included. */
export const MAX_LIST_BYTES = 8 * 1024 * 1024
const MAX_LIST_KEYS = 400_000
const MOST_SIGNATURES = 64

const signature = z.strictObject({ protected: z.string().max(2048), signature: z.string().max(200) }).readonly()
const generalSchema = z.strictObject({
  payload: z.string(),
  signatures: z.array(signature).max(MOST_SIGNATURES).readonly(),
})

export type OfficerSignature = z.output<typeof signature>

/** Read, not verified. */
export interface SignedTrustList {
  readonly list: TrustList
  /** The same with its times as text, to be changed into the next. */
  readonly written: TrustListText
  /** SHA-256 of the signed bytes, in hex: what `prev` of the next list says. */
  readonly digest: string
  /** The payload in base64url, as it was signed. */
  readonly payload: string
  readonly signatures: readonly OfficerSignature[]
}

/** Problems `trust-list-malformed`, `trust-list-kid-repeated`, `trust-list-kid-wrong`. Never says what it read. */
export function readSignedTrustList(text: string | Uint8Array): Result<SignedTrustList> {
  if (text.length > MAX_LIST_BYTES) return fail('trust-list-malformed', [{ pointer: '', code: 'too-large' }])
  const json = readStrictJson(text, { maxDepth: 4, maxKeys: 1000 })
  const general = generalSchema.safeParse(json.ok ? json.value : undefined)
  if (!general.success) return fail('trust-list-malformed', [{ pointer: '', code: 'not-general-jws' }])
  const { payload, signatures } = general.data
  const bytes = decodeBase64Url(payload)
  if (bytes === undefined) return fail('trust-list-malformed', [{ pointer: '/payload', code: 'not-base64url' }])
  const list = readList(bytes)
  return list.ok ? ok({ ...list.value, digest: sha256Hex(bytes), payload, signatures }) : list
}

function readList(bytes: Uint8Array): Result<Pick<SignedTrustList, 'list' | 'written'>> {
  const json = readStrictJson(bytes, { maxDepth: 8, maxKeys: MAX_LIST_KEYS })
  if (!json.ok) return fail('trust-list-malformed', [{ pointer: '/payload', code: json.reason.replaceAll(' ', '-') }])
  const parsed = trustListSchema.safeParse(json.value)
  if (!parsed.success) return fail('trust-list-malformed', placesOf(parsed.error))
  const keys = keysOf(parsed.data)
  const wrong = keys.find(({ kid, jwk }) => listedThumbprint(jwk) !== kid)
  if (wrong !== undefined) return fail('trust-list-kid-wrong', [{ pointer: wrong.at, code: 'kid-wrong' }])
  const seen = new Set<string>()
  const repeated = keys.find(({ kid }) => seen.size === seen.add(kid).size)
  if (repeated !== undefined) return fail('trust-list-kid-repeated', [{ pointer: repeated.at, code: 'kid-repeated' }])
  return ok({ list: parsed.data, written: json.value as TrustListText })
}

/** Each signature as the compact JWS it would be alone, so that each is verified for itself (never one for all). */
export function signaturesOf({ payload, signatures }: SignedTrustList): Result<readonly CompactJws[]> {
  const read: CompactJws[] = []
  for (const { protected: header, signature: mark } of signatures) {
    const jws = readCompactJws(`${header}.${payload}.${mark}`, TRUST_LIST_SIGNATURE)
    if (!jws.ok) return jws
    read.push(jws.value)
  }
  return ok(read)
}

/** The unsigned form in which a proposal goes from officer to officer. */
export const toProposal = (list: TrustListText): string =>
  printSigned(Buffer.from(canonicalise(list)).toString('base64url'), [])

/** The signatures of several copies of one proposal under one payload; problem `trust-list-forked` where they are not copies of one. */
export function combine(copies: readonly SignedTrustList[]): Result<string> {
  const [first] = copies
  if (first === undefined || copies.some(({ payload }) => payload !== first.payload)) return fail('trust-list-forked')
  const marks = new Map(copies.flatMap(({ signatures }) => signatures).map((mark) => [JSON.stringify(mark), mark]))
  return ok(printSigned(first.payload, [...marks.values()]))
}

export const printSigned = (payload: string, signatures: readonly OfficerSignature[]): string =>
  `${JSON.stringify({ payload, signatures }, null, 2)}\n`
