/** A training case as the room makes it: for this mandate, by the policy in force, under the organisation's choice; it writes nothing. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { inventedCases } from '#cli/demo/invented-cases.ts'
import { DEPTHS } from '#gateway/core/choice.ts'
import { isFloorTerm } from '#gateway/core/label.ts'
import type { Account } from '#gateway/core/account.ts'
import type { MandateId } from '#gateway/core/ids.ts'
import { hostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import type { HostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import { trainingCase } from '#gateway/rooms/read-inbox-training.ts'
import type { TrainingAsked, TrainingCase, TrainingDeps } from '#gateway/rooms/read-inbox-training.ts'
import { seeAs } from '#gateway/rooms/see-as.ts'
import { PAIRS, SOCIAL_WORKER } from '#test/support/hosted-inbox.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { codeOf } from '#test/support/problem-code.ts'

describe('a training case', () => {
  let gateway: TestGateway
  let deps: TrainingDeps
  let reader: HostedReader
  before(async () => {
    gateway = await bootGateway({ copies: 'asked' })
    const at = gateway.deps.clock()
    deps = { ...gateway.deps, clock: () => at, changing: { inventedCases } }
    reader = readerFor(SOCIAL_WORKER)
  })
  after(() => gateway.stop())

  const readerFor = (mandate: MandateId): HostedReader => {
    const account: Account = { id: 'a-1', name: 'DEMO reader', role: 'reader', organisation: PAIRS, mandate, from: 0 }
    const found = hostedReader(gateway.deps, { account, session: { id: 's-1' } })
    assert.ok(found.ok)
    return found.value
  }
  const made = async (asked: TrainingAsked, by = deps): Promise<TrainingCase> => {
    const found = await trainingCase(by, reader, asked)
    assert.ok(found.ok)
    return found.value
  }

  it('is at every step what the policy in force gives to the type and role of the mandate, and no more', async () => {
    const policy = gateway.deps.policy()
    assert.ok(policy)
    const at = deps.clock()
    const sizes: number[] = []
    for (const { id, items, facts } of (await inventedCases(at)).slice(0, 4))
      for (const depth of DEPTHS) {
        const { projection } = await made({ name: id, depth })
        const seen = await seeAs({
          ...policy,
          of: { items, facts, rest: { caseId: id, kind: 'Referral' } },
          recipientType: reader.mandate.type,
          role: reader.mandate.role,
          purpose: projection.purpose,
          depth,
          at,
          requested: [],
        })
        assert.deepEqual(projection, seen.projection)
        assert.equal(projection.depth, depth)
        sizes.push(projection.items.length)
      }
    assert.ok(new Set(sizes).size > 5, 'cases and steps differ')
  })

  it('holds nothing of what is withheld, not even what the case is called', async () => {
    const at = gateway.deps.clock()
    let withheld = 0
    for (const { id, items, title } of await inventedCases(at)) {
      const training = await made({ name: id, depth: 'D4' })
      const text = JSON.stringify(training)
      const shown = new Set(training.projection.items.map(({ itemId }) => itemId))
      for (const { itemId } of items.filter((item) => !shown.has(item.itemId))) {
        assert.ok(!text.includes(itemId))
        withheld += 1
      }
      assert.ok(!text.includes(title.en) && !text.includes(title.fr))
      assert.ok(!('gaps' in training))
    }
    assert.ok(withheld > 0)
  })

  it('begins with the first case at the step that the person starts with, and says which others there are', async () => {
    const training = await made({})
    const names = (await inventedCases(0)).map(({ id }) => id)
    assert.deepEqual([training.names, training.name, training.depth], [names, names[0], 'D0'])
    assert.equal(training.isFactsOnly, false)
    assert.equal((await made({ name: 'no-such-case' })).name, names[0])
  })

  it('leaves assessments out where only facts are read, but for what must be known', async () => {
    const natures = async (isFactsOnly: boolean): Promise<ReadonlySet<string | undefined>> => {
      const { names } = await made({})
      const all = await Promise.all(names.map((name) => made({ name, depth: 'D4', isFactsOnly })))
      const items = all.flatMap(({ projection }) => projection.items)
      const free = items.filter(({ section, term }) => term === undefined || !isFloorTerm(section, term))
      return new Set(free.map(({ nature }) => nature))
    }
    assert.ok((await natures(false)).has('assessment'))
    const facts = await natures(true)
    for (const nature of ['assessment', 'opinion', 'intelligence']) assert.ok(!facts.has(nature), nature)
  })

  it('is for a purpose for which the organisation is sent cases, or the first that the policy knows', async () => {
    const { edges } = gateway.deps.registry()
    const own = edges.filter(({ to }) => to === PAIRS).flatMap(({ purposes }) => purposes)
    const training = await made({})
    assert.ok(own.includes(training.projection.purpose))
    const alone = { ...deps, registry: () => ({ ...gateway.deps.registry(), edges: [] }) }
    const [first] = gateway.deps.policy()?.set.vocabulary.purposes ?? []
    assert.equal((await made({}, alone)).projection.purpose, first)
  })

  it('is not there without a policy in force, nor without invented cases', async () => {
    const { policyIn: _, ...without } = deps
    const blind = { ...without, policy: () => undefined }
    assert.equal(codeOf(await trainingCase(blind, reader, {})), 'policy-unavailable')
    const bare = { ...deps, changing: { inventedCases: async () => [] } }
    assert.equal(codeOf(await trainingCase(bare, reader, {})), 'not-found')
  })

  it('goes no deeper than the organisation lets its people read, as a real case', async () => {
    const deepest = await made({ name: 'DEMO-001', depth: 'D4' })
    await gateway.choose({ organisation: PAIRS }, { depth: 'D1', optOut: ['accommodation'] })
    const training = await made({ name: 'DEMO-001', depth: 'D4' })
    assert.deepEqual(training.depths, ['D0', 'D1'])
    assert.deepEqual([training.depth, training.projection.depth], ['D1', 'D1'])
    assert.ok(training.projection.items.length < deepest.projection.items.length)
    assert.ok(training.projection.items.every(({ section }) => section !== 'accommodation'))
  })
})
