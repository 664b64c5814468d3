/** What a source gives, whatever its format: a tree of JSON values, the rows that are no good, and the pointers at which they stood. */
import type { Json, TreeFault } from '#adapters/dialects/json-tree.ts'

/** Larger files are split by whoever exports them. */
export const MAX_SOURCE_BYTES = 16 * 1024 * 1024

/** A row or record that is left out, by number from 1; `line` is the line of the file. The reason names no content. */
export interface BadRecord {
  readonly number: number
  readonly line?: number
  readonly faults: readonly TreeFault[]
}

export type ReadSource =
  | {
      readonly ok: true
      readonly document: Json
      /** Pointer at which patterns begin. */
      readonly start: string
      readonly bad: readonly BadRecord[]
      /** Line of each record of a source of rows, by number from 1. */
      readonly lines?: ReadonlyMap<number, number>
      /** Pointers of copies that references made, and of what they are copies of. */
      readonly copies: ReadonlyMap<string, string>
    }
  | { readonly ok: false; readonly faults: readonly TreeFault[] }

export const refusedSource = (reason: string): ReadSource => ({ ok: false, faults: [{ pointer: '', reason }] })

/** One that could be read. */
export type GoodSource = Extract<ReadSource, { readonly ok: true }>
