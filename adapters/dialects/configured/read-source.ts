/** The bytes of a file as a tree, by the format that its mapping names: what is of another kind is refused by its content. */
import { MAX_DEPTH, escapeSegment, isContainer, isList } from '#adapters/dialects/json-tree.ts'
import type { Json } from '#adapters/dialects/json-tree.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { foreignContent } from './content-kind.ts'
import { readCsv } from './csv-source.ts'
import type { JsonSettings } from './mapping-file.ts'
import type { ReadyMapping } from './read-mapping.ts'
import { MAX_SOURCE_BYTES, refusedSource } from './source.ts'
import type { ReadSource } from './source.ts'

/** The source of a mapping. Faults hold no content. */
export async function readSource({ file, schema }: ReadyMapping, bytes: Uint8Array): Promise<ReadSource> {
  if (bytes.length > MAX_SOURCE_BYTES) return refusedSource(`more than ${MAX_SOURCE_BYTES} bytes`)
  const foreign = foreignContent(bytes)
  // NUL in a CSV is told by row, for the other rows are good.
  if (foreign !== undefined && !(foreign.includes('NUL') && file.source.format === 'csv'))
    return refusedSource(`${foreign}, not ${file.source.format.toUpperCase()}`)
  switch (file.source.format) {
    case 'json':
      return readJson(bytes, file.source)
    case 'csv':
      return readCsv(bytes, file.source)
    case 'xml':
      return (await import('./xml-source.ts')).readXml(bytes, file.source, schema)
    default:
      return refusedSource('a format that is not known')
  }
}

const MAX_VALUES = 1_000_000

/** Where the member to unwrap is there, patterns begin inside it; what stands around it is listed like all else. */
function readJson(bytes: Uint8Array, { unwrap }: JsonSettings): ReadSource {
  const read = strictJson(bytes)
  if (!read.ok || unwrap === undefined) return read
  const { document } = read
  if (!isContainer(document) || isList(document) || !Object.hasOwn(document, unwrap)) return read
  const wrapped = document[unwrap]
  const start = `/${escapeSegment(unwrap)}`
  if (typeof wrapped !== 'string') return { ...read, start }
  const inner = strictJson(Buffer.from(wrapped))
  if (!inner.ok) return { ok: false, faults: inner.faults.map(({ reason }) => ({ pointer: start, reason })) }
  return { ...read, document: { ...document, [unwrap]: inner.document }, start }
}

function strictJson(bytes: Uint8Array): ReadSource {
  const read = readStrictJson(bytes, { maxDepth: MAX_DEPTH, maxKeys: MAX_VALUES })
  return read.ok
    ? { ok: true, document: read.value as Json, start: '', bad: [], copies: new Map() }
    : refusedSource(`not strict JSON: ${read.reason} at character ${read.at}`)
}
