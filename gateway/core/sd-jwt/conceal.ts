/** The issuer's side of RFC 9901 §4: a tree of claims in which each node says how it is concealed becomes a payload and its disclosures. */
import { sha256Base64Url } from '#gateway/core/canonical-json.ts'
import type { ClaimNode, DrawSalt } from './claim-node.ts'
import { headOf, tailOf } from './disclosure.ts'
import type { Disclosure } from './disclosure.ts'
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
  /** The disclosure of each hidden node, so that who made them need not look for them. */
  readonly made: readonly Made[]
}

export interface Made extends Disclosure {
  readonly node: ClaimNode
}

/** Throws for a reserved name, and for more digests than a width or a capacity allows: both are mistakes of the caller. */
export function conceal(
  root: ClaimNode & { readonly kind: 'object' },
  salt: DrawSalt,
  plans: Plans = new Map(),
): Concealed {
  const decoy = salt.decoy ?? ((): string => sha256Base64Url(salt()))
  const concealing: Concealing = { salt, decoy, plans, disclosures: [], held: [], made: [] }
  const claims = objectText(root, concealing, false)
  const payload = `${claims.slice(0, -1)}${claims === '{}' ? '' : ','}"_sd_alg":"sha-256"}`
  const { disclosures, held, made } = concealing
  return { payload, disclosures, held, made }
}

interface Concealing {
  readonly salt: DrawSalt
  readonly decoy: () => string
  readonly plans: Plans
  readonly disclosures: string[]
  readonly held: string[]
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
  const within = plan.within.map(({ name, node: inner }) => `${name}:${textOf(inner, concealing, isHeld)}`)
  const digests = plan.hidden.map((hiding) => hide(hiding, concealing, isHeld))
  fill(digests, node.width, concealing)
  const hidden = digests.length === 0 ? [] : [`"_sd":["${digests.sort().join('","')}"]`]
  return `{${[...plan.open, ...within, ...hidden].join(',')}}`
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
  return digests.length === 0 ? '[]' : `[{"...":"${digests.toSorted().join('"},{"...":"')}"}]`
}

/** The digest of a node that gets a disclosure of its own. */
function hide({ node, name, tail }: ToHide, concealing: Concealing, isHeldAbove: boolean): string {
  const isKept = isHeldAbove || node.isHeld === true
  const head = headOf(concealing.salt())
  const encoded = head + (tail ?? tailOf(name, textOf(node.node, concealing, isKept)))
  const digest = sha256Base64Url(encoded)
  ;(isKept ? concealing.held : concealing.disclosures).push(encoded)
  concealing.made.push({ node, encoded, digest })
  return digest
}

/** Decoys are as random as digests are (RFC 9901 §4.2.5). */
function fill(digests: string[], to: number | undefined, { decoy }: Concealing): void {
  if (to === undefined) return
  if (digests.length > to) throw new TypeError('more digests than the schema has room for')
  while (digests.length < to) digests.push(decoy())
}
