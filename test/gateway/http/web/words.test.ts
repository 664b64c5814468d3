/** The catalogues of words: the same in every language as far as a program can tell. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { CATALOGUES, NAMESPACES, pick, wordsIn } from '#gateway/http/web/words.ts'

type Tree = { readonly [key: string]: string | Tree }
type Language = keyof typeof CATALOGUES

/** Keys of texts as paths, with their texts. */
const textsOf = (tree: Tree, path = ''): readonly (readonly [string, string])[] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as const] : textsOf(value, `${path}${key}.`),
  )

const catalogueOf = (language: Language): ReadonlyMap<string, string> =>
  new Map(
    NAMESPACES.flatMap((namespace) =>
      textsOf(CATALOGUES[language][namespace] as Tree).map(([key, text]) => [`${namespace}:${key}`, text] as const),
    ),
  )

const ALL = { en: catalogueOf('en'), fr: catalogueOf('fr'), ar: catalogueOf('ar') }

/** CLDR: the forms of cardinal numbers that each language has. */
const FORMS = {
  en: ['one', 'other'],
  fr: ['one', 'many', 'other'],
  ar: ['zero', 'one', 'two', 'few', 'many', 'other'],
} as const
const PLURAL = /^(.*)_(zero|one|two|few|many|other)$/

const baseOf = (key: string): string => PLURAL.exec(key)?.[1] ?? key
const basesOf = (language: Language): ReadonlySet<string> => new Set([...ALL[language].keys()].map(baseOf))
/** Keys of English that come in forms. */
const counted = new Set([...ALL.en.keys()].filter((key) => PLURAL.test(key)).map(baseOf))

const placeholdersOf = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/\{\{\s*([^},\s]+)[^}]*\}\}/g)].map(([, name]) => name ?? ''))].toSorted()

describe('the words of the pages', () => {
  it('French has every key of English, and neither has one that the other lacks', () => {
    assert.deepEqual([...basesOf('fr')].toSorted(), [...basesOf('en')].toSorted())
    console.log(`    ${ALL.en.size} texts in English, ${ALL.fr.size} in French, ${ALL.ar.size} in Arabic`)
    assert.ok(ALL.en.size > 40)
  })

  it('Arabic has no key that English lacks', () => {
    assert.deepEqual(
      [...basesOf('ar')].filter((key) => !basesOf('en').has(key)),
      [],
    )
  })

  for (const language of ['en', 'fr', 'ar'] as const)
    it(`what is counted has every form that ${language} has, and no other`, () => {
      for (const base of counted) {
        const forms = [...ALL[language].keys()]
          .filter((key) => baseOf(key) === base)
          .map((key) => PLURAL.exec(key)?.[2] ?? '')
        if (language === 'ar' && forms.length === 0) continue
        assert.deepEqual(forms.toSorted(), [...FORMS[language]].toSorted(), `${language} ${base}`)
        assert.deepEqual(new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted(), forms.toSorted())
      }
    })

  for (const language of ['fr', 'ar'] as const)
    it(`a text has the same places to fill in ${language} as in English; a form may leave out the number`, () => {
      for (const [key, text] of ALL[language]) {
        const base = baseOf(key)
        const english = ALL.en.get(key) ?? ALL.en.get(`${base}_other`) ?? ''
        const less = counted.has(base) ? ['count'] : []
        const without = (given: string): readonly string[] =>
          placeholdersOf(given).filter((name) => !less.includes(name))
        assert.deepEqual(without(text), without(english), `${language} ${key}`)
      }
    })

  it('no text holds HTML, an empty sentence, or space at its ends', () => {
    for (const [language, texts] of Object.entries(ALL))
      for (const [key, text] of texts) {
        assert.doesNotMatch(text, /<\/?[a-z!]|&[a-z]+;|&#/i, `${language} ${key}`)
        assert.equal(text, text.trim(), `${language} ${key}`)
        assert.notEqual(text, '', `${language} ${key}`)
      }
  })

  it('French keeps its double signs with the word before them, and leaves what is filled in as it is', () => {
    assert.equal(wordsIn('fr')('ways.why'), 'Pourquoi\u00A0?')
    assert.equal(wordsIn('fr')('demoClock', { time: 'a : b' }), 'Son horloge indique le a : b.')
  })

  it('says what is counted in the form of the number, and what Arabic lacks in English', () => {
    assert.equal(wordsIn('fr')('demoDays', { count: 1 }), '1 jour')
    assert.equal(wordsIn('ar')('demoDays', { count: 2 }), 'يومين')
    assert.equal(pick('fr', { en: 'a', fr: 'b' }), 'b')
    assert.equal(pick('ar', { en: 'a', fr: 'b' }), 'a')
  })
})
