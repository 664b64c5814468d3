/** What every store does, whatever holds its rows: called by store.test.ts with each way to open one. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { Store } from '#gateway/ports/store.ts'
import { askTablesContract } from './ask-tables.contract.ts'
import { carryTablesContract } from './carry-tables.contract.ts'
import { caseTablesContract } from './case-tables.contract.ts'
import { changeTablesContract } from './change-tables.contract.ts'
import { deliveryTablesContract } from './delivery-tables.contract.ts'
import { handedTablesContract } from './handed-tables.contract.ts'
import { outboxContract } from './outbox.contract.ts'
import { peopleTablesContract } from './people-tables.contract.ts'
import { recallTablesContract } from './recall-tables.contract.ts'
import { replicaTablesContract } from './replica-tables.contract.ts'
import { ruleTablesContract } from './rule-tables.contract.ts'
import { aJob, aStored, accepted, anAcceptance, anEvent, newCaseId } from './stored-things.ts'

/** Runs the whole contract on stores that `open` makes empty, one for each part. */
export function storeContract(open: () => Promise<Store>): void {
  const opened = (part: (store: () => Store) => void): void => {
    let store: Store | undefined
    before(async () => {
      store = await open()
    })
    after(async () => store?.[Symbol.asyncDispose]())
    part(() => {
      assert(store !== undefined)
      return store
    })
  }

  describe('transactions', () => opened(transactionsContract))
  describe('messages and cases', () => opened(caseTablesContract))
  describe('outbox', () => {
    opened(outboxContract(open))
  })
  describe('deliveries, ledger and recalls', () => opened(deliveryTablesContract))
  describe('errands, ways and unread mail', () => opened(carryTablesContract))
  describe('errands that are handed over', () => opened(handedTablesContract))
  describe('attestations, escalation and memberships', () => opened(recallTablesContract))
  describe('what several gateways agree on', () => opened(replicaTablesContract))
  describe('changes of policy', () => opened(changeTablesContract))
  describe('people', () => opened(peopleTablesContract))
  describe('what people of an inbox ask and answer', () => opened(askTablesContract))
  describe('choices, requests, policies and audit', () => opened(ruleTablesContract))

  it('rejects every call once closed', async () => {
    const store = await open()
    await store[Symbol.asyncDispose]()
    await assert.rejects(store.ping())
    await assert.rejects(store.read.outbox.count())
    await assert.rejects(store.transaction(async () => 1))
    await store[Symbol.asyncDispose]()
  })

  it('ends the transactions that wait before it closes', async () => {
    const store = await open()
    const waiting = store.transaction((tx) => accepted(tx))
    await store[Symbol.asyncDispose]()
    await waiting
  })
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

function transactionsContract(store: () => Store): void {
  it('answers a ping', () => store().ping())

  it('undoes everything when the work throws, and rejects with what was thrown', async () => {
    const thrown = new Error('half way')
    const stored = aStored()
    const work = store().transaction(async (tx) => {
      await tx.messages.accept(anAcceptance(stored), stored)
      await tx.outbox.add([aJob({ messageId: stored.id })])
      await tx.audit.append(anEvent())
      throw thrown
    })
    await assert.rejects(work, (cause) => cause === thrown)
    assert.equal(await store().read.messages.get(stored.id), undefined)
    assert.deepEqual(await store().read.outbox.ofMessage(stored.id), [])
    assert.equal(await store().read.audit.head(), undefined)
  })

  it('undoes one of several that wait together and keeps the others', async () => {
    const [first, second, third] = [aStored(), aStored(), aStored()]
    const outcomes = await Promise.allSettled(
      [first, second, third].map((stored) =>
        store().transaction(async (tx) => {
          await tx.messages.accept(anAcceptance(stored), stored)
          if (stored === second) throw new Error('only this one')
        }),
      ),
    )
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.equal((await store().read.messages.get(first.id))?.id, first.id)
    assert.equal(await store().read.messages.get(second.id), undefined)
    assert.equal((await store().read.messages.get(third.id))?.id, third.id)
  })

  it('runs one transaction after another, in the order of asking', async () => {
    const seen: string[] = []
    const run = (name: string): Promise<void> =>
      store().transaction(async () => {
        seen.push(`${name} begins`)
        await pause()
        seen.push(`${name} ends`)
      })
    await Promise.all([run('a'), run('b'), run('c')])
    assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })

  it('runs more transactions than share one commit', async () => {
    const ran = await Promise.all(Array.from({ length: 100 }, (_, index) => store().transaction(async () => index)))
    assert.deepEqual(ran, [...ran.keys()])
  })

  it('shows a reader outside nothing that may still be undone', async () => {
    const stored = aStored()
    const { promise: written, resolve: tellWritten } = Promise.withResolvers<void>()
    const work = store().transaction(async (tx) => {
      await tx.messages.accept(anAcceptance(stored), stored)
      tellWritten()
      await pause()
      throw new Error('undone')
    })
    await written
    const outside = store().read.messages.acceptanceByJti(stored.issuer, stored.jti)
    await assert.rejects(work)
    assert.equal(await outside, undefined)
  })

  it('lets a transaction go on while a reader outside waits for its end', async () => {
    const { promise: begun, resolve: tellBegun } = Promise.withResolvers<void>()
    const work = store().transaction(async (tx) => {
      tellBegun()
      await pause()
      return tx.outbox.count()
    })
    await begun
    const [inside, outside] = await Promise.all([work, store().read.outbox.count()])
    assert.deepEqual(inside, outside)
  })

  it('shows a transaction what it has written', async () => {
    await store().transaction(async (tx) => {
      const stored = await accepted(tx)
      assert.equal((await tx.messages.get(stored.id))?.jti, stored.jti)
    })
  })

  it('refuses a transaction inside a transaction', async () => {
    await assert.rejects(
      store().transaction(() => store().transaction(async () => 1)),
      /inside a transaction/,
    )
    assert.equal(await store().transaction(async () => 2), 2)
  })

  it('refuses to write outside a transaction, and after its end', async () => {
    const outside = store().read.outbox.add([aJob()])
    await assert.rejects(outside, /belongs in a transaction/)
    const late = await store().transaction(async (tx) => () => tx.outbox.add([aJob()]))
    await assert.rejects(late(), /belongs in a transaction/)
  })

  it('lets one of two racing acceptances of the same jti win', async () => {
    const inCase = newCaseId()
    const first = aStored({ caseId: inCase })
    const second = aStored({ caseId: inCase, jti: first.jti })
    const outcomes = await Promise.allSettled(
      [first, second].map((stored) =>
        store().transaction(async (tx) => {
          await tx.messages.accept(anAcceptance(stored), stored)
          await tx.outbox.add([aJob({ messageId: stored.id })])
        }),
      ),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal((await store().read.messages.ofCase(inCase)).length, 1)
    assert.deepEqual(await store().read.outbox.ofMessage(second.id), [])
  })
}
