/** Erasures in the audit. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import { reportErasures } from '#gateway/rooms/report-erasures.ts'
import { aCase, aVault, freshPaths } from '#test/adapters/vault/vaults.ts'

const AT = Date.UTC(2027, 2, 1)
const SILENT = { info: () => {}, warn: () => {}, alarm: () => {} }

describe('reporting erasures', () => {
  const pathOf = freshPaths()

  it('tells of each erasure once, also of one that another process made, and forgets the key that it destroyed', async () => {
    const path = pathOf()
    const vault = await aVault(path)
    await using store = sealStore(await openSqliteStore(':memory:'), vault, SILENT)
    const deps = { store, clock: () => AT + 5, log: SILENT }
    await vault.aliasFor(aCase('a'))
    await vault.aliasFor(aCase('b'))
    {
      await using operator = await aVault(path)
      await operator.erase(aCase('a'), AT, 30)
    }
    assert.equal(vault.unwrapped(), 3)
    for (let time = 0; time < 2; time += 1) await reportErasures(deps, vault)
    assert(vault.unwrapped() <= 1, 'what another process changed is not kept unwrapped')
    const rows = await store.read.audit.rows(1, 10)
    assert.deepEqual(
      rows.map(({ event: { at, operation, act, actor } }) => ({ at, operation, act, actor })),
      [{ at: '2027-03-01T00:00:00.000Z', operation: 'erasure', act: 'case-erased', actor: 'operator' }],
    )
    assert.match(rows[0]?.event.digest ?? '', /^[0-9a-f]{64}$/)
  })

  it('forgets the key also where it is for another gateway to tell', async () => {
    const path = pathOf()
    const vault = await aVault(path)
    await using store = sealStore(await openSqliteStore(':memory:'), vault, SILENT)
    await vault.aliasFor(aCase('a'))
    {
      await using other = await aVault(path)
      await other.erase(aCase('a'), AT, 30)
    }
    assert.equal(vault.unwrapped(), 2)
    await reportErasures({ store, clock: () => AT, log: SILENT }, vault, () => false)
    assert.deepEqual([vault.unwrapped(), await store.read.audit.rows(1, 10)], [0, []])
  })

  it('tells it the next time where it could not be told', async () => {
    const vault = await aVault()
    const alarms: string[] = []
    const log = { ...SILENT, alarm: (event: string) => void alarms.push(event) }
    await using store = sealStore(await openSqliteStore(':memory:'), vault, SILENT)
    await vault.aliasFor(aCase('a'))
    await vault.erase(aCase('a'), AT, 30)
    const failing = { ...store, transaction: () => Promise.reject(new Error('locked')) }
    await reportErasures({ store: failing, clock: () => AT, log }, vault)
    assert.deepEqual(alarms, ['an erasure could not be told in the audit'])
    await reportErasures({ store, clock: () => AT, log }, vault)
    assert.equal((await store.read.audit.rows(1, 10)).length, 1)
    assert.equal(alarms.length, 1)
  })
})
