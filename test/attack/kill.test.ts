/** kill -9 at any point of the walk: what was acknowledged to a sender is never lost, what a recipient acknowledged never comes twice. */
import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'mocha'
import type { ListedDelivery, Member } from '#adapters/agency-kit/member.ts'
import { jsonOf } from '#adapters/agency-kit/client.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'
import { aHandover, aReferral } from '#test/support/messages.ts'
import { post, sealerOf, untilAnswered } from '#test/support/replica-load.ts'
import { samples } from '#test/support/samples.ts'

const KILLS = samples(5)
const LEAST_LIFE_MS = 200
const LONGEST_LIFE_MS = 900
const SETTLE_MS = 60_000
const WITNESSES = ['court-paris', 'city-paris'] as const
const WITNESS_EVERY_MS = 200

interface Sent {
  readonly key: string
  readonly body: string
  readonly id: string
  readonly receipt: string
  /** Ids under which its recipients know it. */
  readonly names: readonly string[]
}

/** A sender that gives up on nothing: the same bytes under the same key until they are acknowledged. */
interface Sender {
  readonly organisation: string
  readonly message: () => object
  readonly sent: Sent[]
  retries: number
}

interface Receiver {
  readonly organisation: string
  readonly mandate: string
  /** Delivery ids by the message they hold, as acknowledged and answered so. */
  readonly acknowledged: Map<string, Set<string>>
  opened: number
}

describe('a gateway that is killed', () => {
  let serving: Serving
  const senders: readonly Sender[] = [
    { organisation: 'probation-paris', message: () => aReferral({ caseId: caseOf() }), sent: [], retries: 0 },
    { organisation: 'prison-paris', message: () => aHandover({ caseId: caseOf() }), sent: [], retries: 0 },
  ]
  const receivers: readonly Receiver[] = [
    { organisation: 'pairs-paris', mandate: 'pairs-social-worker', acknowledged: new Map(), opened: 0 },
    { organisation: 'probation-paris', mandate: 'probation-counsellor', acknowledged: new Map(), opened: 0 },
  ]
  const ofSender = new Map([
    ['probation-paris', receivers[0]],
    ['prison-paris', receivers[1]],
  ])
  let kills = 0

  before(async function () {
    this.timeout(10 * 60_000)
    serving = await openServing()
    await serving.start()
    const stopping = new AbortController()
    const resting = new AbortController()
    const witnessing = WITNESSES.map((organisation) => keepWitnessing(serving, organisation, resting.signal))
    const running = [
      ...senders.map((sender) => keepSending(serving, sender, stopping.signal)),
      ...receivers.map((receiver) => keepReceiving(serving, receiver, stopping.signal)),
    ]
    for (; kills < KILLS; kills += 1) {
      await sleep(LEAST_LIFE_MS + randomInt(LONGEST_LIFE_MS))
      await serving.kill()
      await serving.start()
    }
    await sleep(LONGEST_LIFE_MS)
    stopping.abort()
    await Promise.all(running)
    for (const receiver of receivers) await receiveTheRest(serving, receiver, senders)
    resting.abort()
    await Promise.all(witnessing)
  })

  after(() => serving[Symbol.asyncDispose]())

  it('H052 loses no acknowledged submission, and stores none by half', async () => {
    for (const { organisation, sent } of senders) {
      assert.ok(sent.length > 0, 'nothing was sent')
      using member = await serving.member(organisation)
      for (const { id } of sent) {
        const answer = await member.call({ method: 'GET', path: `/v1/submissions/${id}` })
        const { edges } = jsonOf(answer) as { readonly edges: readonly { readonly state: string }[] }
        assert.deepEqual(
          edges.map(({ state }) => state).filter((state) => state !== 'delivered' && state !== 'acknowledged'),
          [],
        )
      }
    }
    console.log(`    ${kills} kills, ${senders.map(({ sent }) => sent.length).join(' + ')} submissions acknowledged`)
    console.log(`    ${senders.map(({ retries }) => retries).join(' + ')} sent again for want of an answer`)
  })

  it('makes every expected delivery, and none again to a recipient that acknowledged it', () => {
    for (const { organisation, sent } of senders) {
      const acknowledged = ofSender.get(organisation)?.acknowledged
      for (const { id, names } of sent) {
        const deliveries = names.flatMap((name) => [...(acknowledged?.get(name) ?? [])])
        assert.equal(deliveries.length, 1, `deliveries of ${id}`)
      }
    }
    console.log(`    ${receivers.map(({ acknowledged }) => acknowledged.size).join(' + ')} deliveries acknowledged`)
    console.log(`    ${receivers.map(({ opened }) => opened).join(' + ')} parcels opened`)
  })

  it('accepts each message once, however often it was sent', async () => {
    for (const receiver of receivers) {
      using member = await serving.member(receiver.organisation, receiver.mandate)
      const listed = await member.list()
      assert.equal(new Set(listed.map(({ messageId }) => messageId)).size, listed.length)
    }
  })

  it('gives the same receipt for the same key after the answer was lost', async () => {
    for (const { organisation, sent } of senders) {
      using member = await serving.member(organisation)
      for (const { key, body, id, receipt } of sent.slice(-20)) {
        const again = jsonOf(await post(member, key, body)) as { readonly id: string; readonly receipt: string }
        assert.deepEqual([again.id, again.receipt], [id, receipt])
      }
    }
  })

  it('keeps its audit chain whole', async () => {
    const { code, text } = await serving.run('check', 'audit', serving.database)
    console.log(`    ${text.trim()}`)
    assert.equal(code, 0, text)
  })
})

let cases = 0
/** Few cases, so that several messages meet in one. */
const caseOf = (): string => `DEMO-KILL-${(cases = (cases + 1) % 7)}`

async function keepSending(serving: Serving, sender: Sender, signal: AbortSignal): Promise<void> {
  using member = await serving.member(sender.organisation)
  const seal = await sealerOf(serving, sender.organisation)
  while (!signal.aborted) {
    const key = randomUUID()
    const { body, names, taken } = await seal(sender.message())
    const answer = await untilAnswered(
      () => post(member, key, body),
      () => (sender.retries += 1),
    )
    const { id, receipt } = jsonOf(answer) as { readonly id: string; readonly receipt: string }
    taken()
    sender.sent.push({ key, body, id, receipt, names })
    await sleep(randomInt(15))
  }
}

async function keepReceiving(serving: Serving, receiver: Receiver, signal: AbortSignal): Promise<void> {
  using member = await serving.member(receiver.organisation, receiver.mandate)
  while (!signal.aborted) {
    await receiveOnce(member, receiver)
    await sleep(randomInt(30))
  }
}

/** What a member's gateway does all day: without two of them nothing is shown to anybody. */
async function keepWitnessing(serving: Serving, organisation: string, signal: AbortSignal): Promise<void> {
  using member = await serving.member(organisation)
  while (!signal.aborted) {
    const witnessed = await member.witness().catch(() => undefined)
    assert.notEqual(witnessed?.kind, 'refused', 'a witness refused the log of a gateway that was only killed')
    await sleep(WITNESS_EVERY_MS)
  }
}

async function receiveOnce(member: Member, receiver: Receiver): Promise<void> {
  const listed = await untilAnswered(
    () => member.list(),
    () => undefined,
  )
  for (const delivery of listed) if (delivery.state !== 'acknowledged') await take(member, receiver, delivery)
}

async function take(member: Member, receiver: Receiver, { id, messageId }: ListedDelivery): Promise<void> {
  const known = receiver.acknowledged.get(messageId)
  assert.ok(known === undefined || known.has(id), 'a message was delivered again after it was acknowledged')
  await untilAnswered(
    async () => {
      await member.open(id)
      receiver.opened += 1
      await member.acknowledge(id)
    },
    () => undefined,
  )
  receiver.acknowledged.set(messageId, new Set([...(known ?? []), id]))
}

async function receiveTheRest(serving: Serving, receiver: Receiver, senders: readonly Sender[]): Promise<void> {
  using member = await serving.member(receiver.organisation, receiver.mandate)
  const sender = senders.find(
    ({ organisation }) => organisation !== receiver.organisation && isFor(organisation, receiver),
  )
  const until = Date.now() + SETTLE_MS
  const isMissing = (): boolean =>
    sender?.sent.some(({ names }) => !names.some((name) => receiver.acknowledged.has(name))) ?? true
  while (isMissing() && Date.now() < until) {
    await receiveOnce(member, receiver)
    await sleep(50)
  }
}

const isFor = (organisation: string, { mandate }: Receiver): boolean =>
  mandate === 'pairs-social-worker' ? organisation === 'probation-paris' : organisation === 'prison-paris'
