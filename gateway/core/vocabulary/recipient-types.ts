/** What recipient types and kinds of value are called on pages. */
import type { Bilingual } from '#policies/language/policy.ts'
import type { LadderKind } from '#policies/engine/ladder.ts'

/** Types of the packs that we ship; a type of another pack is called by its id. */
export const RECIPIENT_TYPES: ReadonlyMap<string, Bilingual> = new Map([
  ['SN', { en: 'Prison intelligence', fr: 'Renseignement pénitentiaire' }],
  ['PR', { en: 'Prison', fr: 'Établissement pénitentiaire' }],
  ['JU', { en: 'Judicial authority', fr: 'Autorité judiciaire' }],
  ['SP', { en: 'Probation (SPIP)', fr: 'Probation (SPIP)' }],
  ['PS', { en: 'Association, social worker', fr: 'Association, travailleur social' }],
  ['PP', { en: 'Association, psychologist', fr: 'Association, psychologue' }],
  ['PM', { en: 'Association, mediator', fr: 'Association, médiateur' }],
  ['IN', { en: 'Interior (prefecture)', fr: 'Intérieur (préfecture)' }],
  ['MU', { en: 'Municipality or partner', fr: 'Commune ou partenaire' }],
  ['MJ', { en: 'Justice ministry', fr: 'Ministère de la Justice' }],
])

/** Values of each ladder, in the plural. */
export const VALUE_KINDS: Readonly<Record<LadderKind, Bilingual>> = {
  address: { en: 'addresses', fr: 'les adresses' },
  date: { en: 'dates', fr: 'les dates' },
  'birth-date': { en: 'dates of birth', fr: 'les dates de naissance' },
  prison: { en: 'prisons', fr: 'les établissements' },
  offence: { en: 'offences', fr: 'les infractions' },
  sentence: { en: 'sentences', fr: 'les peines' },
  'third-person': { en: 'third persons', fr: 'les tiers' },
  child: { en: 'children', fr: 'les enfants' },
  employer: { en: 'employers', fr: 'les employeurs' },
  diagnosis: { en: 'diagnoses', fr: 'les diagnostics' },
  religion: { en: 'religious matters', fr: 'les éléments religieux' },
  risk: { en: 'risks', fr: 'les risques' },
  intelligence: { en: 'intelligence', fr: 'les renseignements' },
  'free-text': { en: 'free texts', fr: 'les textes libres' },
  professional: { en: 'professionals', fr: 'les professionnels' },
  amount: { en: 'amounts', fr: 'les montants' },
  plain: { en: 'other values', fr: 'les autres valeurs' },
}
