/** Access limitations of a record as facts of the case: who alone may see it and who may not. Whatever is unclear means nobody. */
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { CaseFacts } from '#gateway/core/message.ts'
import { isContainer, isList } from './json-tree.ts'
import type { Json, TreeFault } from './json-tree.ts'
import type { RecordMapping, RestrictionRow } from './mapping.ts'
import { isSaid, kindOf, select } from './select.ts'
import type { Selected } from './select.ts'

export interface Restriction {
  /** Undefined where the record limits nobody. */
  readonly facts: CaseFacts | undefined
  /** Pointers of the values that were heeded. */
  readonly used: readonly string[]
  readonly faults: readonly TreeFault[]
}

/** The most names that facts of a case may hold. */
const MAX_NAMED = 200
const HANDLE_HEX_CHARS = 24

/**
 * The name by which a member of staff may be named in a case: `staff-` and the first 24 hex digits of the SHA-256 of the e-mail
 * address, trimmed and in lower case. Whoever knows the address can work it out; it says the address to nobody else.
 */
export const staffHandle = (email: string): string =>
  `staff-${sha256Hex(email.trim().toLowerCase()).slice(0, HANDLE_HEX_CHARS)}`

/** Reads the limits that the mapping points at. A limit that names nobody we can name closes the case: it is never dropped. */
export function readRestriction(document: Json, mapping: RecordMapping): Restriction {
  const rows = mapping.restriction ?? []
  const selections = rows.map((row) => ({ row, ...select(document, row.from) }))
  const faults = selections.flatMap(({ row, found, faults: wrong }) => [
    ...wrong,
    ...found.flatMap((node) => faultOf(row, node)),
  ])
  const at = (states: RestrictionRow['states']): readonly Selected[] =>
    selections
      .filter(({ row }) => row.states === states)
      .flatMap(({ row, found }) => found.map((node) => nameIn(row, node)))
  const allowed = namesOf(at('restrictedTo'))
  const excluded = namesOf(at('excludedFrom'))
  const announced = at('closed-unless-named').filter(({ value }) => isSaid(value))
  const flags = at('closed')
  const isClosed =
    flags.some(({ value }) => value === true) ||
    excluded.isUnclear ||
    (announced.length > 0 && allowed.names.length + excluded.names.length === 0)
  const isRestricted = isClosed || allowed.isUnclear || allowed.names.length > 0
  const facts: CaseFacts = {
    ...(isRestricted ? { restrictedTo: isClosed || allowed.names.length > MAX_NAMED ? [] : allowed.names } : {}),
    ...(excluded.names.length > 0 ? { excludedFrom: excluded.names.slice(0, MAX_NAMED) } : {}),
  }
  const used = [...at('restrictedTo'), ...at('excludedFrom'), ...flags].map(({ pointer }) => pointer)
  return { facts: Object.keys(facts).length === 0 ? undefined : facts, used, faults }
}

/** The e-mail address of a person, or the person as they are where it is missing. */
function nameIn({ member }: RestrictionRow, node: Selected): Selected {
  if (member === undefined || !isContainer(node.value) || isList(node.value)) return node
  const name = Object.hasOwn(node.value, member) ? node.value[member] : undefined
  return typeof name === 'string' ? { ...node, pointer: `${node.pointer}/${member}`, value: name } : node
}

interface Named {
  readonly names: readonly string[]
  /** Someone is meant whom we cannot name, or more people than facts can hold. */
  readonly isUnclear: boolean
}

function namesOf(people: readonly Selected[]): Named {
  const emails = people.flatMap(({ value }) => (typeof value === 'string' && value.trim() !== '' ? [value] : []))
  const names = [...new Set(emails.map(staffHandle))]
  return { names, isUnclear: emails.length < people.length || names.length > MAX_NAMED }
}

function faultOf(row: RestrictionRow, { value, pointer }: Selected): readonly TreeFault[] {
  const isPerson = row.states === 'restrictedTo' || row.states === 'excludedFrom'
  const expected = row.states === 'closed' ? 'true or false' : 'a text'
  const isRight = row.states === 'closed' ? typeof value === 'boolean' : typeof value === 'string'
  return isRight || isPerson ? [] : [{ pointer, reason: `expected ${expected}, found ${kindOf(value)}` }]
}
