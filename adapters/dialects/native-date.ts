/** Dates as native systems write them, brought into ISO 8601 in UTC. */
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'

const ISO = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::(\d{2}))?(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?)?$/
const BRITISH = /^(\d{2})\/(\d{2})\/(\d{4})(?: (\d{2}:\d{2})(?::(\d{2}))?)?$/

interface Parsed {
  readonly day: string
  readonly time: string | undefined
  readonly offset: string
}

/**
 * The instant of `2023-08-21`, `2023-08-21T10:00:00.304221903`, `…+01:00`, `21/08/2023` or `21/08/2023 10:00`. A time without
 * a zone is read as UTC; parts of a millisecond are left out. Undefined for anything else.
 */
export function readNativeDate(text: string): Instant | undefined {
  const parsed = parse(text)
  if (parsed === undefined) return undefined
  const instant = parseInstant(parsed.time === undefined ? parsed.day : `${parsed.day}T${parsed.time}Z`)
  return instant === undefined ? undefined : instant - offsetMs(parsed.offset)
}

/** The day as written, in its own zone: `2023-08-21`. */
export function readNativeDay(text: string): string | undefined {
  return readNativeDate(text) === undefined ? undefined : parse(text)?.day
}

/** The same as ISO 8601 text: a day where no time is written, else UTC with milliseconds. */
export function isoOf(text: string): string | undefined {
  const instant = readNativeDate(text)
  if (instant === undefined) return undefined
  return parse(text)?.time === undefined ? readNativeDay(text) : printInstant(instant)
}

/** How a mapping reads dates. Undefined for a text that is none. */
export interface DateReader {
  readonly instantOf: (text: string) => Instant | undefined
  readonly dayOf: (text: string) => string | undefined
  readonly isoOf: (text: string) => string | undefined
}

/** ISO 8601 and `21/08/2023`. */
export const NATIVE_DATES: DateReader = { instantOf: readNativeDate, dayOf: readNativeDay, isoOf }

/** Parts of a date form, by what each stands for: `yyyyMMddHHmmss`, `dd.MM.yyyy HH:mm` … */
const PARTS: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  dd: '(?<day>\\d{2})',
  HH: '(?<hour>\\d{2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
}

/** True for a form that names year, month and day once, hours only with minutes, and nothing else that is a letter. */
export const isDateForm = (form: string): boolean => {
  const left = form.replaceAll(/yyyy|MM|dd|HH|mm|ss/g, '')
  const has = (part: string): boolean => form.split(part).length === 2
  const hasOnce = Object.keys(PARTS).every((part) => form.split(part).length <= 2)
  return hasOnce && ['yyyy', 'MM', 'dd'].every(has) && has('HH') === has('mm') && !/[^ .,:/T-]/.test(left)
}

/** Reads the forms that a mapping names, and no other: two agencies may mean two days by one text. */
export function datesOf(forms: readonly string[]): DateReader {
  if (forms.length === 0) return NATIVE_DATES
  const patterns = forms.map(
    (form) =>
      new RegExp(`^${form.replaceAll(/[.]/g, '\\.').replaceAll(/yyyy|MM|dd|HH|mm|ss/g, (part) => PARTS[part] ?? '')}$`),
  )
  const iso = (text: string): string | undefined => {
    const groups = patterns.map((pattern) => pattern.exec(text)?.groups).find((found) => found !== undefined)
    if (groups === undefined) return undefined
    const { year, month, day, hour, minute, second = '00' } = groups
    const date = `${year}-${month}-${day}`
    return hour === undefined ? date : `${date}T${hour}:${minute}:${second}Z`
  }
  return {
    instantOf: (text) => readNativeDate(iso(text) ?? ''),
    dayOf: (text) => readNativeDay(iso(text) ?? ''),
    isoOf: (text) => isoOf(iso(text) ?? ''),
  }
}

function parse(text: string): Parsed | undefined {
  const iso = ISO.exec(text)
  if (iso !== null) {
    const [, day = '', minutes, seconds = '00', fraction = '0', zone = 'Z'] = iso
    const time = minutes === undefined ? undefined : `${minutes}:${seconds}.${fraction.slice(0, 3)}`
    return { day, time, offset: zone }
  }
  const british = BRITISH.exec(text)
  if (british === null) return undefined
  const [, day, month, year, minutes, seconds = '00'] = british
  return {
    day: `${year}-${month}-${day}`,
    time: minutes === undefined ? undefined : `${minutes}:${seconds}`,
    offset: 'Z',
  }
}

/** Milliseconds that a zone is ahead of UTC. */
function offsetMs(zone: string): number {
  if (zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}
