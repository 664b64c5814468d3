/** Side room: everything of a version, or of a draft, that officers should look at twice, by warning and cell. */
import { cellAt } from '#policies/engine/cell.ts'
import { editOf } from '#policies/engine/cell-change.ts'
import type { CellEdit, CellKey } from '#policies/engine/cell-edit.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { reviewsOf } from './cell-reviews.ts'
import { usedBy } from './cell-use.ts'
import { CELL_WARNINGS, warningsOfCell } from './cell-warnings.ts'
import type { CellWarning, CellWarningCode } from './cell-warnings.ts'
import { examplesOf } from './change-draft.ts'
import type { ChangeDeps } from './change-outcome.ts'
import type { Deps } from './deps.ts'
import { readPolicy } from './read-policy.ts'
import type { PolicyRead, ReadDeps } from './read-policy.ts'

export interface WarnedCell extends CellKey {
  readonly about: CellWarning['about']
}

export interface WarningsRead {
  readonly policy: PolicyRead
  /** In the order of the codes; none without a cell. */
  readonly warnings: readonly { readonly code: CellWarningCode; readonly cells: readonly WarnedCell[] }[]
}

type WarnDeps = ReadDeps & Pick<Deps, 'registry'> & Pick<ChangeDeps, 'changing'>

/** Of each cell that a rule speaks of; of a draft, the cells that it edits. Undefined where there is no such version. */
export async function readWarnings(deps: WarnDeps, changeId?: string): Promise<WarningsRead | undefined> {
  const policy = await readPolicy(deps, changeId)
  if (policy === undefined) return undefined
  const { set, change, at } = policy
  const examples = await examplesOf(deps, deps.store.read, change ?? { base: policy.digest, examples: [] })
  const reviews = await reviewsOf(deps.store.read, set.id)
  const edits =
    change === undefined
      ? cellsOf(set, at).map((edit) => ({ ...edit, reviewAt: reviews(edit) ?? at }))
      : change.edits.map((edit) => ({ ...asIs(set, edit, at), reviewAt: edit.cell?.reviewAt ?? at }))
  const use = await usedBy(deps, [...new Set(edits.map(({ recipientType }) => recipientType))])
  const registry = deps.registry()
  const found = edits.flatMap((edit) => {
    const { recipientType, section } = edit
    const warnings = warningsOfCell({ set, edit, registry, examples, isUsed: use(edit) })
    return warnings.map(({ code, about }) => ({ code, cell: { recipientType, section, about } }))
  })
  return {
    policy,
    warnings: CELL_WARNINGS.map((code) => ({
      code,
      cells: found.filter((one) => one.code === code).map(({ cell }) => cell),
    })).filter(({ cells }) => cells.length > 0),
  }
}

const asIs = (set: PolicySet, key: CellKey, at: number): CellEdit =>
  editOf(cellAt(set, key, at), { reason: '', reviewAt: at, at })

/** Of cells that no rule speaks of the matrix itself tells. */
const cellsOf = (set: PolicySet, at: number): readonly CellEdit[] =>
  set.vocabulary.recipientTypes.flatMap((recipientType) =>
    set.vocabulary.sections
      .filter((section) => cellAt(set, { recipientType, section }, at).state !== 'no-rule')
      .map((section) => asIs(set, { recipientType, section }, at)),
  )
