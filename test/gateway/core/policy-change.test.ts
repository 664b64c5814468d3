/** Changes of policy: their states, what exactly is approved, edits as patches, and what differs between two judgements. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { parsePolicy } from '#policies/language/text.ts'
import type { PolicySet, Rule } from '#policies/language/policy.ts'
import { addedCells, cellsOfChanges, sectionChanges } from '#gateway/core/effect-counts.ts'
import { approvedPart, changeHash, isUndoable, lapsesAt, nextVersion } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { applyEdits, patched, patchOf } from '#gateway/core/policy-change-edits.ts'
import { approvalOf, CHANGE_ACTS, CHANGE_STATES, OPEN_STATES, stateAfter } from '#gateway/core/policy-change-states.ts'
import type { ChangeState } from '#gateway/core/policy-change-states.ts'
import { touchOf } from '#gateway/core/policy-touch.ts'
import { instantIn, shownIn } from '#gateway/core/zoned-time.ts'
import { FRANCE_TEXT } from '#test/support/policy-changes.ts'
import { aChange } from '#test/contract/change-tables.contract.ts'

const parsed = parsePolicy(FRANCE_TEXT, 'test')
const SET: PolicySet = parsed.ok ? parsed.set : assert.fail('the pack does not read')

const anyAct = fc.constantFrom(...CHANGE_ACTS)
const APPROVALS = ['approve', 'schedule', 'observe'] as const

/** The states through which those acts lead, those that may not be done left out. */
function walk(acts: readonly (typeof CHANGE_ACTS)[number][]): readonly ChangeState[] {
  const states: ChangeState[] = ['draft']
  for (const act of acts) {
    const next = stateAfter(states.at(-1) ?? 'draft', act)
    if (next !== undefined) states.push(next)
  }
  return states
}

describe('the states of a change of policy', () => {
  it('nothing comes into force that was not approved since it was last written', () =>
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 30 }), (acts) => {
        let isApproved = false
        let state: ChangeState = 'draft'
        for (const act of acts) {
          const next = stateAfter(state, act)
          if (next === undefined) continue
          if (next === 'in-force') assert.ok(isApproved)
          if (APPROVALS.some((approval) => approval === act)) {
            assert.equal(state, 'submitted')
            isApproved = true
          }
          if (['edit', 'submit', 'rebase', 'send-back'].includes(act)) isApproved = false
          state = next
        }
      }),
      { numRuns: 2000 },
    ))

  it('what was withdrawn stays so, and what is in force is undone or nothing', () =>
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 30 }), (acts) => {
        const states = walk(acts)
        const at = states.indexOf('withdrawn')
        if (at >= 0) assert.equal(at, states.length - 1)
        const began = states.indexOf('in-force')
        if (began >= 0) assert.ok(states.slice(began + 1).every((state) => state === 'withdrawn'))
      }),
    ))

  it('every state is reached, and an approval fits its start', () => {
    const reached = new Set<ChangeState>(['draft'])
    for (const state of CHANGE_STATES) for (const act of CHANGE_ACTS) reached.add(stateAfter(state, act) ?? 'draft')
    assert.deepEqual([...reached].toSorted(), [...CHANGE_STATES].toSorted())
    assert.deepEqual(
      [approvalOf({ kind: 'now' }), approvalOf({ kind: 'at', at: 1 }), approvalOf({ kind: 'observe', days: 1 })],
      ['approve', 'schedule', 'observe'],
    )
    for (const state of OPEN_STATES) assert.equal(stateAfter(state, 'overtake'), 'overtaken')
  })
})

const text = fc.string({ maxLength: 8 })
const anEdit = fc.record({
  recipientType: text,
  section: text,
  was: fc.record({ en: text, fr: text }),
  is: fc.record({ en: text, fr: text }),
  reason: text,
  by: text,
  at: fc.nat(),
  patch: fc.constant({ before: [], after: [] }),
})
const parts: { readonly [Name in keyof PolicyChange]?: fc.Arbitrary<PolicyChange[Name]> } = {
  id: text,
  kind: fc.constantFrom('edits', 'return'),
  title: text,
  authors: fc.array(text),
  base: text,
  result: text,
  edits: fc.array(anEdit, { maxLength: 3 }),
  returnsTo: text,
  withheldFrom: fc.record({ organisation: text }),
  start: fc.oneof(fc.constant({ kind: 'now' as const }), fc.record({ kind: fc.constant('at' as const), at: fc.nat() })),
  submissions: fc.nat(),
}

describe('the hash of a change', () => {
  it('is another one for every change of what is approved, and the same for the rest', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(parts)).chain((name) => {
          const part = parts[name as keyof PolicyChange] as fc.Arbitrary<unknown>
          return fc.tuple(fc.constant(name), part, part)
        }),
        ([name, one, other]) => {
          const [a, b] = [
            aChange({ id: 'c', result: 'r', [name]: one }),
            aChange({ id: 'c', result: 'r', [name]: other }),
          ]
          const isSame = JSON.stringify(approvedPart(a)) === JSON.stringify(approvedPart(b))
          assert.equal(changeHash(a) === changeHash(b), isSame)
        },
      ),
      { numRuns: 500 },
    ))

  it('does not hang on state, revision or dates', () => {
    const change = aChange({ id: 'c' })
    const later: PolicyChange = { ...change, revision: 9, state: 'approved', changedAt: 7, approvedAt: 8, startedAt: 9 }
    assert.equal(changeHash(later), changeHash(change))
  })
})

describe('the times of a change', () => {
  it('lapse after fourteen days, those of a date after it, and of an observation after its end', () => {
    const day = 86_400_000
    assert.equal(lapsesAt(aChange()), undefined)
    assert.equal(lapsesAt(aChange({ state: 'submitted', submittedAt: day })), 15 * day)
    assert.equal(lapsesAt(aChange({ state: 'approved', approvedAt: day })), 15 * day)
    assert.equal(
      lapsesAt(aChange({ state: 'approved', approvedAt: day, start: { kind: 'observe', days: 3 } })),
      18 * day,
    )
    assert.equal(lapsesAt(aChange({ state: 'scheduled', start: { kind: 'at', at: day } })), 15 * day)
  })

  it('may be undone for a quarter of an hour, an emergency never', () => {
    const started = aChange({ state: 'in-force', startedAt: 0 })
    assert.deepEqual([isUndoable(started, 899_999), isUndoable(started, 900_000)], [true, false])
    assert.equal(isUndoable({ ...started, kind: 'emergency' }, 1), false)
    assert.equal(isUndoable(aChange(), 1), false)
  })

  it('the next version raises the last number, or adds one', () =>
    assert.deepEqual(['1.0.9', 'v', '2026-11', '1.99999999999999999999'].map(nextVersion), [
      '1.0.10',
      'v.1',
      '2026-12',
      '1.100000000000000000000',
    ]))

  it('a day and an hour of a zone are an instant, in summer and in winter', () => {
    assert.equal(instantIn('Europe/Paris', '2027-01-10', '09:00'), Date.parse('2027-01-10T08:00:00Z'))
    assert.equal(instantIn('Europe/Paris', '2027-07-10', '09:00'), Date.parse('2027-07-10T07:00:00Z'))
    assert.equal(instantIn('UTC', '2027-02-30', '09:00'), undefined)
    assert.equal(instantIn('UTC', 'tomorrow', '09:00'), undefined)
    assert.equal(instantIn('UTC', '2027-02-03', '9'), undefined)
    const shown = { day: '2027-07-10', hour: '09:00' }
    assert.deepEqual(shownIn('Europe/Paris', Date.parse('2027-07-10T07:00:00Z')), shown)
  })
})

/** Some rules of the set taken out, changed, and put in. */
const anyOther = fc
  .record({
    out: fc.uniqueArray(fc.nat(SET.rules.length - 1), { maxLength: 4 }),
    changed: fc.uniqueArray(fc.nat(SET.rules.length - 1), { maxLength: 4 }),
    added: fc.nat(3),
  })
  .map(({ out, changed, added }): PolicySet => {
    const kept = SET.rules.flatMap((rule, index) =>
      out.includes(index) ? [] : [changed.includes(index) ? { ...rule, reason: `${rule.reason} Again.` } : rule],
    )
    const [first] = SET.rules
    const more = Array.from({ length: added }, (_, index): Rule => ({
      ...(first ?? assert.fail()),
      id: `new.${index}`,
    }))
    return { ...SET, rules: [...kept, ...more] }
  })

describe('edits of a change', () => {
  it('a patch turns the one set into the other, and the other way round undoes it', () =>
    fc.assert(
      fc.property(anyOther, (other) => {
        const there = patched(SET, patchOf(SET, other))
        assert.deepEqual(byId(there), byId(other))
        assert.deepEqual(byId(patched(there ?? SET, patchOf(other, SET))), byId(SET))
      }),
      { numRuns: 50 },
    ))

  it('does not fit where a rule that it takes out is another one now, or a name that it puts in is taken', () => {
    const [first = assert.fail(), ...rest] = SET.rules
    const patch = { before: [first], after: [] }
    assert.equal(patched({ ...SET, rules: rest }, patch), undefined)
    assert.equal(patched({ ...SET, rules: [{ ...first, reason: 'x' }, ...rest] }, patch), undefined)
    assert.equal(patched(SET, { before: [], after: [first] }), undefined)
    const edit = { recipientType: 'PS', section: 'family', was: { en: '', fr: '' }, is: { en: '', fr: '' } }
    const applied = applyEdits({ ...SET, rules: rest }, [{ ...edit, reason: '', by: '', at: 0, patch }], '2')
    assert.ok(!applied.ok && applied.edit.section === 'family')
  })

  it('touch those that the rules name, all where one names nobody, and all where more than rules differ', () => {
    const rule = (who: Rule['who']): Rule => ({ ...(SET.rules[0] ?? assert.fail()), id: 'x', who, what: [] })
    const named = touchOf(SET, {
      ...SET,
      rules: [...SET.rules, rule([{ attribute: 'recipient.type', values: ['PS'] }])],
    })
    assert.deepEqual([named.isType('PS'), named.isType('PM'), named.isSection('family')], [true, false, true])
    assert.equal(touchOf(SET, { ...SET, rules: [...SET.rules, rule([])] }).isType('PM'), true)
    assert.equal(touchOf(SET, { ...SET, title: { en: 'x', fr: 'x' } }).isType('PM'), true)
  })
})

const byId = (set: PolicySet | undefined): readonly Rule[] =>
  (set?.rules ?? []).toSorted((a, b) => (a.id < b.id ? -1 : 1))

describe('what differs between two judgements', () => {
  const item = (section: string, before: 'full' | 'nothing', after: 'full' | 'nothing') => ({
    section,
    before: { level: before, rungs: {} },
    after: { level: after, rungs: {} },
  })

  it('is said by section, more before less, and adds up', () => {
    const changes = sectionChanges([
      item('a', 'full', 'nothing'),
      item('a', 'nothing', 'full'),
      item('b', 'full', 'full'),
      item('c', 'full', 'nothing'),
    ])
    assert.deepEqual(
      changes.map(({ section, direction }) => [section, direction]),
      [
        ['a', 'more'],
        ['c', 'less'],
      ],
    )
    const cells = cellsOfChanges('PS', changes)
    assert.deepEqual(addedCells(cells, cells), [
      { recipientType: 'PS', section: 'a', gains: 2, losses: 0 },
      { recipientType: 'PS', section: 'c', gains: 0, losses: 2 },
    ])
  })
})
