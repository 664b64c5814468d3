/** A day and an hour of a time zone as an instant. */
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/
const HOUR = /^\d{2}:\d{2}$/

/**
 * The instant at which clocks of the zone (IANA) show that day (YYYY-MM-DD) and hour (HH:MM); undefined for what is none. Of an hour that
 * clocks show twice the later one, of one that they leave out an hour beside it.
 */
export function instantIn(zone: string, day: string, hour: string): Instant | undefined {
  if (!DAY.test(day) || !HOUR.test(hour)) return undefined
  const asUtc = parseInstant(`${day}T${hour}:00Z`)
  if (asUtc === undefined) return undefined
  const first = asUtc - offsetAt(zone, asUtc)
  return asUtc - offsetAt(zone, first)
}

/** What clocks of the zone (IANA) show then: the day (YYYY-MM-DD) and the hour (HH:MM). */
export function shownIn(zone: string, instant: Instant): { readonly day: string; readonly hour: string } {
  const shown = printInstant(instant + offsetAt(zone, instant))
  return { day: shown.slice(0, 10), hour: shown.slice(11, 16) }
}

/** How far clocks of the zone are ahead of UTC then, ms. */
function offsetAt(zone: string, instant: Instant): number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]))
  const part = (name: 'year' | 'month' | 'day' | 'hour' | 'minute'): string => parts.get(name) ?? ''
  const shown = `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:00Z`
  return (parseInstant(shown) ?? instant) - (instant - (instant % 60_000))
}
