/** What the patterns of a mapping select of its source: for one record, or the first text that they name. */
import { isSaid, select, selectWithin } from '#adapters/dialects/select.ts'
import type { Selected } from '#adapters/dialects/select.ts'
import type { ReadyMapping } from './read-mapping.ts'
import { fromRoot, recordsOf } from './resolve-patterns.ts'
import type { GoodSource } from './source.ts'

export interface FromSource {
  readonly mapping: ReadyMapping
  readonly source: GoodSource
}

/** The same pattern from the root of the file. */
export const patternIn = ({ mapping, source }: FromSource, pattern: string): string =>
  fromRoot(pattern, { start: source.start, record: source.start + recordsOf(mapping.file), row: '' })

/** What it selects for that record. */
export const selectedBy = (from: FromSource, node: Selected, pattern: string): readonly Selected[] =>
  selectWithin(from.source.document, patternIn(from, pattern), node.bound).found

/** A text, and the pointer at which it stands. */
interface Reference {
  readonly pointer: string
  readonly text: string
}

/** The first text at the patterns that name the case. */
export const referenceOf = (from: FromSource, node: Selected): Reference | undefined =>
  firstText(from.mapping.file.caseReference ?? [], (pattern) => selectedBy(from, node, pattern))

/** The number under which the document goes, of which only a digest is told; patterns begin at the root of the file. */
export const documentIdOf = ({ mapping, source }: FromSource): Reference | undefined =>
  firstText(mapping.file.documentId ?? [], (pattern) => select(source.document, pattern).found)

function firstText(
  patterns: readonly string[],
  selected: (pattern: string) => readonly Selected[],
): Reference | undefined {
  for (const pattern of patterns) {
    const [found] = selected(pattern)
    if (found !== undefined && isSaid(found.value)) return { pointer: found.pointer, text: String(found.value) }
  }
  return undefined
}
