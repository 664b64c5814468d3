/** How much history a recipient chose to receive: depths D0 to D4 with their modifiers. What narrowing does is in narrow.ts. */
import { z } from 'zod'
import { NAME_PATTERN } from './ids.ts'
import { instantText } from './item.ts'

/** D0 contact only, D1 essentials, D2 current picture, D3 recent history, D4 full permitted (`domain.md` §3.5). */
export const DEPTHS = ['D0', 'D1', 'D2', 'D3', 'D4'] as const
export type Depth = (typeof DEPTHS)[number]

export const isDeeper = (a: Depth, b: Depth): boolean => DEPTHS.indexOf(a) > DEPTHS.indexOf(b)

export const MILESTONES = ['measure-start', 'release', 'transfer', 'last-read'] as const

const section = z.string().regex(NAME_PATTERN)
const depth = z.enum(DEPTHS)

/** How far back past versions go: months, a milestone of the case, or a date. */
export const choiceReachSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('months'), months: z.int().min(0).max(1200) }).readonly(),
  z.strictObject({ kind: z.literal('since'), milestone: z.enum(MILESTONES) }).readonly(),
  z.strictObject({ kind: z.literal('since-date'), date: instantText }).readonly(),
])

/** Nothing above `meanwhile` is shown before the date or the n-th meeting, whichever comes first. */
const delayedReveal = z
  .strictObject({
    until: instantText.optional(),
    meetings: z.int().min(1).max(100).optional(),
    meanwhile: depth.default('D0'),
  })
  .refine(
    (reveal) => reveal.until !== undefined || reveal.meetings !== undefined,
    'needs a date or a number of meetings',
  )
  .readonly()

export const choiceSchema = z
  .strictObject({
    depth,
    /** Depth per section, instead of the overall one. */
    sections: z.record(section, depth).readonly().default({}),
    reach: choiceReachSchema.optional(),
    versions: z.enum(['standing', 'all']).optional(),
    delayedReveal: delayedReveal.optional(),
    optOut: z.array(section).max(31).readonly().default([]),
    /** Assessment-blind: facts, decisions and the person's own words only. */
    factsOnly: z.boolean().default(false),
    /** New items are held at existence: section, date, author role. */
    askMe: z.boolean().default(false),
  })
  .readonly()

export type Choice = z.output<typeof choiceSchema>
export type ChoiceText = z.input<typeof choiceSchema>
export type ChoiceReach = z.output<typeof choiceReachSchema>

/** Where no choice was made: the least depth (LED Art. 20, data protection by default). */
export const DEFAULT_CHOICE: Choice = { depth: 'D0', sections: {}, optOut: [], factsOnly: false, askMe: false }

/** Where an organisation has set no ceiling: it narrows nothing. */
export const UNNARROWED: Choice = {
  depth: 'D4',
  sections: {},
  optOut: [],
  factsOnly: false,
  askMe: false,
  versions: 'all',
}

/**
 * Whether `after` may show anything that `before` does not: a deeper step for anything, or something set aside that no longer is. A reach or a
 * delay that is another counts as more, since which of two goes further depends on the case.
 */
export function showsMore(before: Choice, after: Choice): boolean {
  const ids = [...Object.keys(before.sections), ...Object.keys(after.sections)]
  return (
    isDeeper(after.depth, before.depth) ||
    ids.some((id) => isDeeper(stepIn(after, id), stepIn(before, id))) ||
    before.optOut.some((id) => !after.optOut.includes(id)) ||
    (before.factsOnly && !after.factsOnly) ||
    (before.askMe && !after.askMe) ||
    (before.delayedReveal !== undefined && !isSame(before.delayedReveal, after.delayedReveal)) ||
    (pastSteps(after).length > 0 && goesFurther(before, after))
  )
}

const stepIn = ({ depth: overall, sections }: Choice, id: string): Depth =>
  Object.hasOwn(sections, id) ? (sections[id] ?? overall) : overall

/** The steps at which the past is shown at all, now or until a delay is over. */
const pastSteps = ({ depth: overall, sections, delayedReveal }: Choice): readonly Depth[] =>
  [overall, ...Object.values(sections), delayedReveal?.meanwhile ?? 'D0'].filter((step) => isDeeper(step, 'D2'))

/** At D4 alone nothing ends the past where no reach is chosen. */
function goesFurther(before: Choice, after: Choice): boolean {
  const isEndless = before.reach === undefined && pastSteps(before).every((step) => step === 'D4')
  const hasFewer = before.versions === 'all' || after.versions === 'standing' || before.versions === after.versions
  return (!isEndless && !isSame(before.reach, after.reach)) || !hasFewer
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
