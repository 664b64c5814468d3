/** Not wider: a proof that is never wrong, a question that disproves it, or no more than that nothing was found. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { cellAt } from '#policies/engine/cell.ts'
import { editOf, withCell } from '#policies/engine/cell-change.ts'
import type { CellEdit } from '#policies/engine/cell-edit.ts'
import { decide } from '#policies/engine/decide.ts'
import { randomQuestions } from '#policies/engine/random-questions.ts'
import { proveNotWider } from '#policies/engine/wider.ts'
import { disclosesMore, widerThan } from '#policies/engine/wider-search.ts'
import { parseInstant } from '#policies/language/instant.ts'
import { LEVELS, RUNGS } from '#policies/language/level.ts'
import type { PolicySet, Rule } from '#policies/language/policy.ts'
import { parsePolicy } from '#policies/language/text.ts'
import { aPolicySet, aQuestion, anItem } from '#test/support/arbitraries.ts'
import { anEdit } from '#test/support/arbitrary-edits.ts'
import { samples } from '#test/support/samples.ts'
import { MIDDLE } from '#test/support/small-world.ts'

const AT = parseInstant('2026-11-21') ?? 0
const parsed = parsePolicy(readFileSync('policies/packs/france-prison-exit.json'), 'pack')
assert.ok(parsed.ok)
const PACK = parsed.set
const given = { reason: 'Decided by the committee.', reviewAt: AT, at: AT }
const edited = (recipientType: string, section: string, changed: Partial<CellEdit>): PolicySet =>
  withCell(PACK, { ...editOf(cellAt(PACK, { recipientType, section }, AT), given), ...changed })
const REQUEST = { seed: 1, count: 400, at: AT }

/** One rule of the set changed in one of its members, dropped, doubled, or another put beside it. */
const aDraftOf = (set: PolicySet): fc.Arbitrary<PolicySet> =>
  set.rules.length === 0
    ? fc.constant(set)
    : fc
        .tuple(fc.nat(set.rules.length - 1), aPolicySet(), fc.array(aTweak, { maxLength: 2 }))
        .map(([index, other, tweaks]) => {
          const [first] = other.rules
          return {
            ...set,
            rules: set.rules.flatMap((rule, at) =>
              at === index
                ? tweaks.reduce<readonly Rule[]>((rules, tweak) => rules.flatMap((one) => tweak(one, first)), [rule])
                : [rule],
            ),
          }
        })

type Tweak = (rule: Rule, other: Rule | undefined) => readonly Rule[]
const aTweak: fc.Arbitrary<Tweak> = fc.oneof(
  fc.constantFrom(...LEVELS).map((upTo): Tweak => (rule) => [{ ...rule, upTo }]),
  fc.constantFrom(...RUNGS).map((rung): Tweak => (rule) => [{ ...rule, rungs: { ...rule.rungs, address: rung } }]),
  fc.integer({ min: 0, max: 12 }).map((months): Tweak => (rule) => [{ ...rule, reach: { kind: 'months', months } }]),
  fc.constant<Tweak>(() => []),
  fc.constant<Tweak>((rule) => [rule, { ...rule, id: `${rule.id}-again` }]),
  fc.constant<Tweak>((rule) => [{ ...rule, when: rule.when.slice(1) }]),
  fc.constant<Tweak>((rule, other) => [{ ...rule, when: [...rule.when, ...(other?.when ?? [])] }]),
  fc.constant<Tweak>((rule, other) => [{ ...rule, who: [...rule.who, ...(other?.who ?? [])] }]),
  fc.constant<Tweak>((rule) => [{ ...rule, who: rule.who.slice(1) }]),
  fc.constant<Tweak>((rule, other) => [{ ...rule, what: other?.what ?? [] }]),
  fc.constant<Tweak>((rule) => [{ ...rule, bases: rule.bases.slice(1) }]),
  fc.constant<Tweak>((rule, other) =>
    other === undefined ? [rule] : [rule, { ...other, id: 'other', effect: 'limit' }],
  ),
  fc.constant<Tweak>((rule) => [{ ...rule, bases: ['fr.cpp.1', 'fr.cpp.2', 'fr.csi.3'] }]),
  fc.constant<Tweak>((rule) => {
    const { reach: _, ...rest } = rule
    return [{ ...rest, rungs: {} }]
  }),
  fc.constant<Tweak>((rule) => [{ ...rule, from: MIDDLE }]),
  fc.constant<Tweak>((rule) => [{ ...rule, until: MIDDLE }]),
)

describe('a draft that is proved not to be wider', () => {
  it('discloses more to no question whatever', () => {
    let proved = 0
    fc.assert(
      fc.property(
        aPolicySet().chain((set) => fc.tuple(fc.constant(set), aDraftOf(set))),
        fc.array(fc.tuple(aQuestion(), anItem()), { minLength: 8, maxLength: 8 }),
        ([base, draft], asked) => {
          if (proveNotWider(base, draft).kind !== 'proved') return
          if (draft !== base) proved += 1
          const drawn = [...randomQuestions(base, { seed: 1, count: 8, at: MIDDLE })].map(
            ({ question, item }) => [question, item] as const,
          )
          for (const [question, item] of [...asked, ...drawn])
            assert.ok(!disclosesMore(decide(base, question, item), decide(draft, question, item), item))
        },
      ),
      { numRuns: samples(3000) },
    )
    assert.ok(proved > 300, `${proved} drafts were proved`)
  })

  it('is one whose cells are edited to less', () => {
    let proved = 0
    fc.assert(
      fc.property(anEdit(PACK, ['child', 'address']), (edit) => {
        const own = cellAt(PACK, edit, AT)
        const narrower = {
          ...editOf(own, given),
          level: edit.level,
          conditions: [...own.conditions, ...edit.conditions].slice(0, 3),
        }
        if (LEVELS.indexOf(narrower.level) > LEVELS.indexOf(own.level)) return
        proved += 1
        assert.deepEqual(proveNotWider(PACK, withCell(PACK, narrower)), { kind: 'proved' })
      }),
    )
    assert.ok(proved > 30)
  })

  it('is the set itself, also with its rules in another order', () => {
    assert.deepEqual(widerThan(PACK, { ...PACK, version: '2', rules: PACK.rules.toReversed() }, REQUEST), {
      kind: 'proved',
    })
  })
})

describe('a draft without proof', () => {
  it('is disproved by a question where a cell is edited to more', () => {
    const draft = edited('PS', 'family', { level: 'full' })
    const found = widerThan(PACK, draft, REQUEST)
    assert.equal(found.kind, 'counter-example')
    assert.ok(found.kind === 'counter-example')
    assert.equal(found.question.facts['recipient.type'], 'PS')
    assert.equal(found.item.facts['section'], 'family')
    assert.equal(found.after.level, 'full')
    assert.deepEqual(widerThan(PACK, draft, REQUEST), found)
  })

  it('is disproved where a rung becomes finer, and where a limit goes', () => {
    const finer = { ...PACK, rules: PACK.rules.map((rule) => (rule.id === 'ps.17' ? { ...rule, rungs: {} } : rule)) }
    assert.equal(widerThan(PACK, finer, REQUEST).kind, 'counter-example')
    const looser = { ...PACK, rules: PACK.rules.filter(({ id }) => id !== 'limit.minor-support') }
    assert.deepEqual(proveNotWider(PACK, looser), {
      kind: 'not-proved',
      because: 'limit',
      rules: ['limit.minor-support'],
    })
    assert.equal(widerThan(PACK, looser, { ...REQUEST, count: 3000 }).kind, 'counter-example')
  })

  it('is never said to be proved where nothing was found', () => {
    const split = PACK.rules.flatMap((rule) =>
      rule.id === 'ps.17'
        ? [
            { ...rule, id: 'a', what: [...rule.what, { attribute: 'item.disputed', values: [true, false] }] },
            { ...rule, id: 'b', upTo: 'current' as const },
          ]
        : [rule],
    )
    assert.equal(widerThan(PACK, { ...PACK, rules: split }, REQUEST).kind, 'proved')
    const until = AT + 1_000_000 * 86_400_000
    const bounded = PACK.rules.map((rule) => (rule.id === 'ps.17' ? { ...rule, until } : rule))
    assert.deepEqual(widerThan({ ...PACK, rules: bounded }, PACK, REQUEST), { kind: 'not-found', asked: 400 })
  })

  it('is not proved where names differ, or where an error would no longer withhold', () => {
    assert.deepEqual(proveNotWider(PACK, { ...PACK, lists: {} }), {
      kind: 'not-proved',
      because: 'names-differ',
      rules: [],
    })
    const without = { ...PACK, rules: PACK.rules.filter(({ id }) => id !== 'sn.1') }
    assert.deepEqual(proveNotWider(PACK, without), { kind: 'not-proved', because: 'error', rules: ['sn.1'] })
    const permits = proveNotWider(PACK, edited('PS', 'family', { level: 'full' }))
    assert.deepEqual(permits, { kind: 'not-proved', because: 'permit', rules: ['cell.PS.family'] })
  })
})
