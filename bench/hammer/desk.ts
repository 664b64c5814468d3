/** The desk of an organisation: it signs and seals its messages one after another, posts each until it is answered, under one idempotency key, and keeps the receipt. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { jsonOf } from '#adapters/agency-kit/client.ts'
import type { Answer } from '#adapters/agency-kit/client.ts'
import { readHeldRegistry } from '#adapters/agency-kit/held-registry.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import type { CopyKeys } from '#adapters/agency-kit/sign-copies.ts'
import { sealMessage } from '#adapters/agency-kit/sign-message.ts'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import type { PrivateKey } from '#adapters/keys/private-key-file.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import { aCopySender } from '#test/support/copy-sender.ts'
import type { CopySender } from '#test/support/copy-sender.ts'
import { count } from './books.ts'
import type { SentMessage } from './books.ts'
import { codeOf, everywhere } from './everywhere.ts'
import type { Everywhere, Field } from './everywhere.ts'

/** A message before its sender's envelope members are filled in. */
export interface Draft {
  readonly kind: string
  readonly caseId: string
  readonly [member: string]: unknown
}

export interface Desk {
  readonly organisation: string
  readonly everywhere: Everywhere
  /** undefined where it is refused, which is counted. `mayBeRefused`: codes that are no fault here. */
  readonly submit: (draft: Draft, mayBeRefused?: readonly string[]) => Promise<SentMessage | undefined>
  /** True while something is being sent. */
  readonly isBusy: () => boolean
}

export const acceptedSchema = z.looseObject({ id: z.string(), receipt: z.string() })

export const post = (member: Pick<Member, 'call'>, key: string, body: string): Promise<Answer> =>
  member.call({
    method: 'POST',
    path: '/v1/submissions',
    body,
    contentType: 'application/jose',
    headers: { 'idempotency-key': key },
  })

/** Of an organisation's own machine, and what it holds of the gateway's. */
export interface Signing {
  readonly keys: CopyKeys
  readonly copies: CopySender
  readonly payloadOf: (draft: Draft) => Readonly<Record<string, unknown>> & Draft
}

export async function signingOf({ replicas }: Field, organisation: string): Promise<Signing> {
  const registry = await readHeldRegistry(replicas.folder)
  const iss = registry.participants.find(({ id }) => id === organisation)?.uri
  const own = await keysIn(replicas.folder, EXAMPLE_PATHS.organisation(organisation))
  const brokers = await keysIn(replicas.folder, EXAMPLE_PATHS.broker)
  return {
    keys: { signing: keyFor(own, 'sign'), sealing: keyFor(brokers, 'seal'), presenting: keyFor(brokers, 'present') },
    copies: aCopySender(() => registry),
    payloadOf: (draft) => ({
      sch: 'passerelle/1',
      iss,
      aud: replicas.audience,
      iat: toNumericDate(Date.now()),
      jti: randomUUID(),
      ...draft,
    }),
  }
}

export const keysIn = (folder: string, holder: string): Promise<readonly PrivateKey[]> =>
  readPrivateKeys(join(folder, holder, EXAMPLE_PATHS.keys))

export function keyFor(keys: readonly PrivateKey[], use: PrivateKey['use']): PrivateKey {
  const found = keys.find((key) => key.use === use)
  if (found === undefined) throw new Error(`no key of use ${use}`)
  return found
}

export async function openDesk(field: Field, organisation: string): Promise<Desk> {
  const signing = await signingOf(field, organisation)
  const everyGateway = await everywhere(field, organisation)
  await everyGateway.ask((member) => member.call({ method: 'GET', path: '/v1/deliveries?limit=1' }))
  let last: Promise<unknown> = Promise.resolve()
  let inHand = 0
  const sendOne = (draft: Draft): Promise<SentMessage> => send({ signing, everyGateway, organisation }, draft)
  return {
    organisation,
    everywhere: everyGateway,
    isBusy: () => inHand > 0,
    submit: async (draft, mayBeRefused = []) => {
      inHand += 1
      const sending = last.then(() => sendOne(draft))
      last = sending.catch(() => {})
      try {
        const sent = await sending
        field.books.sent.push(sent)
        return sent
      } catch (error) {
        const code = codeOf(error)
        count(field.books.refused, `members ${code}`)
        if (!mayBeRefused.includes(code))
          field.books.faults.push(`${draft.kind} of ${organisation} was refused: ${code}`)
        return undefined
      } finally {
        inHand -= 1
      }
    },
  }
}

interface Seat {
  readonly signing: Signing
  readonly everyGateway: Everywhere
  readonly organisation: string
}

async function send(
  { signing: { keys, copies, payloadOf }, everyGateway, organisation }: Seat,
  draft: Draft,
): Promise<SentMessage> {
  const payload = payloadOf(draft)
  const copied = await copies.seal(organisation, payload, keys)
  const body = copied?.jwe ?? (await sealMessage(payload, keys.signing, keys.sealing))
  const key = randomUUID()
  const begunAt = performance.now()
  const { id, receipt } = acceptedSchema.parse(jsonOf(await everyGateway.ask((member) => post(member, key, body))))
  copied?.taken()
  const { to, recalled, jti } = z
    .looseObject({ jti: z.string(), to: z.array(z.string()).default([]), recalled: z.array(z.string()).default([]) })
    .parse(payload)
  const names = copied?.names ?? {}
  return {
    by: organisation,
    kind: draft.kind,
    key,
    body,
    jti,
    id,
    receipt,
    names,
    to,
    recalled,
    begunAt,
    answeredAt: performance.now(),
  }
}
