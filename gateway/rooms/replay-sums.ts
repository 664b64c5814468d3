/** What one page of a replay adds to what was counted before. */
import { addedCells, cellsOfChanges } from '#gateway/core/effect-counts.ts'
import type { EffectCell } from '#gateway/core/effect-counts.ts'
import type { Difference, Effect } from '#gateway/ports/changes.ts'
import type { Replayed } from './replay-message.ts'

export type Sums = Pick<Effect, 'counts' | 'cells' | 'leftOut' | 'errors'>

/** The counts with those of some messages, and the differences as they are to be kept. */
export function withReplayed(
  effect: Effect,
  messages: readonly Replayed[],
): { readonly sums: Sums; readonly differences: readonly Difference[] } {
  const found = messages.flatMap(({ differences }) => differences)
  const sofar = { more: effect.counts.more, less: effect.counts.less }
  const differences = found.map((one) => {
    sofar[one.direction] += 1
    return { ...one, effectId: effect.id, position: sofar[one.direction] }
  })
  const more = found.filter(({ direction }) => direction === 'more').length
  const { counts } = effect
  const cells: readonly EffectCell[] = found.flatMap(({ recipientType, sections }) =>
    cellsOfChanges(recipientType, sections),
  )
  return {
    differences,
    sums: {
      counts: {
        replayed: counts.replayed + messages.reduce((sum, { replayed }) => sum + replayed, 0),
        different: counts.different + found.length,
        more: counts.more + more,
        less: counts.less + found.length - more,
      },
      cells: addedCells(effect.cells, cells),
      leftOut: counted(
        effect.leftOut,
        messages.flatMap(({ leftOut }) => leftOut),
      ),
      errors: [...effect.errors, ...messages.flatMap(({ errors }) => errors)],
    },
  }
}

function counted(before: Readonly<Record<string, number>>, codes: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map(Object.entries(before))
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1)
  return Object.fromEntries(counts)
}
