/** Edges, mandates and the question they make, member by member, where something is missing or over. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { printInstant } from '#policies/language/instant.ts'
import type { CaseFacts } from '#gateway/core/message.ts'
import type { Edge, Mandate, Registry } from '#gateway/core/participants.ts'
import { questionOf } from '#gateway/core/question.ts'
import { covers, edgeFault, isMeasureOver, mandateOf } from '#gateway/core/routing.ts'
import { newCaseId } from '#test/contract/stored-things.ts'
import { aSeat } from '#test/support/routed.ts'
import type { Seat } from '#test/support/routed.ts'

describe('a flow in its time', () => {
  let seat: Seat
  let edge: Edge
  let mandate: Mandate
  before(async () => {
    seat = await aSeat()
    const found = seat.registry.edges.find(({ id }) => id === 'probation-to-pairs')
    const holder = mandateOf(seat.registry, 'pairs-mediator')
    assert.ok(found !== undefined && holder !== undefined)
    edge = found
    mandate = holder
  })
  after(() => seat[Symbol.asyncDispose]())

  const over = (): { readonly id: string; readonly from: number; readonly until: number } => ({
    id: 'over',
    from: 0,
    until: seat.at,
  })
  const FAULTS: readonly {
    readonly name: string
    readonly change?: () => Partial<Edge>
    readonly members?: (old: Registry['participants']) => Registry['participants']
    readonly fault: string | undefined
  }[] = [
    { name: 'before its first instant', change: () => ({ validFrom: seat.at + 1 }), fault: 'edge-ended' },
    { name: 'at its last instant', change: () => ({ validUntil: seat.at }), fault: 'edge-ended' },
    {
      name: 'without its recipient',
      members: (old) => old.filter(({ id }) => id !== 'pairs-paris'),
      fault: 'edge-missing',
    },
    {
      name: 'without its sender',
      members: (old) => old.filter(({ id }) => id !== 'probation-paris'),
      fault: 'edge-missing',
    },
    { name: 'after its agreement', change: () => ({ agreement: over() }), fault: 'agreement-ended' },
    {
      name: 'after the authorisation to leave the Directive',
      change: () => ({ art9: over() }),
      fault: 'regime-switch-unauthorised',
    },
    { name: 'in its time', fault: undefined },
  ]
  for (const { name, change, members, fault } of FAULTS)
    it(`is ${fault ?? 'in order'} ${name}`, () => {
      const participants = members?.(seat.registry.participants) ?? seat.registry.participants
      assert.equal(edgeFault({ ...seat.registry, participants }, { ...edge, ...change?.() }, seat.at), fault)
    })

  const measure = (until: string | undefined): CaseFacts => ({
    measures: [
      { id: 'm1', type: 'follow-up', from: '2026-01-01', sections: [], ...(until === undefined ? {} : { until }) },
    ],
  })
  const ENDS: readonly { readonly name: string; readonly facts: CaseFacts; readonly isOver: boolean }[] = [
    { name: 'an end that cannot be read', facts: measure('never'), isOver: true },
    { name: 'an end that has come', facts: measure('2026-02-01'), isOver: true },
    { name: 'an end to come', facts: measure('2099-01-01'), isOver: false },
    { name: 'no end', facts: measure(undefined), isOver: false },
    { name: 'nothing stated', facts: {}, isOver: false },
  ]
  for (const { name, facts, isOver } of ENDS)
    it(`${isOver ? 'is over' : 'goes on'} for a measure with ${name}`, () => {
      assert.equal(isMeasureOver(seat.registry, edge, facts, seat.at), isOver)
    })

  it('brings a case to a mandate by site, by name, or by an assignment in its time', () => {
    const place = { caseId: newCaseId(), site: undefined, assigned: [] }
    const assigned = (until?: number): typeof place.assigned =>
      [{ mandate: mandate.id, from: seat.at - 2, ...(until === undefined ? {} : { until }) }] as never
    const atParis = { ...mandate, sites: ['paris'] }
    assert.ok(covers(mandate, place, seat.at))
    assert.ok(!covers(atParis, place, seat.at))
    assert.ok(covers(atParis, { ...place, site: 'paris' }, seat.at))
    assert.ok(!covers({ ...mandate, cases: ['C-OTHER'] }, place, seat.at))
    assert.ok(covers(atParis, { ...place, assigned: assigned() }, seat.at))
    assert.ok(covers(atParis, { ...place, assigned: assigned(seat.at + 1) }, seat.at))
    assert.ok(!covers(atParis, { ...place, assigned: assigned(seat.at) }, seat.at))
  })

  const asked = (facts: CaseFacts): ReturnType<typeof questionOf> =>
    questionOf({
      at: seat.at,
      sender: seat.member('probation-paris'),
      recipient: seat.member('pairs-paris'),
      edge,
      mandate,
      purpose: 'disengagement-support',
      facts,
      grants: [],
      groups: [],
    })
  const RUNNING: readonly { readonly name: string; readonly facts: CaseFacts; readonly active: boolean | undefined }[] =
    [
      { name: 'unknown where nothing was stated', facts: {}, active: undefined },
      { name: 'active without an end', facts: measure(undefined), active: true },
      { name: 'active before its end', facts: measure('2099-01-01'), active: true },
      { name: 'not active after its end', facts: measure('2026-02-01'), active: false },
      {
        name: 'not active where its beginning cannot be read',
        facts: { measures: [{ id: 'm1', type: 'follow-up', from: 'soon', sections: [] }] },
        active: false,
      },
    ]
  for (const { name, facts, active } of RUNNING)
    it(`asks of a measure that is ${name}`, () => assert.equal(asked(facts).facts['case.measureActive'], active))

  it('asks with the milestones that are known and the sections informed of, each once', () => {
    const informed = [
      { id: 'n1', sections: ['family', 'health'] },
      { id: 'n2', sections: ['family'] },
    ]
    const { facts, milestones } = asked({ informed, milestones: { release: '2026-01-01', transfer: undefined } })
    assert.deepEqual(facts['case.informedSections'], ['family', 'health'])
    assert.equal(printInstant(milestones['release'] ?? 0).slice(0, 10), '2026-01-01')
    assert.equal(milestones['transfer'], undefined)
  })
})
