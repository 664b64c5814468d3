/** Until when a recipient may keep its copy of what it was shown, and why: of all that ends it, what comes first. */
import { monthsBefore, parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { RetentionPreset } from '#policies/language/policy.ts'
import type { Item } from './item.ts'
import type { Edge } from './participants.ts'

export type KeptUntil = { readonly at: Instant } & (
  | { readonly because: 'recall' | 'mandate' }
  /** So many months after the measure ended. */
  | { readonly because: 'measure'; readonly ends: Instant; readonly months: number }
  /** By the named period of the policy; `source`: the law it is from, as the pack says it. */
  | { readonly because: 'preset'; readonly preset: string; readonly months: number; readonly source: string }
  /** Of the flow that brought it. */
  | { readonly because: 'agreement'; readonly agreement?: string }
)

/** How long a working copy outlives the measure: the period of that name, where a pack has it. */
export const WORKING_COPY = 'cso.default'

export interface Kept {
  /** Items that were shown in words, general or exact; nothing of any other may be told by a date. */
  readonly shown: readonly Item[]
  /** End of the measure, where this recipient was shown it exactly. */
  readonly measureEnds?: Instant
  /** When the gateway took the message in. */
  readonly receivedAt: Instant
  /** When a recall of something in it is to be answered. */
  readonly recallDueAt?: Instant
  /** Absent where the flow is agreed no more. */
  readonly edge?: Pick<Edge, 'agreement' | 'validUntil'> | undefined
  readonly mandate: { readonly until: Instant }
  readonly presets: readonly RetentionPreset[]
}

/** Pure; always an answer, since every mandate ends. */
export function keptUntil(kept: Kept): KeptUntil {
  const { mandate, recallDueAt } = kept
  const [first = { because: 'mandate', at: mandate.until } as const] = [
    ...(recallDueAt === undefined ? [] : [{ because: 'recall', at: recallDueAt } as const]),
    ...byMeasure(kept),
    ...byPresets(kept),
    ...byAgreement(kept),
    { because: 'mandate', at: mandate.until } as const,
  ].toSorted((a, b) => a.at - b.at)
  return first
}

const monthsAfter = (instant: Instant, months: number): Instant => monthsBefore(instant, -months)

function byMeasure({ measureEnds: ends, presets }: Kept): readonly KeptUntil[] {
  if (ends === undefined) return []
  const preset = presets.find(({ id, since }) => id === WORKING_COPY && since === 'measure-end')
  const months = preset?.activeMonths ?? 0
  return [{ because: 'measure', at: monthsAfter(ends, months), ends, months }]
}

/** Of the periods that senders named for items that were shown. */
function byPresets(kept: Kept): readonly KeptUntil[] {
  const named = new Set(kept.shown.flatMap(({ retentionId }) => retentionId ?? []))
  return kept.presets.flatMap((preset): readonly KeptUntil[] => {
    const from = named.has(preset.id) ? beginningOf(preset, kept) : undefined
    if (from === undefined) return []
    const { id, activeMonths: months, source } = preset
    return [{ because: 'preset', at: monthsAfter(from, months), preset: id, months, source }]
  })
}

/** From when a period counts. Undefined for what this recipient was not shown, and for what nobody here knows. */
function beginningOf({ since }: RetentionPreset, { receivedAt, measureEnds, shown }: Kept): Instant | undefined {
  switch (since) {
    case 'first-entry':
    case 'last-update':
    case 'creation':
      return receivedAt
    case 'measure-end':
      return measureEnds
    case 'register-release':
      return latestDay(shown, 'release-plan', 'release-date')
    default:
      return undefined
  }
}

function byAgreement({ edge }: Kept): readonly KeptUntil[] {
  if (edge === undefined) return []
  const { agreement, validUntil } = edge
  const until = agreement === undefined ? validUntil : Math.min(validUntil, agreement.until)
  return [{ because: 'agreement', at: until, ...(agreement === undefined ? {} : { agreement: agreement.id }) }]
}

/** The last of the whole days that items of a term name. */
export function latestDay(items: readonly Item[], section: string, term: string): Instant | undefined {
  const days = items.flatMap((item) =>
    item.section === section && item.term === term && typeof item.value === 'string'
      ? (parseInstant(item.value) ?? [])
      : [],
  )
  return days.length === 0 ? undefined : Math.max(...days)
}
