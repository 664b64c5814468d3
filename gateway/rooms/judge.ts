/** Room 6: asks the policy in force now, for one edge and one mandate, about each item of each version by itself. */
import { agrees } from '#policies/engine/agreement.ts'
import { ceilings } from '#policies/engine/ceiling.ts'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import { withheld } from '#policies/engine/decide.ts'
import { compilePlan } from '#policies/engine/plan.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import type { Decision, Question } from '#policies/language/policy.ts'
import { isFloorTerm, labeller } from '#gateway/core/label.ts'
import type { Item } from '#gateway/core/item.ts'
import type { MessageMemory } from '#gateway/core/message-memory.ts'
import { itemsOf } from '#gateway/core/message.ts'
import type { Message } from '#gateway/core/message.ts'
import type { Participant } from '#gateway/core/participants.ts'
import type { JudgedItem, JudgedMessage, Route } from '#gateway/core/stages.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { PolicyInForce } from './deps.ts'

/** One message for one recipient, with what the case says of its items. */
export interface ToJudge {
  readonly message: Message
  readonly sender: Participant
  readonly route: Route
  readonly question: Question
  readonly attested: 'originator' | 'broker'
  readonly superseded: ReadonlySet<string>
  readonly recalled: ReadonlySet<string>
  /** Items that no agreed flow takes to this recipient, though the message is asked about for others of it. */
  readonly uncarried?: ReadonlySet<string>
  /** Of this message, where it is judged for more than one recipient. */
  readonly memory?: MessageMemory | undefined
}

export interface Disagreement {
  readonly itemId: string
  readonly planLevel: string
  readonly casbinLevel: string
}

export interface JudgeResult {
  readonly judged: JudgedMessage
  /** Items on which plan and casbin differ: withheld already, and for the operator to be told. */
  readonly disagreements: readonly Disagreement[]
}

/** Pure but for the casbin sample: one item in `sampleOneIn`, chosen by a digest, is asked again; where the two differ it is withheld. */
export function judge(policy: PolicyInForce, toJudge: ToJudge, sampleOneIn: number): JudgeResult {
  const { message, question, superseded, recalled, attested, uncarried, memory } = toJudge
  const plan = compilePlan(policy.set, question)
  const disagreements: Disagreement[] = []
  const isSampled = sampler(message.jti, sampleOneIn)
  const ceilingOf = ceilings(question)
  const situation = { at: question.at, windowMonths: policy.set.currentWindowMonths, attested }
  const labelOf = labeller(situation, memory?.labels)
  const judgeItem = (item: Item): JudgedItem => {
    const isSuperseded = superseded.has(item.itemId)
    const labelled = labelOf(item, isSuperseded)
    const isFloor = isFloorTerm(item.section, item.term)
    const reason = recalled.has(item.itemId) ? 'recalled' : uncarried?.has(item.itemId) ? 'no-agreed-flow' : undefined
    if (reason !== undefined) return { item, labelled, ceiling: shutFor(reason), isFloor, isSuperseded }
    const decision = plan(labelled)
    const differs = isSampled(item.itemId) ? compare({ policy, question, labelled, decision }) : undefined
    if (differs !== undefined) disagreements.push(differs)
    const agreed = differs === undefined ? decision : withheld(['disagreement'])
    return {
      item,
      labelled,
      ceiling: ceilingOf(agreed, labelled),
      isFloor,
      isSuperseded,
    }
  }
  const items = itemsOf(message).map(judgeItem)
  return { judged: { message, sender: toJudge.sender, route: toJudge.route, question, items, attested }, disagreements }
}

/** Nothing, silently, whatever policy says. */
const shutFor = (reason: string): Ceiling => ({
  level: 'nothing',
  omission: 'silent',
  rules: [],
  conditions: [],
  bases: [],
  rungs: {},
  because: [reason],
})

interface Comparison {
  readonly policy: PolicyInForce
  readonly question: Question
  readonly labelled: LabelledItem
  readonly decision: Decision
}

/** casbin must give the same level, and the rule it names must be among the plan's. */
function compare({ policy, question, labelled, decision }: Comparison): Disagreement | undefined {
  const second = policy.judge.levelOf(question, labelled)
  if (agrees(decision, second)) return undefined
  return { itemId: labelled.id, planLevel: decision.level, casbinLevel: second.level }
}

/** The same item of the same message is always, or never, in the sample: a replay gives the same record (law 14). */
function sampler(jti: string, oneIn: number): (itemId: string) => boolean {
  if (oneIn <= 1) return () => oneIn === 1
  // One digest a message, then a cheap sum over each id: a digest an item cost more than to decide it.
  const start = Number.parseInt(sha256Hex(jti).slice(0, 8), 16)
  return (itemId) => {
    let sum = start
    for (let at = 0; at < itemId.length; at += 1) sum = Math.imul(sum ^ itemId.charCodeAt(at), FNV_PRIME)
    return (sum >>> 0) % oneIn === 0
  }
}

/** 32-bit FNV-1a. */
const FNV_PRIME = 0x01000193
