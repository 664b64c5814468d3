/** Random policy sets, questions and items over a vocabulary so small that rules overlap often. */
import fc from 'fast-check'
import { ATTRIBUTES, attributeNamed } from '#policies/language/attributes.ts'
import type { AttributeType } from '#policies/language/attributes.ts'
import type { AttributeValue, LabelledItem, Marking } from '#policies/language/item.ts'
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
import { aLadderedValue } from './arbitrary-values.ts'
import { DAY_MS, MIDDLE, VOCABULARY, anInstant, pick } from './small-world.ts'

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
  'recipient.organisation',
  'recipient.clearedForDr',
  'recipient.groups',
  'recipient.clinician',
  'edge.purpose',
  'edge.sender',
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
