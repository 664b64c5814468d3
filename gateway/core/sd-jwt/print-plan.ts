/** What of a tree of claims is the same in every copy: worked out for the first copy, and printed once for all of them. */
import type { ClaimNode } from './claim-node.ts'
import { isReserved, tailOf } from './disclosure.ts'

type Hidden = ClaimNode & { readonly kind: 'hidden' }
type ObjectNode = ClaimNode & { readonly kind: 'object' }

export interface ObjectPlan {
  /** JSON of the open members that are the same in every copy, without braces. */
  readonly open: string
  /** Open members that hide something within, by their names as JSON. */
  readonly within: readonly { readonly name: string; readonly node: ClaimNode }[]
  readonly hidden: readonly ToHide[]
}

export interface ToHide {
  readonly node: Hidden
  /** As JSON; undefined for an element of an array. */
  readonly name: string | undefined
  /** The end of its disclosure, where that is the same in every copy. */
  readonly tail: string | undefined
}

/** Plans by the nodes that copies have in common. */
export type Plans = Map<ClaimNode, ObjectPlan>

/** Throws for a reserved name. */
export function planFor(plans: Plans, node: ObjectNode): ObjectPlan {
  const known = plans.get(node)
  if (known !== undefined) return known
  const open: string[] = []
  const within: ObjectPlan['within'][number][] = []
  const hidden: ToHide[] = []
  for (const [member, of] of Object.entries(node.members)) {
    if (isReserved(member)) throw new TypeError('a claim has a reserved name')
    const name = JSON.stringify(member)
    if (of.kind === 'hidden') hidden.push(toHide(of, name))
    else if (of.kind === 'value') open.push(`${name}:${of.text}`)
    else within.push({ name, node: of })
  }
  const plan = { open: open.join(','), within, hidden }
  plans.set(node, plan)
  return plan
}

const toHide = (node: Hidden, name: string): ToHide => ({
  node,
  name,
  tail: node.node.kind === 'value' ? tailOf(name, node.node.text) : undefined,
})
