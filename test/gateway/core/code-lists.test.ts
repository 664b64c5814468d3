/** The code lists: versioned, bilingual and frozen, equal to what an item may carry and to the published taxonomies. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { z } from 'zod'
import {
  EVALUATION_SCHEMES,
  KNOWN_CLASSIFICATIONS,
  NATURES,
  SECRECY_REGIMES,
  SPECIAL_CATEGORIES,
  SUBJECT_CATEGORIES,
} from '#gateway/core/item.ts'
import { entryOf } from '#gateway/core/vocabulary/code-list.ts'
import type { CodeList } from '#gateway/core/vocabulary/code-list.ts'
import {
  CLASSIFICATION,
  CONDITIONS,
  NATURE,
  SECRECY,
  SIENA,
  SPECIAL_CATEGORY,
  SUBJECT_CATEGORY,
  TLP,
} from '#gateway/core/vocabulary/codes.ts'
import { toEuropol } from '#gateway/core/vocabulary/cross-walk.ts'
import {
  ADMIRALTY_INFORMATION,
  ADMIRALTY_SOURCE,
  GRADINGS,
  UK_3X5X2_HANDLING,
  UK_5X5X5_HANDLING,
  isGrade,
} from '#gateway/core/vocabulary/grading.ts'
import { LEGAL_BASES, isBasisInForce, legalBasisById } from '#gateway/core/vocabulary/legal-bases.ts'
import { PURPOSES, TERMINATION_CODES } from '#gateway/core/vocabulary/purposes.ts'
import { parseInstant } from '#policies/language/instant.ts'
import { HANDLING_CODES, TLP_LABELS } from '#policies/language/item.ts'
import { fixtureJson, needsFixtures } from '#test/support/fixtures.ts'

const at = (text: string): number => parseInstant(text) ?? Number.NaN

const LISTS: readonly CodeList[] = [
  SIENA,
  TLP,
  CLASSIFICATION,
  CONDITIONS,
  NATURE,
  SUBJECT_CATEGORY,
  SPECIAL_CATEGORY,
  SECRECY,
  PURPOSES,
  TERMINATION_CODES,
  LEGAL_BASES,
  UK_5X5X5_HANDLING,
  UK_3X5X2_HANDLING,
  ...EVALUATION_SCHEMES.flatMap((scheme) => [GRADINGS[scheme].source, GRADINGS[scheme].information]),
]
const codesOf = (list: CodeList): readonly string[] => list.entries.map(({ code }) => code)

describe('code lists', () => {
  for (const list of LISTS)
    it(`${list.id} is versioned, sourced, bilingual, without repetition and frozen`, () => {
      for (const said of [list.id, list.version, list.source]) assert.notEqual(said, '')
      for (const { code, en, fr } of list.entries) assert.ok(code !== '' && en !== '' && fr !== '', code)
      assert.equal(new Set(codesOf(list)).size, list.entries.length)
      assert.ok(
        Object.isFrozen(list) && Object.isFrozen(list.entries) && list.entries.every((entry) => Object.isFrozen(entry)),
      )
    })

  it('have unique ids', () => assert.equal(new Set(LISTS.map(({ id }) => id)).size, LISTS.length))

  it('hold exactly the codes that an item may carry', () => {
    const pairs: readonly [CodeList, readonly string[]][] = [
      [SIENA, HANDLING_CODES],
      [TLP, TLP_LABELS],
      [CLASSIFICATION, KNOWN_CLASSIFICATIONS],
      [NATURE, NATURES],
      [SUBJECT_CATEGORY, SUBJECT_CATEGORIES],
      [SPECIAL_CATEGORY, SPECIAL_CATEGORIES],
      [SECRECY, SECRECY_REGIMES],
    ]
    for (const [list, names] of pairs) assert.deepEqual(codesOf(list), names)
  })

  it('hold 16 purposes and 17 termination codes', () => {
    assert.equal(PURPOSES.entries.length, 16)
    assert.equal(TERMINATION_CODES.entries.length, 17)
    assert.ok(entryOf(TERMINATION_CODES, 'breach-of-respect'))
  })

  it('tie H1 and H2 to conditions that exist', () => {
    assert.equal(entryOf(SIENA, 'H1')?.condition, 'no-judicial-use')
    for (const { condition } of SIENA.entries) if (condition !== undefined) assert.ok(entryOf(CONDITIONS, condition))
  })
})

describe('isGrade', () => {
  it('is true of a code of its scheme for what is graded, spelt as the scheme does', () => {
    assert.ok(isGrade('europol-4x4', 'source', 'X') && isGrade('admiralty', 'information', '6'))
    for (const code of ['', 'a', 'Z', '1']) assert.equal(isGrade('europol-4x4', 'source', code), false)
    assert.equal(isGrade('europol-4x4', 'information', 'A'), false)
    assert.equal(toEuropol('source', { scheme: 'europol-4x4', code: 'Z' }), undefined)
  })
})

describe('toEuropol', () => {
  it('keeps the grade as it came beside the nearest of Europol', () => {
    assert.deepEqual(toEuropol('source', { scheme: 'admiralty', code: 'D' }), {
      original: { scheme: 'admiralty', code: 'D' },
      europol: { scheme: 'europol-4x4', code: 'C' },
      isExact: false,
    })
    assert.equal(toEuropol('information', { scheme: 'europol-4x4', code: '3' })?.isExact, true)
    assert.equal(toEuropol('information', { scheme: 'uk-3x5x2', code: 'B' })?.europol.code, '3')
    assert.equal(toEuropol('source', { scheme: 'uk-3x5x2', code: '1' })?.europol.code, 'B')
  })

  it('has no answer for a code that its scheme lacks, nor for false, doubtful or improbable', () => {
    for (const code of ['Z', '', 'toString', 'a'])
      assert.equal(toEuropol('source', { scheme: 'admiralty', code }), undefined)
    for (const code of ['4', '5']) assert.equal(toEuropol('information', { scheme: 'admiralty', code }), undefined)
    assert.equal(toEuropol('information', { scheme: 'uk-5x5x5', code: '5' }), undefined)
    assert.equal(toEuropol('information', { scheme: 'uk-3x5x2', code: 'E' }), undefined)
  })

  it('answers every other grade with one that Europol has', () => {
    for (const scheme of EVALUATION_SCHEMES)
      for (const { code } of GRADINGS[scheme].source.entries)
        assert.ok(entryOf(GRADINGS['europol-4x4'].source, toEuropol('source', { scheme, code })?.europol.code ?? ''))
  })
})

describe('LEGAL_BASES', () => {
  it('have dates that parse, in order, and successors that exist and begin when they end', () => {
    for (const { code, from, until, successor } of LEGAL_BASES.entries) {
      for (const date of [from, until]) if (date !== undefined) assert.notEqual(parseInstant(date), undefined, code)
      if (from !== undefined && until !== undefined) assert.ok(at(from) < at(until), code)
      if (successor !== undefined) assert.equal(legalBasisById(successor)?.from, until, code)
    }
  })

  it('turn over with the new code of criminal procedure on 1 January 2029', () => {
    for (const [old, next] of [
      ['fr.cpp.741-1', 'fr.ncpp.741-1'],
      ['fr.cpp.706-25-16', 'fr.ncpp.l6422-1'],
    ] as const) {
      const before = legalBasisById(old)
      const after = legalBasisById(next)
      assert.ok(before !== undefined && after !== undefined)
      assert.equal(before.successor, next)
      assert.deepEqual(
        [before, after].map((basis) => isBasisInForce(basis, at('2028-12-31T23:59:59Z'))),
        [true, false],
      )
      assert.deepEqual(
        [before, after].map((basis) => isBasisInForce(basis, at('2029-01-01'))),
        [false, true],
      )
    }
  })

  it('are found by prefix where they carry an id, and not otherwise', () => {
    assert.equal(legalBasisById('coop.agreement:pairs-2026')?.code, 'coop.agreement')
    assert.notEqual(legalBasisById('consent:42')?.note, undefined)
    for (const id of ['coop.agreement', 'coop.agreement:', 'eu.led.8:x', 'unknown', ''])
      assert.equal(legalBasisById(id), undefined, id)
  })
})

const predicates = z.object({ predicates: z.array(z.object({ value: z.string() })) })
const scale = z.object({
  values: z.array(
    z.object({ predicate: z.string(), entry: z.array(z.object({ value: z.string(), expanded: z.string() })) }),
  ),
})

describe('code lists against the taxonomies of MISP', () => {
  needsFixtures()

  it('TLP has the labels of TLP 2.0 and no others', () => {
    const { predicates: upstream } = predicates.parse(fixtureJson('handling-markings/tlp.json'))
    const labels = upstream.map(({ value }) => `TLP:${value.toUpperCase()}`)
    for (const { code } of TLP.entries) assert.ok(labels.includes(code), code)
    // White is TLP 1, unclear and ex are not of FIRST.
    assert.deepEqual(labels.filter((label) => entryOf(TLP, label) === undefined).toSorted(), [
      'TLP:EX:CHR',
      'TLP:UNCLEAR',
      'TLP:WHITE',
    ])
  })

  it('the Admiralty scale has the codes and words of the published one, without "deliberately deceptive"', () => {
    const { values } = scale.parse(fixtureJson('handling-markings/admiralty-scale.json'))
    for (const [predicate, list] of [
      ['source-reliability', ADMIRALTY_SOURCE],
      ['information-credibility', ADMIRALTY_INFORMATION],
    ] as const) {
      const upstream = values.find((entry) => entry.predicate === predicate)?.entry ?? []
      const published = upstream
        .filter(({ value }) => value !== 'g')
        .map(({ value, expanded }) => [value.toUpperCase(), expanded])
      assert.deepEqual(
        list.entries.map(({ code, en }) => [code, en]),
        published,
      )
    }
  })
})
