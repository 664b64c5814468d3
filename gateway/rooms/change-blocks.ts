/** Side room: edits of a draft that law or the other rules stand against by now, each with why: looked at when it is written, and again before it is submitted. */
import { blocksOf } from '#policies/engine/cell-blocks.ts'
import type { Block } from '#policies/engine/cell-blocks.ts'
import type { CellKey } from '#policies/engine/cell-edit.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { applyEdits, isOfCell } from '#gateway/core/policy-change-edits.ts'
import type { ChangeEdit, PolicyChange } from '#gateway/core/policy-change.ts'
import { FLOOR_SECTIONS } from '#gateway/core/vocabulary/section-families.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { setOf } from './change-draft.ts'

export interface BlockedEdit {
  readonly edit: Pick<ChangeEdit, 'recipientType' | 'section'>
  readonly blocks: readonly Block[]
}

type Draft = Pick<PolicyChange, 'base' | 'edits' | 'version' | 'returnsTo'>

/** The draft without what it says of that cell; undefined where it cannot be made. */
export async function setBesides(
  read: Pick<Tx, 'policies'>,
  change: Draft,
  cell: CellKey,
): Promise<PolicySet | undefined> {
  const from = await setOf(read, change.returnsTo ?? change.base)
  return from === undefined ? undefined : besides(from, change, cell)
}

function besides(from: PolicySet, { edits, version }: Draft, cell: CellKey): PolicySet | undefined {
  const others = edits.filter((edit) => !isOfCell(edit, cell))
  const applied = applyEdits(from, others, version)
  return applied.ok ? applied.set : undefined
}

/** The first edit that is blocked, as rules and bases stand at the instant; undefined where none is. */
export async function blockedEdit(
  read: Pick<Tx, 'policies'>,
  change: Draft,
  at: Instant,
): Promise<BlockedEdit | undefined> {
  const from = await setOf(read, change.returnsTo ?? change.base)
  if (from === undefined) return undefined
  for (const edit of change.edits) {
    const set = edit.cell === undefined ? undefined : besides(from, change, edit)
    if (edit.cell === undefined || set === undefined) continue
    const blocks = blocksOf(set, { ...edit.cell, at }, { floor: FLOOR_SECTIONS })
    if (blocks.length > 0) return { edit, blocks }
  }
  return undefined
}
