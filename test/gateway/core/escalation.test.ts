/** Escalation of what nobody answers: working hours, and which steps are told when; as laws. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { ESCALATION, afterWorkingHours, furthest, stepsDue } from '#gateway/core/escalation.ts'
import type { EscalationStep, Unanswered } from '#gateway/core/escalation.ts'

const HOUR_MS = 3_600_000
const at = (text: string): number => Date.parse(text)
const instants = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') })

describe('working hours', () => {
  it('pass over Saturday and Sunday', () => {
    const [friday, saturday, monday] = ['2026-11-20T15:00:00Z', '2026-11-21T15:00:00Z', '2026-11-23T00:00:00Z'].map(at)
    assert.equal(afterWorkingHours(friday ?? 0, 24), at('2026-11-23T15:00:00Z'))
    assert.equal(afterWorkingHours(saturday ?? 0, 24), at('2026-11-24T00:00:00Z'))
    assert.equal(afterWorkingHours(monday ?? 0, 24), at('2026-11-24T00:00:00Z'))
    assert.equal(afterWorkingHours(saturday ?? 0, 0), saturday)
  })

  it('Law: are as many as a clock counts that stands still at the weekend', () => {
    const counted = (from: number, to: number): number => {
      let hours = 0
      for (let hour = from; hour < to; hour += HOUR_MS) if (![0, 6].includes(new Date(hour).getUTCDay())) hours += 1
      return hours
    }
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 200 }), (instant, hours) => {
        const from = instant - (instant % HOUR_MS)
        const to = afterWorkingHours(from, hours)
        assert.equal(counted(from, to), hours)
        assert.ok(![0, 6].includes(new Date(to - 1).getUTCDay()))
      }),
    )
  })
})

describe('a recall that nobody answers', () => {
  const due = at('2026-11-18T10:00:00Z')
  const waiting: Unanswered = { state: 'waiting', dueAt: due }

  it('goes to the recipient at once, a working day later to its data protection officer, then to the operator', () => {
    const stepsAfter = (hours: number): readonly EscalationStep[] => stepsDue(waiting, due + hours * HOUR_MS + 1)
    assert.deepEqual(stepsDue(waiting, due), [])
    assert.deepEqual(stepsAfter(0), ['recipient'])
    assert.deepEqual(stepsAfter(23), ['recipient'])
    assert.deepEqual(stepsAfter(24), ['recipient', 'dpo'])
    assert.deepEqual(stepsAfter(48), ['recipient', 'dpo', 'operator'])
  })

  it('is the operator’s at once where nobody there can be reached', () => {
    assert.deepEqual(stepsDue({ ...waiting, state: 'unreachable' }, due - 1), ['operator'])
    assert.deepEqual(stepsDue({ ...waiting, state: 'unreachable', escalation: 'operator' }, due), [])
  })

  it('Law: whenever it is looked at and however often, each step is told once and in order, and none after an answer', () => {
    fc.assert(
      fc.property(instants, fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 20 }), (dueAt, looks) => {
        const told: EscalationStep[] = []
        for (const hours of looks.toSorted((a, b) => a - b)) {
          const escalation = told.at(-1)
          const target = { state: 'waiting' as const, dueAt, ...(escalation === undefined ? {} : { escalation }) }
          told.push(...stepsDue(target, dueAt + hours * HOUR_MS))
        }
        const last = dueAt + Math.max(0, ...looks) * HOUR_MS
        assert.deepEqual(told, stepsDue({ state: 'waiting', dueAt }, last))
        assert.deepEqual(stepsDue({ state: 'deleted', dueAt }, last), [])
        assert.deepEqual(stepsDue({ state: 'locked', dueAt }, last), [])
      }),
    )
  })

  it('is at the furthest step that any of its mandates came to', () => {
    assert.equal(furthest(['dpo', 'recipient']), 'dpo')
    assert.equal(furthest([]), undefined)
    assert.deepEqual(
      ESCALATION.map(({ workingHours }) => workingHours).toSorted((a, b) => a - b),
      ESCALATION.map(({ workingHours }) => workingHours),
    )
  })
})
