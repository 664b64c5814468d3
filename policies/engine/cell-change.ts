/** An edit of a cell put into a set: limits where it is narrower than the other rules, one permit where it is wider; nothing else changes. */
import { rankOf } from '#policies/language/level.ts'
import type { Condition, Match, PolicySet, Rule, Statute } from '#policies/language/policy.ts'
import { isOpening } from '#policies/language/scope.ts'
import { boundOf, cellAt, rulesIn } from './cell.ts'
import type { CellView } from './cell.ts'
import { hasClause, isSameClause, isWithin } from './cell-sum.ts'
import type { CellSum } from './cell-sum.ts'
import { cellRuleId, CLAUSES, isOwnRule } from './cell-edit.ts'
import type { CellEdit, CellKey } from './cell-edit.ts'

/** The set without what edits of the cell ever put into it: the other rules as they were. */
export function withoutCell(set: PolicySet, key: CellKey): PolicySet {
  const own = cellRuleId(set, key)
  const mine = set.rules.filter(({ id }) => isOwnRule(own, id))
  if (mine.length === 0) return set
  const added = new Map(mine.map(({ id, when }) => [id, when]))
  const rules = set.rules
    .filter((rule) => !mine.includes(rule))
    .map((rule) => withoutClauses(rule, added.get(markId(own, rule.id)) ?? []))
  return { ...set, rules }
}

/** Takes the clauses off that an edit put last. */
function withoutClauses(rule: Rule, added: readonly Condition[]): Rule {
  const kept = rule.when.length - added.length
  const isThere = kept >= 0 && added.every((clause, index) => isSame(rule.when[kept + index], clause))
  return added.length === 0 || !isThere ? rule : { ...rule, when: rule.when.slice(0, kept) }
}

const isSame = (a: Condition | undefined, b: Condition): boolean => a !== undefined && isSameClause(a, b)

const MAX_ID_CHARS = 160
const markId = (own: string, ruleId: string): string => `${own}.when.${ruleId}`.slice(0, MAX_ID_CHARS)

/**
 * The set with the cell as the edit says; an earlier edit of the cell is replaced whole. An edit that says what the other rules say
 * leaves nothing behind. Total: what cannot be said is left out, and `blocksOf` (`cell-blocks.ts`) says what that is.
 */
export function withCell(set: PolicySet, edit: CellEdit): PolicySet {
  const base = withoutCell(set, edit)
  const own = cellRuleId(base, edit)
  const view = cellAt(base, edit, edit.at)
  const bound = boundOf(base, edit)
  const opening = rulesIn(base, edit).filter(({ rule }) => isOpening(rule))
  const parts = [
    ...(edit.level === 'nothing' ? closing(edit, view, bound) : narrowing(base, edit, bound)),
    ...(isWidening(edit, view) ? widening(base, edit, opening) : []),
  ]
  const whole = edit.level === 'nothing' ? [] : opening.filter(({ wholly }) => wholly)
  const marks = whole.flatMap(({ rule }) => marked(own, edit, rule))
  return withRules(base, marks, [...parts.map((part) => ruleOf(own, edit, part)), ...marks.map(({ mark }) => mark)])
}

/** Rules of cells stand last, by id, so that the order of edits does not show. */
function withRules(set: PolicySet, marks: readonly Marked[], own: readonly Rule[]): PolicySet {
  if (own.length === 0) return set
  const added = new Map(marks.map(({ of, mark }) => [of, mark.when]))
  const rules = [...set.rules.map((rule) => ({ ...rule, when: [...rule.when, ...(added.get(rule) ?? [])] })), ...own]
  const isOfCell = ({ id }: Rule): boolean => id.startsWith('cell.')
  return {
    ...set,
    rules: [
      ...rules.filter((rule) => !isOfCell(rule)),
      ...rules.filter(isOfCell).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    ],
  }
}

/** Clauses that a permit of the cell lacks. */
export const lacking = (edit: CellEdit, rule: Rule): readonly Condition[] =>
  edit.conditions.flatMap((name) => CLAUSES[name]).filter((clause) => !hasClause(rule, clause))

interface Marked {
  readonly of: Rule
  readonly mark: Rule
}

/** A permit that is given more clauses, and the limit to everything that remembers which. */
function marked(own: string, edit: CellEdit, rule: Rule): readonly Marked[] {
  const when = lacking(edit, rule)
  if (when.length === 0) return []
  const { who, what } = rule
  return [{ of: rule, mark: { ...EMPTY, id: markId(own, rule.id), who, what, when, reason: edit.reason } }]
}

const EMPTY = {
  effect: 'limit',
  when: [],
  upTo: 'full',
  omission: 'silent',
  conditions: [],
  rungs: {},
  bases: [],
} as const satisfies Partial<Rule>

type Part = Partial<Rule> & { readonly name: string; readonly alsoWho?: readonly Match[] }

/** A rule of the cell: for its type and section, in the time of the edit, with its reason. */
function ruleOf(own: string, edit: CellEdit, { name, alsoWho = [], ...part }: Part): Rule {
  return {
    ...EMPTY,
    ...part,
    id: `${own}${name}`,
    who: [{ attribute: 'recipient.type', values: [edit.recipientType] }, ...alsoWho],
    what: [{ attribute: 'item.section', values: [edit.section] }],
    ...(edit.from === undefined ? {} : { from: edit.from }),
    ...(edit.until === undefined ? {} : { until: edit.until }),
    reason: edit.reason,
  }
}

/** Nothing: said where something is or will be open, where nobody had said anything, or where the recipient is now told, or no longer. */
const closing = (edit: CellEdit, view: CellView, bound: CellSum): readonly Part[] =>
  bound.level !== 'nothing' || view.state === 'no-rule' || view.omission !== edit.omission
    ? [{ name: '.limit', upTo: 'nothing', omission: edit.omission }]
    : []

/** One limit for each way in which the edit is narrower than the other rules ever are. */
function narrowing({ vocabulary }: PolicySet, edit: CellEdit, bound: CellSum): readonly Part[] {
  const { level, reach, rungs } = edit
  const isLower = rankOf(bound.level) > rankOf(level)
  const isCoarser = Object.entries(rungs).some(([kind, rung]) => (bound.rungs[kind] ?? 'g0') < rung)
  const isShorter =
    level === 'full' &&
    reach !== undefined &&
    bound.level === 'full' &&
    (bound.reach === undefined || !isWithin(bound.reach, reach))
  const others = vocabulary.purposes.filter((purpose) => !edit.purposes.includes(purpose))
  const isForFewer = edit.purposes.length > 0 && bound.purposes.some((purpose) => others.includes(purpose))
  const omission = level === 'existence' ? edit.omission : 'silent'
  const isOpen = bound.level !== 'nothing'
  return [
    ...(isLower || (isOpen && isCoarser) ? [{ name: '.limit', upTo: level, rungs, omission }] : []),
    ...(isShorter ? [{ name: '.reach', upTo: 'nothing' as const, reach }] : []),
    ...(isForFewer
      ? [{ name: '.purpose', upTo: 'nothing' as const, alsoWho: [{ attribute: 'edge.purpose', values: others }] }]
      : []),
  ]
}

/** Whether the edit opens anything that the other rules keep shut. */
export const isWidening = (edit: CellEdit, view: CellView): boolean =>
  edit.level !== 'nothing' &&
  (rankOf(edit.level) > rankOf(view.level) ||
    !view.conditions.every((name) => edit.conditions.includes(name)) ||
    !edit.purposes.every((purpose) => view.purposes.includes(purpose)) ||
    !edit.bases.every((basis) => view.bases.includes(basis)) ||
    isFurther(edit, view) ||
    Object.entries(view.rungs).some(([kind, rung]) => (edit.rungs[kind] ?? 'g0') < rung))

const isFurther = (edit: CellEdit, view: CellView): boolean =>
  edit.level === 'full' && view.reach !== undefined && (edit.reach === undefined || !isWithin(edit.reach, view.reach))

/** A permit needs a basis and a purpose: without them nothing is opened. */
function widening(set: PolicySet, edit: CellEdit, opening: readonly { readonly rule: Rule }[]): readonly Part[] {
  if (edit.bases.length === 0 || edit.purposes.length === 0) return []
  const { reach } = edit
  const switches = set.statutes.filter(
    (statute): statute is Extract<Statute, { kind: 'regime-switch' }> =>
      statute.kind === 'regime-switch' && statute.recipientTypes.includes(edit.recipientType),
  )
  const carried = new Set([
    ...opening.flatMap(({ rule }) => rule.conditions),
    ...switches.flatMap(({ conditions }) => conditions),
  ])
  return [
    {
      name: '',
      effect: 'permit',
      alsoWho: [
        { attribute: 'edge.purpose', values: edit.purposes },
        ...(switches.length === 0 ? [] : [{ attribute: 'edge.regime', values: ['GDPR'] }]),
      ],
      when: edit.conditions.flatMap((name) => CLAUSES[name]),
      upTo: edit.level,
      ...(edit.level === 'full' && reach !== undefined ? { reach } : {}),
      omission: edit.level === 'existence' ? edit.omission : 'silent',
      conditions: set.vocabulary.conditions.filter((condition) => carried.has(condition)),
      rungs: edit.rungs,
      bases: edit.bases,
    },
  ]
}

/** The edit that says the cell as it is: where a form begins. */
export function editOf(view: CellView, given: Pick<CellEdit, 'reason' | 'reviewAt' | 'at'>): CellEdit {
  const { recipientType, section, level, reach, omission, rungs, conditions, purposes, bases } = view
  return {
    recipientType,
    section,
    level,
    ...(reach === undefined ? {} : { reach }),
    omission,
    rungs,
    conditions,
    purposes,
    bases,
    reason: given.reason,
    reviewAt: given.reviewAt,
    at: given.at,
  }
}
