/** Envelopes as a member would make them and as an attacker would: any header text, any payload bytes, any signature. */
import { KeyObject, randomUUID, sign as signBytes } from 'node:crypto'
import { parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { MESSAGE_ENVELOPE } from '#gateway/core/jose-headers.ts'
import type { Participant } from '#gateway/core/participants.ts'
import type { ProblemCode, Result } from '#gateway/core/problem.ts'
import type { RawSubmission } from '#gateway/core/stages.ts'
import { encryptTo } from '#gateway/rooms/seal.ts'
import { verify } from '#gateway/rooms/verify.ts'
import type { Verified } from '#gateway/rooms/verify.ts'
import { aBroker, aMember } from '#test/support/certificates.ts'
import type { TestBroker, TestKey, TestMember } from '#test/support/certificates.ts'

export const AT: Instant = parseInstant('2027-03-14T09:30:00Z') ?? 0

/** A broker, a prison that sends, a probation service beside it, and a way in. */
export interface Stage {
  readonly broker: TestBroker
  readonly sender: TestMember
  readonly other: TestMember
  readonly maxBytes: number
}

export async function aStage(): Promise<Stage> {
  const [broker, sender, other] = await Promise.all([aBroker(), aMember('prison', AT), aMember('probation', AT)])
  return { broker, sender, other, maxBytes: 64 * 1024 }
}

/** Claims of a message from the sender to the broker, dated now. */
export const claimsOf = ({ broker, sender }: Stage, changes: Readonly<Record<string, unknown>> = {}): object => ({
  iss: sender.participant.uri,
  aud: broker.uri,
  iat: AT / 1000,
  jti: randomUUID(),
  ...changes,
})

export const base64url = (content: string | Uint8Array): string => Buffer.from(content).toString('base64url')
export const messageHeader = (key: TestKey, changes: object = {}): object => ({
  alg: 'ES256',
  typ: 'gw-case+jws',
  kid: key.kid,
  ...changes,
})

/** A JWS over exactly this header text and these payload bytes. */
export function signRaw(header: string | Uint8Array, payload: string | Uint8Array, key: TestKey): string {
  const input = `${base64url(header)}.${base64url(payload)}`
  return `${input}.${base64url(signatureOf(input, key))}`
}

/** ES256 signature, 64 bytes. */
export const signatureOf = (input: string, key: TestKey): Uint8Array =>
  signBytes('sha256', Buffer.from(input), { key: KeyObject.from(key.key), dsaEncoding: 'ieee-p1363' })

export const signMessage = (payload: object | string, key: TestKey, header: object = {}): string =>
  signRaw(
    JSON.stringify(messageHeader(key, header)),
    typeof payload === 'string' ? payload : JSON.stringify(payload),
    key,
  )

export const sealToBroker = ({ broker }: Stage, jws: string): Promise<string> =>
  encryptTo({ text: jws, rule: MESSAGE_ENVELOPE, key: broker.sealKey })

/** The same JWE under another header; nothing behind the header is read when the header is refused. */
export const withHeader = (jwe: string, header: string): string =>
  [base64url(header), ...jwe.split('.').slice(1)].join('.')

/** Header of a JWE as an object, to change. */
export const headerOf = (compact: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(compact.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>

export const submissionOf = (text: string | Uint8Array): RawSubmission => ({
  bytes: typeof text === 'string' ? Buffer.from(text) : text,
  contentType: 'application/jose',
  idempotencyKey: randomUUID(),
})

export const verifyAs = (
  { broker, maxBytes }: Stage,
  sender: Participant,
  text: string | Uint8Array,
  at: Instant = AT,
): Promise<Result<Verified>> =>
  verify({ keyRing: broker.keyRing, clock: () => at, broker, maxBytes }, sender, submissionOf(text))

export const codeOf = (result: Result<unknown>): ProblemCode | 'accepted' =>
  result.ok ? 'accepted' : result.problem.code

/** What verify answers to a JWS sealed by the book. */
export const codeOfJws = async (stage: Stage, jws: string, at: Instant = AT): Promise<ProblemCode | 'accepted'> =>
  codeOf(await verifyAs(stage, stage.sender.participant, await sealToBroker(stage, jws), at))

/** What verify answers to a message of the sender with that payload. */
export const codeOfPayload = (stage: Stage, payload: object | string): Promise<ProblemCode | 'accepted'> =>
  codeOfJws(stage, signMessage(payload, stage.sender.signKey))

/** The stage with a message of the sender that is in order: signed, and sealed to the broker. */
export interface SealedStage extends Stage {
  readonly jws: string
  readonly jwe: string
}

export async function aSealedStage(): Promise<SealedStage> {
  const stage = await aStage()
  const jws = signMessage(claimsOf(stage), stage.sender.signKey)
  return { ...stage, jws, jwe: await sealToBroker(stage, jws) }
}

/** What the verify room says to that text from the sender. */
export const codeOfText = async (stage: Stage, text: string | Uint8Array): Promise<ProblemCode | 'accepted'> =>
  codeOf(await verifyAs(stage, stage.sender.participant, text))

/** The same of the sealed message with another outer header, which the seal covers. */
export const codeOfOuter = (stage: SealedStage, changes: object): Promise<ProblemCode | 'accepted'> =>
  codeOfText(stage, withHeader(stage.jwe, JSON.stringify({ ...headerOf(stage.jwe), ...changes })))

/** The same of a message that was signed with another header. */
export const codeOfInner = (stage: SealedStage, changes: object): Promise<ProblemCode | 'accepted'> =>
  codeOfJws(stage, signMessage(claimsOf(stage), stage.sender.signKey, changes))
