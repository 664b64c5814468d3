/** What goes between a command and its mapping child: one line of JSON each way, and nothing else. */
import type { Instant } from '#policies/language/instant.ts'
import type { MappingAnswer } from './read-records.ts'
import type { ReadyMapping } from './read-mapping.ts'

/** `check` compiles expressions and schema; `read` puts a source through the mapping. */
export type ChildRequest =
  | {
      readonly ask: 'check'
      /** Digest of the mapping. */
      readonly of: string
      readonly expressions: readonly string[]
      readonly schema?: string | undefined
    }
  | { readonly ask: 'read'; readonly mapping: ReadyMapping; readonly bytes: string; readonly readAt: Instant }

/** Faults of a check, by the number of the expression; `schema` for the schema. */
export interface CheckFault {
  readonly of: number | 'schema'
  readonly reason: string
}

/** `checked`, and the kinds of an answer to `read`; `ready` when the child has loaded. */
export type ChildAnswer =
  { readonly kind: 'ready' } | { readonly kind: 'checked'; readonly faults: readonly CheckFault[] } | MappingAnswer
