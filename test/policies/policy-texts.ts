/** Policy texts and random policy sets for the tests of the language: a small valid text, and an arbitrary that parses. */
import fc from 'fast-check'
import { LEVELS, RUNGS } from '#policies/language/level.ts'
import { POLICY_FORMAT } from '#policies/language/policy.ts'
import type { Condition, LegalBasis, Match, PolicySet, Rule, Statute } from '#policies/language/policy.ts'

export type Loose = Record<string, unknown>

/** A policy text as loose JSON, small and valid; a test changes what it is about. */
export const aText = (changed: Loose = {}): Loose => ({
  format: POLICY_FORMAT,
  id: 'small',
  version: '1',
  title: { en: 'Small', fr: 'Petit' },
  vocabulary: vocabularyWith({}),
  lists: { civil: ['PS'] },
  groups: [{ id: 'all', members: ['pairs'] }],
  bases: [{ id: 'fr.law', title: 'A law' }],
  currentWindowMonths: { default: 3 },
  retention: [],
  statutes: [],
  rules: [aRule()],
  ...changed,
})

export const vocabularyWith = (changed: Loose): Loose => ({
  sections: ['family', 'health'],
  terms: [],
  records: [],
  recipientTypes: ['PS', 'SN'],
  roles: [],
  purposes: [],
  conditions: ['no-onward'],
  ...changed,
})

export const aRule = (changed: Loose = {}): Loose => ({
  id: 'ps.1',
  effect: 'permit',
  who: { 'recipient.type': ['PS'] },
  what: { 'item.section': ['family'] },
  upTo: 'summary',
  bases: ['fr.law'],
  reason: 'For support.',
  ...changed,
})

/** A record with the usual prototype, as the reader makes it. */
const plain = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true })

const aName = fc
  .oneof(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }), fc.stringMatching(/^[a-z]{1,9}(-[a-z]{1,9})?$/))
  .map((name) => name.normalize('NFC'))
  .filter((name) => /^[^\s@\p{C}\p{Z}](.*[^\s\p{C}\p{Z}])?$/u.test(name) && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name))
const aKey = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/)
const anId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,12}$/)
const names = (minLength: number): fc.Arbitrary<string[]> => fc.uniqueArray(aName, { minLength, maxLength: 4 })
const anInstant = fc.oneof(
  fc.integer({ min: -700_000, max: 2_900_000 }).map((day) => day * 86_400_000),
  fc.integer({ min: 0, max: 4_102_444_800_000 }),
)
const aSpan = fc
  .record({ from: anInstant, until: anInstant }, { requiredKeys: [], noNullPrototype: true })

  .filter(({ from, until }) => from === undefined || until === undefined || from < until)

const aVocabulary = plain({
  sections: names(1),
  terms: names(0),
  records: names(0),
  recipientTypes: names(1),
  roles: names(0),
  purposes: names(0),
  conditions: names(1),
})

const aBasis = fc
  .tuple(plain({ id: anId, title: aName }), aSpan)
  .map(([basis, span]): LegalBasis => ({ ...basis, ...span }))

/** A policy set that keeps every rule of the language, with all kinds of rules, conditions and statutes. */
export const aPolicySet = (): fc.Arbitrary<PolicySet> =>
  plain({
    vocabulary: aVocabulary,
    bases: fc.uniqueArray(aBasis, { minLength: 1, maxLength: 3, selector: ({ id }) => id }),
  }).chain(({ vocabulary, bases }) => restOf(vocabulary, bases))

function restOf(vocabulary: PolicySet['vocabulary'], bases: readonly LegalBasis[]): fc.Arbitrary<PolicySet> {
  const lists = fc.dictionary(
    aKey.filter((key) => key !== 'constructor' && key !== 'prototype'),
    fc.uniqueArray(fc.constantFrom(...vocabulary.recipientTypes), { minLength: 1 }),
    { maxKeys: 2, noNullPrototype: true },
  )
  return lists.chain((named) =>
    plain({
      format: fc.constant(POLICY_FORMAT),
      id: anId,
      version: anId,
      title: plain({ en: aName, fr: aName }),
      vocabulary: fc.constant(vocabulary),
      lists: fc.constant(named),
      groups: fc.uniqueArray(plain({ id: anId, members: names(0) }), { maxLength: 2, selector: ({ id }) => id }),
      bases: fc.constant(bases),
      currentWindowMonths: plain({ default: fc.nat(1200) }),
      retention: fc.uniqueArray(aPreset, { maxLength: 2, selector: ({ id }) => id }),
      statutes: fc.uniqueArray(aStatute(vocabulary, bases), { maxLength: 3, selector: ({ id }) => id }),
      rules: fc.uniqueArray(aRuleOf(vocabulary, bases, Object.keys(named)), { maxLength: 6, selector: ({ id }) => id }),
    }),
  )
}

const aPreset = plain({
  id: anId,
  activeMonths: fc.nat(1200),
  restrictedMonths: fc.nat(1200),
  since: aKey.filter((key) => key !== 'constructor' && key !== 'prototype'),
  source: aName,
})

function aStatute(vocabulary: PolicySet['vocabulary'], bases: readonly LegalBasis[]): fc.Arbitrary<Statute> {
  const basis = fc.constantFrom(...bases.map(({ id }) => id))
  const recipientType = fc.constantFrom(...vocabulary.recipientTypes)
  return fc.oneof(
    plain({
      kind: fc.constant('mandatory' as const),
      id: anId,
      basis,
      recipientType,
      section: fc.constantFrom(...vocabulary.sections),
      atLeast: fc.constantFrom(...LEVELS),
    }),
    plain({ kind: fc.constant('pull-only' as const), id: anId, basis, recipientType, never: names(0) }),
    plain({
      kind: fc.constant('regime-switch' as const),
      id: anId,
      basis,
      recipientTypes: fc.uniqueArray(recipientType),
      conditions: fc.uniqueArray(fc.constantFrom(...vocabulary.conditions)),
    }),
  )
}

function aRuleOf(
  vocabulary: PolicySet['vocabulary'],
  bases: readonly LegalBasis[],
  lists: readonly string[],
): fc.Arbitrary<Rule> {
  const fixed = plain({
    id: anId,
    effect: fc.constantFrom('permit' as const, 'limit' as const),
    who: fc.constantFrom<Match[][]>([], [aWho(vocabulary, lists)]),
    what: fc.constantFrom<Match[][]>([], [{ attribute: 'item.section', values: [vocabulary.sections[0] ?? ''] }]),
    when: fc.uniqueArray(aCondition(vocabulary), { maxLength: 2 }),
    upTo: fc.constantFrom(...LEVELS),
    omission: fc.constantFrom('silent' as const, 'declared' as const),
    conditions: fc.subarray([...vocabulary.conditions]),
    rungs: fc.dictionary(fc.constantFrom('birth-date', 'address'), fc.constantFrom(...RUNGS), {
      noNullPrototype: true,
    }),
    bases: fc.subarray(
      bases.map(({ id }) => id),
      { minLength: 1 },
    ),
    reason: aName,
  })
  const reach = fc.oneof(
    fc.constant({}),
    plain({ reach: plain({ kind: fc.constant('months' as const), months: fc.nat(1200) }) }),
    plain({ reach: plain({ kind: fc.constant('since' as const), milestone: fc.constantFrom('release') }) }),
  )
  return fc.tuple(fixed, reach, aSpan).map(([rule, past, span]) => ({ ...rule, ...past, ...span }))
}

const aWho = (vocabulary: PolicySet['vocabulary'], lists: readonly string[]): Match => ({
  attribute: 'recipient.type',
  values: lists[0] === undefined ? vocabulary.recipientTypes : [`@${lists[0]}`],
})

const aCondition = (vocabulary: PolicySet['vocabulary']): fc.Arbitrary<Condition> =>
  fc.constantFrom<Condition>(
    { attribute: 'case.minor', operator: 'is', operand: { kind: 'literal', value: true } },
    { attribute: 'edge.regime', operator: 'in', operand: { kind: 'literal', value: ['LED', 'GDPR'] } },
    { attribute: 'request.sections', operator: 'includes', operand: { kind: 'attribute', name: 'item.section' } },
    {
      attribute: 'case.measureSections',
      operator: 'includes',
      operand: { kind: 'literal', value: vocabulary.sections[0] ?? '' },
    },
    { attribute: 'recipient.organisation', operator: 'is', operand: { kind: 'attribute', name: 'edge.sender' } },
  )
