/** Random policy sets, questions, items, markings and choices over a vocabulary so small that rules overlap often. */
import fc from 'fast-check'
import { ATTRIBUTES, attributeNamed } from '#policies/language/attributes.ts'
import type { AttributeType } from '#policies/language/attributes.ts'
import type { Instant } from '#policies/language/instant.ts'
import { CLASSIFICATIONS, HANDLING_CODES, TLP_LABELS } from '#policies/language/item.ts'
import type { AttributeValue, LabelledItem, LadderedValue, Marking } from '#policies/language/item.ts'
import { LEVELS, RUNGS } from '#policies/language/level.ts'
import { OPERATORS, POLICY_FORMAT } from '#policies/language/policy.ts'
import type {
  Condition,
  Match,
  Operand,
  PolicySet,
  Question,
  Reach,
  Rule,
  Vocabulary,
} from '#policies/language/policy.ts'
import { DEPTHS, MILESTONES } from '#gateway/core/choice.ts'
import type { Choice, ChoiceReach } from '#gateway/core/choice.ts'

const DAY_MS = 86_400_000
/** 2027-01-01T00:00:00Z: the middle of the small calendar that every random instant falls in. */
export const MIDDLE: Instant = 1_798_761_600_000

export const VOCABULARY: Vocabulary = {
  sections: ['identity', 'family', 'health'],
  terms: ['name', 'address'],
  records: ['person'],
  recipientTypes: ['PS', 'SP'],
  roles: ['educator', 'counsellor'],
  purposes: ['follow-up', 'safety'],
  conditions: ['no-onward', 'no-judicial-use'],
}
export const KINDS = ['address', 'date', 'free-text'] as const
export const BASES = ['fr.cpp.1', 'fr.cpp.2', 'fr.csi.3'] as const
const WORDS = ['one', 'two'] as const
/** An attribute may be absent, hold a value of the wrong type, or hold a name that no vocabulary knows. */
const ABSENT: readonly unknown[] = [undefined, null, '']
const WRONG: readonly unknown[] = [
  {},
  [],
  0,
  '10',
  true,
  1.5,
  Number.NaN,
  ['one', ''],
  [1],
  'constructor',
  '__proto__',
  '@words',
]

/** The checked maker of hostile values: the type says what an attribute may hold, and these tests say what arrives all the same. */
export const hostile = (value: unknown): AttributeValue | undefined => value as AttributeValue | undefined

const pick = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
/** A day within about three years of the middle; few enough that instants coincide. */
export const anInstant = (): fc.Arbitrary<Instant> =>
  fc.integer({ min: -36, max: 36 }).map((months) => MIDDLE + months * 30 * DAY_MS)

/** Names that an attribute may take when all is well. */
const wordsOf = (name: string): readonly string[] => {
  const from = attributeNamed(name)?.names
  return from === undefined ? WORDS : VOCABULARY[from]
}

/** A value of the attribute's own type. */
function aGoodValue(name: string, type: AttributeType): fc.Arbitrary<AttributeValue> {
  const words = wordsOf(name)
  if (type === 'boolean') return fc.boolean()
  if (type === 'integer') return fc.integer({ min: 0, max: 12 })
  return type === 'string' ? pick(words) : fc.subarray([...words])
}

/** How often attributes arrive absent or wrong, in parts of a hundred. */
export interface Mischief {
  readonly absent: number
  readonly wrong: number
}
export const SOME: Mischief = { absent: 12, wrong: 4 }
export const NONE: Mischief = { absent: 0, wrong: 0 }

function aValue(name: string, type: AttributeType, mischief: Mischief): fc.Arbitrary<AttributeValue | undefined> {
  return fc.oneof(
    { weight: 100 - mischief.absent - mischief.wrong, arbitrary: aGoodValue(name, type) },
    { weight: mischief.absent, arbitrary: pick(ABSENT).map(hostile) },
    { weight: mischief.wrong, arbitrary: pick(WRONG).map(hostile) },
  )
}

/** The attributes that random rules speak of: every type, every subject, with and without a vocabulary. */
export const SPOKEN = [
  'recipient.type',
  'recipient.role',
  'recipient.groups',
  'recipient.clinician',
  'edge.purpose',
  'edge.consents',
  'case.measureActive',
  'case.measureSections',
  'case.careTeam',
  'recipient.careTeams',
  'request.sections',
  'item.section',
  'item.term',
  'item.specialCategories',
  'item.secrecyRegime',
  'item.disputed',
] as const
const spoken = ATTRIBUTES.filter(({ name }) => SPOKEN.some((entry) => entry === name))
const WHO = SPOKEN.filter((name) => name.startsWith('recipient.') || name.startsWith('edge.'))
const WHAT = SPOKEN.filter((name) => name.startsWith('item.'))

/** Values of the named attributes, keyed by what `keyOf` makes of the name. */
function someFacts(
  isMine: (name: string) => boolean,
  keyOf: (name: string) => string,
  mischief: Mischief,
): fc.Arbitrary<Readonly<Record<string, AttributeValue | undefined>>> {
  const mine = spoken.filter(({ name }) => isMine(name))
  return fc.record(Object.fromEntries(mine.map(({ name, type }) => [keyOf(name), aValue(name, type, mischief)])))
}

export const aQuestion = (mischief: Mischief = SOME): fc.Arbitrary<Question> =>
  fc.record({
    facts: someFacts(
      (name) => !name.startsWith('item.'),
      (name) => name,
      mischief,
    ),
    milestones: fc.record({ release: fc.option(anInstant(), { nil: undefined }) }, { requiredKeys: [] }),
    at: anInstant(),
  })

const HARMLESS_MARKING: Marking = {
  classification: 'non-protege',
  handling: [],
  conditions: [],
  receivedInConfidence: false,
}

export const aMarking = (): fc.Arbitrary<Marking> =>
  fc
    .record(
      {
        classification: pick(CLASSIFICATIONS),
        handling: fc.subarray([...HANDLING_CODES]),
        tlp: pick(TLP_LABELS),
        releasableTo: fc.subarray(['one', 'two']),
        originator: pick(['one', 'two']),
        validUntil: anInstant(),
        conditions: fc.subarray([...VOCABULARY.conditions]),
        secrecyRegime: pick(['none', 'medical', 'spip', 'lawyer']),
        receivedInConfidence: fc.boolean(),
      },
      { requiredKeys: ['classification', 'handling', 'conditions', 'receivedInConfidence'] },
    )
    .map((marking): Marking => marking)

/** Ladders whose rungs are computed, each with an exact value that climbs all of them. */
export const COMPUTED_VALUES: Readonly<Record<string, unknown>> = {
  date: '2027-03-14',
  address: { street: '4 rue des Essais', postcode: '69001', commune: 'Lyon', insee: '69123', country: 'FR' },
  professional: { name: 'Ada Exemple', phone: '0100000000', role: 'educator', service: 'service-one' },
  child: { children: [{ name: 'Ana', birthDate: '2019-05-02' }], asOf: '2027-01-01' },
}
const AUTHORED_KINDS = ['free-text', 'diagnosis'] as const

/** A value whose coarser rungs the gateway computes. */
export const aComputedValue = (): fc.Arbitrary<LadderedValue> =>
  fc
    .tuple(pick(Object.keys(COMPUTED_VALUES)), pick(RUNGS))
    .map(([kind, summaryRung]) => ({ kind, exact: COMPUTED_VALUES[kind], rungs: {}, summaryRung }))

/** A value of which the sender wrote some rungs and not others; each says which it is. */
export const anAuthoredValue = (): fc.Arbitrary<LadderedValue> =>
  fc
    .record({ kind: pick(AUTHORED_KINDS), summaryRung: pick(RUNGS), supplied: fc.subarray([...RUNGS]) })
    .map(({ kind, summaryRung, supplied }) => {
      const rungs = Object.fromEntries(supplied.filter((rung) => rung !== 'g0').map((rung) => [rung, `${rung} text`]))
      return { kind, summaryRung, rungs, ...(supplied.includes('g0') ? { exact: 'g0 text' } : {}) }
    })

export const aLadderedValue = (): fc.Arbitrary<LadderedValue> => fc.oneof(aComputedValue(), anAuthoredValue())

export const anItem = (mischief: Mischief = SOME): fc.Arbitrary<LabelledItem> =>
  fc.record({
    id: fc.constant('00000000-0000-4000-8000-000000000001'),
    facts: someFacts(
      (name) => name.startsWith('item.'),
      (name) => name.slice('item.'.length),
      mischief,
    ),
    observedAt: anInstant(),
    isPast: fc.boolean(),
    marking: fc.constant(HARMLESS_MARKING),
    value: aLadderedValue(),
  })

/** A match over one of the names; sometimes by a list, sometimes by a list or an attribute that nobody declared. */
const aMatch = (names: readonly string[]): fc.Arbitrary<Match> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant({ attribute: 'item.unheardOf', values: ['one'] }) },
    {
      weight: 30,
      arbitrary: pick(names).chain((attribute) => {
        const good: readonly (string | boolean)[] =
          attributeNamed(attribute)?.type === 'boolean' ? [true, false] : wordsOf(attribute)
        const value = fc.oneof(
          { weight: 20, arbitrary: pick(good) },
          { weight: 3, arbitrary: pick<string>(['@words', '@sections']) },
          { weight: 1, arbitrary: pick<string>(['@unheard-of', '@constructor']) },
        )
        return fc.array(value, { minLength: 1, maxLength: 2 }).map((values): Match => ({ attribute, values }))
      }),
    },
  )

const anOperand = (): fc.Arbitrary<Operand> =>
  fc.oneof(
    pick<AttributeValue>([true, false, 'one', 'family', 'medical', 3, ['one', 'two'], ['family', 'health']]).map(
      (value): Operand => ({ kind: 'literal', value }),
    ),
    pick<string>(['item.section', 'recipient.careTeams', 'case.careTeam', 'item.unheardOf']).map((name): Operand => ({
      kind: 'attribute',
      name,
    })),
  )

/** Conditions that a text could hold: the operand fits the attribute. */
const A_FITTING_CONDITION: fc.Arbitrary<Condition> = fc.oneof(
  fc.boolean().map((value): Condition => ({
    attribute: 'case.measureActive',
    operator: 'is',
    operand: { kind: 'literal', value },
  })),
  fc.boolean().map((value): Condition => ({
    attribute: 'recipient.clinician',
    operator: 'is',
    operand: { kind: 'literal', value },
  })),
  pick<string>(['request.sections', 'case.measureSections']).map((attribute): Condition => ({
    attribute,
    operator: 'includes',
    operand: { kind: 'attribute', name: 'item.section' },
  })),
  fc.constant<Condition>({
    attribute: 'recipient.careTeams',
    operator: 'includes',
    operand: { kind: 'attribute', name: 'case.careTeam' },
  }),
  fc.constant<Condition>({
    attribute: 'case.careTeam',
    operator: 'in',
    operand: { kind: 'attribute', name: 'recipient.careTeams' },
  }),
  fc.constant<Condition>({
    attribute: 'item.secrecyRegime',
    operator: 'in',
    operand: { kind: 'literal', value: ['one', 'medical'] },
  }),
)

/** Any condition, sensible or not: wrong operators, operands of another type, names that nobody declared. */
const anyCondition = (): fc.Arbitrary<Condition> =>
  fc.oneof(
    { weight: 12, arbitrary: A_FITTING_CONDITION },
    {
      weight: 1,
      arbitrary: fc.record({
        attribute: pick<string>([...SPOKEN, 'case.unheardOf']),
        operator: pick(OPERATORS),
        operand: anOperand(),
      }),
    },
  )

const aReach = (): fc.Arbitrary<Reach> =>
  fc.oneof(
    pick([0, 6, 12, 24]).map((months): Reach => ({ kind: 'months', months })),
    pick(['release', 'transfer', 'constructor']).map((milestone): Reach => ({ kind: 'since', milestone })),
  )

/** A rule without its id. */
const aRuleBody = (): fc.Arbitrary<Omit<Rule, 'id'>> =>
  fc
    .record(
      {
        effect: fc.oneof(
          { weight: 3, arbitrary: fc.constant('permit' as const) },
          { weight: 1, arbitrary: fc.constant('limit' as const) },
        ),
        who: fc.array(aMatch(WHO), { maxLength: 1 }),
        what: fc.array(aMatch(WHAT), { maxLength: 1 }),
        when: fc.oneof(
          { weight: 2, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: fc.array(anyCondition(), { maxLength: 2 }) },
        ),
        upTo: pick(LEVELS),
        omission: pick(['silent', 'declared'] as const),
        conditions: fc.subarray([...VOCABULARY.conditions]),
        rungs: fc.oneof(fc.constant({}), fc.dictionary(pick(KINDS), pick(RUNGS), { maxKeys: 2 })),
        bases: fc.oneof(
          { weight: 4, arbitrary: fc.constant(['fr.cpp.1']) },
          { weight: 1, arbitrary: fc.subarray([...BASES, 'fr.unheard.of']) },
        ),
        reason: fc.constant('because'),
        reach: aReach(),
        from: anInstant(),
        until: anInstant(),
      },
      { requiredKeys: ['effect', 'who', 'what', 'when', 'upTo', 'omission', 'conditions', 'rungs', 'bases', 'reason'] },
    )
    .map(({ reach, from, until, ...rest }) => ({
      ...rest,
      ...(reach === undefined ? {} : { reach }),
      // Most rules have no dates: a rule out of force teaches little.
      ...(from === undefined || from > MIDDLE - 300 * DAY_MS ? {} : { from }),
      ...(until === undefined || until < MIDDLE + 300 * DAY_MS ? {} : { until }),
    }))

/** One rule under a name of its own. */
export const aRule = (id: string): fc.Arbitrary<Rule> => aRuleBody().map((body) => ({ id, ...body }))

const VOCABULARIES: readonly Vocabulary[] = [
  VOCABULARY,
  { ...VOCABULARY, sections: [...VOCABULARY.sections, '10'] },
  { ...VOCABULARY, roles: [], terms: [] },
]

/** A set around these rules, with one basis always valid, one that ends and one that begins. */
export const aSetOf = (rules: readonly Rule[], vocabulary: Vocabulary = VOCABULARY): PolicySet => ({
  format: POLICY_FORMAT,
  id: 'small',
  version: '1',
  title: { en: 'Small', fr: 'Petite' },
  vocabulary,
  lists: { words: ['one'], sections: ['family', 'health'] },
  groups: [],
  bases: [
    { id: 'fr.cpp.1', title: 'always' },
    { id: 'fr.cpp.2', title: 'ends', until: MIDDLE },
    { id: 'fr.csi.3', title: 'begins', from: MIDDLE },
  ],
  currentWindowMonths: { default: 3 },
  retention: [],
  statutes: [],
  rules,
})

export const aPolicySet = (): fc.Arbitrary<PolicySet> =>
  fc.tuple(fc.array(aRuleBody(), { maxLength: 8 }), pick(VOCABULARIES)).map(([bodies, vocabulary]) =>
    aSetOf(
      bodies.map((body, index) => ({ id: `rule-${index}`, ...body })),
      vocabulary,
    ),
  )

const aChoiceReach = (): fc.Arbitrary<ChoiceReach> =>
  fc.oneof(
    pick([0, 6, 12, 1200]).map((months): ChoiceReach => ({ kind: 'months', months })),
    pick(MILESTONES).map((milestone): ChoiceReach => ({ kind: 'since', milestone })),
    pick(['2025-06-01', '2027-01-01', '2029-01-01']).map((date): ChoiceReach => ({ kind: 'since-date', date })),
  )

/** Choices over the named sections, with every modifier at times. */
export const aChoice = (sections: readonly string[]): fc.Arbitrary<Choice> =>
  fc
    .record(
      {
        depth: pick(DEPTHS),
        sections: fc.dictionary(pick(sections), pick(DEPTHS), { maxKeys: 2 }),
        optOut: fc.subarray([...sections], { maxLength: 2 }),
        factsOnly: fc.boolean(),
        askMe: fc.boolean(),
        reach: aChoiceReach(),
        versions: pick(['standing', 'all'] as const),
        delayedReveal: fc.record(
          {
            meanwhile: pick(DEPTHS),
            until: pick(['2026-01-01', '2028-01-01']),
            meetings: fc.integer({ min: 1, max: 4 }),
          },
          { requiredKeys: ['meanwhile'] },
        ),
      },
      { requiredKeys: ['depth', 'sections', 'optOut', 'factsOnly', 'askMe'] },
    )
    .map(({ delayedReveal, ...rest }): Choice => {
      // A delayed reveal needs a date or a number of meetings.
      const isDelayed =
        delayedReveal !== undefined && (delayedReveal.until !== undefined || delayedReveal.meetings !== undefined)
      return isDelayed ? { ...rest, delayedReveal } : rest
    })
