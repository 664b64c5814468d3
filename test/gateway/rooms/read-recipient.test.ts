/** One recipient: the states of who stands behind it, its deliveries counted page by page, and its deepest history. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { Registry } from '#gateway/core/participants.ts'
import { readRecipient } from '#gateway/rooms/read-recipient.ts'
import type { RecipientRead } from '#gateway/rooms/read-recipient.ts'
import type { PolicyInForce } from '#gateway/rooms/deps.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReferral } from '#test/support/messages.ts'
import { CHANGING } from '#test/support/web.ts'

const DAY_MS = 86_400_000

describe('what officers read of a recipient', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway()
    for (const caseId of ['CASE-1', 'CASE-2', 'CASE-3'])
      assert.equal((await gateway.send('probation-paris', aReferral({ caseId }))).status, 202)
    await gateway.settled()
  })
  after(() => gateway.stop())

  type Changed = Partial<Registry['participants'][number]>
  const read = async (
    changed: Changed = {},
    given: { readonly policy?: PolicyInForce; readonly laterMs?: number } = {},
  ): Promise<RecipientRead> => {
    const known = gateway.deps.registry()
    const registry = {
      ...known,
      participants: known.participants.map((one) => (one.id === 'pairs-paris' ? { ...one, ...changed } : one)),
    }
    const policy = given.policy ?? gateway.deps.policy()
    const deps = {
      ...gateway.deps,
      changing: CHANGING,
      registry: () => registry,
      policy: () => policy,
      clock: () => gateway.now() + (given.laterMs ?? 0),
    }
    return (await readRecipient(deps, 'PS')) ?? assert.fail('no recipient')
  }

  it('is invited, active, suspended or ended', async () => {
    const at = gateway.now()
    const states = [{}, { joining: true as const }, { from: at + DAY_MS }, { suspendedAt: at - 1 }, { until: at - 1 }]
    const seen = []
    for (const changed of states) seen.push((await read(changed)).organisations[0]?.state)
    assert.deepEqual(seen, ['active', 'invited', 'invited', 'suspended', 'ended'])
  })

  it('counts deliveries of the last 90 days, and none before', async () => {
    const counted = async (laterMs: number) => (await read({}, { laterMs })).organisations[0]?.deliveries
    assert.deepEqual([await counted(0), await counted(89 * DAY_MS), await counted(91 * DAY_MS)], [3, 3, 0])
  })

  it('says what an ended one still holds', async () => {
    assert.equal((await read()).organisations[0]?.holds, 0)
    assert.ok(((await read({ until: gateway.now() - 1 })).organisations[0]?.holds ?? 0) >= 3)
  })

  it('has the deepest history of all sections', async () => {
    const policy = gateway.deps.policy() ?? assert.fail('no policy')
    const withRules = (change: (id: string) => object | undefined): PolicyInForce => ({
      ...policy,
      set: { ...policy.set, rules: policy.set.rules.map((rule) => ({ ...rule, ...change(rule.id) })) },
    })
    const ceiling = async (own: PolicyInForce): Promise<unknown> => (await read({}, { policy: own })).ceiling
    assert.deepEqual((await read()).ceiling, { kind: 'months', months: 12 })
    assert.equal(await ceiling(withRules((id) => (id.startsWith('ps.') ? { upTo: 'current' } : undefined))), 'none')
    const longer = withRules((id) => (id === 'ps.15' ? { reach: { kind: 'months', months: 24 } } : undefined))
    assert.deepEqual(await ceiling(longer), { kind: 'months', months: 24 })
    const mixed = withRules((id) => (id === 'ps.15' ? { reach: { kind: 'since', milestone: 'release' } } : undefined))
    assert.equal(await ceiling(mixed), 'all')
    assert.equal(await ceiling(withRules((id) => (id === 'ps.8' ? { reach: undefined } : undefined))), 'all')
  })

  it('is nobody where no policy is in force, or the type of an organisation is not of the policy', async () => {
    assert.equal(await readRecipient({ ...gateway.deps, changing: CHANGING, policy: () => undefined }, 'PS'), undefined)
    const policy = gateway.deps.policy() ?? assert.fail('no policy')
    const { vocabulary } = policy.set
    const without = { ...policy, set: { ...policy.set, vocabulary: { ...vocabulary, recipientTypes: ['SN'] } } }
    assert.equal(
      await readRecipient({ ...gateway.deps, changing: CHANGING, policy: () => without }, 'pairs-paris'),
      undefined,
    )
  })
})
