/** Mapping files where they lie: those that are shipped by name, those of an integrator by path, and the files beside them by plain name. */
import { lstatSync, readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { readMapping } from './read-mapping.ts'
import type { Beside, MappingFault, ReadMapping, ReadyMapping } from './read-mapping.ts'
import type { MappingProcess } from './mapping-process.ts'

const SHIPPED = resolve(import.meta.dirname, '../mappings')
/** A mapping, a code list or a schema is small. */
const MAX_FILE_BYTES = 2 * 1024 * 1024
/** What lies in the folder and is no mapping: code lists, and the data of `hmpps-record`. */
const NO_MAPPING = /^(?:codes-.*|hmpps-record)\.json$/

/** Names of the mappings that come with the gateway, sorted. */
export const shippedMappings = (): readonly string[] =>
  readdirSync(SHIPPED)
    .filter((name) => name.endsWith('.json') && !NO_MAPPING.test(name))
    .map((name) => name.replace(/\.json$/, ''))
    .toSorted()

/** The path of a shipped mapping by its name, or the path itself. */
export const mappingPath = (nameOrPath: string): string =>
  shippedMappings().includes(nameOrPath) ? join(SHIPPED, `${nameOrPath}.json`) : nameOrPath

/** A file in the same folder: a regular file, not a link or a device, and small. Undefined for anything else. */
export const filesBeside =
  (path: string): Beside =>
  (name) => {
    const found = join(dirname(path), name)
    return basename(name) === name && !name.includes('\0') ? textOf(found) : undefined
  }

function textOf(path: string): string | undefined {
  try {
    const about = lstatSync(path)
    return about.isFile() && about.size <= MAX_FILE_BYTES ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}

/** Reads a mapping and has its expressions and schema compiled in the child: all faults, each with its place. */
export async function openMapping(nameOrPath: string, child: MappingProcess): Promise<ReadMapping> {
  const path = mappingPath(nameOrPath)
  const text = textOf(path)
  if (text === undefined)
    return {
      ok: false,
      faults: [{ file: path, at: '', reason: 'cannot be read: no such file, or no plain file of at most 2 MiB' }],
    }
  const read = readMapping(path, text, filesBeside(path))
  if (!read.ok) return read
  const faults = await compileFaults(path, read.mapping, child)
  return faults.length === 0 ? read : { ok: false, faults }
}

/** Expressions with their places, in the order of the file. */
export function expressionsIn({ file }: ReadyMapping): readonly { readonly at: string; readonly text: string }[] {
  return file.items.flatMap((row, index) => {
    const shapes = [
      ['/value', row.value] as const,
      ...Object.entries(row.rungs ?? {}).map(([rung, shape]) => [`/rungs/${rung}`, shape] as const),
    ]
    return shapes.flatMap(([place, shape]) =>
      shape?.as === 'expression' ? [{ at: `/items/${index}${place}/expression`, text: shape.expression }] : [],
    )
  })
}

async function compileFaults(
  path: string,
  mapping: ReadyMapping,
  child: MappingProcess,
): Promise<readonly MappingFault[]> {
  const expressions = expressionsIn(mapping)
  if (expressions.length === 0 && mapping.schema === undefined) return []
  const faults: MappingFault[] = []
  const texts = expressions.map(({ text }) => text)
  const request = { ask: 'check', of: mapping.digest, expressions: texts, schema: mapping.schema } as const
  for await (const answer of child.ask(request))
    if (answer.kind === 'checked')
      for (const { of, reason } of answer.faults)
        faults.push({ file: path, at: of === 'schema' ? '/source/schema' : (expressions[of]?.at ?? ''), reason })
  return faults
}
