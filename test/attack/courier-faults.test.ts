/** A network that is black-holed, slow or cut, and recipients that answer nonsense, never, or twice: nothing is lost, and nothing acknowledged is repeated. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { carry } from '#gateway/rooms/carry.ts'
import { CARRY_RETRY } from '#gateway/core/retry.ts'
import { replayCarry } from '#gateway/rooms/replay-carry.ts'
import { remindUnread } from '#gateway/rooms/remind-unread.ts'
import { expectStatus } from '#test/support/gateway.ts'
import { dyingAfter, errandTo, openCourierStage, PROBATION } from '#test/support/courier-stage.ts'
import type { CourierStage } from '#test/support/courier-stage.ts'
import { aHandover } from '#test/support/messages.ts'
import { listening, takes } from '#test/support/couriers.ts'
import type { Heard, Manner } from '#test/support/couriers.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** How a recipient's server may fail; the parcel has left its mailbox by then. */
const MANNERS: Readonly<Record<string, Manner>> = {
  'answers 500': (_heard, response) => void response.writeHead(500).end('{"error":"no"}'),
  'answers garbage': (_heard, response) => void response.socket?.end('\x00\x01garbage'),
  'never answers': () => {},
  'changes the protocol': (_heard, response) =>
    void response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
  'answers a byte now and then': (_heard, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('.'), 20)
    response.once('close', () => clearInterval(timer))
  },
  'is cut in the middle of its answer': (_heard, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{')
    setTimeout(() => response.destroy(), 10)
  },
  'hangs up': (_heard, response) => void response.socket?.destroy(),
}

describe('Couriers when recipients and networks fail', function () {
  this.timeout(120_000)
  let stage: CourierStage
  beforeEach(async () => {
    stage = await openCourierStage()
  })
  /** Whatever happened: what was accepted was delivered once, and every errand has ended. */
  afterEach(async () => {
    stage.peer.behave(takes)
    stage.reachBy(PROBATION, [stage.push])
    for (let days = 0; days < 3 && (await waiting()) > 0; days += 1) await stage.later(DAY_MS)
    assert.equal(await waiting(), 0)
    assert.deepEqual(await stage.gateway.deps.store.read.carries.stuck({ after: 0, limit: 10 }), [])
    await stage[Symbol.asyncDispose]()
  })
  const waiting = async (): Promise<number> => (await stage.gateway.deps.store.read.outbox.count()).waiting

  let cases = 0
  const aCase = (): string => `DEMO-F-${String((cases += 1)).padStart(2, '0')}`
  const heardOf = (id: string): readonly Heard[] =>
    stage.peer.heard.filter(({ headers }) => headers['passerelle-delivery'] === id)
  const deliveryOf = async (message: Awaited<ReturnType<CourierStage['handOver']>>) => {
    const [delivery, ...more] = await stage.deliveriesOf(message)
    assert.ok(delivery !== undefined && more.length === 0)
    return delivery
  }
  const acknowledge = async (id: string): Promise<void> => {
    expectStatus(200, await stage.gateway.acknowledge({ organisation: PROBATION }, id))
  }
  /** From here on, whatever happens, the parcel is not pushed again. */
  const isNeverRepeated = async (id: string): Promise<void> => {
    const before = heardOf(id).length
    await acknowledge(id)
    await stage.later(10 * DAY_MS)
    assert.equal(heardOf(id).length, before)
  }

  for (const [name, manner] of Object.entries(MANNERS))
    it(`a recipient that ${name} gets the parcel again, under one key, until it takes it`, async () => {
      stage.peer.behave(manner)
      const message = await stage.handOver(aCase())
      const { id } = await deliveryOf(message)
      await stage.later(MINUTE_MS)
      assert.equal(heardOf(id).length, 2)
      stage.peer.behave(takes)
      await stage.later(5 * MINUTE_MS)
      const heard = heardOf(id)
      assert.equal(heard.length, 3)
      assert.equal(new Set(heard.map(({ headers, body }) => `${headers['idempotency-key'] as string} ${body}`)).size, 1)
      const [errand] = await stage.errandsOf(message)
      assert.deepEqual([errand?.job?.state, errand?.job?.outcome, errand?.attempts], ['done', 'carried', 3])
      await isNeverRepeated(id)
    })

  it('a push that failed ends no other way: word still goes once its own way works again', async () => {
    stage.reachBy(PROBATION, [stage.push, stage.webhook])
    for (const server of [stage.peer, stage.hook]) server.behave(MANNERS['answers 500'] ?? takes)
    const message = await stage.handOver(aCase())
    stage.hook.behave(takes)
    const before = stage.hook.heard.length
    await stage.later(2 * MINUTE_MS)
    assert.equal(stage.hook.heard.length, before + 1)
    const told = (await stage.errandsOf(message)).find(({ way }) => way === 'webhook')
    assert.deepEqual([told?.job?.outcome, told?.attempts], ['noticed', 2])
  })

  it('an errand whose process dies each time is given up like any other, and the operator is told', async () => {
    const attempts = CARRY_RETRY.maxAttempts
    stage.reachBy(PROBATION, [])
    const message = await stage.handOver(aCase())
    const { id } = await deliveryOf(message)
    stage.reachBy(PROBATION, [stage.push])
    const job = await errandTo(stage, id)
    const { deps } = stage.gateway
    for (let times = 0; times < attempts; times += 1) await deps.store.transaction((tx) => tx.carries.begin(job.id, 1))
    await carry(deps, job)
    assert.equal(heardOf(id).length, 0)
    const [stuck, ...more] = await deps.store.read.carries.stuck({ after: 0, limit: 10 })
    assert.deepEqual([stuck?.id, stuck?.state, stuck?.outcome, more.length], [job.id, 'stuck', 'failed', 0])
    assert.ok(stage.gateway.log.some(({ level, event }) => level === 'alarm' && /given up/.test(event)))
    const replayed = await replayCarry(deps, job.id)
    assert.ok(replayed.ok)
  })

  it('a black hole takes nothing out of the mailbox: the recipient may still fetch, and then nothing is pushed', async () => {
    await using hole = await listening(createServer(() => {}))
    stage.reachBy(PROBATION, [{ way: 'https', url: `https://localhost:${hole.port}/parcels` }])
    const message = await stage.handOver(aCase())
    const delivery = await deliveryOf(message)
    assert.equal(delivery.state, 'in-mailbox')
    const [errand] = await stage.errandsOf(message)
    assert.deepEqual([errand?.job?.state, errand?.fault], ['waiting', 'timed-out'])
    expectStatus(200, await stage.gateway.collect({ organisation: PROBATION }, delivery.id))
    stage.reachBy(PROBATION, [stage.push])
    await stage.later(DAY_MS)
    assert.equal((await stage.errandsOf(message))[0]?.job?.outcome, 'collected')
    assert.deepEqual(heardOf(delivery.id), [])
  })

  it('a gateway that dies between the answer and its record pushes the same parcel under the same key', async () => {
    stage.peer.behave(takes)
    stage.reachBy(PROBATION, [])
    const message = await stage.handOver(aCase())
    const delivery = await deliveryOf(message)
    stage.reachBy(PROBATION, [stage.push])
    const { deps } = stage.gateway
    const job = await errandTo(stage, delivery.id)
    await carry({ ...deps, store: dyingAfter(deps.store, 2) }, job)
    assert.equal(heardOf(delivery.id).length, 1)
    await stage.later(MINUTE_MS)
    const heard = heardOf(delivery.id)
    assert.equal(heard.length, 2)
    assert.equal(new Set(heard.map(({ headers }) => headers['idempotency-key'])).size, 1)
    await isNeverRepeated(delivery.id)
  })

  it('an acknowledgement that comes twice, or before the push, is one; and ends the errand', async () => {
    stage.peer.behave(MANNERS['answers 500'] ?? takes)
    const message = await stage.handOver(aCase())
    const { id } = await deliveryOf(message)
    const before = heardOf(id).length
    await acknowledge(id)
    await acknowledge(id)
    stage.peer.behave(takes)
    await stage.later(DAY_MS)
    assert.equal(heardOf(id).length, before)
    assert.equal((await stage.errandsOf(message))[0]?.job?.outcome, 'acknowledged')
    assert.deepEqual(await stage.timelineOf(message), ['accepted', 'delivered', 'acknowledged'])
  })

  it('a recipient that cannot be reached is left alone after five failures, and one try at a time finds it again', async () => {
    let connections = 0
    await using hole = await listening(
      createServer((socket) => {
        connections += 1
        socket.destroy()
      }),
    )
    stage.reachBy(PROBATION, [{ way: 'https', url: `https://localhost:${hole.port}/parcels` }])
    const messages: Awaited<ReturnType<CourierStage['handOver']>>[] = []
    for (let count = 0; count < 12; count += 1) messages.push(await stage.handOver(aCase()))
    await stage.gateway.settled()
    assert.equal(connections, 5)
    assert.ok(stage.gateway.log.some(({ level, event }) => level === 'alarm' && /cannot be reached/.test(event)))
    await stage.later(2 * MINUTE_MS)
    assert.equal(connections, 6)
    stage.peer.behave(takes)
    stage.reachBy(PROBATION, [stage.push])
    for (let rounds = 0; rounds < 6; rounds += 1) await stage.later(60 * MINUTE_MS)
    for (const message of messages) {
      assert.equal((await stage.errandsOf(message))[0]?.job?.outcome, 'carried')
      assert.ok(heardOf((await deliveryOf(message)).id).length > 0)
    }
  })

  it('a slow recipient leaves room: whoever else waits is served meanwhile', async () => {
    stage.peer.behave(MANNERS['never answers'] ?? takes)
    stage.hook.behave(takes)
    stage.reachBy('court-paris', [stage.webhook])
    const slow = [stage.handOver(aCase()), stage.handOver(aCase()), stage.handOver(aCase())]
    const before = stage.hook.heard.length
    const started = performance.now()
    const toCourt = aHandover({ caseId: aCase(), to: ['court-paris'] })
    expectStatus(202, await stage.gateway.send('prison-paris', toCourt))
    while (stage.hook.heard.length === before && performance.now() - started < 5_000)
      await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(stage.hook.heard.length, before + 1)
    await Promise.all(slow)
    stage.peer.behave(takes)
    stage.reachBy('court-paris', [])
    await stage.later(DAY_MS)
  })

  it('a clock that jumps ten days ahead, or an hour back, loses nothing and tries nothing without end', async () => {
    stage.peer.behave(MANNERS['answers 500'] ?? takes)
    const message = await stage.handOver(aCase())
    const { id } = await deliveryOf(message)
    await stage.later(10 * DAY_MS)
    await remindUnread(stage.gateway.deps)
    const tried = heardOf(id).length
    assert.ok(tried <= 3, `${tried} tries`)
    stage.gateway.advance(-60 * MINUTE_MS)
    await stage.gateway.settled()
    assert.ok(heardOf(id).length <= tried + 1)
    stage.gateway.advance(60 * MINUTE_MS)
    stage.peer.behave(takes)
    await stage.later(DAY_MS)
    assert.equal((await stage.errandsOf(message))[0]?.job?.outcome, 'carried')
    await isNeverRepeated(id)
  })
})
