/** Side room: what is done every hour without anyone asking: idempotency keys past their days and sign-ins long ended are forgotten, unanswered recalls go a step further, members that are out are found. */
import type { Deps } from './deps.ts'
import { endMemberships } from './end-membership.ts'
import { escalateRecalls } from './escalate.ts'
import { KEPT_MS } from './sign-in-kept.ts'

const DAY_MS = 86_400_000

/** How long an `Idempotency-Key` answers for its first request; after that (issuer, jti) still does. */
const KEY_LIFE_MS = 7 * DAY_MS

/** For so long an id that was spent is remembered past its end: a gateway whose clock is behind might still take it. */
const SPENT_LIFE_MS = DAY_MS

export const ROUND_EVERY_MS = 3_600_000

type RoundDeps = Pick<Deps, 'store' | 'clock' | 'isClockReliable' | 'registry' | 'newId' | 'queue' | 'log' | 'meter'>

/** Never throws: what could not be done now is done the next time, and the operator is told. */
export async function makeRound(deps: RoundDeps): Promise<void> {
  try {
    const keys = await deps.store.transaction((tx) => tx.messages.forgetKeys(deps.clock() - KEY_LIFE_MS))
    await deps.store.transaction((tx) => tx.replicas.forget(deps.clock() - SPENT_LIFE_MS))
    await letGoOfSignIns(deps)
    if (keys > 0) deps.log.info('idempotency keys forgotten', { keys })
    await escalateRecalls(deps)
    await endMemberships(deps)
  } catch {
    deps.log.alarm('the hourly round failed')
  }
}

/** Sessions are remembered as long as forms are kept for their owners; what was begun in browsers, and links, until their end. */
async function letGoOfSignIns({ store, clock }: Pick<RoundDeps, 'store' | 'clock'>): Promise<void> {
  const at = clock()
  await store.transaction(async ({ people, keptForms }) => {
    await people.endSessions({ seenBefore: at - KEPT_MS })
    await people.forgetEnded(at)
    await keptForms.forget({ before: at })
  })
}

/** At once, when the registry or the trust list says something new. Never throws: the hourly round comes after it. */
export async function meetMembers(deps: RoundDeps): Promise<void> {
  try {
    await endMemberships(deps)
  } catch {
    deps.log.alarm('members that are out could not be looked for')
  }
}
