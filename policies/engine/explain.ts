/** An answer as one whole sentence, in English and French: the level, who said so and why, what travels with it. Never content. */
import type { Level } from '#policies/language/level.ts'
import type { Bilingual, Decision, PolicySet } from '#policies/language/policy.ts'
import type { Ceiling } from './ceiling.ts'

type Language = keyof Bilingual

/** The sentence for an officer: rule ids with their reasons as written, conditions, bases and other limits. Pure and total. */
export const explain = (set: PolicySet, answer: Decision | Ceiling): Bilingual => ({
  en: sentence(set, answer, 'en'),
  fr: sentence(set, answer, 'fr'),
})

const LEVEL: Readonly<Record<Language, Readonly<Record<Level, string>>>> = {
  en: {
    nothing: 'Nothing passes',
    existence: 'Only its existence passes',
    summary: 'A summary passes',
    current: 'The current version passes',
    full: 'Everything passes, with its past',
  },
  fr: {
    nothing: 'Rien ne passe',
    existence: 'Seule son existence passe',
    summary: 'Une synthèse passe',
    current: 'La version actuelle passe',
    full: 'Tout passe, avec le passé',
  },
}

const OMISSION = {
  en: { silent: 'and the recipient is not told', declared: 'and the recipient is told that something is left out' },
  fr: {
    silent: 'sans que le destinataire en soit averti',
    declared: 'et le destinataire est averti que quelque chose manque',
  },
} as const

const WORDS = {
  en: {
    and: 'and',
    none: 'because no rule permits it',
    by: 'by',
    because: 'because of',
    limited: 'limited by',
    conditions: 'under the conditions',
    bases: 'on the basis of',
  },
  fr: {
    and: 'et',
    none: 'car aucune règle ne le permet',
    by: 'selon',
    because: 'en raison de :',
    limited: 'limité par :',
    conditions: 'sous les conditions',
    bases: 'sur le fondement de',
  },
} as const

function sentence(set: PolicySet, answer: Decision | Ceiling, language: Language): string {
  const words = WORDS[language]
  const isClosed = answer.level === 'nothing'
  const limits = limitsOf(answer).map((name) => limitText(name, language))
  const rules = answer.rules.map((id) => ruleText(set, id, language))
  const parts = [
    LEVEL[language][answer.level],
    ...(isClosed ? [OMISSION[language][answer.omission]] : []),
    ...(rules.length > 0 ? [`${words.by} ${join(rules, words.and)}`] : []),
    ...(limits.length > 0 ? [`${isClosed ? words.because : words.limited} ${join(limits, words.and)}`] : []),
    ...(isClosed && rules.length === 0 && limits.length === 0 ? [words.none] : []),
    ...(answer.conditions.length > 0 ? [`${words.conditions} ${join(answer.conditions, words.and)}`] : []),
    ...(answer.bases.length > 0 ? [`${words.bases} ${join(answer.bases, words.and)}`] : []),
  ]
  return `${parts.join(', ')}.`
}

/** What limited the answer beside rules. */
const limitsOf = (answer: Decision | Ceiling): readonly string[] =>
  'because' in answer ? answer.because : answer.errors.map((error) => `error:${error}`)

const join = (names: readonly string[], and: string): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${and} ${names.at(-1)}`

/** The id and the reason in quotes; the id alone where the set no longer has the rule. */
function ruleText(set: PolicySet, id: string, language: Language): string {
  const rule = set.rules.find((candidate) => candidate.id === id)
  if (rule === undefined) return id
  const reason = rule.reason.replace(/[.\s]+$/u, '')
  return language === 'fr' ? `${id} (« ${reason} »)` : `${id} (“${reason}”)`
}

const LIMIT: ReadonlyMap<string, Bilingual> = new Map([
  ['past', { en: 'its being past', fr: 'son appartenance au passé' }],
  ['restricted-case', { en: 'a case limited to named people', fr: 'un dossier réservé à des personnes désignées' }],
  ['disagreement', { en: 'a disagreement of the two evaluators', fr: 'un désaccord des deux évaluateurs' }],
])

const PREFIX: readonly { readonly starts: string; readonly text: Bilingual }[] = [
  { starts: 'error:unknown-name:', text: { en: 'an unknown name in', fr: 'un nom inconnu dans' } },
  { starts: 'error:', text: { en: 'an error in', fr: 'une erreur dans' } },
  { starts: 'marking:', text: { en: 'the marking', fr: 'la mention' } },
]

/** A limit in words; one that has none is named as it is. */
function limitText(name: string, language: Language): string {
  const known = LIMIT.get(name)
  if (known !== undefined) return known[language]
  const prefix = PREFIX.find(({ starts }) => name.startsWith(starts))
  return prefix === undefined ? name : `${prefix.text[language]} ${name.slice(prefix.starts.length)}`
}
