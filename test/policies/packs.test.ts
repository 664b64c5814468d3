/** The shipped packs: canonical, without a fault, and, for France, every cell of the matrix as the design has it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'mocha'
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'
import { decide } from '#policies/engine/decide.ts'
import { LADDERS } from '#policies/engine/ladders.ts'
import { checkSet } from '#policies/engine/statutes.ts'
import { parseInstant, type Instant } from '#policies/language/instant.ts'
import type { Facts, LabelledItem } from '#policies/language/item.ts'
import { LEVELS, rankOf } from '#policies/language/level.ts'
import type { PolicySet, Question } from '#policies/language/policy.ts'
import { parsePolicy, printPolicy } from '#policies/language/text.ts'
import { warningsOf } from '#policies/language/warnings.ts'

const textOf = (id: string): string => readFileSync(new URL(`../../policies/packs/${id}.json`, import.meta.url), 'utf8')

function packOf(id: string): PolicySet {
  const parsed = parsePolicy(textOf(id), `${id}.json`)
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return parsed.set
}

const instant = (text: string): Instant => parseInstant(text) ?? Number.NaN
const AT = instant('2026-06-15')

const TYPES = ['SN', 'PR', 'JU', 'SP', 'PS', 'PP', 'PM', 'IN', 'MU', 'MJ'] as const
type RecipientType = (typeof TYPES)[number]

/** `domain.md` §3.2, transcribed: section, then one cell per recipient type in the order of TYPES. */
const MATRIX = `
  identity           4   4   4   4   3   2   2   4   2   3
  custody            4   4   4   4   2   2   1   3   0   3
  measures           4   4   4   4   3   2   2   3   2   3
  release-plan       3   4   4   4   3   2   2   3   2   0
  third-parties      2   3   4   4   2   1   1   3   1   0
  evaluation         3r  4   4   4   2   3r  2   2r  0   0
  risk-needs         2r  4   4   4   2   3   2   2r  0   0
  protective-factors 1   4   4   4   4   4   4   2   1   0
  ideology           3r  4   4   3   2   2   3   2r  0   0
  violent-risk       4   4   4   3   2   2   2   3   0   0
  mediation          0   2   2   2   2   2   4   0   0   0
  psychology         0   1   1j  1   1   4*  0   0   0   0
  health             0   2   1   2   2   2   1   0   1c  0
  accommodation      2r  3   4   4   4   2   1   3   2   0
  employment         1   3   3   4   4   2   1   1   3c  0
  finance            1   2   2   4   4   1   0   2   2c  0
  family             1r  3   3   3   3   3   1   1   0   0
  network            4   3   3   3   2   2   1   3   0   0
  lifestyle          0   2   2   3   2   3   0   0   0   0
  life-course        1r  3   3   3   2   3   2   0   0   0
  incidents          4   4   4   4   2   2   1   3   0   0
  programmes         1   4   4   4   3   3   3   2   0   2
  intelligence       4   2r  2j  2r  0   0   0   3r  0   0
  contacts           2   4   4   4   3   3   3   3   2   0
  transfers          3   4   4   4   3   2   1   3   1   0
  quarterly-report   1r  1r  4   4   4   3   3   2r  0   0
  meeting-record     0   0   2   4   4   3   3   1r  0   0
  panel-decision     3   3   3   3   1   0   0   4   1   3
  closure            1   1   4   4   4   3   2   2   0   2
  own-statement      0   3   4   4   4   4   3   1   0   0
  handling           2   3   3   3   2   2   2   2   1   0
`

interface Cell {
  readonly section: string
  readonly type: RecipientType
  readonly rank: number
  readonly suffix: string
}

const CELLS: readonly Cell[] = MATRIX.trim()
  .split('\n')
  .flatMap((row) => {
    const [section = '', ...cells] = row.trim().split(/\s+/)
    return TYPES.map((type, column) => {
      const cell = cells[column] ?? ''
      return { section, type, rank: Number(cell.slice(0, 1)), suffix: cell.slice(1) }
    })
  })

const ASSOCIATION: readonly string[] = ['PS', 'PP', 'PM']

/** A plain standing item of a section, labelled as the gateway labels it. */
const anItem = (section: string, facts: Facts = {}, past: Partial<LabelledItem> = {}): LabelledItem => ({
  id: 'i',
  observedAt: AT,
  isPast: false,
  facts: { section, nature: 'fact', specialCategories: [], subjectInformed: 'yes', disputed: false, ...facts },
  marking: { classification: 'non-protege', handling: [], conditions: [], receivedInConfidence: false },
  value: { kind: 'plain', exact: 'x', rungs: {}, summaryRung: 'g0' },
  ...past,
})

/** A question in which no condition of a cell is met, for the ordinary purpose. */
const aQuestion = (type: string, facts: Question['facts'] = {}, at = AT): Question => ({
  at,
  milestones: {},
  facts: {
    'recipient.type': type,
    'recipient.clinician': false,
    'recipient.careTeams': ['team-1'],
    'edge.purpose': 'release-preparation',
    'edge.regime': ASSOCIATION.includes(type) ? 'GDPR' : 'LED',
    'edge.statutory': [],
    'case.minor': false,
    'case.careTeam': 'team-1',
    'case.informedSections': [],
    'case.measureSections': [],
    'request.sections': [],
    'request.kinds': [],
    ...facts,
  },
})

const REQUESTED = (section: string): Question['facts'] => ({
  'request.sections': [section],
  'request.kinds': ['InformationRequest'],
})
const BY_INTELLIGENCE = { 'request.kinds': ['IntelligenceRequest'] }

/** What meets the condition of each suffix. */
const MEETING: Readonly<Record<string, (section: string) => Question['facts']>> = {
  r: REQUESTED,
  c: (section) => ({ 'case.informedSections': [section] }),
  j: (section) => ({ 'case.measureSections': [section] }),
  '*': () => ({ 'recipient.clinician': true }),
}

const meeting = ({ type, section, suffix }: Cell): Question['facts'] =>
  type === 'SN' ? { ...REQUESTED(section), ...BY_INTELLIGENCE } : (MEETING[suffix]?.(section) ?? {})

const france = packOf('france-prison-exit')

const levelOf = (question: Question, item: LabelledItem): string => decide(france, question, item).level

describe('every shipped pack', () => {
  for (const id of ['france-prison-exit', 'uk-hmpps']) {
    it(`${id} is canonical text`, () => assert.equal(printPolicy(packOf(id)), textOf(id)))
    it(`${id} has no fault`, () => assert.deepEqual(checkSet(packOf(id), id, { at: AT, shipped: packOf(id) }), []))
  }
})

describe('france-prison-exit', () => {
  it('has 310 cells, 31 sections by 10 types of recipient', () => {
    assert.equal(CELLS.length, 310)
    assert.deepEqual([...new Set(CELLS.map(({ section }) => section))], france.vocabulary.sections)
    assert.deepEqual([...TYPES], france.vocabulary.recipientTypes)
  })

  it('gives each cell its level once its condition is met', () => {
    for (const cell of CELLS) {
      const question = aQuestion(cell.type, meeting(cell))
      assert.equal(
        rankOf(decide(france, question, anItem(cell.section)).level),
        cell.rank,
        `${cell.type} ${cell.section}`,
      )
    }
  })

  it('gives nothing, silently, while the condition of a cell is not met', () => {
    const conditional = CELLS.filter(({ suffix, type, rank }) => suffix !== '' || (type === 'SN' && rank > 0))
    assert.equal(conditional.length, 41)
    for (const cell of conditional) {
      const { level, omission } = decide(france, aQuestion(cell.type), anItem(cell.section))
      assert.deepEqual([level, omission], ['nothing', 'silent'], `${cell.type} ${cell.section}`)
    }
  })

  it('gives nothing where the condition is met for another section, by another person or by nothing known', () => {
    for (const cell of CELLS.filter(({ suffix }) => suffix !== '')) {
      const other = cell.section === 'identity' ? 'custody' : 'identity'
      const wrong = [
        meeting({ ...cell, section: other }),
        { ...meeting(cell), 'recipient.careTeams': ['team-2'] },
        { 'request.sections': undefined, 'case.informedSections': undefined, 'case.measureSections': undefined },
      ]
      const unmet = cell.suffix === '*' ? wrong.slice(1) : [wrong[0], wrong[2]]
      for (const facts of unmet) assert.equal(levelOf(aQuestion(cell.type, facts), anItem(cell.section)), 'nothing')
    }
  })

  it('needs no condition where a cell has none', () => {
    const plain = CELLS.filter(({ suffix, type }) => suffix === '' && type !== 'SN')
    const bare: Question['facts'] = Object.fromEntries(
      ['case.informedSections', 'case.measureSections', 'request.sections', 'request.kinds'].map((name) => [
        name,
        undefined,
      ]),
    )
    for (const { type, section, rank } of plain) {
      assert.equal(levelOf(aQuestion(type, bare), anItem(section)), LEVELS[rank], `${type} ${section}`)
    }
  })

  it('answers prison intelligence only when it asked itself', () => {
    for (const { section } of CELLS.filter(({ type }) => type === 'SN')) {
      assert.equal(levelOf(aQuestion('SN'), anItem(section)), 'nothing')
      assert.equal(levelOf(aQuestion('SN', REQUESTED(section)), anItem(section)), 'nothing')
      assert.equal(levelOf(aQuestion('SN', BY_INTELLIGENCE), anItem(section)), 'nothing')
    }
  })

  it('never gives genetic data to prison intelligence', () => {
    for (const cell of CELLS.filter(({ type }) => type === 'SN')) {
      const item = anItem(cell.section, { specialCategories: ['health', 'genetic'] })
      assert.equal(levelOf(aQuestion('SN', meeting(cell)), item), 'nothing')
    }
  })

  it('lets nothing out to an association on an edge under another regime, and puts its conditions on all that goes', () => {
    for (const cell of CELLS.filter(({ type, rank }) => ASSOCIATION.includes(type) && rank > 0)) {
      const met = meeting(cell)
      assert.equal(levelOf(aQuestion(cell.type, { ...met, 'edge.regime': 'LED' }), anItem(cell.section)), 'nothing')
      const { conditions } = decide(france, aQuestion(cell.type, met), anItem(cell.section))
      assert.deepEqual(conditions, ['gdpr-pack', 'no-onward'])
    }
  })

  it('gives nothing to anybody for research or oversight', () => {
    for (const cell of CELLS) {
      for (const purpose of ['research-statistics', 'oversight', undefined]) {
        const question = aQuestion(cell.type, { ...meeting(cell), 'edge.purpose': purpose })
        assert.equal(levelOf(question, anItem(cell.section)), 'nothing')
      }
    }
  })

  it('declares what it leaves out of health and third parties towards an association, and nothing else', () => {
    const declared = CELLS.filter(
      ({ type, section }) => decide(france, aQuestion(type), anItem(section)).omission === 'declared',
    ).filter(({ rank }) => rank === 0)
    assert.deepEqual(
      declared.map(({ type, section }) => `${type} ${section}`),
      ['PM psychology'],
    )
  })

  it('hands an association twelve months of the past where it may have the past at all', () => {
    const old = { isPast: true, observedAt: instant('2025-06-14') }
    const recent = { isPast: true, observedAt: instant('2025-06-15') }
    const full = CELLS.filter(({ type, rank, suffix }) => ASSOCIATION.includes(type) && rank === 4 && suffix === '')
    assert.ok(full.length > 10)
    for (const { type, section } of full) {
      assert.equal(levelOf(aQuestion(type), anItem(section, {}, old)), 'nothing')
      assert.equal(levelOf(aQuestion(type), anItem(section, {}, recent)), 'full')
    }
  })

  it('gives less of a minor, and of a person whose age is not stated, but never less to judge, prison and probation', () => {
    for (const cell of CELLS) {
      const most = ['SN', 'IN', 'MU', 'MJ'].includes(cell.type) ? 2 : ASSOCIATION.includes(cell.type) ? 3 : 4
      for (const minor of [true, undefined]) {
        const question = aQuestion(cell.type, { ...meeting(cell), 'case.minor': minor })
        assert.equal(rankOf(decide(france, question, anItem(cell.section)).level), Math.min(most, cell.rank))
      }
    }
  })

  it('tells an association nothing that the person does not know of, the safety floor aside', () => {
    const floor = ['measures', 'third-parties', 'incidents', 'handling']
    for (const cell of CELLS.filter(({ type }) => ASSOCIATION.includes(type))) {
      const expected = floor.includes(cell.section) ? LEVELS[cell.rank] : 'nothing'
      const item = anItem(cell.section, { subjectInformed: 'no' })
      assert.equal(levelOf(aQuestion(cell.type, meeting(cell)), item), expected)
    }
  })

  it('shows a birth date by year or decade outside the authorities', () => {
    const rung = (type: string): unknown => decide(france, aQuestion(type), anItem('identity')).rungs['birth-date']
    assert.deepEqual(['PR', 'PS', 'PP', 'PM', 'MU'].map(rung), [undefined, 'g2', 'g3', 'g3', 'g3'])
  })

  it('names only ladders that there are', () => {
    const kinds = new Set(france.rules.flatMap(({ rungs }) => Object.keys(rungs)))
    assert.deepEqual(
      [...kinds].filter((kind) => !Object.hasOwn(LADDERS, kind)),
      [],
    )
  })

  it('lists the terms of the vocabulary of case summaries, and its sections, in order', () => {
    assert.deepEqual(
      france.vocabulary.sections,
      SECTIONS.map(({ id }) => id),
    )
    assert.deepEqual(
      france.vocabulary.terms,
      SECTIONS.flatMap(({ terms }) => terms.map(({ id }) => id)),
    )
  })

  it('cites a basis of strict necessity wherever belief or health goes out', () => {
    const sections = ['evaluation', 'ideology', 'violent-risk', 'mediation', 'psychology', 'health', 'own-statement']
    const isStrict = (id: string): boolean => id.startsWith('eu.led.10') || id.startsWith('eu.gdpr.9-2')
    for (const { section, type, rank } of CELLS.filter((cell) => sections.includes(cell.section) && cell.rank > 0)) {
      const rule = france.rules.find(({ id }) => id === `${type.toLowerCase()}.${sectionNumber(section)}`)
      assert.ok(type === 'SN' || rule?.bases.some(isStrict), `${type} ${section} ${rank}`)
    }
  })

  it('warns of nothing today, and of no cell when the old numbering of the code has gone', () => {
    assert.deepEqual(warningsOf(france, AT), [])
    assert.deepEqual(warningsOf(france, instant('2029-01-01')), [])
  })

  it('loses its mandatory flows when a rule that carries one is taken out', () => {
    for (const id of ['ju.6', 'ju.28', 'ju.26', 'ju.7', 'ju.21', 'sp.4', 'sp.23.end-of-custody']) {
      const without = { ...france, rules: france.rules.filter((rule) => rule.id !== id) }
      const codes = checkSet(without, 'x', { at: AT }).map(({ code }) => code)
      assert.ok(codes.length > 0 && codes.every((code) => code === 'mandatory-flow-removed'), id)
    }
  })
})

const sectionNumber = (section: string): number => france.vocabulary.sections.indexOf(section) + 1
