/** Dialect: one participant's native format in, items and what was not mapped out; and back to the native form. Pure. */
import type { CaseFacts } from '#gateway/core/message.ts'
import type { ItemText } from '#gateway/core/item.ts'
import type { ProjectedItem } from '#gateway/core/projection.ts'
import type { Instant } from '#policies/language/instant.ts'

export interface DialectInput {
  /** Which native record: `risks`, `licence`, an endpoint … */
  readonly record: string
  readonly document: unknown
  readonly readAt: Instant
  /** Service that holds the record. */
  readonly service: string
  /** Deterministic item ids: a UUID from a pointer (RFC 9562 version 8). */
  readonly idOf: (pointer: string) => string
}

export interface DialectReading {
  readonly items: readonly ItemText[]
  readonly facts?: CaseFacts
  /** JSON Pointers of values that no rule of the mapping names: listed, never dropped in silence. */
  readonly unmapped: readonly string[]
}

export type DialectResult =
  | { readonly ok: true; readonly reading: DialectReading }
  | { readonly ok: false; readonly faults: readonly { readonly pointer: string; readonly reason: string }[] }

export interface Dialect {
  readonly id: string
  readonly records: readonly string[]
  readonly read: (input: DialectInput) => DialectResult
  /** Prints projected items back as a native document; masked where an item is at existence. */
  readonly print?: (items: readonly ProjectedItem[], record: string) => unknown
}
