/** Finding the nodes of a document that a pattern names, and the scalars below a node. */
import { escapeSegment, isContainer, isList, segmentsOf } from './json-tree.ts'
import type { Json, TreeFault } from './json-tree.ts'

/** A node that a pattern named, and what its wildcards stood for, in order. */
export interface Selected {
  readonly pointer: string
  readonly value: Json
  readonly bound: readonly string[]
}

export interface Selection {
  readonly found: readonly Selected[]
  readonly faults: readonly TreeFault[]
}

/** A scalar that says something: not null, not blank. */
export interface Leaf {
  readonly pointer: string
  /** Members on the way from the node, indexes left out. */
  readonly names: readonly string[]
  readonly value: string | number | boolean
}

/**
 * All nodes that the pattern names. What is absent or null is simply not found; a list, object or scalar where the pattern expects
 * another kind of thing is a fault that names the place.
 */
export function select(document: Json, pattern: string): Selection {
  const faults: TreeFault[] = []
  let found: Selected[] = [{ pointer: '', value: document, bound: [] }]
  for (const segment of pattern === '' ? [] : pattern.slice(1).split('/'))
    found = found.flatMap((from) => [...step(from, segment, faults)])
  return { found: found.filter(({ value }) => value !== null), faults }
}

/** The one node at a pattern whose wildcards are bound, or undefined. */
export function at(document: Json, pattern: string, bound: readonly string[]): Selected | undefined {
  let used = 0
  const pinned = pattern.split('/').map((segment) => (isWildcard(segment) ? literally(bound[used++] ?? '') : segment))
  return select(document, pinned.join('/')).found[0]
}

/** All nodes at a pattern whose first wildcards are bound; those beyond stand for every element. */
export function selectWithin(document: Json, pattern: string, bound: readonly string[]): Selection {
  const pinned = pinnedBy(pattern, bound)
  const { found, faults } = select(document, pinned.pattern)
  return { found: found.map((node) => ({ ...node, bound: [...pinned.used, ...node.bound] })), faults }
}

/** A pattern with its first wildcards put to what they stand for. */
export const pin = (pattern: string, bound: readonly string[]): string => pinnedBy(pattern, bound).pattern

function pinnedBy(
  pattern: string,
  bound: readonly string[],
): { readonly pattern: string; readonly used: readonly string[] } {
  const used: string[] = []
  const segments = pattern.split('/').map((segment) => {
    const name = isWildcard(segment) ? bound[used.length] : undefined
    if (name === undefined) return segment
    used.push(name)
    return literally(name)
  })
  return { pattern: segments.join('/'), used }
}

/** Every scalar at or below a node that says something, in document order. */
export function leavesOf(pointer: string, value: Json, names: readonly string[] = []): readonly Leaf[] {
  if (!isContainer(value)) return isSaid(value) ? [{ pointer, names, value }] : []
  const inList = isList(value)
  return Object.entries(value).flatMap(([name, member]) =>
    leavesOf(`${pointer}/${escapeSegment(name)}`, member, inList ? names : [...names, name]),
  )
}

/** True for a scalar that is neither null nor blank. */
export const isSaid = (value: Json): value is string | number | boolean =>
  typeof value === 'string' ? value.trim() !== '' : typeof value === 'number' || typeof value === 'boolean'

/** A word for the kind of a value, safe to show. */
export const kindOf = (value: Json): string =>
  value === null ? 'null' : isList(value) ? 'a list' : isContainer(value) ? 'an object' : typeof value

/** The one node at a pointer that was found before, in which nothing stands for anything else. */
export const nodeAt = (document: Json, pointer: string): Selected | undefined =>
  select(document, pointer.split('/').map(literalSegment).join('/')).found[0]

/** A member's own name as a segment of a pattern: one that is called like a wildcard stands for itself alone. No pointer has `~*`. */
const literally = (name: string): string => literalSegment(escapeSegment(name))
const literalSegment = (segment: string): string => (isWildcard(segment) ? `~${segment}` : segment)
const nameOf = (segment: string): string =>
  segment.startsWith('~') && isWildcard(segment.slice(1)) ? segment.slice(1) : (segmentsOf(`/${segment}`)[0] ?? '')

const isWildcard = (segment: string): boolean => segment === '*' || segment === '{}'

function* step(from: Selected, segment: string, faults: TreeFault[]): Generator<Selected> {
  const { value, pointer, bound } = from
  if (value === null) return
  const isNumber = /^\d+$/.test(segment)
  const wantsList = segment === '*' || isNumber
  // A number is an index in a list, and a name in an object that is kept by numbers.
  if (!isContainer(value) || (isList(value) !== wantsList && !isNumber)) {
    faults.push({ pointer, reason: `expected ${wantsList ? 'a list' : 'an object'}, found ${kindOf(value)}` })
    return
  }
  if (!isWildcard(segment)) {
    const name = nameOf(segment)
    const member = memberAt(value, name)
    if (member !== undefined) yield { pointer: `${pointer}/${escapeSegment(name)}`, value: member, bound }
    return
  }
  for (const [name, member] of Object.entries(value))
    yield { pointer: `${pointer}/${escapeSegment(name)}`, value: member, bound: [...bound, name] }
}

/** One member without a walk over all: a list may hold thousands, and each of its elements is looked up several times. */
const memberAt = (value: readonly Json[] | { readonly [name: string]: Json }, name: string): Json | undefined =>
  !Object.hasOwn(value, name) ? undefined : isList(value) ? value[Number(name)] : value[name]
