/** All that a judgement rests on beside policy and message: gathered once before sealing, and once more before it is final. */
import type { Instant } from '#policies/language/instant.ts'
import type { Question } from '#policies/language/policy.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { CaseId, ItemId, MandateId } from '#gateway/core/ids.ts'
import { itemsOf, replacedBy } from '#gateway/core/message.ts'
import type { Message } from '#gateway/core/message.ts'
import type { Edge } from '#gateway/core/participants.ts'
import { carriesGrants, carriesWhole } from '#gateway/core/routing.ts'
import type { RouteFault } from '#gateway/core/routing.ts'
import type { Choices } from '#gateway/core/stages.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { ItemState, Job, StoredMessage } from '#gateway/ports/stored.ts'
import { namesFor } from './case-names.ts'
import type { Deps, PolicyInForce } from './deps.ts'
import { addressees } from './route.ts'
import { choicesFor, flowFault, grantsOf, questionFor, standing } from './situation.ts'
import type { Standing } from './situation.ts'

export interface Asked {
  readonly job: Pick<Job, 'edge' | 'mandate'>
  readonly policy: PolicyInForce
  readonly stored: StoredMessage
  readonly at: Instant
  /** What the mandate acknowledged later than this counts as unread. */
  readonly readUntil: Instant
}

export interface Circumstances {
  readonly stands: Standing
  readonly question: Question
  readonly choices: Choices
  readonly superseded: ReadonlySet<string>
  readonly recalled: ReadonlySet<string>
  readonly uncarried: ReadonlySet<string>
  readonly shownBefore: ReadonlySet<string>
  readonly holdsCopy: boolean
  /** What the mandate calls the case. */
  readonly caseName: string
  /** And the message, where it is not by the gateway's id. */
  readonly messageName?: string | undefined
}

/** The circumstances now, or why nothing may flow at all. */
export async function circumstancesOf(
  deps: Pick<Deps, 'registry'>,
  tx: Tx,
  { job, policy, stored, at, readUntil }: Asked,
): Promise<Circumstances | RouteFault> {
  const read = readingOnce(tx)
  const stands = standing(deps, job)
  if (typeof stands === 'string') return stands
  const { caseId, message } = stored
  const fault = await flowFault(read, deps, stands, { message, at })
  const held = await copiesHeld(read, stored, job.mandate)
  // Who holds a copy is told that it was wrong even where nothing may flow any more (LED Art. 16(6)), and no more than that.
  const isNotice = fault !== undefined && message.kind === 'Correction' && held.isAny
  if (fault !== undefined && !isNotice) return fault
  const uncarried = isNotice
    ? new Set(itemsOf(message).map(({ itemId }) => itemId))
    : await uncarriedBy(read, stands, { stored, at, held: held.any })
  if (uncarried === undefined) return 'edge-missing'
  const states = await read.cases.itemStates(caseId)
  return {
    stands,
    question: await questionFor(read, policy, { stands, stored, at }),
    choices: await choicesFor(read, stands.route.mandate, caseId, readUntil),
    superseded: those(states, 'supersededAt'),
    recalled: those(states, 'recalledAt'),
    uncarried,
    shownBefore: held.named,
    holdsCopy: held.isAny,
    ...(await namesFor(read, stands.route.mandate, stored)),
  }
}

/** What policy is asked with, and which items it is not asked about; nothing of what anybody chose. */
export type Judgeable = Pick<Circumstances, 'stands' | 'question' | 'superseded' | 'recalled' | 'uncarried'>

/** The same without choices, of a flow that was open when it was used. `read` may remember what it was asked (`readingOnce`). */
export async function judgeableOf(
  deps: Pick<Deps, 'registry'>,
  read: Tx,
  { job, policy, stored, at }: Omit<Asked, 'readUntil'>,
): Promise<Judgeable | RouteFault> {
  const stands = standing(deps, job)
  if (typeof stands === 'string') return stands
  const held = await copiesHeld(read, stored, job.mandate)
  const uncarried = await uncarriedBy(read, stands, { stored, at, held: held.any })
  if (uncarried === undefined) return 'edge-missing'
  const states = await read.cases.itemStates(stored.caseId)
  return {
    stands,
    question: await questionFor(read, policy, { stands, stored, at }),
    superseded: those(states, 'supersededAt'),
    recalled: those(states, 'recalledAt'),
    uncarried,
  }
}

/** What is asked for more than once of one case at one instant is read once: it all speaks of the same moment, too. */
export function readingOnce(read: Tx): Tx {
  const { facts, itemStates } = read.cases
  const { inForce } = read.requests
  return {
    ...read,
    cases: { ...read.cases, facts: once(facts), itemStates: once(itemStates) },
    requests: { ...read.requests, inForce: once(inForce) },
  }
}

/** Answers the same question as it was answered before. */
function once<Asked extends readonly unknown[], Answer>(
  ask: (...asked: Asked) => Promise<Answer>,
): (...asked: Asked) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>()
  return (...asked) => {
    const key = JSON.stringify(asked)
    const answer = answers.get(key) ?? ask(...asked)
    answers.set(key, answer)
    return answer
  }
}

/** Equal for equal circumstances, whatever the order in which they were read. */
export const digestOfCircumstances = (circumstances: Circumstances): string => {
  const { question, choices, superseded, recalled, uncarried, shownBefore, holdsCopy, caseName, stands } = circumstances
  return digestOf({
    edge: stands.route.edge,
    mandate: stands.route.mandate,
    question,
    choices,
    sets: [superseded, recalled, uncarried, shownBefore].map((ids) => [...ids].toSorted()),
    holdsCopy,
    caseName,
  })
}

const those = (states: readonly ItemState[], change: 'supersededAt' | 'recalledAt'): ReadonlySet<string> =>
  new Set(states.filter((state) => state[change] !== undefined).map(({ itemId }) => itemId))

interface Held {
  /** Shown by name: the only ids that this mandate may be told. */
  readonly named: ReadonlySet<string>
  readonly any: ReadonlySet<string>
  /** Holds one, or is waited for to answer. */
  readonly isAny: boolean
}

/** Which of the versions that a message replaces or takes back this mandate was shown by another message. */
async function copiesHeld(read: Tx, { id, message, caseId }: StoredMessage, mandate: MandateId): Promise<Held> {
  const items = message.kind === 'Recall' ? message.recalled : replacedBy(message)
  if (items.length === 0) return { named: new Set(), any: new Set(), isAny: false }
  // A parcel that was withdrawn before anybody fetched it taught nobody anything.
  const rows = (await read.deliveries.ofCase(caseId, mandate)).filter(
    (row) => row.messageId !== id && (row.state !== 'withdrawn' || row.collectedAt !== undefined),
  )
  // By delivery: of a recall to a thousand, each is asked about alone.
  const affected: ReadonlySet<ItemId> = new Set(items)
  const said = await Promise.all(rows.map((row) => read.ledger.ofDelivery(row.id)))
  const entries = said.flat().filter(({ itemId }) => affected.has(itemId))
  const targets = await read.recalls.targets(id, mandate)
  return {
    named: new Set(entries.filter(({ level }) => level !== 'existence').map(({ itemId }) => itemId)),
    any: new Set(entries.map(({ itemId }) => itemId)),
    isAny: entries.length > 0 || targets.length > 0,
  }
}

interface Carrying {
  readonly stored: StoredMessage
  readonly at: Instant
  readonly held: ReadonlySet<string>
}

/**
 * Items that the agreed flow does not take: of a message of another kind, or addressed to others, all but granted sections; of
 * a correction, those whose original the flow did not take either. undefined: the flow takes nothing of the message.
 */
async function uncarriedBy(
  read: Tx,
  stands: Standing,
  { stored, at, held }: Carrying,
): Promise<ReadonlySet<string> | undefined> {
  const { edge } = stands.route
  const { message, caseId } = stored
  if (message.kind === 'Recall') return NONE
  if (message.kind !== 'Correction' && (await takesWhole(read, edge, message))) return NONE
  const grants = carriesGrants(edge) ? await grantsOf(read, stands, caseId, at) : []
  const granted = new Set(grants.flatMap(({ sections }) => sections))
  if (message.kind !== 'Correction' && granted.size === 0) return undefined
  const uncarried = new Set<string>()
  for (const { itemId, section, supersedes } of itemsOf(message)) {
    const isHeld = supersedes !== undefined && held.has(supersedes)
    if (isHeld || granted.has(section)) continue
    if (message.kind === 'Correction' && (await tookOriginal(read, edge, caseId, supersedes))) continue
    uncarried.add(itemId)
  }
  return uncarried
}

const NONE: ReadonlySet<string> = new Set()

const takesWhole = async (read: Tx, edge: Edge, message: Message): Promise<boolean> =>
  carriesWhole(edge, { kind: message.kind, addressees: await addressees(read, message) })

/** Follows corrections of corrections back to the message that first brought the item. */
async function tookOriginal(read: Tx, edge: Edge, caseId: CaseId, version: ItemId | undefined): Promise<boolean> {
  const seen = new Set<string>()
  for (let id = version; id !== undefined && !seen.has(id);) {
    seen.add(id)
    const itemId = id
    const bringer = await read.cases.messageOfItem(caseId, itemId)
    const original = bringer === undefined ? undefined : await read.messages.get(bringer)
    if (original === undefined) return false
    if (original.kind !== 'Correction') return takesWhole(read, edge, original.message)
    id = itemsOf(original.message).find((item) => item.itemId === itemId)?.supersedes
  }
  return false
}
