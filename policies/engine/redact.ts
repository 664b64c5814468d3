/** Applies a level to the value of an item: what passes is named here, all else is left out. */
import type { LadderedValue } from '#policies/language/item.ts'
import { coarser } from '#policies/language/level.ts'
import type { Level, Rung } from '#policies/language/level.ts'
import { valueAt } from './ladders.ts'

/** What may be shown of a value. `existence` says that something is there and nothing of what. */
export type Redacted =
  | { readonly kind: 'withheld' }
  | { readonly kind: 'existence' }
  | { readonly kind: 'value'; readonly rung: Rung; readonly value: unknown }

/**
 * The value at the most precise rung that the level and the rung limits allow. A rung that neither the sender supplied nor a
 * table can compute falls to the next coarser one, and at last to existence; the gateway shortens no text.
 */
export function redactValue(value: LadderedValue, level: Level, rungs: Readonly<Record<string, Rung>>): Redacted {
  if (level === 'nothing') return { kind: 'withheld' }
  if (level === 'existence') return { kind: 'existence' }
  const floor: Rung = level === 'summary' ? value.summaryRung : 'g0'
  const limit: Rung = Object.hasOwn(rungs, value.kind) ? (rungs[value.kind] ?? 'g0') : 'g0'
  const found = valueAt(value, coarser(floor, limit))
  return found === undefined ? { kind: 'existence' } : { kind: 'value', rung: found.rung, value: found.value }
}
