/** What policy is asked with: the attributes of one edge, one mandate and one case at one instant. */
import { parseInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { AttributeValue } from '#policies/language/item.ts'
import type { Question } from '#policies/language/policy.ts'
import type { CaseFacts } from './message.ts'
import { isInForce } from './participants.ts'
import type { Edge, Mandate, Participant } from './participants.ts'

/** Everything known about the question beside the items. */
export interface Situation {
  readonly at: Instant
  readonly sender: Participant
  readonly recipient: Participant
  readonly edge: Edge
  readonly mandate: Mandate
  readonly purpose: string
  /** What members stated about the case, later statements over earlier ones. */
  readonly facts: CaseFacts
  /** Granted requests of the recipient that are in force. */
  readonly grants: readonly { readonly kind: string; readonly sections: readonly string[] }[]
  /** Groups the recipient belongs to, as casbin answers. */
  readonly groups: readonly string[]
}

/** Pure. A fact that nobody stated is left out, which helps no permit and frees from no limit. */
export function questionOf(situation: Situation): Question {
  const { at, sender, recipient, edge, mandate, facts, grants } = situation
  return {
    at,
    milestones: milestonesOf(facts),
    facts: {
      ...recipientFacts(situation),
      'edge.purpose': situation.purpose,
      'edge.regime': edge.regime,
      'edge.basis': edge.basis,
      'edge.sender': sender.id,
      'edge.senderRegime': sender.regime,
      'edge.agreement': inForce(edge.agreement, at),
      'edge.art9': inForce(edge.art9, at),
      'edge.consents': edge.consents,
      'edge.statutory': edge.statutory,
      ...caseFactsAt(facts, { at, recipient, mandate }),
      'request.sections': unique(grants.flatMap((grant) => grant.sections)),
      'request.kinds': unique(grants.map((grant) => grant.kind)),
    },
  }
}

type Attributes = Readonly<Record<string, AttributeValue | undefined>>

const recipientFacts = ({ recipient, mandate, groups }: Situation): Attributes => ({
  'recipient.type': mandate.type,
  'recipient.role': mandate.role,
  'recipient.organisation': mandate.organisation,
  'recipient.mandate': mandate.id,
  'recipient.groups': unique([...mandate.groups, ...groups]),
  'recipient.regime': recipient.regime,
  'recipient.clinician': mandate.clinician,
  'recipient.careTeams': mandate.careTeams,
  'recipient.secrecies': mandate.secrecies,
  'recipient.clearedForDr': recipient.clearedForDr,
  'recipient.sites': mandate.sites,
})

function caseFactsAt(
  facts: CaseFacts,
  { at, recipient, mandate }: { readonly at: Instant; readonly recipient: Participant; readonly mandate: Mandate },
): Attributes {
  const running = (facts.measures ?? []).filter((measure) => {
    const until = measure.until === undefined ? undefined : parseInstant(measure.until)
    return (parseInstant(measure.from) ?? Number.POSITIVE_INFINITY) <= at && (until === undefined || at < until)
  })
  const excluded = facts.excludedFrom ?? []
  const isExcluded = excluded.includes(recipient.id) || excluded.includes(mandate.id)
  return {
    'case.measureActive': facts.measures === undefined ? undefined : running.length > 0,
    'case.measureSections':
      facts.measures === undefined ? undefined : unique(running.flatMap((measure) => measure.sections)),
    'case.informedSections':
      facts.informed === undefined ? undefined : unique(facts.informed.flatMap((record) => record.sections)),
    'case.careTeam': facts.careTeam,
    'case.site': facts.site,
    'case.jurisdiction': facts.jurisdiction,
    'case.minor': facts.minor,
    'case.restricted': isExcluded || facts.restrictedTo !== undefined,
    'case.allowed': isExcluded ? [] : (facts.restrictedTo ?? []),
  }
}

const milestonesOf = (facts: CaseFacts): Question['milestones'] =>
  Object.fromEntries(
    Object.entries(facts.milestones ?? {}).map(([name, text]) => [
      name,
      text === undefined ? undefined : parseInstant(text),
    ]),
  )

const inForce = (agreement: Edge['agreement'], at: Instant): string | undefined =>
  agreement !== undefined && isInForce(agreement, at) ? agreement.id : undefined

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].toSorted()
