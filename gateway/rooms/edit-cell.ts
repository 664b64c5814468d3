/** Side room: one cell of the policy on the desk of an officer: as it is, as the draft has it, what an edit would come to, and the saving of it. */
import { blocksOf } from '#policies/engine/cell-blocks.ts'
import type { Block } from '#policies/engine/cell-blocks.ts'
import { cellAt } from '#policies/engine/cell.ts'
import type { CellView } from '#policies/engine/cell.ts'
import { failingExamples } from '#policies/engine/cases.ts'
import type { Example } from '#policies/engine/case-text.ts'
import { editOf, withCell, withoutCell } from '#policies/engine/cell-change.ts'
import { cellRuleId, isOwnRule } from '#policies/engine/cell-edit.ts'
import type { CellEdit, CellKey } from '#policies/engine/cell-edit.ts'
import { sentenceOf } from '#policies/engine/cell-sentence.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Bilingual, PolicySet, Rule } from '#policies/language/policy.ts'
import { cellNamesIn } from '#gateway/core/cell-names.ts'
import { patchOf } from '#gateway/core/policy-change-edits.ts'
import type { ChangeEdit, PolicyChange } from '#gateway/core/policy-change.ts'
import { FLOOR_SECTIONS } from '#gateway/core/vocabulary/section-families.ts'
import { reviewsOf } from './cell-reviews.ts'
import { usedBy } from './cell-use.ts'
import { warningsOfCell } from './cell-warnings.ts'
import type { CellWarning } from './cell-warnings.ts'
import { examplesOf } from './change-draft.ts'
import { setBesides } from './change-blocks.ts'
import { draftSet, openDraft, putEdit } from './change-policy.ts'
import type { ChangeDeps, ChangeOutcome, Officer } from './change-outcome.ts'
import type { Deps } from './deps.ts'
import { changesOfCell, draftsFor, draftToWrite } from './own-draft.ts'
import { readPolicy } from './read-policy.ts'
import type { PolicyRead, ReadDeps } from './read-policy.ts'

export type DeskDeps = ReadDeps & Pick<Deps, 'registry'> & Pick<ChangeDeps, 'changing'>

export interface CellDesk {
  /** The version in force. */
  readonly inForce: PolicyRead
  readonly now: CellView
  /** When it is to be looked at again, as it is in force. */
  readonly review: Instant | undefined
  /** The draft that is written into; absent: none is open yet. */
  readonly draft?: PolicyChange
  readonly drafts: readonly PolicyChange[]
  /** The draft, or the version in force. */
  readonly set: PolicySet
  /** The same without what the draft says of the cell: what an edit is put upon. */
  readonly besides: PolicySet
  readonly view: CellView
  /** The other rules alone, without what any edit of the cell said. */
  readonly others: CellView
  /** What the draft already says of the cell. */
  readonly said?: ChangeEdit
  /** What others are about to change in the cell. */
  readonly elsewhere: readonly Elsewhere[]
  /** Where a form begins. */
  readonly begin: CellEdit
}

export interface Elsewhere {
  readonly change: PolicyChange
  readonly edit: ChangeEdit
}

interface ToDesk extends CellKey {
  readonly officer: Pick<Officer, 'id'>
  /** Id of the draft to write into. */
  readonly draft?: string | undefined
}

const YEAR_MS = 365 * 86_400_000

/** Undefined for a cell or a draft that is not there. */
export async function cellDesk(
  deps: DeskDeps,
  { officer, draft: wanted, ...key }: ToDesk,
): Promise<CellDesk | undefined> {
  const inForce = await readPolicy(deps)
  if (inForce === undefined || !isCell(inForce.set, key)) return undefined
  const drafts = await draftsFor(deps, officer)
  const draft =
    wanted === undefined
      ? drafts.find(({ authors }) => authors.includes(officer.id))
      : drafts.find(({ id }) => id === wanted)
  if (wanted !== undefined && draft === undefined) return undefined
  const set = draft === undefined ? inForce.set : ((await draftSet(deps.store.read, draft)) ?? inForce.set)
  const { at } = inForce
  const view = cellAt(set, key, at)
  const said = draft?.edits.find((edit) => isOf(edit, key))
  const elsewhere = await changesOfCell(deps, key, draft?.id)
  return {
    inForce,
    now: cellAt(inForce.set, key, at),
    review: (await reviewsOf(deps.store.read, inForce.set.id))(key),
    ...(draft === undefined ? {} : { draft }),
    drafts,
    set,
    besides: draft === undefined ? set : ((await setBesides(deps.store.read, draft, key)) ?? set),
    view,
    others: cellAt(withoutCell(set, key), key, at),
    ...(said === undefined ? {} : { said }),
    elsewhere: elsewhere.flatMap((change) =>
      change.edits.filter((edit) => isOf(edit, key)).map((edit) => ({ change, edit })),
    ),
    begin: { ...(said?.cell ?? editOf(view, { reason: '', reviewAt: at + YEAR_MS, at })), at },
  }
}

const isCell = ({ vocabulary }: PolicySet, key: CellKey): boolean =>
  vocabulary.recipientTypes.includes(key.recipientType) && vocabulary.sections.includes(key.section)

const isOf = (edit: CellKey, key: CellKey): boolean =>
  edit.recipientType === key.recipientType && edit.section === key.section

export interface Weighed {
  readonly after: PolicySet
  readonly blocks: readonly Block[]
  readonly warnings: readonly CellWarning[]
  /** The rules that the edit would leave in the set. */
  readonly rules: readonly Rule[]
  /** Names of examples that come out as they must now and would not with the edit. */
  readonly breaks: readonly string[]
}

/** What an edit would come to. */
export async function weighEdit(
  deps: DeskDeps,
  { set, besides, draft, inForce }: CellDesk,
  edit: CellEdit,
): Promise<Weighed> {
  const after = withCell(besides, edit)
  const own = cellRuleId(set, edit)
  const examples = await examplesOf(deps, deps.store.read, draft ?? { base: inForce.digest, examples: [] })
  const use = await usedBy(deps, [edit.recipientType])
  return {
    after,
    blocks: blocksOf(besides, edit, { floor: FLOOR_SECTIONS }),
    warnings: warningsOfCell({ set: after, edit, registry: deps.registry(), examples, isUsed: use(edit) }),
    rules: after.rules.filter(({ id }) => isOwnRule(own, id)),
    breaks: brokenBy({ before: set, after, edit }, examples),
  }
}

interface Editing {
  readonly before: PolicySet
  readonly after: PolicySet
  readonly edit: CellKey
}

/** An edit of a cell changes no answer outside it: only the examples of the cell are asked. */
function brokenBy({ before, after, edit }: Editing, examples: readonly Example[]): readonly string[] {
  const own = examples.filter(
    ({ question, item }) =>
      question.facts['recipient.type'] === edit.recipientType && item.facts['section'] === edit.section,
  )
  const failed = new Set(failingExamples(before, own).map(({ name }) => name))
  return failingExamples(after, own).flatMap(({ name }) => (failed.has(name) ? [] : [name]))
}

export interface ToSave {
  readonly officer: Officer
  readonly edit: CellEdit
  /** The draft as the form was made from it; absent: none was open. */
  readonly read?: { readonly id: string; readonly revision: number } | undefined
  /** `new`: into a draft of its own, whatever others are open. */
  readonly into?: 'new' | undefined
  /** Of a new draft. */
  readonly title: string
}

export type Saved = ChangeOutcome | { readonly kind: 'blocked'; readonly blocks: readonly Block[] }

/** Into the draft, in the place of what it said of the cell. Whoever was quicker is not written over: the answer is `stale`. */
export async function saveEdit(deps: ReadDeps & ChangeDeps, toSave: ToSave): Promise<Saved> {
  const { officer, edit, title, into } = toSave
  const inForce = await readPolicy(deps)
  if (inForce === undefined) return { kind: 'refused', code: 'version-unknown' }
  const read = into === 'new' ? undefined : toSave.read
  const open = read === undefined ? undefined : await deps.store.read.changes.get(read.id)
  const upon = open === undefined ? inForce.set : ((await setBesides(deps.store.read, open, edit)) ?? inForce.set)
  const blocks = blocksOf(upon, edit, { floor: FLOOR_SECTIONS })
  if (blocks.length > 0) return { kind: 'blocked', blocks }
  if (into === 'new' && saysNothing(upon, edit)) return { kind: 'refused', code: 'nothing-changed' }
  const opened =
    into === 'new'
      ? await openDraft(deps, { officer, title })
      : await draftToWrite(deps, { officer, id: read?.id, title })
  if (opened.kind !== 'done') return opened
  const { change } = opened
  const set = await draftSet(deps.store.read, change)
  if (set === undefined) return { kind: 'refused', code: 'version-unknown' }
  const before = withoutCell(inForce.set, edit)
  return putEdit(deps, read ?? change, {
    officer,
    set: withCell(set, edit),
    edit: {
      recipientType: edit.recipientType,
      section: edit.section,
      was: said(before, { ...editOf(cellAt(inForce.set, edit, edit.at), edit) }),
      is: said(set, edit),
      reason: edit.reason,
      cell: edit,
    },
  })
}

/** No draft is begun for an edit that says what the rules say. */
function saysNothing(set: PolicySet, edit: CellEdit): boolean {
  const { before, after } = patchOf(set, withCell(set, edit))
  return before.length + after.length === 0
}

const said = (set: PolicySet, edit: CellEdit): Bilingual => ({
  en: sentenceOf(set, edit, 'en', cellNamesIn('en')),
  fr: sentenceOf(set, edit, 'fr', cellNamesIn('fr')),
})
