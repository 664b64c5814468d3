/** A policy set as its one canonical text: fixed order of members, defaults left out, one element a line. */
import { printDay, printInstant, type Instant } from './instant.ts'
import type { Condition, LegalBasis, Match, PolicySet, Reach, Rule, Statute } from './policy.ts'

type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json | undefined }

/** Canonical text, ending in a newline; `parsePolicy` undoes it, and it undoes `parsePolicy` on canonical text. */
export function printPolicy(set: PolicySet): string {
  const members = [
    ...['format', 'id', 'version'].map((name) => member(name, line(headOf(set, name)))),
    member('title', line({ en: set.title.en, fr: set.title.fr })),
    member('vocabulary', lines('{', '}', vocabularyLines(set))),
    member(
      'lists',
      lines(
        '{',
        '}',
        sorted(set.lists).map(([name, values]) => `${line(name)}: ${line(values)}`),
      ),
    ),
    member('groups', elements(set.groups.map(({ id, members: own }) => ({ id, members: own })))),
    member('bases', elements(set.bases.map(basisJson))),
    member('currentWindowMonths', line(Object.fromEntries(sorted(set.currentWindowMonths)))),
    member('retention', elements(set.retention.map(presetJson))),
    member('statutes', elements(set.statutes.map(statuteJson))),
    member('rules', elements(set.rules.map(ruleJson))),
  ]
  return `{\n ${members.join(',\n ')}\n}\n`
}

const headOf = (set: PolicySet, name: string): string =>
  name === 'format' ? set.format : name === 'id' ? set.id : set.version

const member = (name: string, text: string): string => `${line(name)}: ${text}`

const lines = (open: string, close: string, inner: readonly string[]): string =>
  inner.length === 0 ? open + close : `${open}\n  ${inner.join(',\n  ')}\n ${close}`

const elements = (values: readonly Json[]): string => lines('[', ']', values.map(line))

/** One value on one line, as JSON with a space after each colon and comma. Absent members are left out. */
function line(value: Json): string {
  if (isList(value)) return `[${value.map(line).join(', ')}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value).flatMap(([name, own]) => (own === undefined ? [] : [member(name, line(own))]))
  return `{${members.join(', ')}}`
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

/** Entries by code unit of their key: the order in which a record was filled means nothing. */
const sorted = <T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] =>
  Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))

const vocabularyLines = ({ vocabulary }: PolicySet): readonly string[] => [
  member('sections', line(vocabulary.sections)),
  member('terms', line(vocabulary.terms)),
  member('records', line(vocabulary.records)),
  member('recipientTypes', line(vocabulary.recipientTypes)),
  member('roles', line(vocabulary.roles)),
  member('purposes', line(vocabulary.purposes)),
  member('conditions', line(vocabulary.conditions)),
]

/** A day where the instant is one, else the time in UTC with milliseconds. */
const instantText = (instant: Instant | undefined): string | undefined =>
  instant === undefined ? undefined : instant % 86_400_000 === 0 ? printDay(instant) : printInstant(instant)

const basisJson = ({ id, title, from, until, successor }: LegalBasis): Json => ({
  id,
  title,
  from: instantText(from),
  until: instantText(until),
  successor,
})

const presetJson = (preset: PolicySet['retention'][number]): Json => ({
  id: preset.id,
  activeMonths: preset.activeMonths,
  restrictedMonths: preset.restrictedMonths,
  since: preset.since,
  source: preset.source,
})

function statuteJson(statute: Statute): Json {
  const { kind, id, basis } = statute
  if (kind === 'pull-only') return { kind, id, recipientType: statute.recipientType, basis, never: statute.never }
  if (kind === 'regime-switch') {
    return { kind, id, recipientTypes: statute.recipientTypes, basis, conditions: statute.conditions }
  }
  return { kind, id, recipientType: statute.recipientType, section: statute.section, atLeast: statute.atLeast, basis }
}

const ruleJson = (rule: Rule): Json => ({
  id: rule.id,
  effect: rule.effect,
  who: unlessEmpty(rule.who, matchesJson),
  what: unlessEmpty(rule.what, matchesJson),
  when: unlessEmpty(rule.when, (conditions) => conditions.map(conditionJson)),
  upTo: rule.upTo,
  reach: rule.reach === undefined ? undefined : reachJson(rule.reach),
  omission: rule.omission === 'silent' ? undefined : rule.omission,
  conditions: unlessEmpty(rule.conditions, (names) => names),
  rungs: unlessEmpty(sorted(rule.rungs), (rungs) => Object.fromEntries(rungs)),
  bases: unlessEmpty(rule.bases, (ids) => ids),
  from: instantText(rule.from),
  until: instantText(rule.until),
  reason: rule.reason,
})

/** One rule on the one line that it has in the text of its set. */
export const printRule = (rule: Rule): string => line(ruleJson(rule))

const unlessEmpty = <T>(values: readonly T[], print: (values: readonly T[]) => Json): Json | undefined =>
  values.length === 0 ? undefined : print(values)

const matchesJson = (matches: readonly Match[]): Json =>
  Object.fromEntries(matches.map(({ attribute, values }) => [attribute, values]))

const conditionJson = ({ attribute, operator, operand }: Condition): Json => ({
  attribute,
  [operator]: operand.kind === 'literal' ? operand.value : { attribute: operand.name },
})

const reachJson = (reach: Reach): Json =>
  reach.kind === 'months' ? { months: reach.months } : { since: reach.milestone }
