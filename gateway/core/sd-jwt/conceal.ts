/** The issuer's side of RFC 9901 §4: a tree of claims in which each node says how it is concealed becomes a payload and its disclosures. */
import { sha256Base64Url } from '#gateway/core/canonical-json.ts'
import { elementDisclosure, isReserved, memberDisclosure } from './disclosure.ts'
import type { Disclosure } from './disclosure.ts'

/** A claim, and how it is concealed. */
export type ClaimNode =
  /** JSON as it is: said by whatever it stands in. Written once, for all copies that say it. */
  | { readonly kind: 'value'; readonly text: string }
  /** A disclosure of its own; `isHeld` keeps it, and all within it, from the holder until its issuer lets go of it. */
  | { readonly kind: 'hidden'; readonly node: ClaimNode; readonly isHeld?: boolean }
  /** Filled with decoys to `width` digests, so that how many members there are says nothing. */
  | { readonly kind: 'object'; readonly members: Readonly<Record<string, ClaimNode>>; readonly width?: number }
  /** Filled with decoys to `capacity` elements, all of them hidden, in an order that says nothing. */
  | { readonly kind: 'array'; readonly elements: readonly ClaimNode[]; readonly capacity?: number }

/** Throws for a value that holds a reserved name; whoever takes values from outside asks `holdsReservedName` before. */
export function value(of: unknown): ClaimNode & { readonly kind: 'value' } {
  const text = JSON.stringify(of)
  if (typeof of === 'object' && isReservedWithin(text)) throw new TypeError('a value holds a reserved name')
  return { kind: 'value', text }
}
export const hidden = (node: ClaimNode): ClaimNode => ({ kind: 'hidden', node })

/** What is signed, and what is sent beside it. */
export interface Concealed {
  /** JSON of the payload. */
  readonly payload: string
  readonly disclosures: readonly string[]
  /** Disclosures that the issuer keeps. */
  readonly held: readonly string[]
  /** The disclosure of each hidden node, so that who made them need not look for them. */
  readonly made: ReadonlyMap<ClaimNode, Disclosure>
}

/** 128 random bits in base64url at each call; never the same twice. */
export type DrawSalt = () => string

/** Throws for a reserved name, and for more digests than a width or a capacity allows: both are mistakes of the caller. */
export function conceal(root: ClaimNode & { readonly kind: 'object' }, salt: DrawSalt): Concealed {
  const concealing: Concealing = { salt, disclosures: [], held: [], made: new Map() }
  const claims = objectText(root, concealing, false)
  const payload = `${claims.slice(0, -1)}${claims === '{}' ? '' : ','}"_sd_alg":"sha-256"}`
  const { disclosures, held, made } = concealing
  return { payload, disclosures, held, made }
}

interface Concealing {
  readonly salt: DrawSalt
  readonly disclosures: string[]
  readonly held: string[]
  readonly made: Map<ClaimNode, Disclosure>
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

/** True where some object within has a member that only the format may have. */
export const holdsReservedName = (of: unknown): boolean =>
  typeof of === 'object' && of !== null && isReservedWithin(JSON.stringify(of))

/** In JSON, a quote inside a string is escaped, so that these texts can be nothing but the name of a member. */
const isReservedWithin = (json: string): boolean =>
  json.includes('"_sd":') || json.includes('"...":') || json.includes('"_sd_alg":')

function objectText(
  { members, width }: ClaimNode & { readonly kind: 'object' },
  concealing: Concealing,
  isHeld: boolean,
): string {
  const open: string[] = []
  const digests: string[] = []
  for (const [name, node] of Object.entries(members)) {
    if (isReserved(name)) throw new TypeError('a claim has a reserved name')
    if (node.kind !== 'hidden') open.push(`${JSON.stringify(name)}:${textOf(node, concealing, isHeld)}`)
    else digests.push(hide(node, concealing, isHeld, (salt, text) => memberDisclosure(salt, name, text)))
  }
  fill(digests, width, concealing.salt)
  if (digests.length > 0) open.push(`"_sd":["${digests.toSorted().join('","')}"]`)
  return `{${open.join(',')}}`
}

function arrayText(
  { elements, capacity }: ClaimNode & { readonly kind: 'array' },
  concealing: Concealing,
  isHeld: boolean,
): string {
  const placed = elements.map((node) =>
    node.kind === 'hidden'
      ? `{"...":"${hide(node, concealing, isHeld, elementDisclosure)}"}`
      : textOf(node, concealing, isHeld),
  )
  if (capacity === undefined) return `[${placed.join(',')}]`
  if (elements.some(({ kind }) => kind !== 'hidden')) throw new TypeError('an element is open in a padded array')
  const digests = placed.map((text) => text.slice(8, -2))
  fill(digests, capacity, concealing.salt)
  return digests.length === 0 ? '[]' : `[{"...":"${digests.toSorted().join('"},{"...":"')}"}]`
}

/** The digest of a node that gets a disclosure of its own. */
function hide(
  hiding: ClaimNode & { readonly kind: 'hidden' },
  concealing: Concealing,
  isHeldAbove: boolean,
  disclose: (salt: string, text: string) => Disclosure,
): string {
  const isKept = isHeldAbove || hiding.isHeld === true
  const made = disclose(concealing.salt(), textOf(hiding.node, concealing, isKept))
  ;(isKept ? concealing.held : concealing.disclosures).push(made.encoded)
  concealing.made.set(hiding, made)
  return made.digest
}

/** Decoys are made as digests are, over fresh randomness (RFC 9901 §4.2.5). */
function fill(digests: string[], to: number | undefined, salt: DrawSalt): void {
  if (to === undefined) return
  if (digests.length > to) throw new TypeError('more digests than the schema has room for')
  while (digests.length < to) digests.push(sha256Base64Url(salt()))
}
