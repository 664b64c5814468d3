/** How much came and went, by organisation: numbers for operators, of no case. One part of the store. */
import type { Instant } from '#policies/language/instant.ts'
import type { MandateId, OrganisationId } from '#gateway/core/ids.ts'

export interface Flow {
  readonly organisation: OrganisationId
  /** Messages of it that were taken. */
  readonly sent: number
  /** Deliveries put into its mailbox, and how many of those it fetched. */
  readonly received: number
  readonly collected: number
}

/** Deliveries to one organisation of what another sent. */
export interface FlowBetween {
  readonly from: OrganisationId
  readonly to: OrganisationId
  readonly deliveries: number
}

/** What one mandate was sent. */
export interface SentTo {
  readonly mandate: MandateId
  /** Since the instant, to a few milliseconds. */
  readonly lately: number
  /** Ever, and never withdrawn. */
  readonly held: number
}

export interface Flows {
  /** In order of names; whoever neither sent nor received anything does not appear. */
  readonly since: (from: Instant) => Promise<readonly Flow[]>
  /** Most first. */
  readonly between: (from: Instant) => Promise<readonly FlowBetween[]>
  /** By mandate of the organisation, in order of names, also of cases that are erased; who was sent nothing does not appear. */
  readonly sentTo: (organisation: OrganisationId, from: Instant) => Promise<readonly SentTo[]>
}
