/** The world that somebody who looks at a policy imagines: a case from nowhere, and one mandate of the named type on an edge that is in order. */
import type { Instant } from '#policies/language/instant.ts'
import { isInTime } from '#policies/engine/applies.ts'
import type { PolicySet, Question } from '#policies/language/policy.ts'
import type { CaseId, MandateId, OrganisationId } from '#gateway/core/ids.ts'
import type { Item } from '#gateway/core/item.ts'
import type { CaseFacts, Message } from '#gateway/core/message.ts'
import type { Edge, Mandate, Participant, Regime } from '#gateway/core/participants.ts'
import { questionOf } from '#gateway/core/question.ts'
import type { PolicyInForce } from './deps.ts'
import type { ToJudge } from './judge.ts'

/** Items and facts, and whatever else a message says beside them: kind, case, purpose. */
export interface ImaginedCase {
  readonly items: readonly Item[]
  readonly facts: CaseFacts
  readonly rest: Readonly<Record<string, unknown>>
}

export interface Imagined {
  readonly policy: Pick<PolicyInForce, 'set'>
  readonly summary: ImaginedCase
  readonly at: Instant
  readonly recipient: string
  readonly practitioner?: string
  readonly purpose?: string
  readonly requested: readonly string[]
}

const SENDER = 'see-as-sender' as OrganisationId
const RECIPIENT = 'see-as-recipient' as OrganisationId
const YEAR_MS = 31_557_600_000

/** Everything the judge room asks for. Agreements and authorisations are taken to be in order; what policy says is the question. */
export function imaginedWorld(imagined: Imagined): ToJudge {
  const { policy, summary, at } = imagined
  const regime = regimeOf(policy.set, imagined.recipient)
  const sender = organisation(SENDER, 'LED', at)
  const recipient = organisation(RECIPIENT, regime, at)
  const purpose = imagined.purpose ?? textOf(summary.rest['purpose']) ?? policy.set.vocabulary.purposes[0] ?? 'none'
  const edge = edgeOf(policy.set, { regime, purpose, at })
  const mandate = mandateOf(imagined, at)
  const grants =
    imagined.requested.length === 0
      ? []
      : [{ kind: regime === 'NATSEC' ? 'IntelligenceRequest' : 'InformationRequest', sections: imagined.requested }]
  const question = questionOf({
    at,
    sender,
    recipient,
    edge,
    mandate,
    purpose,
    facts: summary.facts,
    grants,
    groups: [],
  })
  const message: Message = {
    sch: 'passerelle/1',
    iss: sender.uri,
    aud: 'see-as',
    iat: Math.floor(at / 1000),
    jti: '00000000-0000-8000-8000-000000000000',
    kind: summary.rest['kind'] === 'Referral' ? 'Referral' : 'CaseHandover',
    caseId: (textOf(summary.rest['caseId']) ?? 'see-as-case') as CaseId,
    purpose,
    legalBasisId: edge.basis,
    items: summary.items,
    facts: summary.facts,
  }
  const superseded = new Set(summary.items.flatMap((item) => item.supersedes ?? []))
  return {
    message,
    sender,
    route: { edge, mandate },
    question: imagined.practitioner === undefined ? withoutRole(question) : question,
    attested: 'originator',
    superseded,
    recalled: new Set(),
  }
}

/** Nobody said in which role: it is missing, so that a rule that asks for one opens nothing and takes what it takes. */
const withoutRole = (question: Question): Question => ({
  ...question,
  facts: { ...question.facts, 'recipient.role': undefined },
})

/** What the statutes of the pack say of the type: across a regime switch it is GDPR, pull-only means intelligence. */
function regimeOf(set: PolicySet, type: string): Regime {
  if (set.statutes.some((statute) => statute.kind === 'regime-switch' && statute.recipientTypes.includes(type)))
    return 'GDPR'
  return set.statutes.some((statute) => statute.kind === 'pull-only' && statute.recipientType === type)
    ? 'NATSEC'
    : 'LED'
}

const organisation = (id: OrganisationId, regime: Regime, at: Instant): Participant => ({
  id,
  uri: `spiffe://see-as.example/org/${id}`,
  name: { en: id, fr: id },
  regime,
  controllerRole: regime === 'GDPR' ? 'processor' : 'competent-authority',
  competences: [],
  vouches: [],
  clearedForDr: regime !== 'GDPR',
  from: at - YEAR_MS,
  until: at + YEAR_MS,
  keys: [],
})

const edgeOf = (
  set: PolicySet,
  { regime, purpose, at }: { readonly regime: Regime; readonly purpose: string; readonly at: Instant },
): Edge => {
  const inOrder = { id: 'see-as', from: at - YEAR_MS, until: at + YEAR_MS }
  return {
    id: 'see-as',
    from: SENDER,
    to: RECIPIENT,
    kinds: ['CaseHandover'],
    purposes: [purpose],
    regime,
    basis: set.bases.find((basis) => isInTime(basis, at))?.id ?? 'none',
    agreement: inOrder,
    ...(regime === 'GDPR' ? { art9: inOrder } : {}),
    statutory: [],
    consents: [],
    validFrom: at - YEAR_MS,
    validUntil: at + YEAR_MS,
  }
}

/** Secrecy by profession: who is bound by it may be told what it covers. */
const SECRECY_OF_ROLE: Readonly<Record<string, readonly string[]>> = {
  psychologist: ['psychologist', 'medical'],
  'social-worker': ['social-work'],
  'probation-officer': ['spip'],
}

function mandateOf({ policy, summary, recipient, practitioner }: Imagined, at: Instant): Mandate {
  const role = practitioner ?? policy.set.vocabulary.roles[0] ?? 'none'
  const { careTeam } = summary.facts
  const isClinician = practitioner === 'psychologist'
  return {
    id: `see-as-${recipient.toLowerCase()}` as MandateId,
    organisation: RECIPIENT,
    type: recipient,
    role,
    clinician: isClinician,
    careTeams: isClinician && careTeam !== undefined ? [careTeam] : [],
    secrecies: SECRECY_OF_ROLE[role] ?? [],
    groups: [],
    from: at - YEAR_MS,
    until: at + YEAR_MS,
    keys: [],
    keysHeldBy: 'mandate',
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
