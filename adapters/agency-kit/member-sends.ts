/** What a member at work sends: messages, and what it held back of them; and whether it believes what it is answered. */
import { z } from 'zod'
import type { PrivateKey } from '#adapters/keys/private-key-file.ts'
import type { SeenCase } from '#gateway/core/case-copy/case-handle.ts'
import type { Problem } from '#gateway/core/problem.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import type { GatewayKey } from '#gateway/ports/key-ring.ts'
import type { SecondKeys } from '#gateway/rooms/second-signature.ts'
import { believeReceipt } from './believe-receipt.ts'
import type { Said } from './believe-receipt.ts'
import { jsonOf } from './client.ts'
import type { Answer, Call } from './client.ts'
import type { MemberCopies } from './member-copies.ts'
import { quotaLeft } from './quota-headers.ts'
import type { QuotaLeft } from './quota-headers.ts'
import { Refused } from './refused.ts'
import { releaseHeld } from './release-held.ts'
import type { Letting } from './release-held.ts'
import type { HoldOf } from './sign-copies.ts'
import type { HybridSealing } from './sign-message.ts'

/** What it has in hand. */
export interface Seat {
  readonly call: (call: Omit<Call, 'mandate'>) => Promise<Answer>
  readonly keys: readonly PrivateKey[]
  readonly list: TrustList
  readonly gatewayKeys: readonly GatewayKey[]
  readonly second: SecondKeys | undefined
  readonly hybrid: HybridSealing | undefined
  readonly copies: MemberCopies
}

export interface Self {
  readonly organisation: string
  /** URI of the gateway. */
  readonly audience: string
  readonly clock: Clock
}

export interface Accepted {
  readonly id: string
  readonly receipt: string
  /** What is left to this member of its quota, where the gateway said it. */
  readonly quota?: QuotaLeft
}

const acceptedSchema = z.looseObject({ id: z.string(), receipt: z.string() })

/** What the gateway answered is not what it should be: for a person to look at. The message is one line, with the place and without content. */
export class NotBelieved extends Error {}

export const notBelieved = (what: string, { code, errors = [] }: Problem): NotBelieved =>
  new NotBelieved([what, code, ...errors.map((error) => error.code)].join(' '))

const has = (error: unknown, code: string): boolean => error instanceof Refused && error.code === code

/** Signs, seals and posts a message; what `holdOf` names of it stays here. Throws Refused, and Error where the receipt is not of it. */
export async function sendPayload(
  at: Seat,
  self: Pick<Self, 'organisation'>,
  payload: unknown,
  holdOf: HoldOf | undefined,
): Promise<Accepted> {
  const { call, gatewayKeys, hybrid, copies } = at
  const posted = await copies.send(
    payload,
    { signing: signingOf(at), gatewayKeys, hybrid },
    {
      post: posting(call, '/v1/submissions'),
      isStale: (error) => has(error, 'case-stale'),
      last: (caseId) => lastCopies(call, caseId),
      holdOf,
    },
  )
  return believed(at, self, posted)
}

function signingOf({ keys }: Seat): PrivateKey {
  const signing = keys.find((key) => key.use === 'sign')
  if (signing === undefined) throw new Error('no signing key of this member')
  return signing
}

/** What was answered to what was posted. */
interface Posted {
  readonly answer: Answer
  readonly said: Said
}

const posting =
  (call: Seat['call'], path: string) =>
  async (body: string, said: Said): Promise<Posted> => ({
    answer: await call({ method: 'POST', path, body, contentType: 'application/jose' }),
    said,
  })

/** What was taken is taken; a receipt that is not the gateway's, or of something else, is worth nothing. */
async function believed(
  { list, second }: Seat,
  { organisation }: Pick<Self, 'organisation'>,
  { answer, said }: Posted,
): Promise<Accepted> {
  const { id, receipt } = acceptedSchema.parse(jsonOf(answer))
  const member = list.organisations.find((one) => one.id === organisation)?.uri ?? ''
  const signed = await believeReceipt(receipt, { said, id, member }, { list, second })
  if (!signed.ok) throw notBelieved('the message was taken, but its receipt was not believed:', signed.problem)
  const quota = quotaLeft(answer)
  return { id, receipt, ...(quota === undefined ? {} : { quota }) }
}

const lastSchema = z.looseObject({ digest: z.string(), versions: z.record(z.string(), z.int()) })

async function lastCopies(call: Seat['call'], caseId: string): Promise<SeenCase | undefined> {
  const answer = await call({ method: 'GET', path: `/v1/copies/${encodeURIComponent(caseId)}` })
  const { digest, versions } = lastSchema.parse(jsonOf(answer))
  return digest === '' ? undefined : { digest, versions }
}

const submissionSchema = z.looseObject({ jti: z.string() })

/** Lets go of what was held back of a message. Throws Refused, and NothingHeld. */
export async function letGo(
  at: Seat,
  { audience, clock, organisation }: Self,
  { id, items }: Omit<Letting, 'jti'>,
): Promise<Accepted> {
  const { call, gatewayKeys, hybrid, copies, list } = at
  const path = `/v1/submissions/${encodeURIComponent(id)}`
  const { jti } = submissionSchema.parse(jsonOf(await call({ method: 'GET', path })))
  const sealing = gatewayKeys.find(({ use }) => use === 'seal')
  const uri = list.organisations.find((one) => one.id === organisation)?.uri
  if (sealing === undefined || uri === undefined) throw new Error('no key of the gateway to seal for')
  const by = {
    book: copies.held,
    signing: signingOf(at),
    sealing: { ...sealing, hybrid },
    uri,
    audience,
    iat: toNumericDate(clock()),
    post: posting(call, `${path}/release`),
    isTooOld: (error: unknown) => has(error, 'submission-stale'),
  }
  return believed(at, { organisation }, await releaseHeld(by, { id, jti, items }))
}
