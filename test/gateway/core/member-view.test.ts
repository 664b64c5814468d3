/** The network as one member is told it: no keys, nobody's ways and persons, and of others' mandates no cases. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import { networkFor, printNetwork } from '#gateway/core/member-view.ts'
import { registrySchema } from '#gateway/core/participants.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { aTestNetwork } from '#test/support/example-network.ts'

const AT = Date.UTC(2027, 2, 1)
const OWN = 'pairs-paris' as Registry['participants'][number]['id']
const PERSON = { person: 'robin-demo', cases: ['DEMO-1'], sites: ['paris-1'] }

describe('networkFor', () => {
  let registry: Registry
  before(async () => {
    const made = await aTestNetwork(AT)
    registry = {
      ...made.registry,
      broker: { ...made.registry.broker, webhookKey: 'a key of webhooks' },
      mandates: made.registry.mandates.map((mandate) => ({ ...mandate, ...PERSON }) as typeof mandate),
      participants: made.registry.participants.map((entry) => ({ ...entry, couriers: [{ way: 'folder' }] })),
    }
  })

  it('names who a mandate of its own is and what for, and of another’s only what it takes to send to it', () => {
    const { mandates } = networkFor(registry, OWN)
    for (const mandate of mandates) {
      const said = { person: mandate.person, cases: mandate.cases, sites: mandate.sites }
      const isOwn = mandate.organisation === OWN
      assert.deepEqual(said, isOwn ? PERSON : { person: undefined, cases: undefined, sites: undefined }, mandate.id)
    }
    const [bare] = networkFor(
      { ...registry, mandates: registry.mandates.map(({ person: _p, cases: _c, sites: _s, ...rest }) => rest) },
      OWN,
    ).mandates.filter(({ organisation }) => organisation === OWN)
    assert.ok(bare !== undefined)
    assert.deepEqual(
      ['person', 'cases', 'sites'].filter((name) => name in bare),
      [],
    )
  })

  it('holds no key, no way of another, and is read again as a registry', () => {
    const text = printNetwork(registry, OWN)
    assert.doesNotMatch(text, /"kid"|"way"|"folder"/)
    assert.match(text, /"webhookKey": "a key of webhooks"/)
    const { webhookKey: _, ...broker } = registry.broker
    const unhooked = { ...registry, broker }
    assert.doesNotMatch(printNetwork(unhooked, OWN), /webhookKey/)
    const read = registrySchema.parse(JSON.parse(printNetwork(unhooked, OWN)))
    assert.equal(read.edges.length, registry.edges.length)
    assert.equal(printNetwork(unhooked, OWN), printNetwork({ ...unhooked }, OWN))
  })

  it('is no registry with an instant that is none', () => {
    const text = JSON.parse(printNetwork(registry, OWN)) as { readonly participants: readonly object[] }
    for (const from of ['2027-02-30', '2027-03-01T24:00:00Z', '2027-03-01T10:60:00Z', 'soon']) {
      const participants = text.participants.map((entry) => ({ ...entry, from }))
      const read = registrySchema.safeParse({ ...text, participants })
      assert.ok(!read.success && /not an ISO 8601 instant/.test(read.error.message), from)
    }
  })
})
