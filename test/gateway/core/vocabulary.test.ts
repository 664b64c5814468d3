/** The vocabulary: sections, terms, depths and code lists are whole, bilingual, and agree with each other and with the packs. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'mocha'
import { z } from 'zod'
import { DEPTHS } from '#gateway/core/choice.ts'
import { NAME_PATTERN } from '#gateway/core/ids.ts'
import { SPECIAL_CATEGORIES, SUBJECT_CATEGORIES } from '#gateway/core/item.ts'
import { entryOf } from '#gateway/core/vocabulary/code-list.ts'
import { CONDITIONS } from '#gateway/core/vocabulary/codes.ts'
import { DEPTH_TABLE, DEPTH_TABLE_VERSION, admittedLevel } from '#gateway/core/vocabulary/depths.ts'
import { legalBasisById } from '#gateway/core/vocabulary/legal-bases.ts'
import { PURPOSES } from '#gateway/core/vocabulary/purposes.ts'
import { SECTION_IDS } from '#gateway/core/vocabulary/section.ts'
import {
  SECTIONS,
  VOCABULARY_VERSION,
  sectionById,
  sectionByNumber,
  sectionOfTerm,
  termById,
} from '#gateway/core/vocabulary/sections.ts'
import { LADDERS, valueAt } from '#policies/engine/ladders.ts'
import { rankOf, RUNGS } from '#policies/language/level.ts'

const TERMS = SECTIONS.flatMap(({ terms }) => terms)
const EVENT_NUMBERS = [21, 22, 25, 26, 27, 28, 29]

describe('SECTIONS', () => {
  it('are the 31 of the vocabulary, in their fixed order', () => {
    assert.equal(SECTIONS.length, 31)
    assert.deepEqual(
      SECTIONS.map(({ id }) => id),
      SECTION_IDS,
    )
    assert.deepEqual(
      SECTIONS.map(({ number }) => number),
      Array.from({ length: 31 }, (_, index) => index + 1),
    )
    for (const version of [VOCABULARY_VERSION, DEPTH_TABLE_VERSION]) assert.match(version, /\/\d+$/)
  })

  it('hold events in 21, 22 and 25 to 29', () => {
    const numbers = SECTIONS.filter(({ isEvent }) => isEvent).map(({ number }) => number)
    assert.deepEqual(numbers, EVENT_NUMBERS)
  })

  it('have three terms or more each', () => {
    for (const { id, terms } of SECTIONS) assert.ok(terms.length >= 3, id)
  })

  it('are found by id and by number, and no other name is', () => {
    assert.equal(sectionById('handling')?.number, 31)
    assert.equal(sectionByNumber(5)?.id, 'third-parties')
    for (const number of [0, 32, -1, 1.5, Number.NaN]) assert.equal(sectionByNumber(number), undefined)
    for (const name of ['', 'toString', '__proto__', 'Identity']) assert.equal(sectionById(name), undefined)
  })
})

describe('terms', () => {
  it('have ids that are unique in all sections and safe as names', () => {
    assert.equal(new Set(TERMS.map(({ id }) => id)).size, TERMS.length)
    for (const { id } of TERMS) assert.match(id, NAME_PATTERN)
  })

  it('and sections are named in both languages', () => {
    for (const { id, en, fr } of [...SECTIONS, ...TERMS]) assert.ok(en.trim() !== '' && fr.trim() !== '', id)
  })

  it('have a known ladder', () => {
    for (const { id, kind } of TERMS) assert.ok(Object.hasOwn(LADDERS, kind), id)
  })

  it('have a rung for their summary, and categories that a message may name', () => {
    for (const { id, summaryRung, subjectCategory, specialCategories } of TERMS) {
      assert.ok(RUNGS.includes(summaryRung) && SUBJECT_CATEGORIES.includes(subjectCategory), id)
      for (const category of specialCategories) assert.ok(SPECIAL_CATEGORIES.includes(category), id)
    }
  })

  it('are found by id with their section', () => {
    for (const section of SECTIONS)
      for (const term of section.terms) {
        assert.equal(termById(term.id), term)
        assert.equal(sectionOfTerm(term.id), section)
      }
    assert.equal(termById('toString'), undefined)
    assert.equal(sectionOfTerm('unknown-term'), undefined)
  })

  it('of the safety floor are these', () => {
    assert.deepEqual(
      TERMS.filter(({ isFloor }) => isFloor).map(({ id }) => id),
      [
        'obligation-support',
        'obligation-reporting',
        'obligation-residence',
        'obligation-work',
        'obligation-care',
        'prohibition-contact',
        'prohibition-place',
        'prohibition-weapon',
        'prohibition-travel',
        'electronic-monitoring',
        'administrative-measure',
        'contact-ban',
        'area-ban',
        'staff-safety-advice',
        'suicide-risk',
        'child-protection-alert',
        'staff-safety-warning',
        'emergency-contact',
        'recall-notice',
        'correction-notice',
      ],
    )
  })

  it('record events in sections of events only, and a staff-safety warning lasts', () => {
    for (const { id, recordsEvent } of TERMS)
      if (recordsEvent) assert.ok(EVENT_NUMBERS.includes(sectionOfTerm(id)?.number ?? 0), id)
    assert.equal(termById('incident-type')?.recordsEvent, true)
    assert.equal(termById('staff-safety-warning')?.recordsEvent, false)
  })

  it('name special categories: religion in mediation, health in psychology, biometry in a photograph', () => {
    assert.deepEqual(termById('mediation-themes')?.specialCategories, ['religious-philosophical'])
    assert.deepEqual(termById('trauma')?.specialCategories, ['health'])
    assert.deepEqual(termById('photo')?.specialCategories, ['biometric-id'])
    assert.equal(termById('children')?.subjectCategory, 'child')
  })

  it('say no more than existence at depth 2 in sections 12 and 30', () => {
    for (const number of [12, 30])
      for (const { id, kind, summaryRung } of sectionByNumber(number)?.terms ?? []) {
        const rungs = { g1: 'a', g2: 'b', g3: 'c' }
        assert.equal(valueAt({ kind, exact: 'text', rungs, summaryRung }, summaryRung), undefined, id)
      }
  })

  const DEPTH_2: readonly [string, string][] = [
    ['birth-date', 'g3'],
    ['birthplace', 'g4'],
    ['offence', 'g2'],
    ['sentence', 'g2'],
    ['supervising-judge', 'g3'],
    ['release-date', 'g2'],
    ['person-at-risk', 'g2'],
    ['violent-act-evaluated', 'g1'],
    ['need-accommodation', 'g2'],
    ['staff-safety-advice', 'g2'],
    ['health-adjustment', 'g3'],
    ['address', 'g1'],
    ['employer', 'g2'],
    ['debt', 'g2'],
    ['supportive-tie', 'g3'],
    ['substance-use', 'g1'],
    ['incident-date', 'g3'],
    ['programme-start-date', 'g1'],
    ['professional', 'g2'],
    ['residence-jurisdiction', 'g2'],
    ['closure-date', 'g1'],
  ]
  for (const [id, rung] of DEPTH_2)
    it(`${id} stands at ${rung} at depth 2`, () => assert.equal(termById(id)?.summaryRung, rung))
})

describe('DEPTH_TABLE', () => {
  it('admits at each depth at least what the depth before admits', () => {
    for (const [index, depth] of DEPTHS.entries()) {
      const before = DEPTHS[index - 1]
      if (before === undefined) continue
      for (const id of SECTION_IDS)
        assert.ok(rankOf(DEPTH_TABLE[depth][id]) >= rankOf(DEPTH_TABLE[before][id]), `${depth} ${id}`)
    }
  })

  const LINES: readonly [(typeof DEPTHS)[number], string][] = [
    ['D0', '2032000000000000000000020000000'],
    ['D1', '3033002300003333000000030000032'],
    ['D2', '3333333323333333333223233223333'],
    ['D3', '3'.repeat(31)],
    ['D4', '4'.repeat(31)],
  ]
  for (const [depth, line] of LINES)
    it(`${depth} is its line of the domain, section by section`, () =>
      assert.equal(SECTION_IDS.map((id) => rankOf(DEPTH_TABLE[depth][id])).join(''), line))

  it('admits of a section of another vocabulary what D3 and D4 admit of every section', () => {
    for (const name of ['native', 'toString', '__proto__'])
      assert.deepEqual(
        DEPTHS.map((depth) => admittedLevel(depth, name)),
        ['nothing', 'nothing', 'nothing', 'current', 'full'],
      )
    assert.equal(admittedLevel('D0', 'measures'), 'current')
  })
})

const packSchema = z.object({
  vocabulary: z.object({
    sections: z.array(z.string()),
    terms: z.array(z.string()),
    purposes: z.array(z.string()),
    conditions: z.array(z.string()),
  }),
  bases: z.array(z.object({ id: z.string(), from: z.string().optional(), until: z.string().optional() })),
})

describe('the pack france-prison-exit', () => {
  const path = new URL('../../../policies/packs/france-prison-exit.json', import.meta.url)
  const pack = packSchema.parse(JSON.parse(readFileSync(path, 'utf8')))

  it('names the sections, terms, purposes and conditions of the vocabulary and no others', () => {
    const { sections, terms, purposes, conditions } = pack.vocabulary
    const sorted = (names: readonly string[]): readonly string[] => names.toSorted()
    assert.deepEqual(sorted(sections), sorted(SECTION_IDS))
    assert.deepEqual(sorted(terms), sorted(TERMS.map(({ id }) => id)))
    assert.deepEqual(sorted(purposes), sorted(PURPOSES.entries.map(({ code }) => code)))
    for (const name of conditions) assert.ok(entryOf(CONDITIONS, name), name)
  })

  it('relies on bases of the catalogue in the same time', () => {
    for (const { id, from, until } of pack.bases) {
      const found = legalBasisById(id)
      assert.ok(found !== undefined, id)
      assert.deepEqual({ from: found.from, until: found.until }, { from, until }, id)
    }
  })
})
