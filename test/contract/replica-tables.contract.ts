/** What several gateways at one store agree on: duties, ids used once, the version of the policy. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'mocha'
import type { Store } from '#gateway/ports/store.ts'
import { NOW } from './stored-things.ts'

export function replicaTablesContract(store: () => Store): void {
  const lease = (name: string, holder: string, now: number, until: number): Promise<boolean> =>
    store().transaction((tx) => tx.replicas.lease({ name, holder, now, until }))

  it('gives a duty to one at a time, and to the next when its time has ended or it is given up', async () => {
    const name = randomUUID()
    assert.equal(await lease(name, 'one', NOW, NOW + 100), true)
    assert.equal(await lease(name, 'two', NOW + 99, NOW + 200), false)
    assert.equal(await lease(name, 'one', NOW + 50, NOW + 150), true, 'its holder lengthens it')
    assert.equal(await lease(name, 'two', NOW + 149, NOW + 200), false)
    assert.equal(await lease(name, 'two', NOW + 150, NOW + 200), true)
    await store().transaction((tx) => tx.replicas.endLease(name, 'one'))
    assert.equal(await lease(name, 'one', NOW + 160, NOW + 300), false, 'it was not his to give up')
    await store().transaction((tx) => tx.replicas.endLease(name, 'two'))
    assert.equal(await lease(name, 'one', NOW + 160, NOW + 300), true)
  })

  it('gives a duty to one of many who ask at once', async () => {
    const name = randomUUID()
    const taken = await Promise.all(Array.from({ length: 9 }, (_, who) => lease(name, `${who}`, NOW, NOW + 1)))
    assert.equal(taken.filter(Boolean).length, 1)
  })

  it('tells which duties somebody has', async () => {
    const [first, second] = [`a ${randomUUID()}`, `b ${randomUUID()}`]
    await lease(first, 'one', NOW, NOW + 1000)
    await lease(second, 'two', NOW, NOW + 2000)
    const held = async (now: number): Promise<readonly string[]> =>
      (await store().read.replicas.leases(now)).map(({ name }) => name).filter((name) => [first, second].includes(name))
    assert.deepEqual(await held(NOW + 999), [first, second])
    assert.deepEqual(await held(NOW + 1000), [second])
  })

  it('lets an id be used once, by whoever comes first, until it is forgotten', async () => {
    const id = randomUUID()
    const spend = (issuer: string): Promise<boolean> =>
      store().transaction((tx) => tx.replicas.spend(issuer, id, NOW + 10))
    const spent = await Promise.all([spend('a'), spend('a'), spend('a')])
    assert.equal(spent.filter(Boolean).length, 1)
    assert.equal(await spend('b'), true, 'of another issuer')
    await store().transaction((tx) => tx.replicas.forget(NOW + 10))
    assert.equal(await spend('a'), false)
    assert.ok((await store().transaction((tx) => tx.replicas.forget(NOW + 11))) >= 2)
    assert.equal(await spend('a'), true)
  })

  it('tells the digest of the policy in force without its text', async () => {
    const activate = (digest: string): Promise<void> =>
      store().transaction((tx) => tx.policies.activate({ digest, id: 'p', version: '1', text: '{}', activatedAt: NOW }))
    const [first, second] = [randomUUID(), randomUUID()]
    await activate(first)
    await activate(second)
    assert.equal(await store().read.policies.digestInForce(), second)
    await activate(first)
    assert.equal(await store().read.policies.digestInForce(), first)
  })
}
