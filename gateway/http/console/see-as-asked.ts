/** What somebody who looks at a case through another's eyes asked for: the form of P5, read. */
import { DEPTHS } from '#gateway/core/choice.ts'
import type { Depth } from '#gateway/core/choice.ts'
import { parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { PolicySet } from '#policies/language/policy.ts'

export interface SeeAsAsked {
  readonly caseId: string
  readonly recipientType: string
  /** A second recipient beside the first; empty: none. */
  readonly and: string
  readonly role: string
  /** Of the flow; empty: the first that the policy knows. */
  readonly purpose: string
  readonly depth: Depth
  readonly at: Instant
  /** Id of a change; empty: the version in force. */
  readonly version: string
  readonly isWithheldShown: boolean
  /** As if the recipient had asked for every section and been granted it. */
  readonly hasAsked: boolean
}

/** What the form says; what is missing or unknown is what most people begin with. */
export function askedOf(query: URLSearchParams, now: Instant): SeeAsAsked {
  const text = (name: string): string => query.get(name) ?? ''
  return {
    caseId: text('case'),
    recipientType: text('recipient'),
    and: text('and'),
    role: text('role'),
    purpose: text('purpose'),
    depth: DEPTHS.find((depth) => depth === text('depth')) ?? 'D4',
    at: parseInstant(text('at')) ?? now,
    version: text('version'),
    isWithheldShown: query.getAll('more').includes('withheld'),
    hasAsked: query.getAll('more').includes('asked'),
  }
}

/** A purpose that the policy does not know is none. */
export const purposeIn = ({ vocabulary }: PolicySet, { purpose }: SeeAsAsked): { readonly purpose?: string } =>
  vocabulary.purposes.includes(purpose) ? { purpose } : {}
