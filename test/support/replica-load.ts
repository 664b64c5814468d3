/** Members at work on several replicas: senders that give up on nothing, receivers that acknowledge, witnesses; each goes to any replica, and to another where one does not answer. */
import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { jsonOf } from '#adapters/agency-kit/client.ts'
import { readHeldRegistry } from '#adapters/agency-kit/held-registry.ts'
import { Refused } from '#adapters/agency-kit/member.ts'
import type { ListedDelivery, Member } from '#adapters/agency-kit/member.ts'
import { sealMessage } from '#adapters/agency-kit/sign-message.ts'
import { readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import { aCopySender } from './copy-sender.ts'
import { aHandover, aReferral } from './messages.ts'
import type { Replicas } from './replicas.ts'

const SETTLE_MS = 240_000
const WITNESSES = ['court-paris', 'city-paris'] as const
const NETWORK = 'demo.passerelle.example'

export interface Sent {
  readonly key: string
  readonly body: string
  readonly id: string
  readonly receipt: string
  /** Ids under which its recipients know it. */
  readonly names: readonly string[]
  /** From the first attempt to the answer. */
  readonly answeredMs: number
}

export interface Sender {
  readonly organisation: string
  readonly message: (caseId: string) => object
  readonly receiver: Receiver
  readonly sent: Sent[]
  retries: number
}

export interface Receiver {
  readonly organisation: string
  readonly mandate: string
  /** Delivery ids by the message they hold, as acknowledged and answered so. */
  readonly acknowledged: Map<string, Set<string>>
}

export interface Load {
  readonly senders: readonly Sender[]
  /** Sends no more; resolves when all that was sent was received, or after four minutes. */
  readonly settle: () => Promise<void>
  /** Fails where an acknowledged submission is lost or half stored, a delivery missing or made twice; prints the counts. */
  readonly check: () => Promise<void>
}

/** A member at each replica; `any` is another one each time, so that a replica that is gone is soon left alone. */
async function everywhere(replicas: Replicas, organisation: string, mandate?: string): Promise<() => Member> {
  const members = await Promise.all(replicas.all.map((one) => replicas.member(one, organisation, mandate)))
  return () => members[randomInt(members.length)] ?? assert.fail('no replica')
}

export async function startLoad(replicas: Replicas, pauseMs = 15): Promise<Load> {
  const senders = [
    aSender('probation-paris', 'pairs-paris', 'pairs-social-worker', (caseId) => aReferral({ caseId })),
    aSender('prison-paris', 'probation-paris', 'probation-counsellor', (caseId) => aHandover({ caseId })),
  ]
  const [stopping, resting] = [new AbortController(), new AbortController()]
  const sending = senders.map((sender) => keepSending(replicas, sender, { signal: stopping.signal, pauseMs }))
  const others = [
    ...senders.map(({ receiver }) => keepReceiving(replicas, receiver, resting.signal)),
    ...WITNESSES.map((organisation) => keepWitnessing(replicas, organisation, resting.signal)),
  ]
  const missing = (): readonly Sent[] =>
    senders.flatMap(({ sent, receiver }) =>
      sent.filter(({ names }) => !names.some((name) => receiver.acknowledged.has(name))),
    )
  return {
    senders,
    settle: async () => {
      stopping.abort()
      await Promise.all(sending)
      for (const until = Date.now() + SETTLE_MS; missing().length > 0 && Date.now() < until;) await sleep(50)
      resting.abort()
      await Promise.all(others)
    },
    check: async () => {
      assert.deepEqual(
        missing().map(({ id }) => id),
        [],
        'deliveries that never came',
      )
      for (const sender of senders) await checkSender(replicas, sender)
      const sent = senders.map((one) => one.sent.length)
      const slowest = Math.max(...senders.flatMap((one) => one.sent.map(({ answeredMs }) => answeredMs)))
      console.log(`    ${sent.join(' + ')} submissions acknowledged and delivered once, none lost, none repeated`)
      console.log(
        `    ${senders.map(({ retries }) => retries).join(' + ')} sent again for want of an answer; slowest answer ${Math.round(slowest)} ms`,
      )
    },
  }
}

const aSender = (
  organisation: string,
  receiver: string,
  mandate: string,
  message: (caseId: string) => object,
): Sender => ({
  organisation,
  message,
  receiver: { organisation: receiver, mandate, acknowledged: new Map() },
  sent: [],
  retries: 0,
})

async function checkSender(replicas: Replicas, { organisation, sent, receiver }: Sender): Promise<void> {
  assert.ok(sent.length > 0, 'nothing was sent')
  const any = await everywhere(replicas, organisation)
  for (const { id, names, key, body, receipt } of sent) {
    const answer = await untilAnswered(() => any().call({ method: 'GET', path: `/v1/submissions/${id}` }))
    const { edges } = jsonOf(answer) as { readonly edges: readonly { readonly state: string }[] }
    const open = edges.filter(({ state }) => state !== 'delivered' && state !== 'acknowledged')
    assert.deepEqual(open, [], `stored by half: ${id}`)
    const deliveries = names.flatMap((name) => [...(receiver.acknowledged.get(name) ?? [])])
    assert.equal(deliveries.length, 1, `deliveries of ${id}`)
    if (sent.length > 20 && randomInt(sent.length) > 20) continue
    const again = jsonOf(await untilAnswered(() => post(any(), key, body))) as Pick<Sent, 'id' | 'receipt'>
    assert.deepEqual([again.id, again.receipt], [id, receipt], 'the same key has the same receipt at every replica')
  }
}

export const post = (member: Member, key: string, body: string): ReturnType<Member['call']> =>
  member.call({
    method: 'POST',
    path: '/v1/submissions',
    body,
    contentType: 'application/jose',
    headers: { 'idempotency-key': key },
  })

/** Whatever the connection does, at any replica; a refusal that would stand anywhere ends the test. */
export async function untilAnswered<T>(attempt: () => Promise<T>, again: () => void = () => {}): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof Refused && error.status < 500) throw error
      again()
      await sleep(20)
    }
  }
}

/** Seals messages of an organisation as its own machine would. */
export async function sealerOf(
  { folder, audience }: Pick<Replicas, 'folder' | 'audience'>,
  organisation: string,
): Promise<
  (message: object) => Promise<{ readonly body: string; readonly names: readonly string[]; readonly taken: () => void }>
> {
  const signing = (await readPrivateKeys(join(folder, 'organisations', organisation, 'keys'))).find(
    ({ use }) => use === 'sign',
  )
  const brokers = await readPrivateKeys(join(folder, 'broker', 'keys'))
  const [sealing, presenting] = (['seal', 'present'] as const).map((use) => brokers.find((key) => key.use === use))
  assert.ok(signing !== undefined && sealing !== undefined && presenting !== undefined)
  const registry = await readHeldRegistry(folder)
  const copies = aCopySender(() => registry)
  return async (message) => {
    const payload = {
      sch: 'passerelle/1',
      iss: `spiffe://${NETWORK}/org/${organisation}`,
      aud: audience,
      iat: toNumericDate(Date.now()),
      jti: randomUUID(),
      ...message,
    }
    const sealed = await copies.seal(organisation, payload, { signing, sealing, presenting })
    const body = sealed?.jwe ?? (await sealMessage(payload, signing, sealing))
    return { body, names: Object.values(sealed?.names ?? {}), taken: () => sealed?.taken() }
  }
}

async function keepSending(
  replicas: Replicas,
  sender: Sender,
  { signal, pauseMs }: { readonly signal: AbortSignal; readonly pauseMs: number },
): Promise<void> {
  const any = await everywhere(replicas, sender.organisation)
  const seal = await sealerOf(replicas, sender.organisation)
  for (let count = 0; !signal.aborted; count += 1) {
    const key = randomUUID()
    // Few cases, so that several messages meet in one.
    const { body, names, taken } = await seal(sender.message(`DEMO-LOAD-${count % 5}`))
    const begunAt = performance.now()
    const answer = await untilAnswered(
      () => post(any(), key, body),
      () => (sender.retries += 1),
    )
    const { id, receipt } = jsonOf(answer) as { readonly id: string; readonly receipt: string }
    taken()
    sender.sent.push({ key, body, id, receipt, names, answeredMs: performance.now() - begunAt })
    await sleep(randomInt(pauseMs + 1))
  }
}

async function keepReceiving(replicas: Replicas, receiver: Receiver, signal: AbortSignal): Promise<void> {
  const any = await everywhere(replicas, receiver.organisation, receiver.mandate)
  while (!signal.aborted) {
    const listed = await untilAnswered(() => any().list())
    for (const delivery of listed) if (delivery.state !== 'acknowledged') await take(any, receiver, delivery)
    await sleep(randomInt(60))
  }
}

async function take(any: () => Member, receiver: Receiver, { id, messageId }: ListedDelivery): Promise<void> {
  const known = receiver.acknowledged.get(messageId)
  assert.ok(known === undefined || known.has(id), 'a message was delivered again after it was acknowledged')
  try {
    await untilAnswered(async () => {
      await any().open(id)
      await any().acknowledge(id)
    })
  } catch (error) {
    // Judged again since it was listed: what its recipient may have now comes by itself.
    if (error instanceof Refused && error.code === 'delivery-withdrawn') return
    throw error
  }
  receiver.acknowledged.set(messageId, new Set([...(known ?? []), id]))
}

/** What a member's gateway does all day: without two of them nothing is shown to anybody. */
async function keepWitnessing(replicas: Replicas, organisation: string, signal: AbortSignal): Promise<void> {
  const any = await everywhere(replicas, organisation)
  while (!signal.aborted) {
    const witnessed = await any()
      .witness()
      .catch(() => undefined)
    assert.notEqual(witnessed?.kind, 'refused', 'a witness refused the log of gateways that were only killed')
    await sleep(100)
  }
}
