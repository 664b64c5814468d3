/** What the operator is told: each thing by itself, and what cannot be told as such. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { fail } from '#gateway/core/problem.ts'
import { operatorsKeys } from '#gateway/rooms/operator-keys.ts'
import { operatorsToday } from '#gateway/rooms/operator-today.ts'
import type { OperatorDeps, Tile } from '#gateway/rooms/operator-today.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aHandover } from '#test/support/messages.ts'

const DAY_MS = 86_400_000

describe('what operators are told', () => {
  let gateway: TestGateway
  let deps: OperatorDeps
  before(async () => {
    gateway = await bootGateway()
    deps = { ...gateway.deps, expiring: () => [] }
  })
  after(() => gateway.stop())

  const endsIn = (...days: readonly number[]): OperatorDeps['expiring'] => {
    const at = deps.clock()
    return () => days.map((left) => ({ what: `in ${left}`, from: at - DAY_MS, until: at + left * DAY_MS + 1000 }))
  }
  const tile = async (name: Tile['name'], changes: Partial<OperatorDeps> = {}): Promise<string> => {
    const { tiles } = await operatorsToday({ ...deps, ...changes }, 0)
    const found = tiles.find((one) => one.name === name)
    return [found?.state, found?.code, found?.days].filter((word) => word !== undefined).join(' ')
  }

  it('says of each thing that runs whether it does, and by which code it does not', async () => {
    assert.equal(await tile('store'), 'well')
    assert.equal(
      await tile('store', { store: { ...deps.store, ping: () => Promise.reject(new Error('x')) } }),
      'bad store-unavailable',
    )
    assert.equal(
      await tile('door', { doorFault: () => 'gateway-certificate-expired' }),
      'bad gateway-certificate-expired',
    )
    assert.equal(await tile('clock', { isClockReliable: () => false }), 'bad clock-unreliable')
    const { isClockReliable: _clock, doorFault: _door, trustLists: _lists, ...without } = deps
    const { tiles } = await operatorsToday(without, 0)
    const states = Object.fromEntries(tiles.map(({ name, state }) => [name, state]))
    assert.deepEqual([states['clock'], states['door'], states['trust-list']], ['well', 'well', 'unknown'])
    assert.equal(await tile('policy', { policy: () => undefined }), 'bad policy-unavailable')
    assert.equal(await tile('trust-list'), 'well')
    assert.equal(
      await tile('trust-list', { trustLists: { inForce: () => fail('trust-list-expired') } }),
      'bad trust-list-expired',
    )
  })

  it('counts the days until the first end, and minds it from thirty on', async () => {
    assert.equal(await tile('ends'), 'unknown')
    assert.equal(await tile('ends', { expiring: endsIn(40, 31) }), 'well 31')
    assert.equal(await tile('ends', { expiring: endsIn(40, 30) }), 'soon 30')
    assert.equal(await tile('ends', { expiring: endsIn(7) }), 'bad 7')
    assert.equal(await tile('ends', { expiring: endsIn(-3) }), 'bad 0')
  })

  it('says how long the log has been without a stamp, and since when it waits for witnesses', async () => {
    const { read } = deps.store
    const withLog = (log: Partial<typeof read.log>): OperatorDeps['store'] => ({
      ...deps.store,
      read: { ...read, log: { ...read.log, ...log } },
    })
    const at = deps.clock()
    const waiting = { size: 9, note: '', proposedAt: at - 2 * 60_000, cosignatures: [] }
    assert.equal(await tile('log', { store: withLog({ waiting: async () => waiting }) }), 'bad witnesses-silent')
    const grace = { warnMs: 1000, stopMs: DAY_MS }
    const stamp = { size: 0, token: new Uint8Array(), stampedAt: at }
    const stampedAt = (stamped: number): OperatorDeps['store'] =>
      withLog({ leaves: async () => ['x'], lastStamp: async () => ({ ...stamp, stampedAt: stamped }) })
    assert.equal(await tile('stamps', { grace, store: stampedAt(at) }), 'well')
    assert.equal(await tile('stamps', { grace, store: stampedAt(at - 60_000) }), 'soon')
    assert.equal(await tile('stamps', { grace, store: stampedAt(at - 2 * DAY_MS) }), 'bad timestamp-overdue')
    const never = withLog({
      lastStamp: async () => undefined,
      published: async () => undefined,
      waiting: async () => waiting,
    })
    const told = await operatorsKeys({ ...deps, store: never })
    assert.deepEqual(
      [told.log.published, told.log.stampedAt, told.log.waitingSince],
      [undefined, undefined, at - 120_000],
    )
    const stamped = await operatorsKeys({
      ...deps,
      store: withLog({ lastStamp: async () => stamp, published: async () => ({ size: 3, note: '', publishedAt: at }) }),
    })
    assert.deepEqual([stamped.log.published, stamped.log.stampedAt], [{ size: 3, at }, at])
  })

  it('names the list in force with the key of each member that ends first, or why there is none', async () => {
    const { list, members, own } = await operatorsKeys({ ...deps, expiring: endsIn(9, 3) })
    assert.equal(list.kind, 'in-force')
    assert.ok(members.some(({ what }) => what === 'pairs-paris'))
    assert.deepEqual(
      own.map(({ days }) => days),
      [3, 9],
    )
    const { trustLists: _lists, ...without } = deps
    assert.deepEqual((await operatorsKeys(without)).list, { kind: 'none' })
    const expired = await operatorsKeys({ ...deps, trustLists: { inForce: () => fail('trust-list-expired') } })
    assert.deepEqual([expired.list, expired.members], [{ kind: 'none', code: 'trust-list-expired' }, []])
  })

  it('counts what came and went by organisation, and since when the oldest that is due waits', async () => {
    assert.equal((await gateway.send('prison-paris', aHandover())).status, 202)
    await gateway.settled()
    const today = await operatorsToday(deps, 0)
    assert.deepEqual(today.flows, [
      { organisation: 'prison-paris', sent: 1, received: 0, collected: 0 },
      { organisation: 'probation-paris', sent: 0, received: 1, collected: 0 },
    ])
    assert.deepEqual(today.between, [{ from: 'prison-paris', to: 'probation-paris', deliveries: 1 }])
    assert.equal(today.queue?.oldest, undefined)
    const { read } = deps.store
    const due = { ...read.outbox, due: async () => [{ id: 'x', since: 5, attempts: 0 }] }
    const waits = await operatorsToday({ ...deps, store: { ...deps.store, read: { ...read, outbox: due } } }, 0)
    assert.equal(waits.queue?.oldest, 5)
    await gateway.receive({ organisation: 'probation-paris', mandate: 'probation-counsellor' })
    const [, collected] = (await operatorsToday(deps, 0)).flows ?? []
    assert.equal(collected?.collected, 1)
  })

  it('waits for no look longer than two seconds', async function () {
    this.timeout(10_000)
    const { read } = deps.store
    const never = {
      ...deps.store,
      read: { ...read, flows: { ...read.flows, since: () => new Promise<never>(() => {}) } },
    }
    assert.equal((await operatorsToday({ ...deps, store: never }, 0)).flows, undefined)
  })
})
