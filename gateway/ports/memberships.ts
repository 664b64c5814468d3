/** Members that are out: what was stopped for each, and what it still holds. */
import type { Instant } from '#policies/language/instant.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { MembershipFault } from '#gateway/core/membership.ts'

/** A member that is out: since when this gateway knows, why, and what it still holds as far as this gateway gave it. */
export interface MembershipEnd {
  readonly organisation: OrganisationId
  readonly foundAt: Instant
  readonly reason: MembershipFault
  readonly stopped: number
  readonly withdrawn: number
  /** Absent until the report of what it holds was written. */
  readonly report?: {
    readonly at: Instant
    readonly digest: string
    readonly deliveries: number
    readonly items: number
  }
}

export interface Memberships {
  /** A new end, as long as none of that organisation is open; answers whether it was written. */
  readonly end: (end: Pick<MembershipEnd, 'organisation' | 'foundAt' | 'reason'>) => Promise<boolean>
  /** Adds to what was stopped and withdrawn by the open end. */
  readonly count: (organisation: OrganisationId, done: Pick<MembershipEnd, 'stopped' | 'withdrawn'>) => Promise<void>
  readonly report: (organisation: OrganisationId, report: NonNullable<MembershipEnd['report']>) => Promise<void>
  readonly restore: (organisation: OrganisationId, at: Instant) => Promise<void>
  /** Ends that were not followed by a return. */
  readonly open: () => Promise<readonly MembershipEnd[]>
}
