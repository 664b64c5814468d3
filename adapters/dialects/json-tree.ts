/** A JSON document as a walk of its nodes, each with its JSON Pointer (RFC 6901): what every HMPPS reader starts from. */

/** Deeper than any record of an agency; keeps a hostile document from exhausting the stack. */
export const MAX_DEPTH = 64
/** More faults than this are not told. */
export const MAX_FAULTS = 50
/** The longest pointer that an item may carry. */
export const MAX_POINTER_CHARS = 500

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** One value of a document: a scalar, or a container that is then walked into. */
export interface Node {
  readonly pointer: string
  /** Member names and indexes from the root, unescaped. */
  readonly path: readonly string[]
  /** Nearest member name, or undefined at the root and in an array at the root. */
  readonly name: string | undefined
  readonly value: Json
}

export interface TreeFault {
  readonly pointer: string
  readonly reason: string
}

export type Walked =
  { readonly ok: true; readonly nodes: readonly Node[] } | { readonly ok: false; readonly faults: readonly TreeFault[] }

/** One segment as RFC 6901 §3 writes it. */
export const escapeSegment = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1')

/** The segments of a pointer, unescaped; the root has none. */
export const segmentsOf = (pointer: string): readonly string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Pointer of the container that holds it; undefined for the root. */
export const parentOf = (pointer: string): string | undefined =>
  pointer === '' ? undefined : pointer.slice(0, pointer.lastIndexOf('/'))

export const isContainer = (value: Json): value is readonly Json[] | { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null

/** A list of JSON values, and not an object. */
export const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

/**
 * Every node in document order, containers before what they hold. Faults name a place and a reason, never a value: what is not
 * JSON, is nested too deeply, or stands at a pointer that no item can carry.
 */
export function walk(document: unknown): Walked {
  const nodes: Node[] = []
  const faults: TreeFault[] = []
  visit({ value: document, pointer: '', path: [], name: undefined }, nodes, faults)
  return faults.length === 0 ? { ok: true, nodes } : { ok: false, faults }
}

interface Visited {
  readonly value: unknown
  readonly pointer: string
  readonly path: readonly string[]
  readonly name: string | undefined
}

function visit(visited: Visited, nodes: Node[], faults: TreeFault[]): void {
  if (faults.length >= MAX_FAULTS) return
  const reason = faultOf(visited)
  if (reason !== undefined) {
    faults.push({ pointer: reason === TOO_LONG ? '' : visited.pointer, reason })
    return
  }
  // Every value of another type was refused above, and the members are visited one by one below.
  const node = { ...visited, value: visited.value as Json }
  nodes.push(node)
  if (!isContainer(node.value)) return
  const inList = isList(node.value)
  for (const [name, value] of Object.entries(node.value)) {
    const inside = inList ? visited.name : name === '' ? visited.name : name
    visit(
      { value, pointer: `${visited.pointer}/${escapeSegment(name)}`, path: [...visited.path, name], name: inside },
      nodes,
      faults,
    )
  }
}

const TOO_LONG = `a pointer of more than ${MAX_POINTER_CHARS} characters`

function faultOf({ value, pointer, path }: Visited): string | undefined {
  if (pointer.length > MAX_POINTER_CHARS) return TOO_LONG
  if (path.length > MAX_DEPTH) return `nested more than ${MAX_DEPTH} deep`
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'expected JSON, found a number outside it'
  if (typeof value !== 'object') return `expected JSON, found ${typeof value}`
  return Array.isArray(value) || isPlain(value) ? undefined : 'expected JSON, found an object of a class'
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
