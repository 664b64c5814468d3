/** What a gateway does again and again while it runs: its rounds, each by itself. */
import type { OpenedVault } from '#adapters/vault/open.ts'
import { CHANGES_EVERY_MS, tendChanges } from '#gateway/rooms/change-rounds.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { ESCALATE_ASKS_EVERY_MS, escalateAsks } from '#gateway/rooms/escalate-asks.ts'
import { REMIND_EVERY_MS, remindUnread } from '#gateway/rooms/remind-unread.ts'
import { workOnEffects } from '#gateway/rooms/replay-policy.ts'
import type { ReplayDeps } from '#gateway/rooms/replay-policy.ts'
import { REPORT_EVERY_MS, reportErasures } from '#gateway/rooms/report-erasures.ts'
import { makeRound, meetMembers, ROUND_EVERY_MS } from '#gateway/rooms/round.ts'

export interface Rounds {
  /** Looks at the members at once: another trust list was taken. */
  readonly meet: () => void
  /** A round at once: whoever made them before may have gone long ago. */
  readonly taken: () => void
  /** Resolves once what is in hand has ended. */
  readonly stop: () => Promise<void>
}

/** One round now, and one every hour until they are stopped; what was erased is told soon after. `isMine`: whether this gateway makes the rounds now. */
export function startRounds(
  deps: Deps & ReplayDeps,
  vault: OpenedVault,
  { warnOfEnds, isMine }: { readonly warnOfEnds: () => void; readonly isMine: () => boolean },
): Rounds {
  let meeting = Promise.resolve()
  const ofMine = (work: () => Promise<void>) => async (): Promise<void> => {
    if (isMine()) await work()
  }
  const round = ofMine(() => makeRound(deps))
  let isStopping = false
  const [rounds, reports, ...others] = [
    every(ROUND_EVERY_MS, () => {
      warnOfEnds()
      return round()
    }),
    every(REPORT_EVERY_MS, () => reportErasures(deps, vault, isMine)),
    every(
      REMIND_EVERY_MS,
      ofMine(() => remindUnread(deps)),
    ),
    every(
      ESCALATE_ASKS_EVERY_MS,
      ofMine(() => escalateAsks(deps)),
    ),
    every(
      CHANGES_EVERY_MS,
      ofMine(() => tendChanges(deps)),
    ),
    // By itself: a replay takes minutes, and a change that is due does not wait for it.
    every(
      CHANGES_EVERY_MS,
      ofMine(() => workOnEffects(deps, () => isStopping || !isMine())),
    ),
    // Each gateway counts what it delivers.
    every(CHANGES_EVERY_MS, async () => deps.observing?.turn()),
  ]
  return {
    stop: async () => {
      isStopping = true
      await Promise.all([rounds.stop(), reports.stop(), ...others.map(({ stop }) => stop()), meeting])
    },
    meet: () => {
      meeting = meeting.then(() => meetMembers(deps))
    },
    taken: () => {
      meeting = meeting.then(round)
    },
  }
}

/** Now and then again, one after another, until it is stopped. */
function every(ms: number, work: () => Promise<void>): { readonly stop: () => Promise<void> } {
  let turn = work()
  const timer = setInterval(() => {
    turn = turn.then(work)
  }, ms)
  timer.unref()
  return {
    stop: () => {
      clearInterval(timer)
      return turn
    },
  }
}
