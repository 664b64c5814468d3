/** Drafts of policy: begun over the version in force, written cell by cell, taken back. What two officers write at once is told to both. */
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { withCell } from '#policies/engine/cell-change.ts'
import type { Example } from '#policies/engine/case-text.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { isOneLine, oneLineOf } from '#gateway/core/one-line.ts'
import { differInRulesAlone, isOfCell, patchOf } from '#gateway/core/policy-change-edits.ts'
import { nextVersion, OBSERVE_DAYS } from '#gateway/core/policy-change.ts'
import type { ChangeEdit, ChangeStart, PolicyChange } from '#gateway/core/policy-change.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { made, setOf } from './change-draft.ts'
import { after, changeEvent, found, refused, write } from './change-outcome.ts'
import type { ChangeDeps, ChangeOutcome, Officer, Read } from './change-outcome.ts'

export const MOST_TITLE_CHARS = 120
export const LEAST_REASON_CHARS = 20
const DAY_MS = 86_400_000

interface ToOpen {
  readonly officer: Officer
  readonly title: string
  /** Digest of the version that is to come back. */
  readonly returnsTo?: string
  /** Digest of the version in force, which is to be adopted as it stands. */
  readonly adopts?: string
}

/** A new draft over the version in force: to be written, of an earlier version as it was, or of this one as it is. */
export async function openDraft(
  deps: ChangeDeps,
  { officer, title: text, returnsTo, adopts }: ToOpen,
): Promise<ChangeOutcome> {
  const title = readTitle(text)
  if (typeof title !== 'string') return title
  const { read } = deps.store
  const inForce = await read.policies.inForce()
  if (inForce === undefined) return refused('version-unknown')
  if (adopts !== undefined && adopts !== inForce.digest) return refused('overtaken')
  const parts = {
    base: inForce.digest,
    edits: [],
    version: adopts === undefined ? nextVersion(inForce.version) : inForce.version,
    ...(returnsTo === undefined ? {} : { returnsTo }),
  }
  const making = await made(read, parts)
  if (making.kind === 'refused') return making
  const at = deps.clock()
  const change: PolicyChange = {
    ...parts,
    id: deps.newId(),
    revision: 1,
    kind: adopts !== undefined ? 'adoption' : returnsTo === undefined ? 'edits' : 'return',
    state: 'draft',
    title,
    authors: [officer.id],
    result: making.digest,
    examples: [],
    start: { kind: 'now' },
    submissions: 0,
    createdAt: at,
    changedAt: at,
  }
  await deps.store.transaction(async (tx) => {
    await tx.changes.add(change)
    await tx.audit.append(changeEvent(change, { act: 'change-drafted', actor: officer.id }))
  })
  return { kind: 'done', change }
}

/** It stands on one line among other words, wherever the change is named. */
function readTitle(text: string): string | ReturnType<typeof refused> {
  const title = text.trim()
  if (title === '') return refused('title-missing')
  return isOneLine(title) ? oneLineOf(title.slice(0, MOST_TITLE_CHARS)) : refused('title-unwritable')
}

export type EditSaid = Pick<ChangeEdit, 'recipientType' | 'section' | 'was' | 'is' | 'reason'> & {
  readonly cell?: CellEdit
}

/**
 * One cell of the draft as it is to be from now on, in the place of what the draft said of it: `set` is the whole draft with it.
 * Nothing but rules may differ.
 */
export async function putEdit(
  deps: ChangeDeps,
  read: Read,
  { officer, set, edit }: { readonly officer: Officer; readonly set: PolicySet; readonly edit: EditSaid },
): Promise<ChangeOutcome> {
  if (edit.reason.trim().length < LEAST_REASON_CHARS) return refused('reason-short')
  const toEdit = await found(deps, read, 'edit')
  if (toEdit.kind !== 'found') return toEdit
  const { change } = toEdit
  if (change.kind === 'adoption') return refused('adopts-as-is')
  const others = change.edits.filter((other) => !isOfCell(other, edit))
  const without = await made(deps.store.read, { ...change, edits: others })
  if (without.kind === 'refused') return without
  if (!differInRulesAlone(without.set, set)) return refused('beyond-rules')
  const patch = patchOf(without.set, set)
  if (patch.before.length + patch.after.length === 0) return refused('nothing-changed')
  const at = deps.clock()
  const said: ChangeEdit = { ...edit, by: officer.id, at, patch }
  return rewrite(deps, change, { officer, edits: [...others, said] })
}

/** The cell as the version in force has it again. */
export async function dropEdit(
  deps: ChangeDeps,
  read: Read,
  { officer, cell }: { readonly officer: Officer; readonly cell: Pick<ChangeEdit, 'recipientType' | 'section'> },
): Promise<ChangeOutcome> {
  const toEdit = await found(deps, read, 'edit')
  if (toEdit.kind !== 'found') return toEdit
  const { change } = toEdit
  const edits = change.edits.filter((edit) => !isOfCell(edit, cell))
  if (edits.length === change.edits.length) return refused('nothing-changed')
  return rewrite(deps, change, { officer, edits })
}

interface Rewriting extends Partial<Pick<PolicyChange, 'edits' | 'examples' | 'start' | 'title'>> {
  readonly officer: Officer
}

/** Whoever writes is an author from then on. */
async function rewrite(
  deps: ChangeDeps,
  change: PolicyChange,
  { officer, ...members }: Rewriting,
): Promise<ChangeOutcome> {
  const making = await made(deps.store.read, { ...change, ...members })
  if (making.kind === 'refused') return making
  const next = after(change, 'edit', {
    ...members,
    result: making.digest,
    authors: [...new Set([...change.authors, officer.id])],
    at: deps.clock(),
  })
  return write(deps, next, { act: 'change-edited', actor: officer.id })
}

/** Examples that have to pass from now on, or that are expected otherwise than before. */
export const putExamples = async (
  deps: ChangeDeps,
  read: Read,
  { officer, examples }: { readonly officer: Officer; readonly examples: readonly Example[] },
): Promise<ChangeOutcome> => {
  const names = new Set(examples.map(({ name }) => name))
  return editing(deps, read, (change) => ({
    officer,
    examples: [...change.examples.filter(({ name }) => !names.has(name)), ...examples],
  }))
}

/** What the change said of that example is taken back. */
export const dropExample = async (
  deps: ChangeDeps,
  read: Read,
  { officer, name }: { readonly officer: Officer; readonly name: string },
): Promise<ChangeOutcome> =>
  editing(deps, read, (change) => ({ officer, examples: change.examples.filter((example) => example.name !== name) }))

/** When it is to come into force: part of what is approved. */
export const setStart = async (
  deps: ChangeDeps,
  read: Read,
  { officer, start }: { readonly officer: Officer; readonly start: ChangeStart },
): Promise<ChangeOutcome> =>
  isPossible(start, deps.clock()) ? editing(deps, read, () => ({ officer, start })) : refused('start-wrong')

const MOST_AHEAD_MS = 366 * DAY_MS

export function isPossible(start: ChangeStart, at: number): boolean {
  if (start.kind === 'now') return true
  if (start.kind === 'at') return start.at > at && start.at < at + MOST_AHEAD_MS
  return Number.isInteger(start.days) && start.days >= OBSERVE_DAYS.least && start.days <= OBSERVE_DAYS.most
}

export async function setTitle(
  deps: ChangeDeps,
  read: Read,
  { officer, title: text }: { readonly officer: Officer; readonly title: string },
): Promise<ChangeOutcome> {
  const title = readTitle(text)
  return typeof title === 'string' ? editing(deps, read, () => ({ officer, title })) : title
}

async function editing(
  deps: ChangeDeps,
  read: Read,
  rewriting: (change: PolicyChange) => Rewriting,
): Promise<ChangeOutcome> {
  const toEdit = await found(deps, read, 'edit')
  if (toEdit.kind !== 'found') return toEdit
  // What is adopted is neither written nor put off: it is in force already.
  if (toEdit.change.kind === 'adoption') return refused('adopts-as-is')
  return rewrite(deps, toEdit.change, rewriting(toEdit.change))
}

/** It is not to come into force. */
export async function withdrawChange(deps: ChangeDeps, read: Read, officer: Officer): Promise<ChangeOutcome> {
  const toWithdraw = await found(deps, read, 'withdraw')
  if (toWithdraw.kind !== 'found') return toWithdraw
  if (!toWithdraw.change.authors.includes(officer.id)) return refused('not-author')
  const next = after(toWithdraw.change, 'withdraw', { at: deps.clock() })
  return write(deps, next, { act: 'change-withdrawn', actor: officer.id })
}

/** The same cells upon the version that is in force now. An edit that fits no more has to be written again. */
export async function rebaseChange(deps: ChangeDeps, read: Read, officer: Officer): Promise<ChangeOutcome> {
  const toRebase = await found(deps, read, 'rebase')
  if (toRebase.kind !== 'found') return toRebase
  const { change } = toRebase
  const inForce = await deps.store.read.policies.inForce()
  const base = inForce === undefined ? undefined : await setOf(deps.store.read, inForce.digest)
  if (inForce === undefined || base === undefined) return refused('version-unknown')
  const edits = change.returnsTo === undefined ? editsUpon(base, change.edits) : change.edits
  const version = change.kind === 'adoption' ? inForce.version : nextVersion(inForce.version)
  const making = await made(deps.store.read, { ...change, base: inForce.digest, edits, version })
  if (making.kind === 'refused') return making
  const next = after(change, 'rebase', {
    base: inForce.digest,
    edits,
    version,
    result: making.digest,
    authors: [...new Set([...change.authors, officer.id])],
    at: deps.clock(),
  })
  return write(deps, next, { act: 'change-edited', actor: officer.id })
}

/** What a form said is said again of the other version; the rest stays as it was. */
function editsUpon(base: PolicySet, edits: readonly ChangeEdit[]): readonly ChangeEdit[] {
  let set = base
  return edits.map((edit) => {
    if (edit.cell === undefined) return edit
    const next = withCell(set, edit.cell)
    const patch = patchOf(set, next)
    set = next
    return { ...edit, patch }
  })
}

/** The draft as a policy set; undefined where it cannot be made. */
export async function draftSet(read: Pick<Tx, 'policies'>, change: PolicyChange): Promise<PolicySet | undefined> {
  const making = await made(read, change)
  return making.kind === 'made' ? making.set : undefined
}
