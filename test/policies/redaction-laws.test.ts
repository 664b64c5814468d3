/** The laws of a disclosure that redaction and markings hold: 5, 9, 10, and the engine's half of 11. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { ceilingOf } from '#policies/engine/ceiling.ts'
import { decide } from '#policies/engine/decide.ts'
import { valueAt } from '#policies/engine/ladders.ts'
import { combine, limitOf } from '#policies/engine/marking.ts'
import { compilePlan } from '#policies/engine/plan.ts'
import { redactValue } from '#policies/engine/redact.ts'
import type { Redacted } from '#policies/engine/redact.ts'
import type { LabelledItem, LadderedValue, Marking } from '#policies/language/item.ts'
import { LEVELS, RUNGS, coarser, rankOf } from '#policies/language/level.ts'
import type { Level, Rung } from '#policies/language/level.ts'
import { aPolicySet, aQuestion, anItem } from '#test/support/arbitraries.ts'
import {
  COMPUTED_VALUES,
  aComputedValue,
  aLadderedValue,
  aMarking,
  anAuthoredValue,
} from '#test/support/arbitrary-values.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import { withMarking, withRule } from '#test/support/shown.ts'
import { permit } from '#test/support/small-questions.ts'

const OPEN = permit('open', {})
const RUNS = { numRuns: lawRuns(2_000) }
const anyLevel = (): fc.Arbitrary<Level> => fc.constantFrom(...LEVELS)

describe('law 5', () => {
  const someRungs = fc.dictionary(fc.constantFrom('address', 'date', 'free-text', 'child'), fc.constantFrom(...RUNGS))

  it('Law 5: within the ceiling: what is shown of a value is never finer than its level and its rungs name', () => {
    fc.assert(
      fc.property(aLadderedValue(), anyLevel(), someRungs, (value, level, rungs) => {
        const shown = redactValue(value, level, rungs)
        if (level === 'nothing') assert.equal(shown.kind, 'withheld')
        if (level === 'existence') assert.equal(shown.kind, 'existence')
        if (shown.kind !== 'value') return
        assert.ok(rankOf(level) >= rankOf('summary'))
        assert.ok(shown.rung >= coarser(level === 'summary' ? value.summaryRung : 'g0', rungs[value.kind] ?? 'g0'))
      }),
      RUNS,
    )
  })

  it('Law 5: within the ceiling: a finer rung lowers nothing into view: the exact text is not in what a coarser rung shows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(COMPUTED_VALUES)),
        fc.constantFrom<Rung>('g1', 'g2', 'g3', 'g4'),
        (kind, rung) => {
          const shown = JSON.stringify(
            redactValue({ kind, exact: COMPUTED_VALUES[kind], rungs: {}, summaryRung: 'g0' }, 'full', { [kind]: rung }),
          )
          for (const exactOnly of ['4 rue des Essais', '69001', '0100000000', 'Ana', '2019-05-02', '2027-03-14'])
            assert.ok(!shown.includes(exactOnly))
        },
      ),
      { numRuns: lawRuns(100) },
    )
  })

  it('Law 5: a field that the vocabulary does not know, were it ever to reach redaction, would not pass', () => {
    const marker = 'a text that nobody classified'
    const aStranger = fc.constantFrom('note', 'Street', 'constructor', '__proto__x', 'children2')
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(COMPUTED_VALUES)),
        aStranger,
        anyLevel(),
        fc.constantFrom(...RUNGS),
        (kind, name, level, rung) => {
          const exact = COMPUTED_VALUES[kind]
          fc.pre(typeof exact === 'object')
          const value: LadderedValue = {
            kind,
            exact: Object.assign({}, exact, { [name]: marker }),
            rungs: {},
            summaryRung: rung,
          }
          assert.ok(!JSON.stringify(redactValue(value, level, { [kind]: rung })).includes(marker))
        },
      ),
      { numRuns: lawRuns(300) },
    )
    for (const kind of ['unheard-of', 'constructor', '__proto__', ''])
      assert.deepEqual(redactValue({ kind, exact: marker, rungs: { g1: marker }, summaryRung: 'g0' }, 'full', {}), {
        kind: 'existence',
      })
  })

  it('Law 5: within the ceiling: a past version passes where the ceiling is full, and otherwise not at all', () => {
    fc.assert(
      fc.property(aPolicySet(), aQuestion(), anItem(), (set, question, item) => {
        const decision = decide(set, question, { ...item, isPast: true })
        const { level } = ceilingOf(decision, { ...item, isPast: true }, question)
        assert.equal(level, decision.level === 'full' ? 'full' : 'nothing')
      }),
      RUNS,
    )
  })
})

/** What was shown, as a value of its own: only that rung is left of it. */
const asValue = (of: LadderedValue, rung: Rung, value: unknown): LadderedValue => ({
  kind: of.kind,
  summaryRung: of.summaryRung,
  ...(rung === 'g0' ? { exact: value, rungs: {} } : { rungs: { [rung]: value } }),
})

describe('law 9', () => {
  it('Law 9: redaction is idempotent', () => {
    fc.assert(
      fc.property(
        aLadderedValue(),
        anyLevel(),
        fc.dictionary(fc.constantFrom('address', 'free-text'), fc.constantFrom(...RUNGS)),
        (value, level, rungs) => {
          const once = redactValue(value, level, rungs)
          if (once.kind === 'value')
            assert.deepEqual(redactValue(asValue(value, once.rung, once.value), level, rungs), once)
        },
      ),
      RUNS,
    )
  })

  it('Law 9: generalising a computed rung to a, then b, is generalising to the lower of the two', () => {
    fc.assert(
      fc.property(aComputedValue(), fc.constantFrom(...RUNGS), fc.constantFrom(...RUNGS), (value, a, b) => {
        const first = valueAt(value, a)
        const then = first === undefined ? undefined : valueAt(asValue(value, first.rung, first.value), b)
        assert.deepEqual(then, valueAt(value, coarser(a, b)))
      }),
      RUNS,
    )
  })

  it('Law 9: an authored rung is chosen, never derived', () => {
    fc.assert(
      fc.property(anAuthoredValue(), fc.constantFrom(...RUNGS), (value, rung) => {
        const found = valueAt(value, rung)
        const supplied: Readonly<Partial<Record<Rung, unknown>>> = {
          ...value.rungs,
          ...(value.exact === undefined ? {} : { g0: value.exact }),
        }
        if (found !== undefined) assert.deepEqual(found.value, supplied[found.rung])
        const coarserOnes = RUNGS.filter((entry) => entry >= rung && entry !== 'g4' && supplied[entry] !== undefined)
        assert.equal(found?.rung, coarserOnes[0])
      }),
      RUNS,
    )
  })
})

/** `no-onward` says all that `no-onward-outside-organisation` says, and more (TLP:AMBER+STRICT against TLP:AMBER). */
const isKept = (name: string, among: readonly string[]): boolean =>
  among.includes(name) || (name === 'no-onward-outside-organisation' && among.includes('no-onward'))

describe('law 10', () => {
  it('Law 10: markings never loosen on the way through: no policy lifts an item above its marking', () => {
    fc.assert(
      fc.property(aPolicySet(), aQuestion(), anItem(), aMarking(), (set, question, item, marking) => {
        const marked = withMarking(item, marking)
        const limit = limitOf(marking, question)
        const ceiling = ceilingOf(decide(withRule(set, OPEN), question, marked), marked, question)
        assert.ok(rankOf(ceiling.level) <= rankOf(limit.level))
        if (ceiling.level !== 'nothing')
          assert.deepEqual(
            limit.conditions.filter((name) => !ceiling.conditions.includes(name)),
            [],
          )
      }),
      RUNS,
    )
  })

  it('Law 10: markings never loosen on the way through: two put together are at least as strict as each', () => {
    fc.assert(
      fc.property(aMarking(), aMarking(), aQuestion(), (a, b, question) => {
        const [together, one, other] = [limitOf(combine(a, b), question), limitOf(a, question), limitOf(b, question)]
        assert.ok(rankOf(together.level) <= Math.min(rankOf(one.level), rankOf(other.level)))
        if (together.level !== 'nothing')
          assert.deepEqual(
            [...one.conditions, ...other.conditions].filter((name) => !isKept(name, together.conditions)),
            [],
          )
      }),
      RUNS,
    )
  })

  it('Law 10: markings put together do not depend on order, grouping or repetition', () => {
    fc.assert(
      fc.property(aMarking(), aMarking(), aMarking(), aQuestion(), (a, b, c, question) => {
        const of = (marking: Marking): unknown => limitOf(marking, question)
        assert.deepEqual(of(combine(a, b)), of(combine(b, a)))
        assert.deepEqual(of(combine(combine(a, b), c)), of(combine(a, combine(b, c))))
        assert.deepEqual(of(combine(a, a)), of(a))
      }),
      RUNS,
    )
  })

  it('Law 10: an omission is declared only where every rule and marking that fixed the level declares it', () => {
    fc.assert(
      fc.property(aPolicySet(), aQuestion(), anItem(), aMarking(), (set, question, item, marking) => {
        const marked = withMarking(item, marking)
        const decision = decide(set, question, marked)
        const limit = limitOf(marking, question)
        const ceiling = ceilingOf(decision, marked, question)
        if (ceiling.omission !== 'declared') return
        if (rankOf(decision.level) <= rankOf(limit.level) && ceiling.level === decision.level)
          assert.equal(decision.omission, 'declared')
        if (limit.level !== 'full' && rankOf(limit.level) <= rankOf(decision.level) && ceiling.level === limit.level)
          assert.equal(limit.omission, 'declared')
      }),
      RUNS,
    )
  })
})

describe('law 11', () => {
  it('Law 11: nothing leaks from what is silent: what is shown of the other items does not depend on a withheld one', () => {
    fc.assert(
      fc.property(
        aPolicySet(),
        aQuestion(),
        fc.array(anItem(), { maxLength: 4 }),
        fc.array(anItem(), { maxLength: 3 }),
        (set, question, items, more) => {
          const plan = compilePlan(set, question)
          const shown = (all: readonly LabelledItem[]): readonly Redacted[] =>
            all
              .map((item) => ({ item, ceiling: ceilingOf(plan(item), item, question) }))
              .map(({ item, ceiling }) => redactValue(item.value, ceiling.level, ceiling.rungs))
              .filter(({ kind }) => kind !== 'withheld')
          const silent = more.filter((item) => ceilingOf(plan(item), item, question).level === 'nothing')
          assert.deepEqual(shown([...silent, ...items]), shown(items))
        },
      ),
      RUNS,
    )
  })

  it('Law 11: nothing leaks from what is silent: a value is never read by policy, and a withheld one gives one constant answer', () => {
    fc.assert(
      fc.property(aPolicySet(), aQuestion(), anItem(), aLadderedValue(), (set, question, item, value) => {
        // The kind and the rung of a summary are the term's, which policy may read; what stands on the rungs is not.
        const { kind, summaryRung } = item.value
        const other = { ...item, value: { ...value, kind, summaryRung } }
        assert.equal(JSON.stringify(decide(set, question, other)), JSON.stringify(decide(set, question, item)))
        assert.deepEqual(redactValue(value, 'nothing', {}), redactValue(item.value, 'nothing', {}))
        assert.deepEqual(redactValue(value, 'existence', {}), redactValue(item.value, 'existence', {}))
      }),
      RUNS,
    )
  })
})
