/** What the pages say, in the language of the person, by keys that the compiler checks. Whole sentences only; no HTML in them. */
import i18next from 'i18next'
import type { TFunction } from 'i18next'
import { PAGE_LANGUAGES } from '#gateway/core/account.ts'
import type { PageLanguage } from '#gateway/core/account.ts'
import arChanges from './words/ar/changes.json' with { type: 'json' }
import arCommon from './words/ar/common.json' with { type: 'json' }
import arConsole from './words/ar/console.json' with { type: 'json' }
import arInbox from './words/ar/inbox.json' with { type: 'json' }
import arOperators from './words/ar/operators.json' with { type: 'json' }
import arSignIn from './words/ar/sign-in.json' with { type: 'json' }
import enChanges from './words/en/changes.json' with { type: 'json' }
import enCommon from './words/en/common.json' with { type: 'json' }
import enConsole from './words/en/console.json' with { type: 'json' }
import enInbox from './words/en/inbox.json' with { type: 'json' }
import enOperators from './words/en/operators.json' with { type: 'json' }
import enSignIn from './words/en/sign-in.json' with { type: 'json' }
import frChanges from './words/fr/changes.json' with { type: 'json' }
import frCommon from './words/fr/common.json' with { type: 'json' }
import frConsole from './words/fr/console.json' with { type: 'json' }
import frInbox from './words/fr/inbox.json' with { type: 'json' }
import frOperators from './words/fr/operators.json' with { type: 'json' }
import frSignIn from './words/fr/sign-in.json' with { type: 'json' }

/** One catalogue for each part of the house. English is the one whose keys count. */
const EN = {
  common: enCommon,
  'sign-in': enSignIn,
  console: enConsole,
  changes: enChanges,
  inbox: enInbox,
  operators: enOperators,
} as const
const FR: typeof EN = {
  common: frCommon,
  'sign-in': frSignIn,
  console: frConsole,
  changes: frChanges,
  inbox: frInbox,
  operators: frOperators,
}
/** Not all is translated yet: what is missing is said in English. */
const AR = {
  common: arCommon,
  'sign-in': arSignIn,
  console: arConsole,
  changes: arChanges,
  inbox: arInbox,
  operators: arOperators,
}

export const CATALOGUES = { en: EN, fr: FR, ar: AR } as const

type Namespaces = ['common', 'sign-in', 'console', 'changes', 'inbox', 'operators']
export const NAMESPACES: Namespaces = ['common', 'sign-in', 'console', 'changes', 'inbox', 'operators']

declare module 'i18next' {
  interface CustomTypeOptions {
    readonly defaultNS: 'common'
    readonly resources: typeof EN
  }
}

/** French keeps its double signs and quotation marks with what stands beside them; nobody has to write the space that does so. */
const keptTogether = (text: string): string =>
  text.replaceAll(/ (?=[:;?!»])/g, '\u00A0').replaceAll(/(?<=«) /g, '\u00A0')

interface Tree {
  readonly [key: string]: string | Tree
}
const ofEach = (tree: Tree, change: (text: string) => string): Tree =>
  Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [
      key,
      typeof value === 'string' ? change(value) : ofEach(value, change),
    ]),
  )

const catalogue = i18next.createInstance()
void catalogue.init({
  resources: { ...CATALOGUES, fr: ofEach(FR, keptTogether) },
  supportedLngs: PAGE_LANGUAGES,
  fallbackLng: 'en',
  ns: NAMESPACES,
  defaultNS: 'common',
  // The html tag escapes.
  interpolation: { escapeValue: false },
  initAsync: false,
})

/** `t('inbox:arrival.title', { name })`; counts as `count`. */
export type Words = TFunction<Namespaces>

const BY_LANGUAGE: Readonly<Record<PageLanguage, Words>> = {
  en: catalogue.getFixedT('en', NAMESPACES),
  fr: catalogue.getFixedT('fr', NAMESPACES),
  ar: catalogue.getFixedT('ar', NAMESPACES),
}

export const wordsIn = (language: PageLanguage): Words => BY_LANGUAGE[language]

/** Of texts that we hold in two languages: the reader's, else English. */
export const pick = (language: PageLanguage, { en, fr }: { readonly en: string; readonly fr: string }): string =>
  language === 'fr' ? fr : en
