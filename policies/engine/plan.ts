/** A policy set compiled for one question, anew for each recipient: no generated code, and nothing kept of a question or an item. */
import type { Decision, PolicySet, Question } from '#policies/language/policy.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import { withheld } from './decide.ts'
import { unknownInItem, unknownInQuestion } from './known.ts'
import { decisionOf, withRules } from './plan-memory.ts'
import type { Applying } from './plan-memory.ts'
import { settle } from './plan-step.ts'
import type { Settled } from './plan-step.ts'
import { prepare } from './prepared-set.ts'
import type { PreparedSet } from './prepared-set.ts'
import { BLOCK_SIZE, lowestBit, matching, rulesOf } from './rule-block.ts'
import type { RuleBlock } from './rule-block.ts'

/** What policy says of any item under one question; equal to `decide` for every item (law 15 and its differential test). */
export type Plan = (item: LabelledItem) => Decision

/** Compiles the set: whatever does not depend on the item is settled once, for rules that the question can meet at all. */
export function compilePlan(set: PolicySet, question: Question): Plan {
  const prepared = prepare(set)
  const { names } = prepared
  const unknown = unknownInQuestion(names, question)
  if (unknown.length > 0) return (item) => withheld([...unknown, ...unknownInItem(names, item.facts)])
  const open = openBlocks(prepared, question)
  const none = prepared.memoryAt(question.at)
  return (item) => {
    const unknownNames = unknownInItem(names, item.facts)
    return unknownNames.length > 0 ? withheld(unknownNames) : judge(open, item, none)
  }
}

/** A block with those of its rules that may still speak under the question. */
interface OpenBlock {
  readonly block: RuleBlock
  /** All that may speak. */
  alive: number
  /** Those in error for every item they match. */
  erring: number
  /** Those that must be asked item by item, and how. */
  asked: number
  readonly ask: Settled[]
}

function openBlocks({ index, blocks }: PreparedSet, question: Question): readonly OpenBlock[] {
  const open = new Map<RuleBlock, OpenBlock>()
  for (const position of index.candidates(question)) {
    const rule = index.rules[position]
    const block = blocks[Math.floor(position / BLOCK_SIZE)]
    if (rule === undefined || block === undefined) throw new Error('a position outside the index')
    const settled = settle(rule, question)
    if (settled !== 'does-not-apply') addTo(opened(open, block), settled, position % BLOCK_SIZE)
  }
  return [...open.values()].toSorted((a, b) => a.block.index - b.block.index)
}

function opened(open: Map<RuleBlock, OpenBlock>, block: RuleBlock): OpenBlock {
  const known = open.get(block)
  if (known !== undefined) return known
  const made = { block, alive: 0, erring: 0, asked: 0, ask: [] }
  open.set(block, made)
  return made
}

function addTo(open: OpenBlock, settled: Settled, index: number): void {
  const bit = 1 << index
  open.alive |= bit
  if (settled === 'error') open.erring |= bit
  else if (settled !== 'applies') open.asked |= bit
  open.ask[index] = settled
}

function judge(open: readonly OpenBlock[], item: LabelledItem, none: Applying): Decision {
  let applying = none
  let errors: string[] | undefined
  for (const one of open) {
    const matched = matching(one.block, one.alive, item.facts)
    let erring = matched & one.erring
    let applied = matched & ~(one.erring | one.asked)
    if ((matched & one.asked) !== 0) {
      const answers = askEach(one, matched & one.asked, item)
      erring |= answers.erring
      applied |= answers.applied
    }
    if (erring !== 0) errors = [...(errors ?? []), ...rulesOf(one.block, erring).map(({ rule }) => rule.id)]
    applying = withRules(applying, one.block, applied)
  }
  return errors === undefined ? decisionOf(applying, item) : withheld(errors)
}

interface Answers {
  readonly applied: number
  readonly erring: number
}

function askEach({ ask }: OpenBlock, bits: number, item: LabelledItem): Answers {
  let applied = 0
  let erring = 0
  for (let left = bits; left !== 0; left &= left - 1) {
    const index = lowestBit(left)
    const settled = ask[index]
    const answer = typeof settled === 'function' ? settled(item) : settled
    if (answer === 'applies') applied |= 1 << index
    if (answer === 'error') erring |= 1 << index
  }
  return { applied, erring }
}
