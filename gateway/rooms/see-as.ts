/** Side room: what somebody of a recipient type would get of a case, by the same rooms that judge and shape what is sent; and every gap with its rule. */
import type { Example } from '#policies/engine/case-text.ts'
import { openJudge } from '#policies/engine/enforcer.ts'
import type { Judge } from '#policies/engine/enforcer.ts'
import { explain } from '#policies/engine/explain.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Bilingual, PolicySet } from '#policies/language/policy.ts'
import { uuidFrom } from '#gateway/core/canonical-json.ts'
import { DEFAULT_CHOICE, UNNARROWED } from '#gateway/core/choice.ts'
import type { Choice, Depth } from '#gateway/core/choice.ts'
import type { Item } from '#gateway/core/item.ts'
import type { ItemOutcome, Projection } from '#gateway/core/projection.ts'
import type { JudgedMessage, Shaped } from '#gateway/core/stages.ts'
import { imaginedWorld } from './imagined-world.ts'
import type { ImaginedCase } from './imagined-world.ts'
import { judge } from './judge.ts'
import type { PolicyInForce } from './deps.ts'
import { shape } from './shape.ts'

/** Who holds something back: the policy, the limit of the agency, the choice of the practitioner, a date, or whoever marked it. */
export type GapKind = 'policy' | 'agency' | 'practitioner' | 'date' | 'marking'

/** One item that is not shown as it is, and why. */
export interface Gap {
  readonly item: Item
  readonly kind: GapKind
  readonly outcome: ItemOutcome
  readonly sentence: Bilingual
}

export interface Seen {
  readonly projection: Projection
  /** Items that are withheld or shown as less than they are, in the order of the case. */
  readonly gaps: readonly Gap[]
}

export interface ToSee {
  readonly set: PolicySet
  readonly digest: string
  /** Of that set; absent: built for this look. */
  readonly judge?: Judge
  readonly of: ImaginedCase
  readonly recipientType: string
  /** Role of the practitioner. */
  readonly role?: string
  readonly depth: Depth
  /** Without assessments, opinions and intelligence. */
  readonly isFactsOnly?: boolean
  /** What the organisation lets its people read; absent: whatever policy does. */
  readonly organisation?: Choice
  readonly at: Instant
  /** Of the flow; absent: the first of the vocabulary. */
  readonly purpose?: string | undefined
  /** Sections that a granted request names. */
  readonly requested: readonly string[]
}

/** Every item is asked of casbin too: where the two differ, nothing passes here either. */
export async function seeAs(toSee: ToSee): Promise<Seen> {
  const { set, digest, depth, at, isFactsOnly = false, organisation = UNNARROWED } = toSee
  const judged = await judgedFor(toSee)
  const shaped = shape({
    judged,
    choices: {
      organisation,
      practitioner: { ...DEFAULT_CHOICE, depth, factsOnly: isFactsOnly },
      meetings: 0,
      lastReadAt: undefined,
    },
    policy: { id: set.id, version: set.version, digest },
    messageId: uuidFrom('see-as message'),
    deliveryId: uuidFrom('see-as delivery'),
    broker: 'see-as',
    receivedAt: at,
    shownBefore: new Set(),
  })
  return seenOf(set, judged, shaped)
}

/** What policy says of each item of the imagined case. */
async function judgedFor(toSee: ToSee): Promise<JudgedMessage> {
  const { set, digest, of, recipientType, role, at, requested, purpose } = toSee
  const policy: PolicyInForce = { set, digest, judge: toSee.judge ?? (await openJudge(set)) }
  const named = { ...(role === undefined ? {} : { practitioner: role }), ...(purpose === undefined ? {} : { purpose }) }
  const world = imaginedWorld({ policy, summary: of, at, recipient: recipientType, requested, ...named })
  return judge(policy, world, 1).judged
}

/** The projection with its gaps: each item that was not passed whole, with the sentence of its ceiling. */
export function seenOf(set: PolicySet, judged: JudgedMessage, shaped: Pick<Shaped, 'projection' | 'record'>): Seen {
  const outcomes = new Map(shaped.record.items.map((outcome) => [outcome.itemId, outcome]))
  const gaps = judged.items.flatMap(({ item, ceiling }): readonly Gap[] => {
    const outcome = outcomes.get(item.itemId)
    if (outcome === undefined || outcome.outcome === 'passed') return []
    return [{ item, kind: kindOf(outcome), outcome, sentence: explain(set, ceiling) }]
  })
  return { projection: shaped.projection, gaps }
}

/** Whoever took the last of it away. */
function kindOf({ because, rules, ceiling, level }: ItemOutcome): GapKind {
  if (because.includes('sealed')) return 'date'
  if (level !== ceiling) return because.includes('choice:practitioner') ? 'practitioner' : 'agency'
  return rules.length === 0 && because.some((reason) => reason.startsWith('marking:')) ? 'marking' : 'policy'
}

/** One item of each section as an example that has to come out so again: the question and the labels, without the value. */
export async function examplesOf(toSee: ToSee & { readonly caseId: string }): Promise<readonly Example[]> {
  const judged = await judgedFor(toSee)
  const bySection = new Map(judged.items.toReversed().map((item) => [item.item.section, item]))
  return [...bySection].toReversed().map(([section, { labelled, ceiling }]) => ({
    name: `${toSee.caseId} · ${toSee.recipientType} · ${section}`,
    question: judged.question,
    item: { ...labelled, value: { ...labelled.value, exact: '', rungs: {} } },
    expected: {
      level: ceiling.level,
      ...(ceiling.level === 'nothing' ? { omission: ceiling.omission } : {}),
    },
  }))
}
