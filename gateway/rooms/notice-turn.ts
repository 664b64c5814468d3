/** When a notice by mail may go: one a day to an address, unless a safety alert waits; none where one went since; and as those it is for chose. */
import type { Instant } from '#policies/language/instant.ts'
import type { CarriedKind } from '#gateway/core/message-kinds.ts'
import { DEFAULT_NOTICES, noticeWish } from '#gateway/core/notice-choice.ts'
import type { Carry } from '#gateway/ports/carries.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { DeliveryEntry } from '#gateway/ports/stored.ts'

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

export interface MailErrand {
  readonly carry: Pick<Carry, 'plannedAt' | 'cause'>
  readonly delivery: Pick<DeliveryEntry, 'kind' | 'mandate'>
  /** When a notice last went to the address. */
  readonly noticedAt: Instant | undefined
}

/** The same, and what the people of the mandate chose. `unwanted`: they want none of this. */
export async function mailTurn(
  tx: Pick<Tx, 'noticeChoices'>,
  { carry, delivery: { kind, mandate }, noticedAt }: MailErrand,
  now: Instant,
): Promise<'now' | 'noticed' | 'unwanted' | { readonly until: Instant; readonly reason: string }> {
  const choice = (await tx.noticeChoices.of(mandate)) ?? DEFAULT_NOTICES
  const wish = noticeWish(choice, { kind, cause: carry.cause }, now)
  const turn = wish === 'unwanted' ? wish : noticeTurn(carry, { noticedAt, kind }, now)
  if (turn === 'now') return wish === 'now' || wish === 'unwanted' ? 'now' : { ...wish, reason: 'quiet-hours' }
  return typeof turn === 'string' ? turn : { ...turn, reason: 'noticed-lately' }
}
