/** Before a sender signs: values of one section inside the text of another. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { itemSchema } from '#gateway/core/item.ts'
import type { Item } from '#gateway/core/item.ts'
import { repeatedValues } from '#gateway/core/repeated-values.ts'

const anItem = (section: string, value: unknown): Item =>
  itemSchema.parse({
    itemId: '11111111-1111-4111-8111-111111111111',
    section,
    term: 'term',
    value,
    nature: 'fact',
    subjectCategory: 'convicted',
    author: { role: 'registry', service: 'prison-paris' },
    observedAt: '2026-11-01',
  })
const places = (...items: readonly Item[]): readonly (readonly [number, number])[] =>
  repeatedValues(items).map(({ of, within }) => [of.index, within.index])

describe('repeatedValues', () => {
  it('H06B names the text that repeats a value of another section', () => {
    const items = [
      anItem('psychology', 'Trouble anxieux'),
      anItem('employment', 'Absent, à cause d’un TROUBLE ANXIEUX.'),
    ]
    assert.deepEqual(places(...items), [[0, 1]])
  })
  it('finds a value inside a structured one', () => {
    assert.deepEqual(
      places(
        anItem('family', { children: [{ name: 'Anouk Exemple' }] }),
        anItem('accommodation', 'Chez anouk exemple'),
      ),
      [[0, 1]],
    )
  })
  it('says nothing of the same section, of short values, of parts of words, or of equal values', () => {
    assert.deepEqual(places(anItem('family', 'Exemple'), anItem('family', 'Un exemple')), [])
    assert.deepEqual(places(anItem('family', 'Tom'), anItem('health', 'Tom va bien')), [])
    assert.deepEqual(places(anItem('family', 'Exemple'), anItem('health', 'Exemplaire')), [])
    assert.deepEqual(places(anItem('family', 'Exemple'), anItem('health', 'Exemple')), [])
  })
  it('passes over what is no text', () => {
    assert.deepEqual(places(anItem('family', 12345), anItem('health', null), anItem('identity', true)), [])
  })
  it('hears a value through punctuation, white space and accents at its ends', () => {
    assert.deepEqual(places(anItem('family', ' « Élodie ! » '), anItem('health', 'vue avec elodie')), [[0, 1]])
    assert.deepEqual(places(anItem('family', 'Exemple!'), anItem('health', 'Exemple')), [])
    assert.deepEqual(places(anItem('family', 'Anouk -- Exemple'), anItem('health', 'vue avec anouk, exemple')), [
      [0, 1],
    ])
  })
  it('names a value of five characters, and none of four', () => {
    assert.deepEqual(places(anItem('family', 'Anouk'), anItem('health', 'avec Anouk')), [[0, 1]])
    assert.deepEqual(places(anItem('family', 'Anna'), anItem('health', 'avec Anna')), [])
  })
  it('says the sections of both, whichever stands first', () => {
    const found = repeatedValues([anItem('health', 'chez Anouk Exemple'), anItem('family', 'Anouk Exemple')])
    assert.deepEqual(found, [{ of: { index: 1, section: 'family' }, within: { index: 0, section: 'health' } }])
  })
})
