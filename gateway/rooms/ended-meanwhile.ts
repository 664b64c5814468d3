/** Whether a membership, a mandate or an agreed flow came to its end, by its date, between the judgement and the delivery. */
import type { Instant } from '#policies/language/instant.ts'
import { isInForce } from '#gateway/core/participants.ts'
import { edgeFault } from '#gateway/core/routing.ts'
import type { Deps } from './deps.ts'
import type { Standing } from './situation.ts'

/** What ended meanwhile is delivered nothing; what had ended before was judged with that. */
export function endedMeanwhile(
  { clock, registry }: Pick<Deps, 'clock' | 'registry'>,
  { route: { edge, mandate } }: Pick<Standing, 'route'>,
  judgedAt: Instant,
): boolean {
  const isOverAt = (at: Instant): boolean => !isInForce(mandate, at) || edgeFault(registry(), edge, at) !== undefined
  return isOverAt(clock()) && !isOverAt(judgedAt)
}
