/** When a notice by mail may go: one a day to an address, unless a safety alert waits; and none where one went since. */
import type { Instant } from '#policies/language/instant.ts'
import type { CarriedKind } from '#gateway/core/message-kinds.ts'
import type { Carry } from '#gateway/ports/carries.ts'

const DAY_MS = 86_400_000
/** Of several alerts that come together one notice tells. */
const ALERT_MS = 10 * 60_000

/** `noticed`: the recipient was told after this came. */
export function noticeTurn(
  { plannedAt }: Pick<Carry, 'plannedAt'>,
  { noticedAt, kind }: { readonly noticedAt: Instant | undefined; readonly kind: CarriedKind },
  now: Instant,
): 'now' | 'noticed' | { readonly until: Instant } {
  // In time to come nobody was told: the clock has been put right since.
  if (noticedAt === undefined || noticedAt > now) return 'now'
  if (noticedAt >= plannedAt) return 'noticed'
  const until = noticedAt + (kind === 'IncidentAlert' ? ALERT_MS : DAY_MS)
  return now < until ? { until } : 'now'
}
