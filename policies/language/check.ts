/** What is wrong with a policy set that reads well: law that it breaks by its text alone. Mandatory flows are asked for in engine/statutes.ts. */
import { rankOf } from './level.ts'
import type { Condition, Fault, FaultCode, PolicySet, Rule, Statute } from './policy.ts'
import { askedOf, canReach, isOpening, isUnconditional } from './scope.ts'

type PullOnly = Extract<Statute, { kind: 'pull-only' }>
type RegimeSwitch = Extract<Statute, { kind: 'regime-switch' }>
type Found = Omit<Fault, 'file'>

/**
 * Faults against the set's own statutes, and, where the shipped pack is given, shipped statutes that were dropped or weakened.
 * A set with a fault is not activated.
 */
export function checkPolicy(set: PolicySet, file: string, shipped?: PolicySet): readonly Fault[] {
  const found = [
    ...(shipped?.statutes ?? []).flatMap((statute) => droppedFrom(set, statute)),
    ...set.statutes.flatMap((statute, index) => brokenBy(set, statute, index)),
  ]
  return found.map((fault) => ({ file, ...fault }))
}

const fault = (at: string, code: FaultCode, detail: string): Found => ({ at, code, detail })

function brokenBy(set: PolicySet, statute: Statute, index: number): readonly Found[] {
  if (statute.kind === 'pull-only') return [...pushing(set, statute), ...lettingThrough(set, statute, index)]
  return statute.kind === 'regime-switch' ? unguarded(set, statute) : []
}

/** Opening permits that could reach the type, with their place. */
const openingTo = (set: PolicySet, recipientType: string): readonly { readonly rule: Rule; readonly at: string }[] =>
  set.rules
    .map((rule, index) => ({ rule, at: `/rules/${index}` }))
    .filter(({ rule }) => isOpening(rule) && canReach(set, rule, recipientType))

/** Permits that would send without a granted request that names the section. */
const pushing = (set: PolicySet, statute: PullOnly): readonly Found[] =>
  openingTo(set, statute.recipientType)
    .filter(({ rule }) => !rule.when.some(asksForRequest))
    .map(({ rule, at }) => fault(at, 'pull-only-broken', `${rule.id} does not wait for a request (${statute.id})`))

const asksForRequest = ({ attribute, operator, operand }: Condition): boolean =>
  attribute === 'request.sections' &&
  operator === 'includes' &&
  operand.kind === 'attribute' &&
  operand.name === 'item.section'

/** Categories that may never go to the type, but that no limit always stops. */
const lettingThrough = (set: PolicySet, statute: PullOnly, index: number): readonly Found[] =>
  openingTo(set, statute.recipientType).length === 0
    ? []
    : statute.never
        .filter((category) => !set.rules.some((rule) => stops(set, rule, statute.recipientType, category)))
        .map((category) =>
          fault(`/statutes/${index}/never`, 'pull-only-broken', `${statute.id} lets ${category} through`),
        )

/** A limit to nothing that asks for no more than the type and the category. */
function stops(set: PolicySet, rule: Rule, recipientType: string, category: string): boolean {
  if (rule.effect !== 'limit' || rule.upTo !== 'nothing' || !isUnconditional(rule)) return false
  if (!canReach(set, rule, recipientType)) return false
  if (rule.who.some(({ attribute }) => attribute !== 'recipient.type')) return false
  if (rule.what.some(({ attribute }) => attribute !== 'item.specialCategories')) return false
  return askedOf(set, rule, 'item.specialCategories')?.includes(category) ?? true
}

/** Permits across the change of regime (LED Art. 9) that do not ask for it, or that let go without its conditions. */
const unguarded = (set: PolicySet, statute: RegimeSwitch): readonly Found[] =>
  set.rules.flatMap((rule, index) => {
    const isConcerned = isOpening(rule) && statute.recipientTypes.some((type) => canReach(set, rule, type))
    if (!isConcerned) return []
    const missing = statute.conditions.filter((condition) => !rule.conditions.includes(condition))
    const details = [
      ...(asksForRegime(set, rule) ? [] : [`${rule.id} does not ask for the regime or its authorisation`]),
      ...missing.map((condition) => `${rule.id} lets go without ${condition}`),
    ]
    return details.map((detail) => fault(`/rules/${index}`, 'regime-switch-unguarded', `${detail} (${statute.id})`))
  })

const asksForRegime = (set: PolicySet, rule: Rule): boolean =>
  askedOf(set, rule, 'edge.regime')?.every((value) => value === 'GDPR') === true ||
  rule.when.some(
    ({ attribute, operand }) =>
      attribute === 'edge.art9' ||
      (attribute === 'edge.regime' && operand.kind === 'literal' && operand.value === 'GDPR'),
  )

/** A shipped statute must still be there, and at least as strong. */
function droppedFrom(set: PolicySet, statute: Statute): readonly Found[] {
  const index = set.statutes.findIndex(({ id }) => id === statute.id)
  const own = set.statutes[index]
  if (own === undefined) return [fault('/statutes', 'mandatory-flow-removed', `${statute.id} is missing`)]
  return isAsStrong(own, statute)
    ? []
    : [fault(`/statutes/${index}`, 'mandatory-flow-removed', `${statute.id} is weaker`)]
}

function isAsStrong(own: Statute, shipped: Statute): boolean {
  if (own.basis !== shipped.basis) return false
  if (own.kind === 'mandatory' && shipped.kind === 'mandatory') {
    const isSameFlow = own.recipientType === shipped.recipientType && own.section === shipped.section
    return isSameFlow && rankOf(own.atLeast) >= rankOf(shipped.atLeast)
  }
  if (own.kind === 'pull-only' && shipped.kind === 'pull-only') {
    return own.recipientType === shipped.recipientType && shipped.never.every((name) => own.never.includes(name))
  }
  if (own.kind === 'regime-switch' && shipped.kind === 'regime-switch') {
    return (
      shipped.recipientTypes.every((type) => own.recipientTypes.includes(type)) &&
      shipped.conditions.every((condition) => own.conditions.includes(condition))
    )
  }
  return false
}
