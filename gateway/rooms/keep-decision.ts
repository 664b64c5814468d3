/** Side room: what was decided of one item of a real delivery, kept as an example that names nobody, so that it comes out so, or as it ought to, from now on. */
import type { Example } from '#policies/engine/case-text.ts'
import { runCases } from '#policies/engine/cases.ts'
import { openJudge } from '#policies/engine/enforcer.ts'
import { LEVELS } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import { parseInstant } from '#policies/language/instant.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import type { Account } from '#gateway/core/account.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { withoutNames } from '#gateway/core/example-of-decision.ts'
import type { Asked } from '#gateway/core/example-of-decision.ts'
import { label } from '#gateway/core/label.ts'
import { itemsOf } from '#gateway/core/message.ts'
import type { ItemOutcome } from '#gateway/core/projection.ts'
import type { ChangeDeps, ChangeOutcome } from './change-outcome.ts'
import { refused } from './change-outcome.ts'
import { judgeableOf } from './circumstances.ts'
import type { Deps } from './deps.ts'
import { keepExamples } from './read-examples.ts'
import { readDecision } from './why.ts'
import type { DecisionRead } from './why.ts'

export interface ToKeepDecision {
  readonly officer: Pick<Account, 'id' | 'name' | 'role'>
  /** Id of the delivery. */
  readonly delivery: string
  /** Place of the item in its decision record, from 0. */
  readonly index: number
  /** As it ought to come out; absent: as it was decided. */
  readonly level?: Level | undefined
  /** Of the draft, where the officer has none. */
  readonly title: string
}

/** `particular`: the decision hung on a name, a day or a recall, and comes out otherwise of anybody else. */
export type KeptDecision = ChangeOutcome | { readonly kind: 'particular' }

const DAY_MS = 86_400_000

/** Into the officer's draft, or a new one. Nothing of the case goes with it. */
export async function keepDecision(
  deps: ChangeDeps & Pick<Deps, 'registry'>,
  { officer, delivery, index, level, title }: ToKeepDecision,
): Promise<KeptDecision> {
  const read = await readDecision(deps, officer, delivery)
  const outcome = read?.record.items[index]
  if (read?.set === undefined || outcome === undefined) return refused('not-found')
  const asked = await askedOf(deps, read, read.set, outcome)
  if (asked === undefined) return { kind: 'particular' }
  const at = Math.floor(deps.clock() / DAY_MS) * DAY_MS
  const decided = exampleOf(withoutNames(asked, at), outcome)
  if (runCases(read.set, [decided]).some(({ wrong }) => wrong.length > 0)) return { kind: 'particular' }
  const wanted = level === undefined || level === decided.expected.level ? decided : { ...decided, expected: { level } }
  return keepExamples(deps, { officer, examples: [wanted], draft: undefined, title })
}

/** What policy was asked of the item then; undefined where its message, its flow or its recipient is gone. */
async function askedOf(
  deps: ChangeDeps & Pick<Deps, 'registry'>,
  { delivery, record }: DecisionRead,
  set: PolicySet,
  { itemId }: ItemOutcome,
): Promise<Asked | undefined> {
  const { read } = deps.store
  const stored = await read.messages.get(delivery.messageId)
  const item = stored === undefined ? undefined : itemsOf(stored.message).find((one) => one.itemId === itemId)
  if (stored === undefined || item === undefined) return undefined
  const at = parseInstant(record.at) ?? delivery.createdAt
  const policy = { set, digest: record.policy.digest, judge: await openJudge(set) }
  const job = { edge: record.edge, mandate: delivery.mandate }
  const judgeable = await judgeableOf(deps, read, { job, policy, stored, at })
  if (typeof judgeable === 'string') return undefined
  const situation = { at, windowMonths: set.currentWindowMonths, attested: stored.attested }
  const isSuperseded = judgeable.superseded.has(itemId)
  return { question: judgeable.question, item: label(item, { ...situation, isSuperseded }) }
}

/** Named after what it asks: the same asked twice is one example. */
function exampleOf({ question, item }: Asked, { section, term, ceiling, omission }: ItemOutcome): Example {
  const level = LEVELS.find((one) => one === ceiling) ?? 'nothing'
  return {
    name: `${String(question.facts['recipient.type'])} · ${section} · ${term} · ${digestOf({ question, item }).slice(0, 8)}`,
    question,
    item,
    expected: { level, ...(level === 'nothing' ? { omission } : {}) },
  }
}
