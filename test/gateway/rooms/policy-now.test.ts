/** One policy for all gateways of a store: none decides by a version that another has replaced. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { PROJECT_ROOT } from '#cli/project-root.ts'
import type { Log } from '#gateway/ports/log.ts'
import type { Store } from '#gateway/ports/store.ts'
import { buildPolicy } from '#gateway/rooms/activate-policy.ts'
import type { PolicyInForce } from '#gateway/rooms/deps.ts'
import { isPolicyOf, policyNow, sharePolicy } from '#gateway/rooms/policy-now.ts'
import type { SharedPolicy } from '#gateway/rooms/policy-now.ts'
import { samples } from '#test/support/samples.ts'

const TEXT = readFileSync(join(PROJECT_ROOT, 'policies/packs/france-prison-exit.json'), 'utf8')
const AT = Date.now()

const versionText = (number: number): string => {
  const set: unknown = JSON.parse(TEXT)
  assert.ok(typeof set === 'object' && set !== null)
  return JSON.stringify({ ...set, version: `${number}.0.0` })
}

async function versionOf(number: number): Promise<PolicyInForce> {
  const built = await buildPolicy(versionText(number), 'test', AT)
  assert.ok(built.kind === 'built')
  return built.policy
}

describe('the policy of several gateways', () => {
  let store: Store
  let versions: readonly PolicyInForce[]
  const alarms: string[] = []
  const log: Log = { info: () => {}, warn: () => {}, alarm: (event) => void alarms.push(event) }
  const share = (first: PolicyInForce): SharedPolicy => sharePolicy({ clock: () => AT, log }, first)
  const activate = (policy: PolicyInForce, text?: string): Promise<void> =>
    store.transaction((tx) =>
      tx.policies.activate({
        digest: policy.digest,
        id: policy.set.id,
        version: policy.set.version,
        text: text ?? versionText(Number(policy.set.version.split('.')[0])),
        activatedAt: AT,
      }),
    )
  const at = (index: number): PolicyInForce => versions[index] ?? assert.fail('no such version')

  before(async () => {
    store = await openSqliteStore(':memory:')
    versions = await Promise.all([1, 2, 3].map(versionOf))
  })
  after(() => store[Symbol.asyncDispose]())

  it('is, for whoever asks before it decides, the one activated last, by whichever gateway', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ version: fc.nat(2), asks: fc.nat(1) }), { minLength: 1, maxLength: 6 }),
        async (steps) => {
          await activate(at(0))
          const gateways = [share(at(0)), share(at(0))]
          for (const { version, asks } of steps) {
            await activate(at(version))
            const asked = gateways[asks]
            assert.equal((await asked?.now(store.read))?.digest, at(version).digest)
            assert.equal(asked?.met()?.digest, at(version).digest)
          }
        },
      ),
      { numRuns: samples(10) },
    ))

  it('no longer holds for a transaction after another was put in force since the judgement', async () => {
    await activate(at(0))
    const shared = share(at(0))
    const deps = { policy: shared.met, policyIn: shared.now }
    const judgedBy = (await policyNow(deps, store.read)) ?? assert.fail('none')
    await activate(at(1))
    const still = await store.transaction((tx) => isPolicyOf(deps, tx, judgedBy.digest))
    assert.equal(still, false)
    assert.equal(await store.transaction((tx) => isPolicyOf(deps, tx, at(1).digest)), true)
  })

  it('is built once where many ask at once', async () => {
    await activate(at(2))
    const shared = share(at(0))
    const built = await Promise.all(Array.from({ length: 5 }, () => shared.now(store.read)))
    assert.equal(new Set(built).size, 1)
    assert.equal(built[0]?.digest, at(2).digest)
  })

  it('is none where what is in force cannot be read here: nothing is decided by the one before', async () => {
    const unknown = { ...at(0), digest: 'f'.repeat(64) }
    await activate(unknown, '{"from": "a newer gateway"}')
    const shared = share(at(1))
    assert.equal(await shared.now(store.read), undefined)
    assert.deepEqual(alarms, ['the policy in force cannot be read here; nothing is decided'])
    await activate(at(1))
    assert.equal((await shared.now(store.read))?.digest, at(1).digest)
  })

  it('is none where the store names a version that it does not hold', async () => {
    const policies = { ...store.read.policies, digestInForce: async () => 'e'.repeat(64) }
    const before = alarms.length
    assert.equal(await share(at(1)).now({ policies }), undefined)
    assert.equal(alarms.length, before + 1)
  })

  it('of a gateway that is alone is its own', async () => {
    const deps = { policy: () => at(0) }
    await activate(at(1))
    assert.equal(await policyNow(deps, store.read), at(0))
    assert.equal(await store.transaction((tx) => isPolicyOf(deps, tx, at(0).digest)), true)
  })
})
