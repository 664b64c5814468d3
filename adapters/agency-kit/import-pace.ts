/** How fast an import goes: no faster than was asked, and not at all while the gateway asks for patience. */
import type { Clock } from '#gateway/core/time.ts'
import type { QuotaLeft } from './quota-headers.ts'

export interface Pace {
  /** Resolves when the next request may leave. */
  readonly turn: () => Promise<void>
  /** Holds all requests for so long. */
  readonly rest: (ms: number) => void
  /** Heeds what is left: the last few requests of a window are left to whatever else this member asks. */
  readonly heed: (left: QuotaLeft) => void
}

export interface PaceOptions {
  readonly clock: Clock
  readonly sleep: (ms: number) => Promise<void>
  /** Most requests in a second; absent: as fast as they are answered. */
  readonly perSecond?: number | undefined
  /** So many are kept back. */
  readonly reserve: number
}

/** Requests that wait leave one after another. */
export function createPace({ clock, sleep, perSecond, reserve }: PaceOptions): Pace {
  let notBefore = 0
  let restUntil = 0
  const turn = async (): Promise<void> => {
    if (perSecond !== undefined) {
      const at = Math.max(notBefore, clock())
      notBefore = at + 1000 / perSecond
      await sleep(at - clock())
    }
    for (let left = restUntil - clock(); left > 0; left = restUntil - clock()) await sleep(left)
  }
  const rest = (ms: number): void => {
    restUntil = Math.max(restUntil, clock() + ms)
  }
  return {
    turn,
    rest,
    heed: ({ requests, seconds }) => {
      if (requests <= reserve) rest(seconds * 1000)
    },
  }
}
