/** Markings of items and questions about them, made from what a test says of them. */
import type { AttributeValue, Marking } from '#policies/language/item.ts'
import type { Question } from '#policies/language/policy.ts'

/** The instant of every question here. */
export const AT = 1_800_000_000_000
/** Nothing marks it. */
export const OPEN: Marking = {
  classification: 'non-protege',
  handling: [],
  conditions: [],
  receivedInConfidence: false,
}
/** Open but for these. */
export const marked = (changes: Partial<Marking>): Marking => ({ ...OPEN, ...changes })
/** Of probation, for a release, by the prison, but for these facts. */
export const asked = (facts: Readonly<Record<string, AttributeValue>> = {}): Question => ({
  at: AT,
  milestones: {},
  facts: {
    'recipient.organisation': 'probation-paris',
    'recipient.mandate': 'probation-counsellor',
    'recipient.secrecies': [],
    'recipient.regime': 'LED',
    'edge.sender': 'prison-paris',
    'edge.purpose': 'release-preparation',
    'edge.consents': [],
    'edge.statutory': [],
    ...facts,
  },
})
