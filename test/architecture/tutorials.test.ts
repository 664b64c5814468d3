/** Tutorials name buttons, links and headings in bold: each is on a page, in the language of the tutorial. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'
import { CONSTANT_SENTENCE } from '#gateway/core/projection.ts'
import { CATALOGUES } from '#gateway/http/web/words.ts'
import { textOf } from './tracked-files.ts'

/** Said of kinds of absence, not shown as they stand. */
const OWN_WORDS: ReadonlySet<string> = new Set([
  'your choice',
  'until a date or a meeting that you set',
  'held by somebody else',
  'votre choix',
  'jusqu’à une date ou une rencontre que vous avez fixée',
  'conservé par quelqu’un d’autre',
])

const textsIn = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Object.values(value as object).flatMap(textsIn)

/** As a person reads it: one kind of space. */
const plain = (text: string): string => text.replaceAll(/[\s\u00a0\u202f]+/g, ' ').trim()

/** Whether the words stand on a page: as a whole text, with the numbers and names that belong in it. */
function isShown(words: string, texts: readonly string[]): boolean {
  return texts.some((text) => {
    const parts = plain(text).split(/\{\{\w+\}\}/)
    const [first = '', ...rest] = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    return new RegExp(`^${[first, ...rest].join('.+')}$`).test(words)
  })
}

describe('tutorials', () => {
  for (const [file, language] of [
    ['docs/tutorial-officer.md', 'en'],
    ['docs/tutorial-officer.fr.md', 'fr'],
    ['docs/tutorial-reader.md', 'en'],
    ['docs/tutorial-reader.fr.md', 'fr'],
  ] as const)
    it(`${file} names nothing that is not on a page in that language`, () => {
      const texts = [
        ...textsIn(CATALOGUES[language]),
        ...SECTIONS.map((section) => section[language]),
        CONSTANT_SENTENCE[language],
      ]
      const named = [...textOf(file).matchAll(/\*\*([^*]+)\*\*/g)].map(([, words = '']) => plain(words))
      assert.ok(named.length >= 8, `${named.length} names`)
      assert.deepEqual(
        named.filter((words) => !OWN_WORDS.has(words) && !isShown(words, texts)),
        [],
      )
    })
})
