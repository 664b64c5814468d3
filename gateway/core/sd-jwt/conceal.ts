/** The issuer's side of RFC 9901 §4: a tree of claims in which each node says how it is concealed becomes a payload and its disclosures. */
import { sha256Base64Url } from '#gateway/core/canonical-json.ts'
import type { ClaimNode, DrawSalt } from './claim-node.ts'
import { headOf, tailOf } from './disclosure.ts'
import { planFor } from './print-plan.ts'
import type { Plans, ToHide } from './print-plan.ts'

export { hidden, holdsReservedName, value } from './claim-node.ts'
export type { ClaimNode, DrawSalt } from './claim-node.ts'

/** What is signed, and what is sent beside it. */
export interface Concealed {
  /** JSON of the payload. */
  readonly payload: string
  readonly disclosures: readonly string[]
  /** Disclosures that the issuer keeps. */
  readonly held: readonly string[]
  /** Of each hidden node, so that who made them need not look for them. */
  readonly made: readonly Made[]
}

/** A disclosure in two halves, of which the second is mostly that of other copies too: whole, they would fill the memory. */
export interface Made {
  readonly node: ClaimNode
  readonly isHeld: boolean
  readonly head: string
  readonly tail: string
  readonly digest: string
}

/** The disclosure whole. */
export const printed = ({ head, tail }: Pick<Made, 'head' | 'tail'>): string => head + tail

/** Throws for a reserved name, and for more digests than a width or a capacity allows: both are mistakes of the caller. */
export function conceal(
  root: ClaimNode & { readonly kind: 'object' },
  salt: DrawSalt,
  plans: Plans = new Map(),
): Concealed {
  const decoy = salt.decoy ?? ((): string => sha256Base64Url(salt()))
  const made: Made[] = []
  const claims = objectText(root, { salt, decoy, plans, made }, false)
  return {
    payload: `${claims.slice(0, -1)}${claims === '{}' ? '' : ','}"_sd_alg":"sha-256"}`,
    made,
    get disclosures() {
      return made.filter(({ isHeld }) => !isHeld).map(printed)
    },
    get held() {
      return made.filter(({ isHeld }) => isHeld).map(printed)
    },
  }
}

interface Concealing {
  readonly salt: DrawSalt
  readonly decoy: () => string
  readonly plans: Plans
  readonly made: Made[]
}

/** JSON of a node; what it hides is written down beside it. */
function textOf(node: ClaimNode, concealing: Concealing, isHeld: boolean): string {
  switch (node.kind) {
    case 'value':
      return node.text
    case 'hidden':
      throw new TypeError('only a member or an element can be hidden')
    case 'object':
      return objectText(node, concealing, isHeld)
    case 'array':
      return arrayText(node, concealing, isHeld)
    default:
      return node satisfies never
  }
}

function objectText(node: ClaimNode & { readonly kind: 'object' }, concealing: Concealing, isHeld: boolean): string {
  const plan = planFor(concealing.plans, node)
  let text = plan.open
  for (const { name, node: inner } of plan.within)
    text += `${text === '' ? '' : ','}${name}:${textOf(inner, concealing, isHeld)}`
  const digests: string[] = []
  for (const hiding of plan.hidden) digests.push(hide(hiding, concealing, isHeld))
  fill(digests, node.width, concealing)
  if (digests.length > 0) text += `${text === '' ? '' : ','}"_sd":["${inOrder(digests).join('","')}"]`
  return `{${text}}`
}

function arrayText(
  { elements, capacity }: ClaimNode & { readonly kind: 'array' },
  concealing: Concealing,
  isHeld: boolean,
): string {
  const hideElement = (node: ToHide['node']): string =>
    hide({ node, name: undefined, tail: undefined }, concealing, isHeld)
  if (capacity === undefined)
    return `[${elements
      .map((node) => (node.kind === 'hidden' ? `{"...":"${hideElement(node)}"}` : textOf(node, concealing, isHeld)))
      .join(',')}]`
  const digests = elements.map((node) => {
    if (node.kind !== 'hidden') throw new TypeError('an element is open in a padded array')
    return hideElement(node)
  })
  fill(digests, capacity, concealing)
  return digests.length === 0 ? '[]' : `[{"...":"${inOrder(digests).join('"},{"...":"')}"}]`
}

/** The digest of a node that gets a disclosure of its own. */
function hide({ node, name, tail }: ToHide, concealing: Concealing, isHeldAbove: boolean): string {
  const isKept = isHeldAbove || node.isHeld === true
  const head = headOf(concealing.salt())
  const rest = tail ?? tailOf(name, textOf(node.node, concealing, isKept))
  const digest = sha256Base64Url(head + rest)
  concealing.made.push({ node, isHeld: isKept, head, tail: rest, digest })
  return digest
}

/** Up to here, putting each in its place takes less than a sort that is for any list. */
const FEW = 16

/** Sorts the list itself. */
function inOrder(digests: string[]): readonly string[] {
  if (digests.length > FEW) return digests.sort()
  for (let at = 1; at < digests.length; at += 1) {
    const digest = digests[at] ?? ''
    let place = at
    for (; place > 0 && (digests[place - 1] ?? '') > digest; place -= 1) digests[place] = digests[place - 1] ?? ''
    digests[place] = digest
  }
  return digests
}

/** Decoys are as random as digests are (RFC 9901 §4.2.5). */
function fill(digests: string[], to: number | undefined, { decoy }: Concealing): void {
  if (to === undefined) return
  if (digests.length > to) throw new TypeError('more digests than the schema has room for')
  while (digests.length < to) digests.push(decoy())
}
