/** What policy permits, narrowed to the history a recipient chose; the safety floor always stays. */
import { monthsBefore, parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { meet } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import { isDeeper } from './choice.ts'
import type { Choice, ChoiceReach, Depth } from './choice.ts'
import { unreachable } from './problem.ts'
import type { Choices } from './stages.ts'
import { admittedLevel } from './vocabulary/depths.ts'

/** What a choice needs to know of an item version. */
export interface NarrowedItem {
  readonly section: string
  readonly nature: string
  readonly isPast: boolean
  readonly isSuperseded: boolean
  /** Arrived since this recipient last acknowledged something of the case, or before it ever did. */
  readonly isNew: boolean
  readonly observedAt: Instant
}

/** The instant, and what the case and this recipient's reading of it say. */
export interface View {
  readonly at: Instant
  readonly milestones: Readonly<Record<string, Instant | undefined>>
  readonly meetings: number
  readonly lastReadAt: Instant | undefined
}

export interface Judged {
  readonly ceiling: Level
  readonly isFloor: boolean
  readonly item: NarrowedItem
}

export interface Narrowed {
  readonly level: Level
  /** Whose choice acted: `choice:organisation`, `choice:practitioner`, `sealed`, or `floor` where the floor undid it. */
  readonly because: readonly string[]
}

/** Both choices applied, then floor ∧ ceiling restored for a standing floor item (`disclosure.md`, laws 6 and 7). */
export function narrow(judged: Judged, choices: Choices, view: View): Narrowed {
  const { ceiling, item } = judged
  const organised = narrowLevel({ level: ceiling, item, choice: choices.organisation, view })
  const narrowed = narrowLevel({ level: organised, item, choice: choices.practitioner, view })
  if (narrowed === ceiling) return { level: ceiling, because: [] }
  if (judged.isFloor && !item.isPast) return { level: ceiling, because: ['floor'] }
  const isSealed = isHeldBack(choices.practitioner, view) || isHeldBack(choices.organisation, view)
  return {
    level: narrowed,
    because: [
      ...(organised === ceiling ? [] : ['choice:organisation']),
      ...(narrowed === organised ? [] : ['choice:practitioner']),
      ...(isSealed ? ['sealed'] : []),
    ],
  }
}

/** One choice applied to one item: never above the level given. A past version ends in full or not at all. */
export function narrowLevel({
  level,
  item,
  choice,
  view,
}: {
  readonly level: Level
  readonly item: NarrowedItem
  readonly choice: Choice
  readonly view: View
}): Level {
  if (choice.optOut.includes(item.section)) return 'nothing'
  if (choice.factsOnly && !FACTUAL.has(item.nature)) return 'nothing'
  const depth = depthFor(choice, item.section, view)
  const admitted = item.isPast ? admittedPast({ choice, depth, item, view }) : admittedLevel(depth, item.section)
  const held = choice.askMe && item.isNew ? meet(admitted, 'existence') : admitted
  const narrowed = meet(level, held)
  return item.isPast && narrowed !== 'full' ? 'nothing' : narrowed
}

/** The depth in force for a section: its own or the overall one, and no deeper than `meanwhile` until the reveal. */
export function depthFor(choice: Choice, section: string, view: View): Depth {
  const chosen = Object.hasOwn(choice.sections, section) ? (choice.sections[section] ?? choice.depth) : choice.depth
  return isHeldBack(choice, view) ? shallower(chosen, choice.delayedReveal?.meanwhile ?? 'D0') : chosen
}

/** True while a delayed reveal waits for its date or its n-th meeting, whichever comes first. */
export function isHeldBack(choice: Choice, view: Pick<View, 'at' | 'meetings'>): boolean {
  const reveal = choice.delayedReveal
  if (reveal === undefined) return false
  const until = reveal.until === undefined ? undefined : parseInstant(reveal.until)
  const hasDateCome = until !== undefined && view.at >= until
  const haveTheyMet = reveal.meetings !== undefined && view.meetings >= reveal.meetings
  return !hasDateCome && !haveTheyMet
}

export const shallower = (a: Depth, b: Depth): Depth => (isDeeper(a, b) ? b : a)

const FACTUAL: ReadonlySet<string> = new Set(['fact', 'decision', 'statement-of-person'])
/** Default reach of past versions at D3 (`domain.md` §3.5); D4 has none. */
const D3_REACH_MONTHS = 12

interface Past {
  readonly choice: Choice
  readonly depth: Depth
  readonly item: NarrowedItem
  readonly view: View
}

/** Past versions and old events: from D3 on, within the reach; superseded versions only where `all` are wanted. */
function admittedPast({ choice, depth, item, view }: Past): Level {
  if (depth !== 'D3' && depth !== 'D4') return 'nothing'
  const versions = choice.versions ?? (depth === 'D4' ? 'all' : 'standing')
  if (item.isSuperseded && versions === 'standing') return 'nothing'
  const start = reachStart(choice.reach, depth, view)
  return start !== undefined && item.observedAt >= start ? 'full' : 'nothing'
}

/** Where the past begins to be shown; undefined where a milestone is not known, which shows none of it. */
function reachStart(reach: ChoiceReach | undefined, depth: Depth, view: View): Instant | undefined {
  if (reach === undefined) return depth === 'D4' ? Number.NEGATIVE_INFINITY : monthsBefore(view.at, D3_REACH_MONTHS)
  switch (reach.kind) {
    case 'months':
      return monthsBefore(view.at, reach.months)
    case 'since':
      return reach.milestone === 'last-read'
        ? view.lastReadAt
        : Object.hasOwn(view.milestones, reach.milestone)
          ? view.milestones[reach.milestone]
          : undefined
    case 'since-date':
      return parseInstant(reach.date)
    default:
      return unreachable(reach)
  }
}
