/** What several gateways at one store agree on: who has which duty, and which ids were used. */
import type { Instant } from '#policies/language/instant.ts'

export interface Replicas {
  /** True where nobody else has the name at that instant: then it is the holder's until the later one. */
  readonly lease: (request: {
    readonly name: string
    readonly holder: string
    readonly now: Instant
    readonly until: Instant
  }) => Promise<boolean>
  readonly endLease: (name: string, holder: string) => Promise<void>
  /** Those that have not ended. */
  readonly leases: (
    now: Instant,
  ) => Promise<readonly { readonly name: string; readonly holder: string; readonly until: Instant }[]>
  /** True the first time at any of the gateways. */
  readonly spend: (issuer: string, id: string, until: Instant) => Promise<boolean>
  /** Lets go of what ended before; answers how many ids. */
  readonly forget: (before: Instant) => Promise<number>
}
