/** The hourly round: which keys are forgotten, what is still answered then, and which recalls are named. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import type { MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import { makeRound, meetMembers } from '#gateway/rooms/round.ts'
import { usedOnce } from '#gateway/rooms/used-once.ts'
import { bootGateway, expectStatus, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aHandover } from '#test/support/messages.ts'

const SENDER = 'prison-paris'
const DAY_MS = 86_400_000

describe('the hourly round', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
  })
  after(() => gateway.stop())

  const alarms = (): readonly object[] =>
    gateway.log.filter(({ level }) => level === 'alarm').map(({ event, fields }) => ({ event, ...fields }))

  it('keeps an Idempotency-Key for seven days, and forgets it after them, but never a message id', async () => {
    const key = randomUUID()
    const bytes = await gateway.envelope(SENDER, gateway.message(SENDER, aHandover()))
    const first = expectStatus(202, await gateway.post(SENDER, bytes, key))
    const other = async (): Promise<string> => gateway.envelope(SENDER, gateway.message(SENDER, aHandover()))
    gateway.advance(6 * DAY_MS)
    await makeRound(gateway.deps)
    assert.equal(refusal(422, await gateway.post(SENDER, await other(), key)).code, 'idempotency-key-reused')
    gateway.advance(DAY_MS + 60_000)
    await makeRound(gateway.deps)
    expectStatus(202, await gateway.post(SENDER, await other(), key))
    const { read } = gateway.deps.store
    const id = (first.body as { readonly id: MessageId }).id
    assert.equal((await read.messages.acceptance(id))?.idempotencyKey, '')
  })

  it('that fails is told to the operator, and fails nobody who asked for it', async () => {
    const told: string[] = []
    const log = { info: () => {}, warn: () => {}, alarm: (event: string) => void told.push(event) }
    const deps = { ...gateway.deps, log }
    const transaction = (): Promise<never> => Promise.reject(new Error('gone'))
    await makeRound({ ...deps, store: { ...deps.store, transaction } })
    const lists = { ...deps.store.read.deliveries, organisations: transaction }
    await meetMembers({ ...deps, store: { ...deps.store, read: { ...deps.store.read, deliveries: lists } } })
    assert.deepEqual(told, ['the hourly round failed', 'members that are out could not be looked for'])
  })

  it('keeps an id that was spent while a gateway whose clock is behind would still take it', async () => {
    const { deps } = gateway
    const asOne = { ...deps, isOneOfMany: true }
    const until = deps.clock() + 5 * 60_000
    assert.equal(await usedOnce(asOne).spend('mandate', 'one', until, deps.clock()), true)
    await makeRound({ ...deps, clock: () => until + 10 * 60_000 })
    assert.equal(await usedOnce(asOne).spend('mandate', 'one', until, deps.clock()), false)
    await makeRound({ ...deps, clock: () => until + 2 * DAY_MS })
    assert.equal(await usedOnce(asOne).spend('mandate', 'one', until, deps.clock()), true)
  })

  it('raises an alarm for each recall that was not answered in time, and for no other', async () => {
    const recallId = randomUUID() as MessageId
    const target = { recallId, mandate: 'court-1' as MandateId, state: 'waiting' as const }
    await gateway.deps.store.transaction((tx) =>
      tx.recalls.expect([
        { ...target, organisation: 'late' as OrganisationId, dueAt: gateway.now() - 1 },
        {
          ...target,
          mandate: 'court-2' as MandateId,
          organisation: 'early' as OrganisationId,
          dueAt: gateway.now() + DAY_MS,
        },
      ]),
    )
    await makeRound(gateway.deps)
    assert.deepEqual(alarms(), [
      {
        event: 'a recall is unanswered: ask the member that holds the copy',
        recallId,
        organisation: 'late',
        mandate: 'court-1',
        state: 'waiting',
        step: 'recipient',
      },
    ])
  })

  it('throws at nobody while the store does not answer, and says so', async () => {
    const deps = {
      ...gateway.deps,
      store: { ...gateway.deps.store, transaction: () => Promise.reject(new Error('gone')) },
    }
    await makeRound(deps)
    assert.ok(alarms().some((alarm) => JSON.stringify(alarm).includes('round failed')))
  })
})
