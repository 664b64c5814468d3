/** Side room: what the cells were before officers touched them: as the pack of that name is shipped, else as the last file had them. */
import { cellAt, rulesIn } from '#policies/engine/cell.ts'
import type { CellView } from '#policies/engine/cell.ts'
import type { CellKey } from '#policies/engine/cell-edit.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { PolicySet, Rule } from '#policies/language/policy.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { setOf } from './change-draft.ts'
import type { ChangeDeps, Changing } from './change-outcome.ts'
import { saidOf } from './compare-versions.ts'

export type DefaultDeps = Pick<ChangeDeps, 'store'> & { readonly changing: Pick<Changing, 'shippedPack'> }

/** `shipped`: the pack of this release. `file`: the version that came last without officers. */
export type DefaultFrom = 'shipped' | 'file'

export interface StandingCell extends CellView {
  /** It says something else than the default, or says it by other rules. */
  readonly isChanged: boolean
}

export interface BesideDefault {
  /** Absent where nothing is known that it could follow: then only rules of its own show that a cell was changed. */
  readonly from?: DefaultFrom
  readonly standing: (cell: CellView) => StandingCell
}

/** Cells of a set at an instant, each held against its default. */
export async function besideDefault(
  deps: DefaultDeps,
  { set, at }: { readonly set: PolicySet; readonly at: Instant },
): Promise<BesideDefault> {
  const found = await defaultOf(deps, set.id)
  if (found === undefined) return { standing: (cell) => ({ ...cell, isChanged: cell.state === 'changed' }) }
  const isChanged = (cell: CellView): boolean =>
    textOf(set, cell) !== textOf(found.set, cellAt(found.set, keyOf(cell), at))
  return { from: found.from, standing: (cell) => ({ ...cell, isChanged: isChanged(cell) }) }
}

async function defaultOf(
  { store: { read }, changing }: DefaultDeps,
  policyId: string,
): Promise<{ readonly set: PolicySet; readonly from: DefaultFrom } | undefined> {
  const shipped = await changing.shippedPack(policyId)
  if (shipped !== undefined) return { set: shipped, from: 'shipped' }
  for (const { id, digest } of await read.policies.versions()) {
    if (id !== policyId || (await isByOfficers(read, digest))) continue
    const set = await setOf(read, digest)
    if (set !== undefined) return { set, from: 'file' }
  }
  return undefined
}

/** What they adopted came without them. */
const isByOfficers = async (read: DefaultDeps['store']['read'], digest: string): Promise<boolean> =>
  (await read.changes.ofResult(digest)).some(({ kind }) => kind !== 'adoption')

const keyOf = ({ recipientType, section }: CellKey): CellKey => ({ recipientType, section })

const PRINTED = new WeakMap<Rule, string>()

function printed(rule: Rule): string {
  const text = PRINTED.get(rule) ?? canonicalise(rule)
  PRINTED.set(rule, text)
  return text
}

/** All that a reader could notice, what the law keeps open, and the rules that speak there. */
const textOf = (set: PolicySet, cell: CellView): string =>
  [saidOf(cell), canonicalise(cell.mandatory), ...rulesIn(set, cell).map(({ rule }) => printed(rule))].join('\n')
