/** Room 7: redacts to the ceiling, narrows to the choices, and writes the list of what was declared withheld. Pure. */
import { printInstant } from '#policies/language/instant.ts'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import type { Level } from '#policies/language/level.ts'
import { bodyOf } from '#gateway/core/body.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { depthFor, narrower, shallower } from '#gateway/core/narrow.ts'
import type { Judged, Narrowed, View } from '#gateway/core/narrow.ts'
import type { Message } from '#gateway/core/message.ts'
import type { MessageMemory } from '#gateway/core/message-memory.ts'
import { REPLY_KINDS } from '#gateway/core/message-kinds.ts'
import { projectItem } from '#gateway/core/project-item.ts'
import { CONSTANT_SENTENCE } from '#gateway/core/projection.ts'
import type { DecisionRecord, ItemOutcome, ProjectedItem, Projection, WithheldEntry } from '#gateway/core/projection.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { Choices, JudgedItem, JudgedMessage, Shaped } from '#gateway/core/stages.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'

export interface ToShape {
  readonly judged: JudgedMessage
  readonly choices: Choices
  readonly policy: { readonly id: string; readonly version: string; readonly digest: string }
  readonly messageId: string
  readonly deliveryId: string
  readonly broker: string
  readonly receivedAt: Instant
  /** What came later than the message itself. */
  readonly releases?: StoredMessage['releases'] | undefined
  /** Item versions this mandate was shown before: only these may be named as superseded or recalled. */
  readonly shownBefore: ReadonlySet<string>
  /** Whether this mandate holds any copy, at any level, of what a correction replaces. */
  readonly holdsCopy?: boolean
  /** What this mandate calls the case; absent: as its sender does. */
  readonly caseName?: string
  /** The gateway says it in its own name: there is no copy that its sender signed for this class of recipients. */
  readonly isSaidAgain?: boolean
  /** Its sender signed it for other classes and not for this one: who it was, the gateway does not say. */
  readonly isMasked?: boolean
  /** What this mandate calls the message; absent: as the gateway does. */
  readonly messageName?: string
  /** Of this message, where it is shaped for more than one recipient. */
  readonly memory?: MessageMemory | undefined
}

/** Replies and recalls hold no items and are always sent; of the rest, nothing is sent where nothing passed and nothing was declared. */
export function shape(toShape: ToShape): Shaped {
  const { judged, choices } = toShape
  const view = viewOf(judged, choices)
  const narrowed = narrower(choices, view)
  const cameAt = arrivalsOf(toShape)
  const { lastReadAt } = view
  const isNew = (id: string): boolean => lastReadAt === undefined || cameAt(id) > lastReadAt
  const shaped = judged.items.map((item) => shapeItem({ item, toShape, narrowed, isNew: isNew(item.item.itemId) }))
  const passed = shaped.filter(hasPassed)
  const items = passed.map(({ projected }) => projected)
  const withheld = manifestOf(shaped)
  const depth = shallower(depthFor(choices.organisation, '', view), depthFor(choices.practitioner, '', view))
  const projection = projectionOf(toShape, {
    items,
    withheld,
    depth,
    passed: passed.map((entry) => entry.judged.ceiling),
  })
  return {
    projection,
    depth,
    record: recordOf(toShape, shaped, depth),
    disclosed: passed.map(disclosedOf),
    isEmpty: !isAlwaysSent(toShape) && items.length === 0 && withheld.length === 0,
  }
}

/** With its message, or when its sender let go of it. */
function arrivalsOf({ receivedAt, releases = [] }: ToShape): (itemId: string) => Instant {
  if (releases.length === 0) return () => receivedAt
  const released = new Map<string, Instant>(releases.flatMap(({ at, items }) => items.map((id) => [id, at] as const)))
  return (itemId) => released.get(itemId) ?? receivedAt
}

/** An answer, a request and a recall say something beside their items; the other kinds are their items. */
const ALWAYS_SENT: ReadonlySet<Message['kind']> = new Set([...REPLY_KINDS, 'Recall', 'InformationResponse'] as const)

/** A correction is news only to who holds a copy of what it replaces: to the rest it would tell of what they were not to see. */
const isAlwaysSent = ({ judged, holdsCopy }: ToShape): boolean =>
  judged.message.kind === 'Correction' ? holdsCopy === true : ALWAYS_SENT.has(judged.message.kind)

interface ShapedItem {
  readonly judged: JudgedItem
  readonly narrowed: Narrowed
  readonly projected: ProjectedItem | undefined
}

interface PassedItem extends ShapedItem {
  readonly projected: ProjectedItem
}

const hasPassed = (shaped: ShapedItem): shaped is PassedItem => shaped.projected !== undefined

interface ToShapeItem {
  readonly item: JudgedItem
  readonly toShape: ToShape
  readonly narrowed: (judged: Judged) => Narrowed
  readonly isNew: boolean
}

function shapeItem({ item: judged, toShape, narrowed: narrowedBy, isNew }: ToShapeItem): ShapedItem {
  const { item, labelled, ceiling, isFloor } = judged
  const about = {
    section: item.section,
    nature: item.nature,
    isPast: labelled.isPast,
    isSuperseded: judged.isSuperseded,
    isNew,
    observedAt: labelled.observedAt,
  }
  const narrowed = narrowedBy({ ceiling: ceiling.level, isFloor, item: about })
  const supersedes =
    item.supersedes !== undefined && toShape.shownBefore.has(item.supersedes) ? item.supersedes : undefined
  return {
    judged,
    narrowed,
    projected: projectItem({
      item,
      labelled,
      ceiling,
      level: narrowed.level,
      supersedes,
      shown: toShape.memory?.shown,
    }),
  }
}

const viewOf = ({ question }: JudgedMessage, { meetings, lastReadAt }: Choices): View => ({
  at: question.at,
  milestones: question.milestones,
  meetings,
  lastReadAt,
})

/** By section and reason, once each and in a fixed order: never a count, never an id, and of silent omissions nothing at all. */
function manifestOf(shaped: readonly ShapedItem[]): readonly WithheldEntry[] {
  const unique = new Map<string, WithheldEntry>()
  for (const one of shaped) {
    const entry = withheldOf(one)
    if (entry !== undefined) unique.set(`${entry.section} ${entry.kind}`, entry)
  }
  return [...unique.values()].toSorted((a, b) => (`${a.section} ${a.kind}` < `${b.section} ${b.kind}` ? -1 : 1))
}

function withheldOf({ judged: { item, ceiling }, narrowed, projected }: ShapedItem): WithheldEntry | undefined {
  const { section } = item
  if (ceiling.level === 'nothing')
    return ceiling.omission === 'declared' ? { section, kind: 'policy-declared', reason: 'policy' } : undefined
  if (narrowed.level === ceiling.level || (projected !== undefined && narrowed.level !== 'existence')) return undefined
  return narrowed.because.includes('sealed')
    ? { section, kind: 'sealed-until', reason: 'delayed-reveal' }
    : { section, kind: 'your-choice', reason: 'choice' }
}

interface Parts {
  readonly items: readonly ProjectedItem[]
  readonly withheld: readonly WithheldEntry[]
  readonly depth: Projection['depth']
  /** Ceilings of the items that passed: conditions and bases of any other would tell that it exists. */
  readonly passed: readonly Ceiling[]
}

function projectionOf(
  { judged, policy, messageId, deliveryId, broker, shownBefore, ...named }: ToShape,
  { items, withheld, depth, passed }: Parts,
): Projection {
  const { message, sender, route, question, attested } = judged
  const { edge, mandate } = route
  // Items that come to the same have one ceiling: few, of many items.
  const ceilings = [...new Set(passed)]
  const bases = ceilings.flatMap((ceiling) => ceiling.bases)
  const conditions = ceilings.flatMap((ceiling) => ceiling.conditions)
  const art9 = question.facts['edge.art9']
  const agreement = question.facts['edge.agreement']
  return {
    sch: 'passerelle-projection/1',
    iss: broker,
    aud: mandate.id,
    iat: toNumericDate(question.at),
    jti: deliveryId,
    kind: message.kind,
    messageId: named.messageName ?? messageId,
    ...(message.inReplyTo === undefined ? {} : { inReplyTo: message.inReplyTo }),
    sender: named.isMasked === true ? (broker.split('/').at(-1) ?? broker) : sender.id,
    caseId: named.caseName ?? message.caseId,
    purpose: message.purpose,
    legalBasis: unique([edge.basis, ...bases]),
    regime: edge.regime,
    ...(typeof agreement === 'string' ? { agreement } : {}),
    ...(typeof art9 === 'string' ? { art9 } : {}),
    attested: named.isSaidAgain === true ? 'broker' : attested,
    depth,
    body: bodyOf(message, items, shownBefore),
    items,
    withheld,
    conditions: unique(conditions),
    notice: CONSTANT_SENTENCE,
    policy: { id: policy.id, version: policy.version },
  }
}

function recordOf(
  { judged, choices, policy, messageId }: ToShape,
  shaped: readonly ShapedItem[],
  depth: string,
): DecisionRecord {
  const { question, route } = judged
  return {
    policy,
    at: printInstant(question.at),
    edge: route.edge.id,
    mandate: route.mandate.id,
    messageId,
    questionDigest: digestOf({ facts: question.facts, milestones: question.milestones, at: question.at }),
    choiceDigest: digestOf(choices),
    depth,
    items: shaped.map(outcomeOf),
  }
}

function outcomeOf({ judged, narrowed, projected }: ShapedItem): ItemOutcome {
  const { item, ceiling } = judged
  return {
    itemId: item.itemId,
    section: item.section,
    term: item.term,
    outcome: outcomeName(projected),
    ceiling: ceiling.level,
    level: narrowed.level,
    omission: ceiling.omission,
    rules: ceiling.rules,
    because: narrowed.because.length === 0 ? ceiling.because : [...ceiling.because, ...narrowed.because],
  }
}

const outcomeName = (projected: ProjectedItem | undefined): ItemOutcome['outcome'] => {
  if (projected === undefined) return 'withheld'
  if (projected.level === 'existence') return 'existence'
  return projected.rung === 'g0' ? 'passed' : 'generalised'
}

/** For the ledger: every item version of which this recipient could learn anything. */
const disclosedOf = ({ judged, projected }: PassedItem): Shaped['disclosed'][number] => {
  const level: Level = projected.level
  return { itemId: judged.item.itemId, level, rules: judged.ceiling.rules, conditions: judged.ceiling.conditions }
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].toSorted()
