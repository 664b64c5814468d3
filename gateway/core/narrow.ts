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
export const narrow = (judged: Judged, choices: Choices, view: View): Narrowed => narrower(choices, view)(judged)

/** The same for many items: what the choices say whatever the item is settled once. */
export function narrower(choices: Choices, view: View): (judged: Judged) => Narrowed {
  const byOrganisation = levelNarrower(choices.organisation, view)
  const byPractitioner = levelNarrower(choices.practitioner, view)
  const isSealed = isHeldBack(choices.practitioner, view) || isHeldBack(choices.organisation, view)
  return ({ ceiling, item, isFloor }) => {
    const organised = byOrganisation(ceiling, item)
    const narrowed = byPractitioner(organised, item)
    if (narrowed === ceiling) return UNTOUCHED[ceiling]
    if (isFloor && !item.isPast) return { level: ceiling, because: ['floor'] }
    return {
      level: narrowed,
      because: [
        ...(organised === ceiling ? [] : ['choice:organisation']),
        ...(narrowed === organised ? [] : ['choice:practitioner']),
        ...(isSealed ? ['sealed'] : []),
      ],
    }
  }
}

const NOBODY: readonly string[] = []
const UNTOUCHED: Readonly<Record<Level, Narrowed>> = {
  nothing: { level: 'nothing', because: NOBODY },
  existence: { level: 'existence', because: NOBODY },
  summary: { level: 'summary', because: NOBODY },
  current: { level: 'current', because: NOBODY },
  full: { level: 'full', because: NOBODY },
}

/** One choice applied to one item: never above the level given. A past version ends in full or not at all. */
export const narrowLevel = ({
  level,
  item,
  choice,
  view,
}: {
  readonly level: Level
  readonly item: NarrowedItem
  readonly choice: Choice
  readonly view: View
}): Level => levelNarrower(choice, view)(level, item)

function levelNarrower(choice: Choice, view: View): (level: Level, item: NarrowedItem) => Level {
  const depthOf = depths(choice, view)
  const admitsPast = pastAdmitted(choice, view)
  return (level, item) => {
    if (choice.optOut.includes(item.section)) return 'nothing'
    if (choice.factsOnly && !FACTUAL.has(item.nature)) return 'nothing'
    const depth = depthOf(item.section)
    const admitted = item.isPast ? admitsPast(depth, item) : admittedLevel(depth, item.section)
    const held = choice.askMe && item.isNew ? meet(admitted, 'existence') : admitted
    const narrowed = meet(level, held)
    return item.isPast && narrowed !== 'full' ? 'nothing' : narrowed
  }
}

/** `depthFor`, found once a section. */
function depths(choice: Choice, view: View): (section: string) => Depth {
  const known = new Map<string, Depth>()
  return (section) => {
    const depth = known.get(section) ?? depthFor(choice, section, view)
    known.set(section, depth)
    return depth
  }
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

/** Past versions and old events: from D3 on, within the reach; superseded versions only where `all` are wanted. */
function pastAdmitted(choice: Choice, view: View): (depth: Depth, item: NarrowedItem) => Level {
  const starts = { D3: reachStart(choice.reach, 'D3', view), D4: reachStart(choice.reach, 'D4', view) }
  return (depth, item) => {
    if (depth !== 'D3' && depth !== 'D4') return 'nothing'
    const versions = choice.versions ?? (depth === 'D4' ? 'all' : 'standing')
    if (item.isSuperseded && versions === 'standing') return 'nothing'
    const start = starts[depth]
    return start !== undefined && item.observedAt >= start ? 'full' : 'nothing'
  }
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
