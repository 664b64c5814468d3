/** Replay and time, at the level of the walk: how old and how early a message may be, and a clock that runs backwards. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { toNumericDate } from '#gateway/core/time.ts'
import { forward } from '#gateway/rooms/forward.ts'
import { readiness } from '#gateway/rooms/readiness.ts'
import { bootGateway, expectStatus, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aHandover } from '#test/support/messages.ts'

const HOUR_MS = 3_600_000
const SENDER = 'prison-paris'

describe('replay and time', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway()
    // The keys of the example network are a day old at its start.
    gateway.advance(48 * HOUR_MS)
  })
  after(() => gateway.stop())

  const issuedAgo = (ms: number): object =>
    gateway.message(SENDER, { ...aHandover(), iat: toNumericDate(gateway.now() - ms) })
  const post = async (message: object): ReturnType<TestGateway['post']> =>
    gateway.post(SENDER, await gateway.envelope(SENDER, message))

  it('H053 refuses what is dated ten minutes ahead, and what is 25 hours old', async () => {
    assert.equal(refusal(422, await post(issuedAgo(-10 * 60_000))).code, 'submission-early')
    assert.equal(refusal(422, await post(issuedAgo(25 * HOUR_MS))).code, 'submission-stale')
    expectStatus(202, await post(issuedAgo(23 * HOUR_MS)))
  })

  it('answers the same message with its first receipt whatever has changed since', async () => {
    const bytes = await gateway.envelope(SENDER, gateway.message(SENDER, aHandover()))
    const first = expectStatus(202, await gateway.post(SENDER, bytes))
    const registry = gateway.deps.registry()
    gateway.changeRegistry((old) => ({ ...old, edges: [] }))
    const again = await gateway.post(SENDER, bytes)
    gateway.changeRegistry(() => registry)
    assert.deepEqual(expectStatus(202, again).body, first.body)
  })

  it('refuses the same id with other content, before anything else is said of that content', async () => {
    const message = gateway.message(SENDER, aHandover())
    expectStatus(202, await post(message))
    assert.equal(refusal(409, await post({ ...message, caseId: 'DEMO-2026-99' })).code, 'submission-repeated')
    assert.equal(refusal(409, await post({ ...message, kind: 'no-such-kind' })).code, 'submission-repeated')
  })

  it('leaves a digest and a reason of what it refused, and no message', async () => {
    const message = gateway.message(SENDER, aHandover({ legalBasisId: 'no.such.basis' }))
    await gateway.settled()
    const before = await gateway.deps.store.read.audit.head()
    assert.equal(refusal(422, await post(message)).code, 'basis-invalid')
    const [row] = await gateway.deps.store.read.audit.rows((before?.seq ?? 0) + 1, 1)
    assert.deepEqual([row?.event.operation, row?.event.problem, row?.event.actor], ['denied', 'basis-invalid', SENDER])
  })

  it('H054 signs nothing while its clock is an hour behind, raises an alarm, and goes on when time has caught up', async () => {
    gateway.advance(HOUR_MS)
    expectStatus(202, await gateway.send(SENDER, aHandover()))
    await gateway.settled()
    gateway.advance(-HOUR_MS)
    const refused = refusal(503, await gateway.send(SENDER, aHandover()))
    assert.deepEqual([refused.code, refused.retryable], ['clock-unreliable', true])
    const ready = await readiness(gateway.deps)
    assert.equal(ready.ok ? 'ready' : ready.problem.code, 'clock-unreliable')
    const job = { id: randomUUID(), messageId: randomUUID(), caseId: 'DEMO-2026-01', edge: 'none', mandate: 'none' }
    const later = await forward(gateway.deps, { ...job, dueAt: 0, attempts: 1, cause: 'submission' } as never)
    assert.deepEqual(later, { kind: 'retry', reason: 'clock-unreliable' })
    assert.equal(gateway.log.filter(({ level, event }) => level === 'alarm' && event.includes('clock')).length, 1)
    gateway.advance(HOUR_MS + 1000)
    expectStatus(202, await gateway.send(SENDER, aHandover()))
  })
})
