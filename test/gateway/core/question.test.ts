/** The question that policy is asked: every attribute of edge, mandate and case, and what is left out because nobody stated it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { parseInstant } from '#policies/language/instant.ts'
import type { Question } from '#policies/language/policy.ts'
import type { Edge } from '#gateway/core/participants.ts'
import { questionOf } from '#gateway/core/question.ts'
import type { Situation } from '#gateway/core/question.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import { aSeat } from '#test/support/routed.ts'
import type { Seat } from '#test/support/routed.ts'

describe('questionOf', () => {
  let seat: Seat
  let situation: Situation
  before(async () => {
    seat = await aSeat()
    const edge = seat.registry.edges.find(({ id }) => id === 'probation-to-pairs') ?? assert.fail('edge')
    const mandate = mandateOf(seat.registry, 'pairs-mediator') ?? assert.fail('mandate')
    situation = {
      at: seat.at,
      sender: seat.member('probation-paris'),
      recipient: { ...seat.member('pairs-paris'), clearedForDr: false },
      edge: {
        ...edge,
        agreement: { id: 'convention', from: seat.at, until: seat.at + 1 },
        art9: { id: 'authorisation', from: seat.at, until: seat.at + 1 },
        consents: ['prison-paris'],
        statutory: ['judicial-use'],
      },
      mandate: {
        ...mandate,
        type: 'MED',
        role: 'mediator',
        clinician: false,
        careTeams: ['team-1'],
        secrecies: ['social-work'],
        groups: ['pairs', 'mediators'],
        sites: ['paris'],
      },
      purpose: 'disengagement-support',
      facts: {},
      grants: [],
      groups: [],
    }
  })
  after(() => seat[Symbol.asyncDispose]())
  const asked = (change: Partial<Situation> = {}): Question => questionOf({ ...situation, ...change })
  const facts = (change: Partial<Situation> = {}): Question['facts'] => asked(change).facts

  it('holds every attribute of recipient and edge, and of a case of which nothing was stated no more than that', () => {
    const question = asked()
    assert.deepEqual([question.at, question.milestones], [seat.at, {}])
    assert.deepEqual(JSON.parse(JSON.stringify(question.facts)), {
      'recipient.type': 'MED',
      'recipient.role': 'mediator',
      'recipient.organisation': 'pairs-paris',
      'recipient.mandate': 'pairs-mediator',
      'recipient.groups': ['mediators', 'pairs'],
      'recipient.regime': 'GDPR',
      'recipient.clinician': false,
      'recipient.careTeams': ['team-1'],
      'recipient.secrecies': ['social-work'],
      'recipient.clearedForDr': false,
      'recipient.sites': ['paris'],
      'edge.purpose': 'disengagement-support',
      'edge.regime': situation.edge.regime,
      'edge.basis': situation.edge.basis,
      'edge.sender': 'probation-paris',
      'edge.senderRegime': 'LED',
      'edge.agreement': 'convention',
      'edge.art9': 'authorisation',
      'edge.consents': ['prison-paris'],
      'edge.statutory': ['judicial-use'],
      'case.restricted': false,
      'case.allowed': [],
      'request.sections': [],
      'request.kinds': [],
    })
  })

  it('says what was stated of the case', () => {
    const measure = (id: string, sections: readonly string[]): object => ({
      id,
      type: 'x',
      from: '2026-01-01',
      sections,
    })
    const question = asked({
      facts: {
        measures: [measure('m1', ['network', 'family']), measure('m2', ['family'])] as never,
        informed: [{ id: 'n1', sections: ['health'] }],
        careTeam: 'team-1',
        site: 'paris',
        jurisdiction: 'paris-tj',
        minor: true,
        milestones: { release: '2026-03-01' },
      },
    })
    assert.equal(question.facts['case.measureActive'], true)
    assert.deepEqual(question.facts['case.measureSections'], ['family', 'network'])
    assert.deepEqual(question.facts['case.informedSections'], ['health'])
    assert.equal(question.facts['case.careTeam'], 'team-1')
    assert.equal(question.facts['case.site'], 'paris')
    assert.equal(question.facts['case.jurisdiction'], 'paris-tj')
    assert.equal(question.facts['case.minor'], true)
    assert.deepEqual(question.milestones, { release: parseInstant('2026-03-01') })
  })

  it('opens the sections of measures that run, from their first instant up to their last', () => {
    const text = (shift: number): string => new Date(seat.at + shift).toISOString()
    const opened = (from: string, until?: string): unknown => {
      const measure = { id: 'm1', type: 'x', from, sections: ['network'], ...(until === undefined ? {} : { until }) }
      const { 'case.measureActive': active, 'case.measureSections': sections } = facts({
        facts: { measures: [measure] },
      })
      return [active, sections]
    }
    assert.deepEqual(opened(text(0)), [true, ['network']])
    assert.deepEqual(opened(text(1)), [false, []])
    assert.deepEqual(opened(text(-9), text(1)), [true, ['network']])
    assert.deepEqual(opened(text(-9), text(0)), [false, []])
    assert.deepEqual(facts({ facts: { measures: [] } })['case.measureActive'], false)
  })

  it('names those to whom a case is limited, and whoever it excludes finds nobody named', () => {
    const limited = (change: Situation['facts']): unknown => {
      const { 'case.restricted': restricted, 'case.allowed': allowed } = facts({ facts: change })
      return [restricted, allowed]
    }
    assert.deepEqual(limited({ restrictedTo: ['pairs-paris'] }), [true, ['pairs-paris']])
    assert.deepEqual(limited({ restrictedTo: [] }), [true, []])
    assert.deepEqual(limited({ excludedFrom: ['prison-paris'] }), [false, []])
    assert.deepEqual(limited({ excludedFrom: ['pairs-paris'] }), [true, []])
    assert.deepEqual(limited({ excludedFrom: ['pairs-mediator'] }), [true, []])
    assert.deepEqual(limited({ excludedFrom: ['pairs-mediator'], restrictedTo: ['pairs-paris'] }), [true, []])
  })

  it('adds the groups that casbin answers, and unites what was granted, each once and in order', () => {
    const question = facts({
      groups: ['pairs', 'zone', 'associations'],
      grants: [
        { kind: 'InformationRequest', sections: ['health', 'family'] },
        { kind: 'InformationRequest', sections: ['family', 'employment'] },
      ],
    })
    assert.deepEqual(question['recipient.groups'], ['associations', 'mediators', 'pairs', 'zone'])
    assert.deepEqual(question['request.sections'], ['employment', 'family', 'health'])
    assert.deepEqual(question['request.kinds'], ['InformationRequest'])
  })

  it('leaves out an agreement or authorisation that is missing or over', () => {
    const over: Edge['agreement'] = { id: 'over', from: 0, until: seat.at }
    for (const [agreement, art9] of [
      [undefined, undefined],
      [over, over],
    ]) {
      const found = facts({ edge: { ...situation.edge, agreement, art9 } })
      assert.deepEqual([found['edge.agreement'], found['edge.art9']], [undefined, undefined])
    }
  })
})
