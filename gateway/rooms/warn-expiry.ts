/** Side room: tells the operator, once for each of the days before the end, what runs out and when. */
import { printDay } from '#policies/language/instant.ts'
import { expiryDayOf } from '#gateway/core/expiry.ts'
import type { Expiring } from '#gateway/core/expiry.ts'
import type { Deps } from './deps.ts'

type WarnDeps = Pick<Deps, 'clock' | 'log'>

/** From this day on it is an alarm, and no longer only a warning. */
const ALARM_DAYS = 7

/** Looks at what it is given, each time it is called, and speaks where a day has come since the last look. */
export function openExpiryWarnings({ clock, log }: WarnDeps, expiring: () => readonly Expiring[]): () => void {
  let told: ReadonlyMap<string, number> = new Map()
  return () => {
    const now = clock()
    const due = expiring().flatMap((one) => {
      const day = expiryDayOf(one, now)
      return day === undefined ? [] : [{ one, day, key: `${one.what} ${one.until}` }]
    })
    for (const { one, day } of due.filter(({ key, day: said }) => told.get(key) !== said)) {
      const say = day <= ALARM_DAYS ? log.alarm : log.warn
      say(day === 0 ? 'has run out' : 'runs out soon', { what: one.what, days: day, on: printDay(one.until) })
    }
    // What was replaced is forgotten, and spoken of anew when its successor ends.
    told = new Map(due.map(({ key, day }) => [key, day]))
  }
}
