/** What of a source nobody mapped: in a record, and outside every record. */
import { escapeSegment, isContainer } from '#adapters/dialects/json-tree.ts'
import type { Json } from '#adapters/dialects/json-tree.ts'
import type { MappedRows } from '#adapters/dialects/map-rows.ts'
import type { Selected } from '#adapters/dialects/select.ts'
import type { MappingFile } from './mapping-file.ts'
import { patternIn, selectedBy } from './selected-by.ts'
import type { FromSource } from './selected-by.ts'

const MAX_LISTED = 10_000

/** Values that a reader would miss. An empty cell of a table and an empty element say nothing. */
export const isLost = (value: Json, { source }: MappingFile): boolean =>
  isContainer(value) ? Object.keys(value).length === 0 : source.format === 'json' || (value !== null && value !== '')

/** Whether a pointer is that container, or in it. */
export const isWithin = (pointer: string, container: string): boolean =>
  container === '' || pointer === container || pointer.startsWith(`${container}/`)

/** Used pointers, and beside those in a copy that a reference made, the ones that were copied. */
export function usedIn({ source }: FromSource, { used }: MappedRows): ReadonlySet<string> {
  if (source.copies.size === 0) return new Set(used)
  const originals = used.flatMap((pointer) => {
    for (const [copy, original] of source.copies)
      if (isWithin(pointer, copy)) return [original + pointer.slice(copy.length)]
    return []
  })
  return new Set([...used, ...originals])
}

/** Whether it stands in a copy: what was copied is looked at where it stands. */
export const isCopy = ({ source }: FromSource, pointer: string): boolean =>
  source.copies.size > 0 && [...source.copies.keys()].some((copy) => isWithin(pointer, copy))

/** Whether a pointer is in what the mapping leaves out of that record on purpose. */
export function leftOutOf(from: FromSource, node: Selected): (pointer: string) => boolean {
  const { leftOut } = from.mapping.file
  const places = leftOut.flatMap((row) => selectedBy(from, node, row.from).map(({ pointer }) => pointer))
  const nulls = leftOut.map((row) => patternIn(from, row.from))
  return (pointer) => places.some((place) => isWithin(pointer, place)) || nulls.includes(pointer)
}

/** Pointers of values that stand in no record, and that none has heeded. `records`: pointers of the records. */
export function unmappedOutside(
  { source, mapping }: FromSource,
  heeded: ReadonlySet<string>,
  records: ReadonlySet<string>,
): { readonly listed: readonly string[]; readonly unlisted: number } {
  if (records.has('')) return { listed: [], unlisted: 0 }
  const purpose = leftOutOf({ mapping, source }, { pointer: '', value: null, bound: [] })
  const found: string[] = []
  let unlisted = 0
  const visit = (value: Json, pointer: string): void => {
    if (records.has(pointer)) return
    if (!isContainer(value) || Object.keys(value).length === 0) {
      if (!heeded.has(pointer) && !purpose(pointer) && isLost(value, mapping.file)) {
        if (found.length < MAX_LISTED) found.push(pointer)
        else unlisted += 1
      }
      return
    }
    for (const [name, member] of Object.entries(value)) visit(member, `${pointer}/${escapeSegment(name)}`)
  }
  visit(source.document, '')
  return { listed: found, unlisted }
}
