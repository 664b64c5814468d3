/** Random questions drawn around the rules of a set, from a seed: what a new version is judged on before it comes into force. */
import { ATTRIBUTES } from '#policies/language/attributes.ts'
import type { Attribute } from '#policies/language/attributes.ts'
import type { AttributeValue, LabelledItem } from '#policies/language/item.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { AttributeScalar, PolicySet, Question, Rule } from '#policies/language/policy.ts'
import { resolve } from './applies.ts'

export interface Asked {
  readonly question: Question
  readonly item: LabelledItem
}

/** mulberry32 (T. Ettinger): numbers in [0, 1) from a 32-bit seed; for samples, never for secrets. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/**
 * Each question starts from one rule, which it meets in full, then has some attributes dropped, changed for another rule's, or
 * given a wrong type; so that permits, limits, errors and unknown names all come up. `around`: draw from these rules only.
 */
export function* randomQuestions(
  set: PolicySet,
  request: { readonly seed: number; readonly count: number; readonly at: Instant; readonly around?: readonly Rule[] },
): Generator<Asked> {
  const random = seeded(request.seed)
  const rules = request.around ?? set.rules
  for (let index = 0; index < request.count; index += 1) yield drawOne({ set, rules, random, at: request.at, index })
}

interface Draw {
  readonly set: PolicySet
  readonly rules: readonly Rule[]
  readonly random: () => number
  readonly at: Instant
  readonly index: number
}

type Bag = Map<string, AttributeValue>
const YEAR_MS = 31_557_600_000

function drawOne({ set, rules, random, at, index }: Draw): Asked {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)]
  const bag: Bag = new Map()
  for (const rule of [pick(set.rules), pick(rules)]) if (rule !== undefined) meetRule(set, rule, bag, pick)
  for (const attribute of ATTRIBUTES) if (random() < 0.08) disturb({ set, attribute, bag, random, pick })
  const own = [...bag]
    .filter(([name]) => name.startsWith('item.'))
    .map(([name, value]) => [name.slice(5), value] as const)
  const isPast = random() < 0.3
  const facts = Object.fromEntries([...bag].filter(([name]) => !name.startsWith('item.')))
  const milestones = Object.fromEntries(
    ['measure-start', 'release', 'transfer'].flatMap((name) =>
      random() < 0.5 ? [[name, at - random() * 3 * YEAR_MS]] : [],
    ),
  )
  return {
    question: { facts, milestones, at: random() < 0.9 ? at : at + (random() - 0.5) * 10 * YEAR_MS },
    item: {
      id: `question-${index}`,
      facts: { ...Object.fromEntries(own), isPast },
      observedAt: at - random() * 4 * YEAR_MS,
      isPast,
      marking: { classification: 'non-protege', handling: [], conditions: [], receivedInConfidence: false },
      value: { kind: 'plain', rungs: {}, summaryRung: 'g4' },
    },
  }
}

/** Gives the bag what the rule asks for. */
function meetRule(set: PolicySet, rule: Rule, bag: Bag, pick: <T>(from: readonly T[]) => T | undefined): void {
  for (const match of [...rule.who, ...rule.what]) {
    const value = pick(resolve(set, match.values) ?? [])
    if (value !== undefined) bag.set(match.attribute, isList(match.attribute) ? [String(value)] : value)
  }
  for (const { attribute, operand } of rule.when) {
    const wanted =
      operand.kind === 'literal' ? operand.value : (bag.get(operand.name) ?? pick(set.vocabulary.sections) ?? 'none')
    if (operand.kind === 'attribute' && !bag.has(operand.name)) bag.set(operand.name, wanted)
    const one = firstOf(wanted)
    bag.set(attribute, isList(attribute) ? [String(one)] : one)
  }
}

const firstOf = (value: AttributeValue): AttributeScalar => (typeof value === 'object' ? (value[0] ?? 'none') : value)

const isList = (name: string): boolean =>
  ATTRIBUTES.some((attribute) => attribute.name === name && attribute.type === 'list')

interface Disturbance {
  readonly set: PolicySet
  readonly attribute: Attribute
  readonly bag: Bag
  readonly random: () => number
  readonly pick: <T>(from: readonly T[]) => T | undefined
}

/** Drops an attribute, gives it a known name, an unknown one, or a value of another type. */
function disturb({ set, attribute, bag, random, pick }: Disturbance): void {
  const chance = random()
  const known = attribute.names === undefined ? undefined : pick(set.vocabulary[attribute.names])
  if (chance < 0.4) bag.delete(attribute.name)
  else if (chance < 0.8) bag.set(attribute.name, valueFor(attribute, known ?? 'something'))
  else if (chance < 0.9) bag.set(attribute.name, valueFor(attribute, 'no-such-name'))
  else bag.set(attribute.name, attribute.type === 'string' ? 7 : 'text')
}

function valueFor(attribute: Attribute, text: string): AttributeValue {
  switch (attribute.type) {
    case 'list':
      return [text]
    case 'boolean':
      return text.length % 2 === 0
    case 'integer':
      return text.length
    case 'string':
      return text
    default:
      return attribute.type satisfies never
  }
}
