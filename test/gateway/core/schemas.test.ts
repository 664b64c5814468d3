/** The schemas of items, messages, choices and the registry at their edges: the last that fits and the first that does not. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'mocha'
import { choiceSchema, DEFAULT_CHOICE, isDeeper, UNNARROWED } from '#gateway/core/choice.ts'
import { itemSchema } from '#gateway/core/item.ts'
import { messageSchema } from '#gateway/core/message.ts'
import { anItemText, aReferral } from '#test/support/messages.ts'

const ids = (count: number): readonly string[] => Array.from({ length: count }, () => randomUUID())
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `name-${index}`)
const chars = (count: number): string => 'x'.repeat(count)

/** By member: what fits, then what does not. */
type Edges = readonly (readonly [member: string, fits: readonly unknown[], fitsNot: readonly unknown[]])[]

function holds(edges: Edges, accepts: (members: object) => boolean): void {
  const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80)
  for (const member of new Set(edges.map(([name]) => name)))
    it(`${member} keeps its bounds`, () => {
      for (const [, fits, fitsNot] of edges.filter(([name]) => name === member)) {
        for (const value of fits) assert.ok(accepts({ [member]: value }), `takes ${shown(value)}`)
        for (const value of fitsNot) assert.ok(!accepts({ [member]: value }), `refuses ${shown(value)}`)
      }
    })
}

const INSTANTS = ['2026-11-01', '2026-11-01T08:00:00Z']
const NO_INSTANTS = ['soon', '2026-13-01', '', 20261101]
const NO_NAMES = ['', 'A', 'Big', 'a_b', 7]

describe('itemSchema', () => {
  const accepts = (change: object): boolean => itemSchema.safeParse({ ...anItemText(), ...change }).success
  holds(
    [
      ['itemId', ids(1), ['', 'a', undefined]],
      ['section', ['family', 'person-record'], [...NO_NAMES, undefined]],
      ['term', ['a', chars(120)], ['', chars(121), undefined]],
      ['rungs', [{}, { g1: 'a', g2: 1, g3: null, g4: [] }], [{ g0: 'a' }, { g5: 'a' }, 'a', []]],
      ['nature', ['fact', 'opinion', 'intelligence', 'statement-of-person', 'decision'], ['rumour', '', undefined]],
      ['subjectCategory', ['suspect', 'victim', 'child', 'professional'], ['', 'stranger', undefined]],
      ['specialCategories', [[], ['health', 'offence']], [['none'], Array.from({ length: 10 }, () => 'health')]],
      ['author', [{ role: 'clerk', service: 'prison-paris' }], [{}, { role: 'clerk' }, { role: 'A', service: 'ab' }]],
      ['author', [], [{ role: 'clerk', service: 'ab', name: 'x' }]],
      ['observedAt', INSTANTS, [...NO_INSTANTS, undefined]],
      ['recordedAt', [...INSTANTS, undefined], NO_INSTANTS],
      ['validUntil', [...INSTANTS, undefined], NO_INSTANTS],
      ['releaseUntil', [...INSTANTS, undefined], NO_INSTANTS],
      ['source', [{ scheme: 'admiralty', code: 'B' }, undefined], [{ scheme: 'stars', code: 'B' }, { code: 'B' }]],
      ['information', [{ scheme: 'europol-4x4', code: '12' }], [{ scheme: 'europol-4x4', code: '123' }]],
      ['completeness', ['complete', 'partial', 'unknown'], ['', 'full']],
      ['method', [chars(200)], [chars(201)]],
      ['evidenceFor', [[chars(20_000)], Array.from({ length: 20 }, () => 'x')], [[chars(20_001)]]],
      ['evidenceFor', [], [Array.from({ length: 21 }, () => 'x')]],
      ['evidenceAgainst', [Array.from({ length: 20 }, () => 'x')], [Array.from({ length: 21 }, () => 'x')]],
      ['missingInformation', [chars(20_000)], [chars(20_001), 7]],
      ['secrecyRegime', ['none', 'spip', 'medical', 'lawyer', 'clergy'], ['', 'military']],
      ['receivedInConfidence', [true, false], ['true', 1]],
      ['classification', ['diffusion-restreinte', 'secret', 'tres-secret'], ['', 'public']],
      ['handling', [['H0', 'H1', 'H2', 'H3']], [['H4'], ['H0', 'H1', 'H2', 'H3', 'H3']]],
      ['handlingNote', [chars(500)], [chars(501)]],
      ['tlp', ['TLP:RED', undefined], ['RED', '']],
      ['conditions', [[], names(50)], [names(51), ['No']]],
      ['originator', ['prison-paris', undefined], NO_NAMES],
      ['releasableTo', [[], names(50)], [names(51), ['No']]],
      ['purposes', [[], names(50)], [names(51), ['No']]],
      ['legalBasisIds', [[], [chars(3), chars(100)], names(10)], [[chars(2)], [chars(101)], names(11)]],
      ['retentionId', [chars(60)], [chars(61)]],
      ['disputed', [true], ['yes']],
      ['subjectStatement', [chars(20_000)], [chars(20_001)]],
      ['subjectInformed', ['yes', 'no', 'deferred'], ['', true]],
      ['supersedes', [...ids(1), undefined], ['', 'a']],
      ['derivedFrom', [ids(50)], [ids(51), ['a']]],
      ['lang', ['fr', 'fr-FR', 'gsw'], ['f', 'FR', 'fr-fr', 'fr-FRA', 'fr-', 'xfr-FR ', 'french', '-FR']],
      ['record', [chars(200)], [chars(201)]],
      ['at', [chars(500)], [chars(501)]],
      ['remark', [], ['a member that no item has']],
    ],
    accepts,
  )
  it('fills in what was left out with what limits most or says least', () => {
    const item = itemSchema.parse(anItemText())
    assert.deepEqual([item.specialCategories, item.handling, item.conditions], [[], [], []])
    assert.deepEqual([item.completeness, item.secrecyRegime, item.subjectInformed], ['unknown', 'none', 'yes'])
    assert.deepEqual([item.receivedInConfidence, item.disputed, item.classification], [false, false, 'non-protege'])
  })
})

describe('messageSchema', () => {
  const ENVELOPE = { sch: 'passerelle/1', iss: 'spiffe://a', aud: 'spiffe://b', iat: 1, jti: randomUUID() }
  const accepts = (body: object): boolean => messageSchema.safeParse({ ...ENVELOPE, ...body }).success
  const BARE = Object.fromEntries(Object.entries(aReferral()).filter(([name]) => name !== 'items'))
  const bounded = (kind: string, whole: object, edges: Edges): unknown =>
    describe(kind, () => {
      const body = { ...BARE, kind, ...whole }
      it('is taken whole, and not with a member of its own that no kind has', () => {
        assert.ok(accepts(body))
        assert.ok(!accepts({ ...body, remark: 'x' }))
      })
      for (const member of Object.keys(whole).filter((name) => name !== 'firstAppointment'))
        it(`is refused without its ${member}`, () => {
          const rest = Object.fromEntries(Object.entries(body).filter(([name]) => name !== member))
          assert.equal(accepts(rest), false)
        })
      holds(edges, (change) => accepts({ ...body, ...change }))
    })

  describe('of any kind', () =>
    holds(
      [
        ['sch', ['passerelle/1'], ['passerelle/2', '', undefined]],
        ['iss', [chars(3), chars(200)], [chars(2), chars(201), undefined]],
        ['aud', [chars(3), chars(200)], [chars(2), chars(201), undefined]],
        ['iat', [0, 1], [-1, 1.5, '1', undefined]],
        ['jti', ids(1), ['', 'a', undefined]],
        ['kind', ['InformationRequest'], ['SubjectReply', 'Nothing', undefined]],
        ['caseId', ['C-1'], ['', 'C', 'C/1', undefined]],
        ['purpose', ['victim-safety'], [...NO_NAMES, undefined]],
        ['legalBasisId', [chars(3), chars(100)], [chars(2), chars(101), undefined]],
        ['to', [names(1), names(50), undefined], [[], names(51), ['No']]],
        ['inReplyTo', [...ids(1), undefined], ['', 'a']],
      ],
      (change) =>
        accepts({
          ...BARE,
          kind: 'InformationRequest',
          sections: ['family'],
          necessity: chars(20),
          until: '2027-01-01',
          ...change,
        }),
    ))

  const MANDATES: Edges = [['mandates', [names(1), names(20)], [[], names(21), ['No']]]]
  const ASK: Edges = [
    ['sections', [names(1), names(31)], [[], names(32), ['No']]],
    ['necessity', [chars(20), chars(2000)], [chars(19), chars(2001)]],
    ['until', INSTANTS, NO_INSTANTS],
  ]
  const REASONS: Edges = [
    ['reason', ['inaccurate', 'unlawfully-transmitted', 'disputed', 'rectified', 'other'], ['', 'because', undefined]],
  ]
  const request = { sections: ['family'], necessity: chars(20), until: '2027-01-01' }
  const [inReplyTo = ''] = ids(1)
  for (const kind of ['CaseHandover', 'Referral', 'EndOfCustodyNote'])
    bounded(kind, { items: [] }, [['items', [[], [anItemText()]], [[{}], 'items']]])
  bounded('HandoverAck', { inReplyTo }, [])
  bounded('ReferralAccepted', { inReplyTo, mandates: ['pairs-mediator'], firstAppointment: '2027-01-01' }, [
    ...MANDATES,
    ['firstAppointment', [...INSTANTS, undefined], NO_INSTANTS],
  ])
  bounded('ReferralDeclined', { inReplyTo, reason: 'no-capacity' }, [
    ['reason', ['no-capacity', 'out-of-area', 'conflict-of-interest', 'person-declined', 'other'], ['', 'inaccurate']],
  ])
  bounded('QuarterlyReport', { items: [], quarter: '2026-Q4' }, [
    ['quarter', ['2026-Q1', '2026-Q4'], ['2026-Q0', '2026-Q5', '26-Q1', '2026Q1', 'x2026-Q1', '2026-Q1x', '']],
  ])
  bounded('MonthlyMeetingRecord', { items: [], meetingOn: '2026-11-01', attendees: [] }, [
    ['meetingOn', INSTANTS, NO_INSTANTS],
    ['attendees', [[], names(50)], [names(51), ['No']]],
  ])
  bounded('IncidentAlert', { items: [], severity: 'minor', finding: 'alleged' }, [
    ['severity', ['minor', 'serious', 'severe'], ['', 'none']],
    ['finding', ['alleged', 'established'], ['', 'none']],
  ])
  bounded('Correction', { items: [], reason: 'other' }, REASONS)
  bounded('Recall', { recalled: ids(1), reason: 'other' }, [...REASONS, ['recalled', [ids(2)], [[], ['a']]]])
  bounded('RecallAck', { inReplyTo, action: 'deleted' }, [
    ['action', ['deleted', 'locked'], ['', 'kept']],
    ...MANDATES,
    ['mandates', [undefined], []],
  ])
  bounded('InformationRequest', request, ASK)
  bounded('IntelligenceRequest', request, ASK)
  bounded('InformationResponse', { inReplyTo, granted: [], refused: [], until: '2027-01-01' }, [
    ['granted', [[], names(31)], [names(32), ['No']]],
    ['refused', [[{ section: 'family', reason: 'secrecy' }]], [[{ section: 'family', reason: 'no' }], [{}]]],
    ['refused', [], [names(32).map((section) => ({ section, reason: 'other' }))]],
    ['until', INSTANTS, NO_INSTANTS],
    ['items', [undefined, [], [anItemText()]], [[{}]]],
  ])

  const facts = (change: object): boolean => accepts({ ...aReferral(), facts: change })
  describe('facts of a case', () => {
    const MEASURE = { id: 'm1', type: 'follow-up', from: '2026-01-01', sections: [] }
    holds(
      [
        ['measures', [[], [MEASURE], [{ ...MEASURE, until: '2027-01-01' }]], [[{}], [{ ...MEASURE, from: 'soon' }]]],
        ['measures', [names(50).map((id) => ({ ...MEASURE, id }))], [names(51).map((id) => ({ ...MEASURE, id }))]],
        ['measures', [[{ ...MEASURE, sections: names(31) }]], [[{ ...MEASURE, sections: names(32) }]]],
        ['informed', [[{ id: 'n1', sections: ['family'] }]], [[{ id: 'n1', sections: [] }], [{}], names(51)]],
        ['careTeam', ['team-1'], NO_NAMES],
        ['milestones', [{}, { release: '2026-01-01', transfer: '2026-01-02' }], [{ release: 'soon' }, { birth: 'x' }]],
        ['site', ['paris'], NO_NAMES],
        ['jurisdiction', ['paris'], NO_NAMES],
        ['minor', [true, false], ['no']],
        ['restrictedTo', [[], names(200)], [names(201), ['No']]],
        ['excludedFrom', [[], names(200)], [names(201), ['No']]],
        ['remark', [], ['x']],
      ],
      facts,
    )
  })
})

describe('choiceSchema', () => {
  const accepts = (change: object): boolean => choiceSchema.safeParse({ depth: 'D2', ...change }).success
  holds(
    [
      ['depth', ['D0', 'D4'], ['D5', '', undefined]],
      ['sections', [{}, { family: 'D0' }], [{ family: 'D9' }, { Family: 'D0' }]],
      ['reach', [0, 1200].map((months) => ({ kind: 'months', months })), [{ kind: 'months', months: 1201 }]],
      ['reach', [undefined], [{ kind: 'months', months: -1 }, { kind: 'months', months: 1.5 }, { kind: 'months' }]],
      ['reach', [{ kind: 'since', milestone: 'last-read' }], [{ kind: 'since', milestone: 'birth' }]],
      ['reach', [{ kind: 'since-date', date: '2026-01-01' }], [{ kind: 'since-date', date: 'soon' }, { kind: 'ever' }]],
      ['versions', ['standing', 'all', undefined], ['none']],
      ['delayedReveal', [{ until: '2027-01-01' }, { meetings: 1 }, { meetings: 100 }], [{}, { meanwhile: 'D1' }]],
      ['delayedReveal', [undefined], [{ meetings: 0 }, { meetings: 101 }, { until: 'soon' }, { meetings: 1, x: 1 }]],
      ['optOut', [[], names(31)], [names(32), ['No']]],
      ['factsOnly', [true], ['yes']],
      ['askMe', [true], ['yes']],
      ['remark', [], ['x']],
    ],
    accepts,
  )
  it('takes what was left out for no modifier at all', () => {
    const whole = choiceSchema.parse({ depth: 'D0' })
    assert.deepEqual(whole, { depth: 'D0', sections: {}, optOut: [], factsOnly: false, askMe: false })
    assert.deepEqual(whole, DEFAULT_CHOICE)
    assert.deepEqual(choiceSchema.parse({ depth: 'D4', versions: 'all' }), UNNARROWED)
    assert.equal(choiceSchema.parse({ depth: 'D4', delayedReveal: { meetings: 1 } }).delayedReveal?.meanwhile, 'D0')
  })
  it('orders depths', () => {
    assert.deepEqual([isDeeper('D1', 'D0'), isDeeper('D1', 'D1'), isDeeper('D0', 'D4')], [true, false, false])
  })
})
