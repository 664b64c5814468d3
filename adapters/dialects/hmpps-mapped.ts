/** Dialect `hmpps`: a record of HMPPS as items of a case summary, by the rows of its mapping; what no row names is listed. Pure. */
import { MAX_ITEMS } from '#gateway/core/message.ts'
import type { Dialect, DialectInput, DialectResult } from '#gateway/ports/dialect.ts'
import { MAX_FAULTS, isContainer, walk } from './json-tree.ts'
import type { Node, TreeFault } from './json-tree.ts'
import { PLAIN_ABILITIES, mapRows, withIds } from './map-rows.ts'
import type { RecordMapping } from './mapping.ts'

/** One interpreter for all mappings; the record names the mapping. Nothing is read by halves: a fault refuses the record. */
export const hmppsMapped = (mappings: readonly RecordMapping[]): Dialect => ({
  id: 'hmpps',
  records: mappings.map(({ record }) => record),
  read: (input) => {
    const mapping = mappings.find(({ record }) => record === input.record)
    return mapping === undefined
      ? refused([{ pointer: '', reason: 'no mapping for a record of this name' }])
      : readBy(mapping, input)
  },
})

const refused = (faults: readonly TreeFault[]): DialectResult => ({ ok: false, faults: faults.slice(0, MAX_FAULTS) })

function readBy(mapping: RecordMapping, input: DialectInput): DialectResult {
  const walked = walk(input.document)
  if (!walked.ok) return refused(walked.faults)
  const document = walked.nodes[0]?.value ?? null
  const mapped = mapRows({ ...input, mapping, document, abilities: PLAIN_ABILITIES })
  if (mapped.faults.length > 0) return refused(mapped.faults)
  if (mapped.items.length > MAX_ITEMS) return refused([{ pointer: '', reason: `more than ${MAX_ITEMS} items` }])
  const facts = mapped.facts === undefined ? {} : { facts: mapped.facts }
  const unmapped = unmappedOf(walked.nodes, new Set(mapped.used))
  return { ok: true, reading: { items: withIds(mapped.items, input.idOf), ...facts, unmapped } }
}

/** Scalars and empty containers that went into no item, by pointer. */
export const unmappedOf = (nodes: readonly Node[], used: ReadonlySet<string>): readonly string[] =>
  nodes
    .filter(({ value, pointer }) => !used.has(pointer) && (!isContainer(value) || Object.keys(value).length === 0))
    .map(({ pointer }) => pointer)
