/** Labels: what an organisation calls a case among its own people. They are sent nowhere, and are gone with the case. */
import type { Instant } from '#policies/language/instant.ts'
import type { CaseId, OrganisationId } from '#gateway/core/ids.ts'

export interface CaseLabel {
  readonly caseId: CaseId
  readonly organisation: OrganisationId
  readonly text: string
  /** What it is found by: `labelKey`. */
  readonly key: string
  readonly setAt: Instant
}

export interface CaseLabels {
  /** In the place of the one that there was. */
  readonly put: (label: CaseLabel) => Promise<void>
  readonly remove: (caseId: CaseId, organisation: OrganisationId) => Promise<void>
  readonly of: (caseId: CaseId, organisation: OrganisationId) => Promise<string | undefined>
  /** Cases that the organisation calls so. */
  readonly found: (organisation: OrganisationId, key: string) => Promise<readonly CaseId[]>
}
