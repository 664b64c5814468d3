/** Flows that the law keeps open, asked of the engine itself: from an instant on, a set may not close them by any rule or any date. */
import { checkPolicy } from '#policies/language/check.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import { rankOf } from '#policies/language/level.ts'
import type { Fault, PolicySet, Question, Statute } from '#policies/language/policy.ts'
import { askedOf } from '#policies/language/scope.ts'
import { isInTime } from './applies.ts'
import { compilePlan } from './plan.ts'

export type Mandatory = Extract<Statute, { kind: 'mandatory' }>

/** When the set is to serve, and the shipped pack that it must not fall behind. */
export interface CheckScope {
  readonly at: Instant
  readonly shipped?: PolicySet
}

/** Every fault of a set that reads well: those of its text (`check.ts`) and mandatory flows that it closes. */
export const checkSet = (set: PolicySet, file: string, { at, shipped }: CheckScope): readonly Fault[] => [
  ...checkPolicy(set, file, shipped),
  ...checkStatutes(set, file, at),
]

/** Mandatory flows that are closed at the instant or at a later turning point while their basis is in force. */
export const checkStatutes = (set: PolicySet, file: string, at: Instant): readonly Fault[] =>
  set.statutes.flatMap((statute, index): readonly Fault[] => {
    if (statute.kind !== 'mandatory' || isKept(set, statute, at)) return []
    const detail = `${statute.id}: ${statute.recipientType} does not always receive ${statute.section} at ${statute.atLeast}`
    return [{ file, at: `/statutes/${index}`, code: 'mandatory-flow-removed', detail }]
  })

/** Whether the flow is open at the instant and at every later turning point, for adults and minors, for items of every nature. */
export function isKept(set: PolicySet, statute: Mandatory, at: Instant): boolean {
  const basis = set.bases.find(({ id }) => id === statute.basis)
  const instants = turningPoints(set, at).filter((instant) => basis !== undefined && isInTime(basis, instant))
  const items = plainItems(set, statute)
  return instants.every((instant) =>
    [false, true].every((minor) =>
      purposesOf(set).some((purpose) => {
        const plan = compilePlan(set, questionFor({ statute, minor, purpose, at: instant }))
        return items.every((item) => rankOf(plan(item).level) >= rankOf(statute.atLeast))
      }),
    ),
  )
}

/** The instant, and each later one at which a rule or a basis begins or ends. */
function turningPoints(set: PolicySet, at: Instant): readonly Instant[] {
  const all = [...set.rules, ...set.bases].flatMap(({ from, until }) => [from ?? at, until ?? at])
  return [...new Set([at, ...all.filter((instant) => instant > at)])]
}

/** A flow is open if it is open for some purpose. */
const purposesOf = ({ vocabulary }: PolicySet): readonly (string | undefined)[] =>
  vocabulary.purposes.length === 0 ? [undefined] : vocabulary.purposes

interface Asked {
  readonly statute: Mandatory
  readonly minor: boolean
  readonly purpose: string | undefined
  readonly at: Instant
}

/** The plainest question of the flow: nothing was asked for, nobody consented, no judge said anything. */
const questionFor = ({ statute, minor, purpose, at }: Asked): Question => ({
  at,
  milestones: {},
  facts: {
    'recipient.type': statute.recipientType,
    'recipient.regime': 'LED',
    'recipient.clinician': false,
    'edge.purpose': purpose,
    'edge.regime': 'LED',
    'edge.senderRegime': 'LED',
    'edge.basis': statute.basis,
    'edge.statutory': [statute.id],
    'edge.consents': [],
    'case.measureActive': true,
    'case.measureSections': [],
    'case.informedSections': [],
    'case.restricted': false,
    'case.minor': minor,
    'request.sections': [],
    'request.kinds': [],
  },
})

const NATURES = ['fact', 'assessment', 'opinion', 'intelligence', 'statement-of-person', 'decision']

/** Standing, unmarked items of the section, one of each nature, disputed and not. */
function plainItems(set: PolicySet, statute: Mandatory): readonly LabelledItem[] {
  const term = plainTerm(set)
  return NATURES.flatMap((nature) =>
    [false, true].map((disputed) => ({
      id: `${statute.id}:${nature}`,
      observedAt: 0,
      isPast: false,
      facts: { ...PLAIN_FACTS, section: statute.section, term, nature, disputed },
      marking: { classification: 'non-protege', handling: [], conditions: [], receivedInConfidence: false },
      value: { kind: 'plain', exact: true, rungs: {}, summaryRung: 'g0' },
    })),
  )
}

const PLAIN_FACTS = {
  within: [],
  kind: 'plain',
  subjectCategory: 'convicted',
  specialCategories: [],
  secrecyRegime: 'none',
  subjectInformed: 'yes',
  isPast: false,
  attested: 'originator',
}

/** A term that no rule singles out: a limit on one term does not close the section. */
function plainTerm(set: PolicySet): string | undefined {
  const named = new Set(set.rules.flatMap((rule) => askedOf(set, rule, 'item.term') ?? []))
  return set.vocabulary.terms.find((term) => !named.has(term))
}
