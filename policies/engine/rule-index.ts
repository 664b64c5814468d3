/** Which rules can speak at all under a question: each rule lies in one drawer, under the values of one thing it asks of the question. */
import type { AttributeType } from '#policies/language/attributes.ts'
import type { Question } from '#policies/language/policy.ts'
import { ownValue } from './applies.ts'
import { fits } from './condition.ts'
import type { PreparedMatch, PreparedRule } from './prepared-rule.ts'

export interface RuleIndex {
  /** In an order that keeps rules of one drawer together. */
  readonly rules: readonly PreparedRule[]
  /** Positions in `rules`, once each, of every rule that the question does not settle by one look: never one too few. */
  readonly candidates: (question: Question) => Iterable<number>
}

/** Files each rule under the rarest thing it asks of the question, so that the rules of other senders are never looked at. */
export function indexOf(prepared: readonly PreparedRule[]): RuleIndex {
  const uses = usesOf(prepared)
  const filed = prepared
    .map((rule) => ({ rule, match: rarest(rule.asksQuestion, uses) }))
    .toSorted((a, b) => compareText(keyOf(a.match), keyOf(b.match)))
  const everywhere = filed.flatMap(({ match }, position) => (match === undefined ? [position] : []))
  const drawers = new Map<string, Drawer>()
  for (const [position, { rule, match }] of filed.entries())
    if (match !== undefined) file(drawerOf(drawers, match), { match, position, rule })
  const candidates = (question: Question): Iterable<number> => lookUp(drawers, everywhere, question)
  return { rules: filed.map(({ rule }) => rule), candidates }
}

interface Drawer {
  readonly type: AttributeType
  readonly byValue: Map<unknown, number[]>
  /** Limits: they hold where the value is missing or of another type. */
  readonly unsure: number[]
}

function drawerOf(drawers: Map<string, Drawer>, { attribute, type }: PreparedMatch): Drawer {
  const known = drawers.get(attribute)
  if (known !== undefined) return known
  const made: Drawer = { type, byValue: new Map(), unsure: [] }
  drawers.set(attribute, made)
  return made
}

interface Filed {
  readonly match: PreparedMatch
  readonly position: number
  readonly rule: PreparedRule
}

function file({ byValue, unsure }: Drawer, { match, position, rule }: Filed): void {
  for (const value of match.accepted) {
    const list = byValue.get(value)
    if (list === undefined) byValue.set(value, [position])
    else list.push(position)
  }
  if (rule.rule.effect === 'limit') unsure.push(position)
}

function lookUp(drawers: ReadonlyMap<string, Drawer>, everywhere: readonly number[], question: Question): Set<number> {
  const found = new Set(everywhere)
  for (const [attribute, { type, byValue, unsure }] of drawers) {
    const value = ownValue(question.facts, attribute)
    if (!fits(type, value)) for (const position of unsure) found.add(position)
    else
      for (const entry of typeof value === 'object' ? value : [value])
        for (const position of byValue.get(entry) ?? []) found.add(position)
  }
  return found
}

type Uses = ReadonlyMap<string, ReadonlyMap<unknown, number>>

/** How many rules ask for each value of each attribute. */
function usesOf(prepared: readonly PreparedRule[]): Uses {
  const uses = new Map<string, Map<unknown, number>>()
  for (const { attribute, accepted } of prepared.flatMap(({ asksQuestion }) => asksQuestion)) {
    const counts = uses.get(attribute) ?? new Map<unknown, number>()
    uses.set(attribute, counts)
    for (const value of accepted) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return uses
}

function rarest(matches: readonly PreparedMatch[], uses: Uses): PreparedMatch | undefined {
  const busiest = ({ attribute, accepted }: PreparedMatch): number =>
    Math.max(0, ...[...accepted].map((value) => uses.get(attribute)?.get(value) ?? 0))
  const counted = matches.map((match) => ({ match, count: busiest(match) }))
  return counted.toSorted((a, b) => a.count - b.count)[0]?.match
}

const keyOf = (match: PreparedMatch | undefined): string =>
  match === undefined ? '' : `${match.attribute} ${[...match.accepted].map(String).join(' ')}`

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
