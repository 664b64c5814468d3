/** Forms that were sent after a sign-in had ended: kept sealed until their writer is back. One part of the store. */
import type { Instant } from '#policies/language/instant.ts'

export interface KeptForm {
  /** SHA-256 of the word that the writer's browser holds, hex. */
  readonly id: string
  readonly account: string
  /** Sealed under that word, which nobody else has: also what is written there and where it went. */
  readonly sealed: string
  readonly until: Instant
}

export interface KeptForms {
  readonly keep: (form: KeptForm) => Promise<void>
  readonly get: (id: string, at: Instant) => Promise<KeptForm | undefined>
  /** All of one person; or those whose time has passed. */
  readonly forget: (which: { readonly account: string } | { readonly before: Instant }) => Promise<void>
}
