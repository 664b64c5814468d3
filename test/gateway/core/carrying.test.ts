/** Laws of carrying: a budget that cannot run away, a circuit that lets one through at a time, a ladder whose steps come in their order. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { afterFailure, CIRCUIT, CLOSED_CIRCUIT, isOpen, passageOf, probing } from '#gateway/core/circuit.ts'
import { couriersSchema } from '#gateway/core/courier-ways.ts'
import { CARRY_RETRY, jittered, nextAttempt } from '#gateway/core/retry.ts'
import { openTurnstile } from '#gateway/core/turnstile.ts'
import { acknowledgeBy, acknowledgingOf, nextStep, UNREAD_STEPS } from '#gateway/core/unread.ts'
import type { UnreadStep } from '#gateway/core/unread.ts'
import { noticeTurn } from '#gateway/rooms/notice-turn.ts'
import { samples } from '#test/support/samples.ts'

const NOW = Date.UTC(2026, 10, 19, 9)
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const RUNS = { numRuns: samples(300) }

describe('The budget of an errand', () => {
  it('ends after 22 attempts, whatever random delays are drawn, between two and a quarter and four days after the first', () =>
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 30, maxLength: 30 }),
        (draws) => {
          let attempts = 1
          let elapsed = 0
          for (const random of draws) {
            const delay = nextAttempt({ attempts, ...CARRY_RETRY })
            if (delay === undefined) break
            elapsed += jittered(delay, random)
            attempts += 1
          }
          assert.equal(attempts, CARRY_RETRY.maxAttempts)
          assert.ok(elapsed > 2.25 * DAY_MS && elapsed < 4 * DAY_MS)
        },
      ),
      RUNS,
    ))

  it('has gaps that grow up to six hours', () => {
    const gaps = Array.from({ length: 21 }, (_, index) => nextAttempt({ attempts: index + 1, ...CARRY_RETRY }) ?? 0)
    assert.deepEqual(
      gaps,
      gaps.toSorted((a, b) => a - b),
    )
    assert.equal(gaps.at(-1), 6 * HOUR_MS)
  })
})

describe('The circuit of a way', () => {
  it('in any order of failures no more is tried in an hour than six while it opens, and one for each time it is half open', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10 * 60_000 }), { minLength: 50, maxLength: 200 }), (gaps) => {
        let circuit = CLOSED_CIRCUIT
        let at = NOW
        const tried: number[] = []
        for (const gap of gaps) {
          at += gap
          if (passageOf(circuit, at).kind === 'wait') continue
          tried.push(at)
          circuit = afterFailure(circuit, at)
        }
        for (const from of tried)
          assert.ok(tried.filter((one) => one >= from && one < from + HOUR_MS).length <= CIRCUIT.opensAfter + 6)
      }),
      RUNS,
    ))

  it('half open lets one through, and another once that one cannot be under way any more', () => {
    let circuit = CLOSED_CIRCUIT
    for (let times = 0; times < CIRCUIT.opensAfter; times += 1) {
      assert.equal(isOpen(circuit), false)
      circuit = afterFailure(circuit, NOW)
    }
    assert.deepEqual(passageOf(circuit, NOW), { kind: 'wait', until: NOW + CIRCUIT.firstOpenMs })
    const later = NOW + CIRCUIT.firstOpenMs
    assert.deepEqual(passageOf(circuit, later), { kind: 'probe' })
    const half = probing(circuit, later + 20)
    assert.deepEqual(passageOf(half, later + 1), { kind: 'wait', until: later + 20 })
    assert.deepEqual(passageOf(half, later + 20), { kind: 'probe' })
  })

  it('stays closed to nobody for longer than an hour, whatever clock closed it', () => {
    const ofTomorrow = { failures: 9, openUntil: NOW + DAY_MS, probeUntil: NOW + DAY_MS }
    assert.deepEqual(passageOf(ofTomorrow, NOW), { kind: 'probe' })
  })
})

describe('The turnstile', () => {
  it('never has more inside than it may, nor of a kind, and forgets nobody who left', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 60 }), (moves) => {
        const turnstile = openTurnstile({ most: 4, mostOfAKind: 2 })
        const inside: { readonly kind: string; readonly leave: () => void }[] = []
        for (const [kind, comes] of moves) {
          if (comes) {
            const leave = turnstile.enter(kind)
            const isRoom = inside.length < 4 && inside.filter((one) => one.kind === kind).length < 2
            assert.equal(leave !== undefined, isRoom)
            if (leave !== undefined) inside.push({ kind, leave })
          } else {
            const left = inside.shift()
            left?.leave()
            left?.leave()
          }
        }
      }),
      RUNS,
    ))
})

describe('The ladder of unread mail', () => {
  it('has its steps in their order, none twice, none before the one before it, whenever it begins', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: NOW, max: NOW + 400 * DAY_MS }),
        fc.constantFrom('Referral', 'IncidentAlert'),
        (from, kind) => {
          const within = acknowledgingOf(kind, 'minor')
          assert.ok(within !== undefined)
          const steps: { readonly step: UnreadStep; readonly at: number }[] = []
          for (let told: UnreadStep | undefined; ; told = steps.at(-1)?.step) {
            const next = nextStep(from, within, told)
            if (next === undefined) break
            steps.push(next)
          }
          assert.deepEqual(
            steps.map(({ step }) => step),
            UNREAD_STEPS,
          )
          assert.deepEqual(
            steps,
            steps.toSorted((a, b) => a.at - b.at),
          )
          assert.equal(steps[1]?.at, acknowledgeBy(from, within))
        },
      ),
      RUNS,
    ))

  it('gives a severe alert an hour, other alerts a working day, handovers two, and answers no time at all', () => {
    const dueAfter = (kind: Parameters<typeof acknowledgingOf>[0], severity?: string): number | undefined => {
      const within = acknowledgingOf(kind, severity)
      return within === undefined ? undefined : (acknowledgeBy(NOW, within) - NOW) / HOUR_MS
    }
    assert.deepEqual([dueAfter('IncidentAlert', 'severe'), dueAfter('IncidentAlert', 'minor')], [1, 24])
    // From a Thursday over the weekend.
    assert.equal(dueAfter('CaseHandover'), 96)
    assert.deepEqual(
      ['HandoverAck', 'RecallAck', 'Recall'].map((kind) => dueAfter(kind as 'Recall')),
      [undefined, undefined, undefined],
    )
  })
})

describe('The turn of a notice by mail', () => {
  it('is one a day to an address, at once for the first, and sooner for a safety alert', () => {
    const plannedAt = NOW
    const turn = (kind: 'Referral' | 'IncidentAlert', noticedAt: number | undefined, now = NOW) =>
      noticeTurn({ plannedAt }, { noticedAt, kind }, now)
    assert.equal(turn('Referral', undefined), 'now')
    assert.deepEqual(turn('Referral', NOW - 1000), { until: NOW - 1000 + DAY_MS })
    assert.deepEqual(turn('IncidentAlert', NOW - 1000), { until: NOW - 1000 + 600_000 })
    assert.equal(turn('IncidentAlert', NOW - HOUR_MS), 'now')
    assert.equal(turn('Referral', NOW + 1, NOW + 2), 'noticed')
    assert.equal(turn('Referral', NOW - 1000, NOW + DAY_MS), 'now')
  })

  it('takes no notice of a day to come for one that was given: the clock was put right since', () =>
    assert.equal(noticeTurn({ plannedAt: NOW }, { noticedAt: NOW + DAY_MS, kind: 'Referral' }, NOW + 1), 'now'))
})

describe('Couriers in a registry entry', () => {
  it('are read each with every fault of it, and no way stands twice', () => {
    const faults = couriersSchema.safeParse([
      { way: 'https', url: 'http//x' },
      { way: 'sftp', host: 'a b', port: 0, user: '-o', hostKey: 'none', folder: '../x' },
      { way: 'mail', to: 'nobody' },
      { way: 'pigeon' },
    ])
    assert.ok(!faults.success)
    assert.deepEqual(faults.error.issues.map(({ path }) => path.join('/')).toSorted(), [
      '0/url',
      '1/folder',
      '1/host',
      '1/hostKey',
      '1/port',
      '1/user',
      '2/to',
      '3/way',
    ])
    assert.equal(couriersSchema.safeParse([{ way: 'folder' }, { way: 'folder' }]).success, false)
    assert.equal(couriersSchema.safeParse([{ way: 'folder' }, { way: 'mail', to: 'a.b@c-d.example' }]).success, true)
  })
})
