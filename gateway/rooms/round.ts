/** Side room: what is done every hour without anyone asking: idempotency keys past their days are forgotten, unanswered recalls are named. */
import type { Deps } from './deps.ts'

const DAY_MS = 86_400_000

/** How long an `Idempotency-Key` answers for its first request; after that (issuer, jti) still does. */
const KEY_LIFE_MS = 7 * DAY_MS

export const ROUND_EVERY_MS = 3_600_000

/** Never throws: what could not be done now is done the next time, and the operator is told. */
export async function makeRound(deps: Pick<Deps, 'store' | 'clock' | 'log'>): Promise<void> {
  const now = deps.clock()
  try {
    const keys = await deps.store.transaction((tx) => tx.messages.forgetKeys(now - KEY_LIFE_MS))
    if (keys > 0) deps.log.info('idempotency keys forgotten', { keys })
    await nameUnanswered(deps, now)
  } catch {
    deps.log.alarm('the hourly round failed')
  }
}

/** One alarm for each copy of a recalled or corrected item whose holder has not answered in time, until it does. */
async function nameUnanswered({ store, log }: Pick<Deps, 'store' | 'log'>, now: number): Promise<void> {
  for (const { recallId, organisation, mandate } of await store.read.recalls.overdue(now))
    log.alarm('a recall is unanswered', { recallId, organisation, mandate })
}
