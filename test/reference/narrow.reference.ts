/** What a choice leaves of an item, slow and plain: a second opinion on narrow.ts, written from the tables of the design alone. */
import { monthsBefore, parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { LEVELS } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import type { Choice, Depth } from '#gateway/core/choice.ts'

/** Highest level of a standing item by section number; sections not named get the last figure (`domain.md` §3.5). */
const D0 = { 1: 2, 3: 3, 4: 2, 24: 2 }
const D1 = { ...D0, 4: 3, 24: 3, 7: 2, 8: 3, 13: 3, 14: 3, 15: 3, 16: 3, 30: 3, 31: 2, 1: 3 }
const TWOS = { 9: 2, 20: 2, 21: 2, 23: 2, 26: 2, 27: 2 }
const THREES = Object.fromEntries([2, 5, 6, 7, 10, 11, 12, 17, 18, 19, 22, 25, 28, 29, 31].map((number) => [number, 3]))
const TABLE: Readonly<Record<Depth, Readonly<Record<number, number>>>> = {
  D0,
  D1,
  D2: { ...D1, ...TWOS, ...THREES },
  D3: {},
  D4: {},
}
const ELSE: Readonly<Record<Depth, number>> = { D0: 0, D1: 0, D2: 0, D3: 3, D4: 4 }
const BLIND = ['fact', 'decision', 'statement-of-person']

export interface Seen {
  readonly level: Level
  /** 1 to 31. */
  readonly number: number
  readonly item: {
    readonly section: string
    readonly nature: string
    readonly isPast: boolean
    readonly isSuperseded: boolean
    readonly isNew: boolean
    readonly observedAt: Instant
  }
  readonly choice: Choice
  readonly view: {
    readonly at: Instant
    readonly milestones: Readonly<Record<string, Instant | undefined>>
    readonly meetings: number
    readonly lastReadAt: Instant | undefined
  }
}

/** The depth in force: the section's own or the overall one, held down to `meanwhile` until the date or the meeting. */
export function depthInForce({ choice, item, view }: Seen): Depth {
  const chosen = choice.sections[item.section] ?? choice.depth
  const reveal = choice.delayedReveal
  if (reveal === undefined) return chosen
  const until = reveal.until === undefined ? undefined : parseInstant(reveal.until)
  const isRevealed =
    (until !== undefined && view.at >= until) || (reveal.meetings !== undefined && view.meetings >= reveal.meetings)
  return isRevealed || reveal.meanwhile > chosen ? chosen : reveal.meanwhile
}

/** From when past versions are wanted; a milestone that is not known reaches nothing. */
function wantedSince({ choice, view }: Seen, depth: Depth): Instant {
  const reach = choice.reach
  if (reach === undefined) return depth === 'D4' ? -Infinity : monthsBefore(view.at, 12)
  if (reach.kind === 'months') return monthsBefore(view.at, reach.months)
  if (reach.kind === 'since-date') return parseInstant(reach.date) ?? Infinity
  return (reach.milestone === 'last-read' ? view.lastReadAt : view.milestones[reach.milestone]) ?? Infinity
}

/** The level that one choice leaves of one item. */
export function referenceNarrow(seen: Seen): Level {
  const { choice, item, level } = seen
  const depth = depthInForce(seen)
  if (choice.optOut.includes(item.section)) return 'nothing'
  if (choice.factsOnly && !BLIND.includes(item.nature)) return 'nothing'
  const rank = LEVELS.indexOf(level)
  const most = choice.askMe && item.isNew ? 1 : 4
  if (!item.isPast) return LEVELS[Math.min(rank, most, TABLE[depth][seen.number] ?? ELSE[depth])] ?? 'nothing'
  const wantsAll = choice.versions === undefined ? depth === 'D4' : choice.versions === 'all'
  const isWanted = depth >= 'D3' && item.observedAt >= wantedSince(seen, depth) && (wantsAll || !item.isSuperseded)
  return isWanted && rank === 4 && most === 4 ? 'full' : 'nothing'
}
