/** What keeps an edit of a cell from being saved: law that it would break, and things that the set has no way to say. */
import { checkPolicy } from '#policies/language/check.ts'
import type { Fault, PolicySet } from '#policies/language/policy.ts'
import { isOpening } from '#policies/language/scope.ts'
import { rankOf } from '#policies/language/level.ts'
import { cellAt, rulesIn } from './cell.ts'
import type { CellView } from './cell.ts'
import { isCertain } from './cell-sum.ts'
import { isWidening, lacking, withCell, withoutCell } from './cell-change.ts'
import type { CellEdit } from './cell-edit.ts'
import { isKept } from './statutes.ts'

export const BLOCK_CODES = [
  'name-unknown',
  'purpose-missing',
  'basis-missing',
  'basis-ends',
  'regime',
  'mandatory-flow',
  'floor-hidden',
  'limited-elsewhere',
  'told-not-possible',
  'condition-on-shared-rule',
  'condition-with-dates',
] as const
export type BlockCode = (typeof BLOCK_CODES)[number]

/** A reason not to save, with the names it is about: rules, statutes, bases or names of the edit. */
export interface Block {
  readonly code: BlockCode
  readonly about: readonly string[]
}

export interface BlockScope {
  /** Sections that hold items of the safety floor. */
  readonly floor: ReadonlySet<string>
}

type Ask = (edited: Edited) => readonly Block[]

interface Edited {
  readonly set: PolicySet
  /** Without the cell's own rules. */
  readonly base: PolicySet
  readonly after: PolicySet
  readonly edit: CellEdit
  readonly view: CellView
  readonly isWider: boolean
  readonly floor: ReadonlySet<string>
}

/** Every block of an edit, in a fixed order; none: it may be saved. Names that the set does not know are told first and alone. */
export function blocksOf(set: PolicySet, edit: CellEdit, { floor }: BlockScope): readonly Block[] {
  const unknown = unknownIn(set, edit)
  if (unknown.length > 0) return [{ code: 'name-unknown', about: unknown }]
  const base = withoutCell(set, edit)
  const view = cellAt(base, edit, edit.at)
  const after = withCell(set, edit)
  const edited = { set, base, after, edit, view, floor, isWider: isWidening(edit, view) }
  return ASKED.flatMap((ask) => ask(edited))
}

function unknownIn({ vocabulary, bases }: PolicySet, edit: CellEdit): readonly string[] {
  const known = new Set(bases.map(({ id }) => id))
  return [
    ...[edit.recipientType].filter((name) => !vocabulary.recipientTypes.includes(name)),
    ...[edit.section].filter((name) => !vocabulary.sections.includes(name)),
    ...edit.purposes.filter((name) => !vocabulary.purposes.includes(name)),
    ...edit.bases.filter((name) => !known.has(name)),
  ]
}

const block = (code: BlockCode, about: readonly string[]): readonly Block[] =>
  about.length === 0 ? [] : [{ code, about }]

const purposeMissing: Ask = ({ edit, isWider, set }) =>
  isWider && edit.purposes.length === 0 && set.vocabulary.purposes.length > 0
    ? [{ code: 'purpose-missing', about: [] }]
    : []

const basisMissing: Ask = ({ edit, isWider }) =>
  isWider && edit.bases.length === 0 ? [{ code: 'basis-missing', about: [] }] : []

/** Some basis must hold from the first instant of the edit to its last. */
const basisEnds: Ask = ({ edit, isWider, base }) => {
  const from = edit.from ?? edit.at
  const until = edit.until ?? Infinity
  const holds = base.bases.filter(
    (basis) => edit.bases.includes(basis.id) && (basis.from ?? 0) <= from && until <= (basis.until ?? Infinity),
  )
  return isWider && holds.length === 0 ? block('basis-ends', edit.bases) : []
}

/** Faults of the text with the edit that the text without it does not have. */
function newFaults({ set, after }: Edited): readonly Fault[] {
  const faults = checkPolicy(after, '')
  if (faults.length === 0) return faults
  const before = new Set(checkPolicy(set, '').map(({ detail }) => detail))
  return faults.filter(({ detail }) => !before.has(detail))
}

const beyondRegime: Ask = (edited) => {
  const faults = newFaults(edited)
  return block(
    'regime',
    edited.set.statutes.filter(({ id }) => faults.some(({ detail }) => detail.includes(id))).map(({ id }) => id),
  )
}

/** An edit changes no answer outside its cell: only the flows of that cell can close. */
const flowClosed: Ask = ({ set, after, edit, view }) =>
  block(
    'mandatory-flow',
    view.mandatory
      .filter((statute) => !isKept(after, statute, edit.at) && isKept(set, statute, edit.at))
      .map(({ id }) => id),
  )

/** What must reach whoever reads the section at all is not closed by a cell. */
const floorHidden: Ask = ({ edit, view, floor }) =>
  edit.level === 'nothing' && rankOf(view.level) > 0 && floor.has(edit.section)
    ? block('floor-hidden', [edit.section])
    : []

const isHeardNow = ({ from, until, at }: CellEdit): boolean => (from ?? at) <= at && at < (until ?? Infinity)

/** The officer would see another level in the cell than the one asked for. */
const limitedElsewhere: Ask = ({ edit, after, base, isWider }) => {
  const isUnsaid = isWider && (edit.bases.length === 0 || edit.purposes.length === 0)
  if (!isHeardNow(edit) || isUnsaid || cellAt(after, edit, edit.at).level === edit.level) return []
  const lower = rulesIn(base, edit)
    .map(({ rule }) => rule)
    .filter((rule) => isCertain(rule) && rankOf(rule.upTo) < rankOf(edit.level))
  return block(
    'limited-elsewhere',
    lower.map(({ id }) => id),
  )
}

/** Silence wins: one rule that keeps silent is enough. */
const toldNotPossible: Ask = ({ edit, base, after }) => {
  if (edit.level !== 'nothing' || edit.omission !== 'declared' || !isHeardNow(edit)) return []
  if (cellAt(after, edit, edit.at).omission === 'declared') return []
  const silent = rulesIn(base, edit)
    .map(({ rule }) => rule)
    .filter((rule) => rule.effect === 'permit' || isCertain(rule))
    .filter(({ upTo, omission }) => upTo === 'nothing' && omission === 'silent')
  return block(
    'told-not-possible',
    silent.map(({ id }) => id),
  )
}

const inNeed = ({ base, edit }: Edited): readonly { readonly id: string; readonly wholly: boolean }[] =>
  edit.level === 'nothing'
    ? []
    : rulesIn(base, edit)
        .filter(({ rule }) => isOpening(rule) && lacking(edit, rule).length > 0)
        .map(({ rule, wholly }) => ({ id: rule.id, wholly }))

/** A permit that speaks of other cells too cannot be given a condition for this one. */
const conditionOnShared: Ask = (edited) =>
  block(
    'condition-on-shared-rule',
    inNeed(edited)
      .filter(({ wholly }) => !wholly)
      .map(({ id }) => id),
  )

/** What a permit asks for, it asks for at all times. */
const conditionWithDates: Ask = (edited) =>
  edited.edit.from === undefined && edited.edit.until === undefined
    ? []
    : block(
        'condition-with-dates',
        inNeed(edited)
          .filter(({ wholly }) => wholly)
          .map(({ id }) => id),
      )

const ASKED: readonly Ask[] = [
  purposeMissing,
  basisMissing,
  basisEnds,
  beyondRegime,
  flowClosed,
  floorHidden,
  limitedElsewhere,
  toldNotPossible,
  conditionOnShared,
  conditionWithDates,
]
