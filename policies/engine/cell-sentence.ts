/** An edit of a cell said back as one whole sentence, in English or in French; only names, days and adverbial phrases are put in. */
import type { Instant } from '#policies/language/instant.ts'
import { printDay } from '#policies/language/instant.ts'
import type { Bilingual, PolicySet } from '#policies/language/policy.ts'
import type { CellCondition, CellEdit } from './cell-edit.ts'

/** How the deployment calls what an edit names. What has no name is called by its id. */
export interface CellNames {
  readonly recipientType?: (id: string) => string
  readonly section?: (id: string) => string
  readonly purpose?: (id: string) => string
  /** Values of one kind, in the plural: `children`. */
  readonly kind?: (id: string) => string
  /** Undefined for a basis that is called as the set calls it. */
  readonly basis?: (id: string) => string | undefined
  readonly day?: (instant: Instant) => string
}

type Language = keyof Bilingual
type Said = 'silent' | 'declared' | 'existence' | 'summary' | 'current' | 'full' | 'months' | 'since'

/** One whole sentence for each thing that a cell can come to. */
const SENTENCES: Readonly<Record<Language, Readonly<Record<Said, string>>>> = {
  en: {
    silent: 'A recipient of the type “{type}” receives nothing of the section “{section}” and is not told so, {time}.',
    declared:
      'A recipient of the type “{type}” receives nothing of the section “{section}” and is told that something is left out, {time}.',
    existence:
      'A recipient of the type “{type}” is told only that something exists in the section “{section}”, for {purposes}, {conditions}, {time}, on the basis of {bases}.',
    summary:
      'A recipient of the type “{type}” receives the section “{section}” as a summary, {precision}, for {purposes}, {conditions}, {time}, on the basis of {bases}.',
    current:
      'A recipient of the type “{type}” receives the section “{section}” in its current detail and without its history, {precision}, for {purposes}, {conditions}, {time}, on the basis of {bases}.',
    full: 'A recipient of the type “{type}” receives the section “{section}” in full with all of its history, {precision}, for {purposes}, {conditions}, {time}, on the basis of {bases}.',
    months:
      'A recipient of the type “{type}” receives the section “{section}” in full with its history, at most {months} months back, {precision}, for {purposes}, {conditions}, {time}, on the basis of {bases}.',
    since:
      'A recipient of the type “{type}” receives the section “{section}” in full with its history {milestone}, {precision}, for {purposes}, {conditions}, {time}, on the basis of {bases}.',
  },
  fr: {
    silent:
      'Un destinataire du type « {type} » ne reçoit rien de la rubrique « {section} » et n’en est pas averti, {time}.',
    declared:
      'Un destinataire du type « {type} » ne reçoit rien de la rubrique « {section} » et apprend que quelque chose est retenu, {time}.',
    existence:
      'Un destinataire du type « {type} » apprend seulement que quelque chose existe dans la rubrique « {section} », pour {purposes}, {conditions}, {time}, sur le fondement de {bases}.',
    summary:
      'Un destinataire du type « {type} » reçoit la rubrique « {section} » sous forme de synthèse, {precision}, pour {purposes}, {conditions}, {time}, sur le fondement de {bases}.',
    current:
      'Un destinataire du type « {type} » reçoit la rubrique « {section} » dans sa situation actuelle et sans historique, {precision}, pour {purposes}, {conditions}, {time}, sur le fondement de {bases}.',
    full: 'Un destinataire du type « {type} » reçoit la rubrique « {section} » au complet avec tout son historique, {precision}, pour {purposes}, {conditions}, {time}, sur le fondement de {bases}.',
    months:
      'Un destinataire du type « {type} » reçoit la rubrique « {section} » au complet avec son historique sur {months} mois au plus, {precision}, pour {purposes}, {conditions}, {time}, sur le fondement de {bases}.',
    since:
      'Un destinataire du type « {type} » reçoit la rubrique « {section} » au complet avec son historique {milestone}, {precision}, pour {purposes}, {conditions}, {time}, sur le fondement de {bases}.',
  },
}

const CONDITION: Readonly<Record<Language, Readonly<Record<CellCondition | 'none', string>>>> = {
  en: {
    none: 'without any other condition',
    'on-request': 'on a reasoned request only',
    'person-informed': 'only where the person was informed',
    'decision-carries-it': 'only where a judicial decision carries it',
    'clinicians-only': 'to clinicians of the care team only',
    'while-measure-runs': 'only while the measure runs',
    'same-site': 'only for cases of its own site',
  },
  fr: {
    none: 'sans autre condition',
    'on-request': 'sur demande motivée seulement',
    'person-informed': 'seulement si la personne en a été informée',
    'decision-carries-it': 'seulement si une décision de justice le prévoit',
    'clinicians-only': 'aux cliniciens de l’équipe de soins seulement',
    'while-measure-runs': 'seulement tant que la mesure est en cours',
    'same-site': 'seulement pour les dossiers de son site',
  },
}

const MILESTONE: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {
    'measure-start': 'since the start of the measure',
    release: 'since the release',
    transfer: 'since the last transfer',
  },
  fr: {
    'measure-start': 'depuis le début de la mesure',
    release: 'depuis la sortie',
    transfer: 'depuis le dernier transfert',
  },
}

const TIME: Readonly<Record<Language, Readonly<Record<'always' | 'from' | 'until' | 'between', string>>>> = {
  en: {
    always: 'until this rule is changed',
    from: 'from {from} on',
    until: 'until {until}',
    between: 'from {from} until {until}',
  },
  fr: {
    always: 'jusqu’au changement de cette règle',
    from: 'à partir du {from}',
    until: 'jusqu’au {until}',
    between: 'du {from} au {until}',
  },
}

const WORDS: Readonly<Record<Language, Readonly<Record<'and' | 'exact' | 'at' | 'purposes' | 'bases', string>>>> = {
  en: {
    and: 'and',
    exact: 'as precisely as that level allows',
    at: 'no more precisely than {rungs}',
    purposes: 'the purposes that other rules name',
    bases: 'the texts that other rules name',
  },
  fr: {
    and: 'et',
    exact: 'avec la précision que ce niveau permet',
    at: 'sans plus de précision que {rungs}',
    purposes: 'les finalités que d’autres règles nomment',
    bases: 'les textes que d’autres règles nomment',
  },
}

/** Pure and total: whatever the edit holds, it is one sentence. */
export function sentenceOf(set: PolicySet, edit: CellEdit, language: Language, names: CellNames = {}): string {
  const words = WORDS[language]
  const list = (parts: readonly string[], none: string): string =>
    parts.length === 0 ? none : joined(parts, words.and)
  const name = (call: ((id: string) => string) | undefined, id: string): string => call?.(id) ?? id
  return filled(SENTENCES[language][saidOf(edit)], {
    type: name(names.recipientType, edit.recipientType),
    section: name(names.section, edit.section),
    purposes: list(
      edit.purposes.map((id) => name(names.purpose, id)),
      words.purposes,
    ),
    bases: list(
      edit.bases.map((id) => names.basis?.(id) ?? set.bases.find((basis) => basis.id === id)?.title ?? id),
      words.bases,
    ),
    conditions: list(
      edit.conditions.map((id) => CONDITION[language][id]),
      CONDITION[language].none,
    ),
    precision: precisionOf(edit, language, (id) => name(names.kind, id)),
    time: timeOf(edit, language, names.day ?? printDay),
    months: edit.reach?.kind === 'months' ? String(edit.reach.months) : '',
    milestone: edit.reach?.kind === 'since' ? (MILESTONE[language][edit.reach.milestone] ?? edit.reach.milestone) : '',
  })
}

/** How the conditions are called, for forms and marks that use the same words as the sentence. */
export const conditionText = (condition: CellCondition, language: Language): string => CONDITION[language][condition]

function saidOf({ level, omission, reach }: CellEdit): Said {
  if (level === 'nothing') return omission
  if (level !== 'full' || reach === undefined) return level
  return reach.kind
}

function precisionOf({ rungs }: CellEdit, language: Language, kind: (id: string) => string): string {
  const words = WORDS[language]
  const parts = Object.entries(rungs).map(([id, rung]) => `${kind(id)} (${rung})`)
  return parts.length === 0 ? words.exact : filled(words.at, { rungs: joined(parts, words.and) })
}

function timeOf({ from, until }: CellEdit, language: Language, day: (instant: Instant) => string): string {
  const known = {
    ...(from === undefined ? {} : { from: day(from) }),
    ...(until === undefined ? {} : { until: day(until) }),
  }
  const which =
    from === undefined ? (until === undefined ? 'always' : 'until') : until === undefined ? 'from' : 'between'
  return filled(TIME[language][which], known)
}

const joined = (parts: readonly string[], and: string): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${and} ${parts.at(-1)}`

const filled = (template: string, parts: Readonly<Record<string, string>>): string =>
  template.replaceAll(/\{(\w+)\}/g, (_, slot: string) => parts[slot] ?? '')
