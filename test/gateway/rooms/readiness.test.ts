/** Whether this gateway can take work now: each thing that keeps it from it is named, the first that does. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { fail } from '#gateway/core/problem.ts'
import type { Store } from '#gateway/ports/store.ts'
import { StoreUnavailable } from '#gateway/ports/store.ts'
import { codeOfThrown, readiness } from '#gateway/rooms/readiness.ts'
import type { ReadinessDeps } from '#gateway/rooms/readiness.ts'
import { openSqliteStore } from '#adapters/store/open.ts'
import { codeOf } from '#test/support/problem-code.ts'

const AT = Date.UTC(2027, 2, 1)
const refuse = (): Promise<never> => Promise.reject(new StoreUnavailable('gone'))

describe('readiness', () => {
  let store: Store
  let deps: ReadinessDeps
  before(async () => {
    store = await openSqliteStore(':memory:')
    // Only whether there is one is asked here.
    deps = { store, clock: () => AT, policy: () => ({}) as never }
  })
  after(() => store[Symbol.asyncDispose]())

  it('is there where nothing keeps it from its work', async () => assert.equal(codeOf(await readiness(deps)), 'ok'))

  const KEPT: readonly (readonly [string, () => Partial<ReadinessDeps>])[] = [
    ['gateway-stopping', () => ({ isEnding: () => true })],
    ['store-unavailable', () => ({ store: { ...store, ping: refuse } })],
    ['log-unwritable', () => ({ store: { ...store, transaction: refuse } })],
    ['clock-unreliable', () => ({ isClockReliable: () => false })],
    ['certificate-expired', () => ({ doorFault: () => 'certificate-expired' })],
    ['trust-list-expired', () => ({ trustLists: { inForce: () => fail('trust-list-expired') } })],
    ['policy-unavailable', () => ({ policy: () => undefined })],
  ]
  for (const [code, changes] of KEPT)
    it(`is not there: ${code}`, async () => assert.equal(codeOf(await readiness({ ...deps, ...changes() })), code))

  it('is not there while what is in force may not decide, whatever decided before', async () =>
    assert.equal(codeOf(await readiness({ ...deps, policyIn: async () => undefined })), 'policy-unavailable'))

  it('is not there while witnesses leave a checkpoint waiting', async () => {
    const waiting = async () => ({ size: 1, note: 'a note', proposedAt: AT - 86_400_000, cosignatures: [] })
    const read = { ...store.read, log: { ...store.read.log, waiting } }
    assert.equal(codeOf(await readiness({ ...deps, store: { ...store, read } })), 'witnesses-silent')
  })

  it('leaves no entry behind by asking whether one could be written', async () => {
    const size = await store.read.log.size()
    await readiness(deps)
    assert.equal(await store.read.log.size(), size)
  })

  it('what was thrown is the store’s fault where it does not answer or took nothing, else ours', async () => {
    assert.equal(await codeOfThrown({ ...store, ping: refuse }, new Error('x')), 'store-unavailable')
    assert.equal(await codeOfThrown(store, new StoreUnavailable('was gone')), 'log-unwritable')
    assert.equal(await codeOfThrown(store, new Error('x')), 'internal-fault')
  })
})
