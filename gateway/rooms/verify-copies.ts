/** Room 2 for a message in copies: each signed by the sender, all for this gateway to present; and, once it is understood, all of that one message. */
import { z } from 'zod'
import type { Instant } from '#policies/language/instant.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { unfold } from '#gateway/core/case-copy/folded.ts'
import { readCopySet } from '#gateway/core/case-copy/copy-set.ts'
import { checkParts } from '#gateway/core/case-copy/read-copy.ts'
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import { isCaseHandle, readHandedOver } from '#gateway/core/case-copy/signed-copies.ts'
import type { HandedOver, SignedCopies, SignedCopy } from '#gateway/core/case-copy/signed-copies.ts'
import { COPY_SIGNATURE, readPublicJwk } from '#gateway/core/jose-headers.ts'
import { thumbprintOf } from '#gateway/core/participants.ts'
import type { Participant, PublicJwk } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import type { Revealed } from '#gateway/core/sd-jwt/reveal.ts'
import type { UnderstoodMessage } from '#gateway/core/stages.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import type { ReadyCopies } from './ready-copies.ts'
import { readJson, readSigned } from './read-signed.ts'
import type { Signed } from './read-signed.ts'

/** What stands open in the payload of any copy, as far as it is needed before the message is understood. */
const openSchema = z
  .looseObject({
    jti: z.uuid(),
    ver: z.int().min(1),
    cnf: z.strictObject({ jwk: z.unknown() }).readonly(),
    audienceClass: z.string().min(2).max(40),
  })
  .readonly()

/** Signatures verified; whether they are of the message is for `settleCopies` to say. */
export interface VerifiedCopies {
  readonly presenter: PublicJwk
  readonly prev?: string | undefined
  readonly copies: readonly (Omit<SignedCopy, 'caseHandle'> & {
    readonly caseHandle: string
    /** The payload as it was signed. */
    readonly signed: string
  })[]
  /** Of copies that came with their disclosures. */
  readonly revealed?: readonly Revealed[]
}

export interface SignedTogether extends Signed {
  readonly copies: VerifiedCopies
  readonly messageDigest: string
}

export interface ToVerify {
  readonly keyRing: Pick<KeyRing, 'publicKeys'>
  readonly sender: Participant
  readonly text: string
  readonly now: Instant
}

type One = Signed & { readonly from: HandedOver['copies'][number]; readonly open: z.output<typeof openSchema> }

/** Problems: those of a signed message, `message-malformed`, `key-binding-invalid` where another than this gateway could present one, `copies-differ`, `disclosure-refused`. */
export async function readCopies({ keyRing, sender, text, now }: ToVerify): Promise<Result<SignedTogether>> {
  const json = readJson(Buffer.from(text, 'latin1'))
  if (!json.ok) return json
  const handed = readHandedOver(json.value)
  if (!handed.ok) return handed
  // All at once: signatures are verified beside this thread.
  const signatures = await Promise.all(
    handed.value.copies.map(({ jwt }) => readSigned({ sender, text: jwt, rule: COPY_SIGNATURE, now })),
  )
  const read: One[] = []
  for (const [index, from] of handed.value.copies.entries()) {
    const signed = signatures[index]
    if (signed?.ok !== true) return signed ?? differ('signature')
    const open = openSchema.safeParse(signed.value.payload)
    if (!open.success) return fail('message-malformed', [{ pointer: '/copies', code: 'claims-missing' }])
    read.push({ ...signed.value, from, open: open.data })
  }
  const [first] = read
  const presenter = presenterOf(keyRing, read)
  if (first === undefined || presenter === undefined)
    return fail('key-binding-invalid', [{ pointer: '/cnf', code: 'not-ours' }])
  if (read.some(({ key }) => key.kid !== first.key.kid)) return differ('key')
  return handed.value.message === undefined
    ? wholeCopies(read, first, presenter)
    : foldedCopies(read, first, { presenter, message: handed.value.message, prev: handed.value.prev })
}

const differ = (code: string): ReturnType<typeof fail> => fail('copies-differ', [{ pointer: '/copies', code }])

/** The one key of ours that all of them name. */
function presenterOf({ publicKeys }: ToVerify['keyRing'], read: readonly One[]): PublicJwk | undefined {
  const ours = new Set(publicKeys().flatMap(({ kid, use }) => (use === 'present' ? [kid] : [])))
  const named = read.map(({ open }) => readPublicJwk(open.cnf.jwk))
  const kids = new Set(named.map((jwk) => (jwk === undefined ? '' : thumbprintOf(jwk))))
  return kids.size === 1 && [...kids].every((kid) => ours.has(kid)) ? named[0] : undefined
}

interface Folding {
  readonly presenter: PublicJwk
  readonly message: Readonly<Record<string, unknown>>
  readonly prev: string | undefined
}

function foldedCopies(
  read: readonly One[],
  { bytes, key }: One,
  { presenter, message, prev }: Folding,
): Result<SignedTogether> {
  const copies = read.map(({ bytes: payload, from, open: { audienceClass, jti, ver } }) => ({
    audienceClass,
    jti,
    ver,
    jwt: from.jwt,
    caseHandle: from.folded?.caseHandle ?? '',
    seed: from.folded?.seed ?? '',
    signed: Buffer.from(payload).toString('utf8'),
  }))
  for (const name of ['audienceClass', 'jti', 'caseHandle'] as const)
    if (new Set(copies.map((copy) => copy[name])).size < copies.length) return differ(name)
  return ok({ payload: message, bytes, key, messageDigest: digestOf(message), copies: { presenter, prev, copies } })
}

function wholeCopies(read: readonly One[], { bytes, key }: One, presenter: PublicJwk): Result<SignedTogether> {
  const revealed: Revealed[] = []
  for (const { payload, from } of read) {
    const one = reveal(payload, from.disclosures)
    if (!one.ok) return one
    revealed.push(one.value)
  }
  const set = readCopySet(revealed)
  if (!set.ok) return set
  if (set.value.open.some(({ caseHandle }) => !isCaseHandle(caseHandle))) return differ('caseHandle')
  const copies = read.map(({ from, bytes: signed, open: { audienceClass, jti, ver } }, index) => ({
    audienceClass,
    jti,
    ver,
    caseHandle: set.value.open[index]?.caseHandle ?? '',
    jwt: from.jwt,
    disclosures: from.disclosures,
    signed: Buffer.from(signed).toString('utf8'),
  }))
  const prev = prevIn(revealed)
  const { payload, messageDigest } = set.value
  return ok({ payload, bytes, key, messageDigest, copies: { presenter, prev, copies, revealed } })
}

const brokerSchema = z.looseObject({ broker: z.looseObject({ prev: z.string().optional() }) })
const prevIn = ([first]: readonly Revealed[]): string | undefined =>
  brokerSchema.safeParse(first?.claims).data?.broker.prev

/** The copies of a message that was understood; those that were made to compare go to `keep`. Problems: `copies-differ`, `ladder-contradicted`, `message-malformed`. */
export function settleCopies(
  { message, attested }: Pick<UnderstoodMessage, 'message' | 'attested'>,
  { presenter, prev, copies, revealed }: VerifiedCopies,
  keep?: ReadyCopies['keep'],
): Result<SignedCopies> {
  // A record that is mapped here is said by this gateway: nobody signed it in copies.
  if (!isCopied(message) || attested !== 'originator') return differ('message')
  for (const one of revealed ?? []) {
    const checked = checkParts(message, one)
    if (!checked.ok) return checked
  }
  if (revealed === undefined) {
    const unfolded = unfold(
      { message, presenter, prev },
      copies.map((copy) => ({ ...copy, seed: copy.seed ?? '' })),
    )
    if (!unfolded.ok) return unfolded
    for (const [index, unsigned] of unfolded.value.entries()) {
      const copy = copies[index]
      if (copy !== undefined) keep?.(copy, message, unsigned)
    }
  }
  return ok({
    caseId: message.caseId,
    ...(message.inReplyTo === undefined ? {} : { inReplyTo: message.inReplyTo }),
    ...(prev === undefined ? {} : { prev }),
    presenter,
    copies: copies.map(({ signed: _signed, ...copy }) => copy),
  })
}
