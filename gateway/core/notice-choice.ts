/** Whether and when those at a hosted inbox want their organisation to be told by mail that something waits for them. */
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { CarriedKind } from './message-kinds.ts'
import type { UnreadStep } from './unread.ts'
import { instantIn, shownIn } from './zoned-time.ts'

export const NOTICE_CHANNELS = ['mail', 'none'] as const
export type NoticeChannel = (typeof NOTICE_CHANNELS)[number]

/** From an hour up to, not including, another one (HH:MM), over midnight where that is the earlier one. */
export interface QuietHours {
  readonly from: string
  readonly until: string
  /** IANA name of the zone whose clocks show them. */
  readonly zone: string
}

export interface NoticeChoice {
  readonly channel: NoticeChannel
  readonly quiet?: QuietHours
}

/** Where nothing was chosen: all notices, whenever they are due. */
export const DEFAULT_NOTICES: NoticeChoice = { channel: 'mail' }

const HOUR = /^(?:[01]\d|2[0-3]):[0-5]\d$/
export const isHour = (text: string): boolean => HOUR.test(text)

/** What a notice tells of, and why it is sent now. */
export interface NoticeAbout {
  readonly kind: CarriedKind
  readonly cause: 'delivery' | UnreadStep
}

/** Somebody has to do something by a day: told also where no notices are wanted. */
const DUTIES: ReadonlySet<CarriedKind> = new Set(['Recall', 'Correction'])
const WANTED_ALWAYS: ReadonlySet<NoticeAbout['cause']> = new Set(['overdue', 'alternate', 'sender'])
/** Told to others than those who chose. */
const BEYOND: ReadonlySet<NoticeAbout['cause']> = new Set(['alternate', 'sender'])

/**
 * Whether a notice may go now, when it may, or that none is wanted. An alert for somebody's safety never waits; what is overdue, a recall and a
 * correction are told of in any case, after the quiet hours.
 */
export function noticeWish(
  { channel, quiet }: NoticeChoice,
  { kind, cause }: NoticeAbout,
  now: Instant,
): 'now' | 'unwanted' | { readonly until: Instant } {
  if (kind === 'IncidentAlert' || BEYOND.has(cause)) return 'now'
  if (channel === 'none' && !DUTIES.has(kind) && !WANTED_ALWAYS.has(cause)) return 'unwanted'
  const until = quiet === undefined ? undefined : quietEnd(quiet, now)
  return until === undefined ? 'now' : { until }
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Of the quiet hours that it is in. */
function quietEnd({ from, until, zone }: QuietHours, now: Instant): Instant | undefined {
  const { day, hour } = shownIn(zone, now)
  const isQuiet = from < until ? from <= hour && hour < until : from <= hour || hour < until
  if (!isQuiet) return undefined
  const end = instantIn(zone, hour < until ? day : dayAfter(day), until) ?? now
  // Clocks leave that hour out, or it is none: it is looked at again.
  return end > now ? end : now + HOUR_MS
}

/** Counted at noon, where no day is missed whatever clocks do. */
const dayAfter = (day: string): string =>
  printInstant((parseInstant(`${day}T12:00:00Z`) ?? 0) + DAY_MS).slice(0, 'YYYY-MM-DD'.length)
