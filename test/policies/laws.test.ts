/** The laws of a disclosure that decide, the plan and casbin hold: 1 to 4, 12, 14 and 15 (5, 9 to 11: redaction; 6 to 8: the core). */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { decide } from '#policies/engine/decide.ts'
import { openJudge } from '#policies/engine/enforcer.ts'
import { limitOf } from '#policies/engine/marking.ts'
import { compilePlan } from '#policies/engine/plan.ts'
import { ATTRIBUTES } from '#policies/language/attributes.ts'
import type { LabelledItem } from '#policies/language/item.ts'
import { LEVELS, rankOf } from '#policies/language/level.ts'
import type { Level } from '#policies/language/level.ts'
import type { Condition, Decision, PolicySet, Question, Rule } from '#policies/language/policy.ts'
import { BASES, NONE, SOME, aPolicySet, aQuestion, aRule, aSetOf, anItem, hostile } from '#test/support/arbitraries.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import { muchOf, shownOf, withMarking, withRule } from '#test/support/shown.ts'
import { QUESTION, anItemWith, permit } from '#test/support/small-questions.ts'
import { MIDDLE, anInstant } from '#test/support/small-world.ts'

const OPEN = permit('open', {})
const RUNS = { numRuns: lawRuns(2_000) }
const anyLevel = (): fc.Arbitrary<Level> => fc.constantFrom(...LEVELS)

/** The question or the item with one attribute set to something else. */
function withFact(
  asked: { readonly question: Question; readonly item: LabelledItem },
  name: string,
  value: unknown,
): typeof asked {
  const { question, item } = asked
  if (!name.startsWith('item.'))
    return { item, question: { ...question, facts: { ...question.facts, [name]: hostile(value) } } }
  return { question, item: { ...item, facts: { ...item.facts, [name.slice('item.'.length)]: hostile(value) } } }
}

describe('law 1', () => {
  it('Law 1: default deny: an empty policy set projects nothing', () => {
    fc.assert(
      fc.property(aQuestion(), anItem(), (question, item) => {
        const sound = withMarking({ ...item, facts: {} }, item.marking)
        const decision = decide(aSetOf([]), { ...question, facts: {} }, sound)
        assert.deepEqual(
          [decision.level, decision.omission, decision.rules, decision.errors],
          ['nothing', 'silent', [], []],
        )
        assert.deepEqual(shownOf(aSetOf([]), question, item), { kind: 'withheld' })
      }),
      RUNS,
    )
  })

  const named = ATTRIBUTES.filter(({ names }) => names !== undefined)
  const STRANGERS: Readonly<Record<string, unknown>> = {
    'another name': 'unheard-of',
    'the name in capitals': 'FAMILY',
    'a list with one unknown name': ['family', 'unheard-of'],
    'the name of a built-in': 'constructor',
    'a number': 7,
    'an object': {},
    'a boolean': true,
  }
  for (const [kind, stranger] of Object.entries(STRANGERS))
    it(`Law 1: default deny: an unknown section, term, label, purpose or recipient projects nothing (${kind})`, () => {
      fc.assert(
        fc.property(aQuestion(NONE), anItem(NONE), fc.constantFrom(...named), (question, item, { name }) => {
          assert.equal(decide(aSetOf([OPEN]), question, item).level, 'full')
          const asked = withFact({ question, item }, name, stranger)
          const decision = decide(aSetOf([OPEN]), asked.question, asked.item)
          assert.deepEqual(
            [decision.level, decision.omission, decision.errors],
            ['nothing', 'silent', [`unknown-name:${name}`]],
          )
        }),
        { numRuns: lawRuns(300) },
      )
    })

  for (const [label, value] of Object.entries({ classification: 'tres-secret', handling: ['H9'], tlp: 'TLP:PURPLE' }))
    it(`Law 1: default deny: an unknown label projects nothing (marking: ${label})`, () => {
      fc.assert(
        fc.property(aQuestion(NONE), anItem(NONE), (question, item) => {
          const marked = withMarking(item, Object.assign({}, item.marking, { [label]: value }))
          assert.equal(limitOf(marked.marking, question).level, 'nothing')
          assert.equal(shownOf(aSetOf([OPEN]), question, marked).kind, 'withheld')
        }),
        { numRuns: lawRuns(20) },
      )
    })
})

describe('law 2', () => {
  it('Law 2: a limit beats a permit', () => {
    fc.assert(
      fc.property(aPolicySet(), aQuestion(), anItem(), anyLevel(), (set, question, item, upTo) => {
        const limit: Rule = { ...OPEN, id: 'limit', effect: 'limit', upTo, bases: [] }
        const { level } = decide(withRule(set, OPEN, limit), question, item)
        assert.ok(rankOf(level) <= rankOf(upTo))
      }),
      RUNS,
    )
  })

  it('Law 2: order and repetition of rules change nothing', () => {
    const aShuffle = aPolicySet().chain((set) =>
      fc.tuple(fc.constant(set), fc.shuffledSubarray([...set.rules, ...set.rules], { minLength: set.rules.length })),
    )
    fc.assert(
      fc.property(aShuffle, aQuestion(), anItem(), ([set, drawn], question, item) => {
        const missing = set.rules.filter((rule) => !drawn.includes(rule))
        const shuffled = { ...set, rules: [...drawn, ...missing] }
        const before = JSON.stringify(decide(set, question, item))
        assert.equal(JSON.stringify(decide(shuffled, question, item)), before)
        assert.equal(JSON.stringify(compilePlan(shuffled, question)(item)), before)
      }),
      RUNS,
    )
  })
})

describe('law 3', () => {
  const aGrowth = (effect: Rule['effect']): fc.Arbitrary<Rule> => aRule('added').map((rule) => ({ ...rule, effect }))

  const permitted = fc.tuple(aPolicySet(), aGrowth('permit'), aQuestion(NONE), anItem(NONE))

  it('Law 3: adding a permit that evaluates never reveals less: the level', () => {
    fc.assert(
      fc.property(permitted, ([set, added, question, item]) => {
        const after = decide(withRule(set, added), question, item)
        fc.pre(!after.errors.includes(added.id))
        assert.ok(rankOf(after.level) >= rankOf(decide(set, question, item).level))
      }),
      { numRuns: lawRuns(6_000) },
    )
  })

  it('Law 3: adding a permit that evaluates never reveals less: the rung of the value', () => {
    fc.assert(
      fc.property(permitted, ([set, added, question, item]) => {
        fc.pre(!decide(withRule(set, added), question, item).errors.includes(added.id))
        assert.ok(muchOf(shownOf(withRule(set, added), question, item)) >= muchOf(shownOf(set, question, item)))
      }),
      { numRuns: lawRuns(6_000) },
    )
  })

  it('Law 3: adding a limit never reveals more', () => {
    fc.assert(
      fc.property(aPolicySet(), aGrowth('limit'), aQuestion(), anItem(), (set, limit, question, item) => {
        const after = decide(withRule(set, limit), question, item)
        assert.ok(rankOf(after.level) <= rankOf(decide(set, question, item).level))
        assert.ok(muchOf(shownOf(withRule(set, limit), question, item)) <= muchOf(shownOf(set, question, item)))
      }),
      { numRuns: lawRuns(6_000) },
    )
  })
})

describe('law 4', () => {
  const literal = (value: unknown): Condition['operand'] => ({ kind: 'literal', value: hostile(value) ?? '' })
  const ERRORS: Readonly<Record<string, Condition>> = {
    'an unknown attribute': { attribute: 'case.unheardOf', operator: 'is', operand: literal(true) },
    'an unknown operand attribute': {
      attribute: 'item.section',
      operator: 'is',
      operand: { kind: 'attribute', name: 'item.unheardOf' },
    },
    'a list where a scalar is needed': { attribute: 'request.sections', operator: 'is', operand: literal('family') },
    'a string where an integer is needed': { attribute: 'item.section', operator: 'atLeast', operand: literal(3) },
    'an operand of another type': { attribute: 'case.measureActive', operator: 'is', operand: literal('true') },
    'a scalar where a list is needed': { attribute: 'item.section', operator: 'in', operand: literal('family') },
    'a boolean looked for in a list of names': {
      attribute: 'case.measureActive',
      operator: 'in',
      operand: literal(['true']),
    },
    'a list that should include a boolean': {
      attribute: 'request.sections',
      operator: 'includes',
      operand: literal(true),
    },
  }
  for (const [kind, condition] of Object.entries(ERRORS))
    it(`Law 4: an error denies: the item is withheld, silently, and reported (${kind})`, () => {
      fc.assert(
        fc.property(aRule('faulty'), aQuestion(NONE), anItem(NONE), (rule, question, item) => {
          const faulty: Rule = {
            ...OPEN,
            effect: rule.effect,
            upTo: rule.upTo,
            omission: 'declared',
            id: 'faulty',
            when: [...rule.when, condition],
          }
          const decision = decide(aSetOf([OPEN, faulty]), question, item)
          assert.deepEqual([decision.level, decision.omission, decision.errors], ['nothing', 'silent', ['faulty']])
          assert.equal(shownOf(aSetOf([OPEN, faulty]), question, item).kind, 'withheld')
        }),
        { numRuns: lawRuns(100) },
      )
    })

  it('Law 4: who and what are total: no value of an attribute, however wrong, makes them an error', () => {
    const hostileWeather = { absent: 40, wrong: 60 }
    const aWhenlessSet = aPolicySet().map((set) => ({
      ...set,
      rules: set.rules.map((rule) => ({ ...rule, when: [] })),
    }))
    fc.assert(
      fc.property(aWhenlessSet, aQuestion(hostileWeather), anItem(hostileWeather), (set, question, item) => {
        const { errors } = decide(set, question, item)
        assert.ok(errors.every((error) => error.startsWith('unknown-name:')))
      }),
      RUNS,
    )
  })

  const NEEDING: Readonly<Record<string, { readonly name: string; readonly rule: Partial<Rule> }>> = {
    'in who': {
      name: 'recipient.clinician',
      rule: { who: [{ attribute: 'recipient.clinician', values: [true, false] }] },
    },
    'in what': {
      name: 'item.secrecyRegime',
      rule: { what: [{ attribute: 'item.secrecyRegime', values: ['one', 'two'] }] },
    },
    'in a condition': {
      name: 'case.careTeam',
      rule: { when: [{ attribute: 'case.careTeam', operator: 'in', operand: literal(['one', 'two']) }] },
    },
    'as an operand': {
      name: 'case.careTeam',
      rule: {
        when: [{ attribute: 'recipient.role', operator: 'is', operand: { kind: 'attribute', name: 'case.careTeam' } }],
      },
    },
  }
  for (const [place, { name, rule }] of Object.entries(NEEDING))
    it(`Law 4: a missing attribute is no error and never helps: a permit that needs it does not apply, a limit that needs it does (${place})`, () => {
      fc.assert(
        fc.property(
          aQuestion(NONE),
          anItem(NONE),
          fc.constantFrom<unknown>(undefined, null, ''),
          (question, item, absent) => {
            const asked = withFact({ question, item }, name, absent)
            const permit = decide(aSetOf([{ ...OPEN, ...rule }]), asked.question, asked.item)
            assert.deepEqual([permit.level, permit.errors], ['nothing', []])
            const limit: Rule = { ...OPEN, ...rule, id: 'limit', effect: 'limit', upTo: 'existence' }
            const limited = decide(aSetOf([OPEN, limit]), asked.question, asked.item)
            assert.deepEqual([limited.level, limited.errors, limited.rules], ['existence', [], ['limit']])
          },
        ),
        { numRuns: lawRuns(100) },
      )
    })
})

describe('law 12', () => {
  const isValid = (set: PolicySet, id: string, at: number): boolean =>
    set.bases.some((basis) => basis.id === id && (basis.from ?? -Infinity) <= at && at < (basis.until ?? Infinity))

  it('Law 12: every disclosure has a legal basis that is valid at that instant, or there is none', () => {
    fc.assert(
      fc.property(aPolicySet(), aQuestion(), anItem(), (set, question, item) => {
        const decision = decide(set, question, item)
        if (decision.level === 'nothing') return assert.deepEqual(decision.bases, [])
        assert.ok(decision.bases.length > 0)
        assert.ok(decision.bases.every((id) => isValid(set, id, question.at)))
      }),
      RUNS,
    )
  })

  it('Law 12: a permit ends with the last of its legal bases and begins with the first', () => {
    fc.assert(
      fc.property(fc.subarray([...BASES]), anInstant(), aQuestion(NONE), anItem(NONE), (bases, at, question, item) => {
        const set = aSetOf([{ ...OPEN, bases }])
        const { level } = decide(set, { ...question, at }, item)
        assert.equal(level, bases.some((id) => isValid(set, id, at)) ? 'full' : 'nothing')
      }),
      RUNS,
    )
    const ending = aSetOf([{ ...OPEN, bases: ['fr.cpp.2'] }])
    const levelAt = (at: number): Level =>
      decide(ending, { facts: {}, milestones: {}, at }, fc.sample(anItem(NONE), 1)[0] ?? assert.fail()).level
    assert.deepEqual([levelAt(MIDDLE - 1), levelAt(MIDDLE)], ['full', 'nothing'])
  })

  it('Law 12: a rung that one permit alone gives passes under the conditions and the legal basis of that permit', () => {
    const summary = permit('summary', { upTo: 'summary', conditions: ['no-onward'], bases: ['fr.cpp.2'] })
    const coarse = permit('coarse', { rungs: { date: 'g3' } })
    const item = {
      ...anItemWith({}),
      value: { kind: 'date', exact: '2027-03-14', rungs: {}, summaryRung: 'g1' } as const,
    }
    const set = aSetOf([summary, coarse])
    const { conditions, bases } = decide(set, QUESTION, item)
    assert.deepEqual(shownOf(set, QUESTION, item), { kind: 'value', rung: 'g1', value: '2027-03' })
    assert.deepEqual([conditions, bases], [['no-onward'], ['fr.cpp.1', 'fr.cpp.2']])
  })
})

describe('law 14', () => {
  const reversed = <T>(facts: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    Object.fromEntries(Object.entries(facts).toReversed())

  it('Law 14: same question, same answer: inputs, policy version and instant give the same decision, byte for byte, on replay', () => {
    fc.assert(
      fc.property(aPolicySet(), aQuestion(), anItem(), (set, question, item) => {
        const decisions = [
          decide(set, question, item),
          decide(structuredClone(set), structuredClone(question), structuredClone(item)),
          decide(set, { ...question, facts: reversed(question.facts) }, { ...item, facts: reversed(item.facts) }),
          compilePlan(set, question)(item),
          compilePlan(structuredClone(set), question)(item),
        ]
        const texts = new Set(decisions.map((decision: Decision) => JSON.stringify(decision)))
        assert.equal(texts.size, 1)
      }),
      RUNS,
    )
  })
})

describe('law 15', () => {
  it("Law 15: the plan is casbin: for every question both give the same level and casbin's rule is among the plan's, or the item is withheld", async () => {
    await fc.assert(
      fc.asyncProperty(
        aPolicySet(),
        fc.array(fc.tuple(aQuestion(SOME), anItem(SOME)), { minLength: 6, maxLength: 6 }),
        async (set, asked) => {
          const judge = await openJudge(set)
          for (const [question, item] of asked) {
            const planned = compilePlan(set, question)(item)
            const judged = judge.levelOf(question, item)
            assert.equal(judged.level, planned.level)
            // Where a condition is in error the item is withheld, and casbin may have met a denying limit before it met the error.
            if (judged.failed || planned.errors.length > 0) assert.equal(planned.level, 'nothing')
            else if (judged.rule === undefined) assert.equal(planned.level, 'nothing')
            else assert.ok(planned.rules.includes(judged.rule))
          }
        },
      ),
      { numRuns: lawRuns(300) },
    )
  })
})
