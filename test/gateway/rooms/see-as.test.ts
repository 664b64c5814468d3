/** A look through another's eyes: who holds each gap back, and the world that is imagined around a case. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'mocha'
import { parsePolicy } from '#policies/language/text.ts'
import { inventedCases } from '#cli/demo/invented-cases.ts'
import type { ItemOutcome } from '#gateway/core/projection.ts'
import { imaginedWorld } from '#gateway/rooms/imagined-world.ts'
import { judge } from '#gateway/rooms/judge.ts'
import { examplesOf, seeAs, seenOf } from '#gateway/rooms/see-as.ts'
import { openJudge } from '#policies/engine/enforcer.ts'
import { CONSTANT_SENTENCE } from '#gateway/core/projection.ts'

const AT = Date.UTC(2026, 10, 21)
const parsed = parsePolicy(readFileSync('policies/packs/france-prison-exit.json'), 'pack')
assert.ok(parsed.ok)
const { set } = parsed

const [first] = await inventedCases(AT)
assert.ok(first !== undefined)
const of = { items: first.items, facts: first.facts, rest: {} }

describe('a look through the eyes of a recipient', () => {
  it('names who holds each gap back: policy, marking, agency, practitioner, or a date', async () => {
    const policy = { set, digest: 'x', judge: await openJudge(set) }
    const { judged } = judge(policy, imaginedWorld({ policy, summary: of, at: AT, recipient: 'PS', requested: [] }), 1)
    const { projection } = await seeAs({
      set,
      digest: 'x',
      of,
      recipientType: 'PS',
      depth: 'D4',
      at: AT,
      requested: [],
    })
    const [item] = judged.items
    assert.ok(item !== undefined)
    const kindOf = (changed: Partial<ItemOutcome>): string | undefined => {
      const outcome: ItemOutcome = {
        itemId: item.item.itemId,
        section: item.item.section,
        term: item.item.term,
        outcome: 'withheld',
        ceiling: 'nothing',
        level: 'nothing',
        omission: 'silent',
        rules: [],
        because: [],
        ...changed,
      }
      const record = {
        policy: { id: '', version: '', digest: '' },
        at: '',
        edge: '',
        mandate: '',
        messageId: '',
        questionDigest: '',
        choiceDigest: '',
        depth: 'D4',
        items: [outcome],
      }
      return seenOf(set, judged, { projection, record }).gaps[0]?.kind
    }
    assert.equal(kindOf({}), 'policy')
    assert.equal(kindOf({ because: ['marking:releasable-to'] }), 'marking')
    assert.equal(kindOf({ because: ['marking:releasable-to'], rules: ['ps.1'] }), 'policy')
    assert.equal(kindOf({ ceiling: 'full', because: ['choice:organisation'] }), 'agency')
    assert.equal(kindOf({ ceiling: 'full', because: ['choice:organisation', 'choice:practitioner'] }), 'practitioner')
    assert.equal(kindOf({ ceiling: 'full', because: ['choice:practitioner', 'sealed'] }), 'date')
    assert.equal(kindOf({ outcome: 'passed' }), undefined)
    assert.deepEqual(projection.notice, CONSTANT_SENTENCE)
  })

  it('is of one item for each section, where it is kept as examples', async () => {
    const asked = {
      caseId: 'DEMO-001',
      set,
      digest: 'x',
      of,
      recipientType: 'PS',
      depth: 'D4',
      at: AT,
      requested: [],
    } as const
    const examples = await examplesOf({ ...asked, purpose: 'social-support', role: 'social-worker' })
    const sections = new Set(first.items.map(({ section }) => section))
    assert.equal(examples.length, sections.size)
    assert.equal(examples[0]?.question.facts['edge.purpose'], 'social-support')
    const closed = await examplesOf({ ...asked, recipientType: 'SN' })
    assert.ok(closed.some(({ expected }) => expected.level === 'nothing' && expected.omission === 'silent'))
  })

  it('imagines no role where none was said: what is for one role is not shown, what is kept from one is not either', async () => {
    const rule = (id: string, effect: 'permit' | 'limit', role: string): string =>
      JSON.stringify({
        id,
        effect,
        who: { 'recipient.role': [role] },
        upTo: effect === 'permit' ? 'full' : 'nothing',
        ...(effect === 'permit' ? { bases: ['eu.led.8'] } : {}),
        reason: 'For one role.',
      })
    const text = readFileSync('policies/packs/france-prison-exit.json', 'utf8')
    const shownWith = async (added: string, role?: string): Promise<number> => {
      const read = parsePolicy(
        text.replace('"rules": [', () => `"rules": [\n${added},`),
        'edited',
      )
      assert.ok(read.ok, JSON.stringify(read))
      const said = role === undefined ? {} : { role }
      const asked = { set: read.set, digest: 'x', of, recipientType: 'PS', depth: 'D4' as const, at: AT, requested: [] }
      return (await seeAs({ ...asked, ...said })).projection.items.filter(({ level }) => level === 'full').length
    }
    const [permit, limit] = [rule('a', 'permit', 'intelligence-officer'), rule('b', 'limit', 'mediator')]
    const plain = await shownWith(rule('c', 'permit', 'mayor'))
    assert.equal(await shownWith(permit), plain)
    assert.ok((await shownWith(permit, 'intelligence-officer')) > plain)
    assert.equal(await shownWith(limit), 0)
    assert.equal(await shownWith(limit, 'social-worker'), plain)
  })

  it('imagines a world also for a policy that names no purpose, no role and no basis', () => {
    const bare = { ...set, vocabulary: { ...set.vocabulary, purposes: [], roles: [] }, bases: [] }
    const world = imaginedWorld({
      policy: { set: bare },
      summary: of,
      at: AT,
      recipient: 'SN',
      requested: ['identity'],
    })
    assert.equal(world.message.purpose, 'none')
    assert.equal(world.route.edge.basis, 'none')
    assert.equal(world.route.edge.regime, 'NATSEC')
    assert.deepEqual(world.question.facts['request.kinds'], ['IntelligenceRequest'])
    const said = { ...of, rest: { purpose: 'social-support', kind: 'Referral', caseId: 'CASE-1' } }
    const told = imaginedWorld({
      policy: { set },
      summary: said,
      at: AT,
      recipient: 'PP',
      practitioner: 'psychologist',
      requested: ['health'],
    })
    assert.equal(told.message.kind, 'Referral')
    assert.equal(told.message.caseId, 'CASE-1')
    assert.equal(told.route.mandate.clinician, true)
    assert.deepEqual(told.question.facts['request.kinds'], ['InformationRequest'])
  })
})
