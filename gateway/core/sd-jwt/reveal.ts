/** The verifier's side of RFC 9901 §7.1: a payload whose signature was verified elsewhere, with what its disclosures reveal. */
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { MAX_DISCLOSURES } from './compact.ts'
import { isReserved, readDisclosure } from './disclosure.ts'
import type { ReadDisclosure } from './disclosure.ts'

/** Disclosures inside one another. */
const MAX_DEPTH = 16

export type Claims = Readonly<Record<string, unknown>>

/** A disclosure in its place. */
export interface Placed {
  readonly encoded: string
  readonly salt: string
  /** Name of the claim; undefined for an element of an array. */
  readonly name: string | undefined
  /** Where it stands in the claims, as a JSON Pointer (RFC 6901), so that a name with a dot or a slash is no other's path. */
  readonly pointer: string
  /** The nearest disclosure that it stands in; it is nothing without that one. */
  readonly parent: Placed | undefined
  /** What it reveals, with what others reveal within it. */
  readonly value: unknown
}

export interface Revealed {
  /** Without `_sd`, `...` and `_sd_alg`. */
  readonly claims: Claims
  /** Each disclosure once; a parent before its children. */
  readonly disclosures: readonly Placed[]
  /** All that occur in what was signed and revealed, those of decoys too. */
  readonly digests: ReadonlySet<string>
}

/**
 * Refuses whatever RFC 9901 §7.1 says must be refused, and an algorithm other than sha-256, with `disclosure-refused`. The payload
 * is one that the strict reader has read..
 */
export function reveal(payload: unknown, disclosures: readonly string[]): Result<Revealed> {
  if (disclosures.length > MAX_DISCLOSURES) return refused('too-many')
  if (!isRecord(payload)) return refused('payload-not-an-object')
  if (Object.hasOwn(payload, '_sd_alg') && payload['_sd_alg'] !== 'sha-256') return refused('algorithm')
  const known = new Map<string, ReadDisclosure>()
  for (const encoded of disclosures) {
    const read = readDisclosure(encoded)
    if (typeof read === 'string') return refused(read)
    if (known.has(read.digest)) return refused('sent-twice')
    known.set(read.digest, read)
  }
  const walk: Walk = { known, seen: new Set(), placed: [], fault: undefined }
  const claims = openObject(walk, payload, { pointer: '', parent: undefined, depth: 0 })
  if (walk.fault === undefined && walk.placed.length !== disclosures.length) walk.fault = 'unreferenced'
  return walk.fault === undefined ? ok({ claims, disclosures: walk.placed, digests: walk.seen }) : refused(walk.fault)
}

const refused = (code: string): ReturnType<typeof fail> => fail('disclosure-refused', [{ pointer: '/sd-jwt', code }])

interface Walk {
  readonly known: ReadonlyMap<string, ReadDisclosure>
  readonly seen: Set<string>
  readonly placed: Placed[]
  /** The first thing wrong; the walk goes on to its end, which is bounded, and is then thrown away. */
  fault: string | undefined
}

interface At {
  readonly pointer: string
  readonly parent: Placed | undefined
  /** Disclosures above. */
  readonly depth: number
}

const isRecord = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** Recursion is bounded by the depth that the strict reader allows within one disclosure, and MAX_DEPTH of those. */
function openValue(walk: Walk, value: unknown, at: At): unknown {
  if (Array.isArray(value)) return openArray(walk, value, at)
  return isRecord(value) ? openObject(walk, value, at) : value
}

function openObject(walk: Walk, object: Claims, at: At): Claims {
  const claims: Record<string, unknown> = {}
  for (const name of Object.keys(object)) {
    if (name === '_sd' || (name === '_sd_alg' && at.pointer === '')) continue
    if (isReserved(name)) walk.fault ??= 'reserved-name'
    else claims[name] = openValue(walk, object[name], { ...at, pointer: `${at.pointer}/${escaped(name)}` })
  }
  if (Object.hasOwn(object, '_sd')) openDigests(walk, object['_sd'], claims, at)
  return claims
}

function openDigests(walk: Walk, digests: unknown, claims: Record<string, unknown>, at: At): void {
  if (!Array.isArray(digests)) {
    walk.fault ??= 'digests-not-a-list'
    return
  }
  for (const digest of digests) {
    const found = taken(walk, digest)
    if (found === undefined) continue
    if (found.name === undefined) walk.fault ??= 'element-in-an-object'
    else if (Object.hasOwn(claims, found.name)) walk.fault ??= 'name-twice'
    else claims[found.name] = place(walk, found, `${at.pointer}/${escaped(found.name)}`, at)
  }
}

function openArray(walk: Walk, array: readonly unknown[], at: At): readonly unknown[] {
  const elements: unknown[] = []
  for (const element of array) {
    const pointer = `${at.pointer}/${elements.length}`
    if (!isRecord(element) || !Object.hasOwn(element, '...')) {
      elements.push(openValue(walk, element, { ...at, pointer }))
      continue
    }
    if (Object.keys(element).length !== 1) walk.fault ??= 'digest-with-company'
    const found = taken(walk, element['...'])
    if (found === undefined) continue
    if (found.name !== undefined) walk.fault ??= 'member-in-an-array'
    elements.push(place(walk, found, pointer, at))
  }
  return elements
}

/** The disclosure of that digest; undefined for a decoy, and for one that was not disclosed. */
function taken(walk: Walk, digest: unknown): ReadDisclosure | undefined {
  if (typeof digest !== 'string') walk.fault ??= 'digest-not-text'
  else if (walk.seen.has(digest)) walk.fault ??= 'digest-twice'
  else {
    walk.seen.add(digest)
    return walk.known.get(digest)
  }
  return undefined
}

function place(walk: Walk, found: ReadDisclosure, pointer: string, { parent, depth }: At): unknown {
  if (depth >= MAX_DEPTH) {
    walk.fault ??= 'too-deep'
    return undefined
  }
  const { encoded, salt, name } = found
  const placed = { encoded, salt, name, pointer, parent, value: undefined as unknown }
  walk.placed.push(placed)
  placed.value = openValue(walk, found.value, { pointer, parent: placed, depth: depth + 1 })
  return placed.value
}
