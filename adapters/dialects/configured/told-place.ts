/** Places as they may be told to anybody: a member that the mapping does not name may be called like a person, and is shown as a dash. Pure. */
import { segmentsOf } from '#adapters/dialects/json-tree.ts'
import type { TreeFault } from '#adapters/dialects/json-tree.ts'
import type { MappingFile } from './mapping-file.ts'

/** Instead of a name that only the source knows. */
export const UNTOLD = '–'
/** As many digits as the index of a record has; longer numbers may be somebody's. */
const INDEX = /^\d{1,6}$/

/** Faults by places that hold no name but those that the mapping names itself. Names of XML are of its schema, and are told. */
export function toldBy(file: MappingFile): (faults: readonly TreeFault[]) => readonly TreeFault[] {
  if (file.source.format === 'xml') return (faults) => faults
  const named = new Set(textsIn(file).flatMap((text) => [text, ...segmentsOf(`/${text}`)]))
  const place = (pointer: string): string =>
    pointer
      .split('/')
      .map((segment) => (INDEX.test(segment) || named.has(segmentsOf(`/${segment}`)[0] ?? '') ? segment : UNTOLD))
      .join('/')
  return (faults) => faults.map((fault) => ({ ...fault, pointer: place(fault.pointer) }))
}

/** Every text and every name in the mapping. */
const textsIn = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)])
      : []
