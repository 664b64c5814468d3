/** Instants as milliseconds since 1970 UTC, read and written without asking any clock: strict ISO 8601, civil-calendar arithmetic. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

const DAY_MS = 86_400_000
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?Z)?$/

/** A day (`2027-03-14`, midnight UTC) or a UTC time (`2027-03-14T09:30:00Z`); undefined for anything else, 30 February too. */
export function parseInstant(text: string): Instant | undefined {
  const found = INSTANT.exec(text)
  if (found === null) return undefined
  const part = (index: number): number => Number(found[index] ?? 0)
  const year = part(1)
  const month = part(2)
  const day = part(3)
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  const midnight = dayNumber({ year, month, day }) * DAY_MS
  if (found[4] === undefined) return midnight
  const hour = part(4)
  const minute = part(5)
  const second = part(6)
  if (hour > 23 || minute > 59 || second > 59) return undefined
  return midnight + ((hour * 60 + minute) * 60 + second) * 1000 + Number((found[7] ?? '0').padEnd(3, '0'))
}

/** RFC 3339 in UTC with milliseconds: `2027-03-14T09:30:00.000Z`. */
export function printInstant(instant: Instant): string {
  const rest = instant - Math.floor(instant / DAY_MS) * DAY_MS
  const pad = (value: number, width: number): string => String(value).padStart(width, '0')
  const time = `${pad(Math.floor(rest / 3_600_000), 2)}:${pad(Math.floor(rest / 60_000) % 60, 2)}:${pad(Math.floor(rest / 1000) % 60, 2)}`
  return `${printDay(instant)}T${time}.${pad(rest % 1000, 3)}Z`
}

/** The UTC day of an instant: `2027-03-14`. */
export function printDay(instant: Instant): string {
  const { year, month, day } = civilOf(instant)
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/** The same time of day n calendar months earlier; the 31st becomes the last day of a shorter month. */
export function monthsBefore(instant: Instant, months: number): Instant {
  const { year, month, day } = civilOf(instant)
  const index = year * 12 + (month - 1) - months
  const target = { year: Math.floor(index / 12), month: (((index % 12) + 12) % 12) + 1 }
  const kept = Math.min(day, daysInMonth(target.year, target.month))
  const timeOfDay = instant - Math.floor(instant / DAY_MS) * DAY_MS
  return dayNumber({ ...target, day: kept }) * DAY_MS + timeOfDay
}

interface Civil {
  readonly year: number
  readonly month: number
  readonly day: number
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

const daysInMonth = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

/** Days since 1970-01-01 of a proleptic Gregorian date (Hinnant, "chrono-compatible low-level date algorithms"). */
function dayNumber({ year, month, day }: Civil): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

/** The date of an instant, UTC; the inverse of dayNumber (same source). */
function civilOf(instant: Instant): Civil {
  const shifted = Math.floor(instant / DAY_MS) + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const part = Math.floor((5 * dayOfYear + 2) / 153)
  const month = part < 10 ? part + 3 : part - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * part + 2) / 5) + 1,
  }
}
