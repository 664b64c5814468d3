/** Up to 32 rules asked of an item at once: one bit a rule, and for each attribute of the item the bits that its value leaves. */
import type { AttributeType } from '#policies/language/attributes.ts'
import type { Facts } from '#policies/language/item.ts'
import { fits } from './condition.ts'
import { factReader } from './item-fact.ts'
import type { ReadFact } from './item-fact.ts'
import type { PreparedMatch, PreparedRule } from './prepared-rule.ts'

export const BLOCK_SIZE = 32

export interface RuleBlock {
  readonly index: number
  /** At most 32; the rule at index n has bit n. */
  readonly rules: readonly PreparedRule[]
  readonly tables: readonly Table[]
}

/** What one attribute of an item says to the rules of a block. */
interface Table {
  readonly read: ReadFact
  readonly type: AttributeType
  /** Rules that ask for this attribute here. */
  readonly asking: number
  readonly byValue: ReadonlyMap<unknown, number>
  /** Rules left by a value that none of them asks for. */
  readonly others: number
  /** Rules left by a value that is missing or of another type: limits, and those that do not ask. */
  readonly unsure: number
}

/** The rules of a set in blocks, in their order. */
export const blocksOf = (rules: readonly PreparedRule[]): readonly RuleBlock[] =>
  Array.from({ length: Math.ceil(rules.length / BLOCK_SIZE) }, (_, index) => {
    const own = rules.slice(index * BLOCK_SIZE, (index + 1) * BLOCK_SIZE)
    return { index, rules: own, tables: tablesOf(own) }
  })

/** Of these rules of the block, those whose every match on the item holds. */
export function matching({ tables }: RuleBlock, among: number, facts: Facts): number {
  let left = among
  for (const table of tables) if ((left & table.asking) !== 0) left &= bitsFor(table, table.read(facts))
  return left
}

function bitsFor({ type, byValue, others, unsure }: Table, value: unknown): number {
  if (!fits(type, value)) return unsure
  if (typeof value !== 'object') return byValue.get(value) ?? others
  let bits = others
  for (const entry of value) bits |= byValue.get(entry) ?? others
  return bits
}

/** The rules that these bits stand for. */
export function rulesOf({ rules }: RuleBlock, bits: number): readonly PreparedRule[] {
  return rules.filter((_, index) => (bits & (1 << index)) !== 0)
}

/** Index of the lowest bit of a number that has one. */
export const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits)

interface Ask {
  readonly bit: number
  readonly match: PreparedMatch
  readonly isLimit: boolean
}

/** One table an attribute; a rule that asks twice for the same attribute must hold both times, so the second is in a table of its own. */
function tablesOf(rules: readonly PreparedRule[]): readonly Table[] {
  const asks = new Map<string, Ask[]>()
  for (const [index, { rule, asksItem }] of rules.entries()) {
    const seen: string[] = []
    for (const match of asksItem) {
      const key = `${match.attribute} ${seen.filter((name) => name === match.attribute).length}`
      const ask = { bit: 1 << index, match, isLimit: rule.effect === 'limit' }
      asks.set(key, [...(asks.get(key) ?? []), ask])
      seen.push(match.attribute)
    }
  }
  // What tells most rules apart comes first, so that little is left to ask.
  return [...asks.values()].flatMap(tableOf).toSorted((a, b) => b.byValue.size - a.byValue.size)
}

function tableOf(asks: readonly Ask[]): readonly Table[] {
  const [first] = asks
  if (first === undefined) return []
  const bitsOf = (some: readonly Ask[]): number => some.reduce((bits, { bit }) => bits | bit, 0)
  const others = ~bitsOf(asks)
  const byValue = new Map<unknown, number>()
  for (const { bit, match } of asks)
    for (const value of match.accepted) byValue.set(value, (byValue.get(value) ?? others) | bit)
  return [
    {
      read: factReader(first.match.attribute.slice('item.'.length)),
      type: first.match.type,
      asking: ~others,
      byValue,
      others,
      unsure: others | bitsOf(asks.filter(({ isLimit }) => isLimit)),
    },
  ]
}
