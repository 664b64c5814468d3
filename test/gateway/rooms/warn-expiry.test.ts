/** What runs out is spoken of in time: at 60, 30, 14, 7 and 1 days, once each, however often one looks. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { EXPIRY_DAYS, expiryDayOf } from '#gateway/core/expiry.ts'
import type { Expiring } from '#gateway/core/expiry.ts'
import type { LogFields } from '#gateway/ports/log.ts'
import { openExpiryWarnings } from '#gateway/rooms/warn-expiry.ts'

const DAY_MS = 86_400_000
const START = Date.UTC(2026, 0, 1)
const aYear = (what = 'certificate CN=gateway'): Expiring => ({ what, from: START, until: START + 365 * DAY_MS })

/** Looks at each of the days, counted from the start. */
function look(days: readonly number[], expiring: (day: number) => readonly Expiring[]): readonly string[] {
  const said: string[] = []
  const say =
    (level: string) =>
    (event: string, { days: left, on }: LogFields = {}): void =>
      void said.push(`${level} ${event} ${String(left)} ${String(on)}`)
  let day = 0
  const warnings = openExpiryWarnings(
    { clock: () => START + day * DAY_MS, log: { info: say('info'), warn: say('warn'), alarm: say('alarm') } },
    () => expiring(day),
  )
  for (day of days) warnings()
  return said
}

describe('what runs out', () => {
  it('is told of at 60, 30, 14, 7 and 1 days and at its end, once each', () => {
    const days = Array.from({ length: 400 * 4 }, (_, index) => index / 4)
    assert.deepEqual(
      look(days, () => [aYear()]).map((line) => line.replace(' 2027-01-01', '')),
      [
        'warn runs out soon 60',
        'warn runs out soon 30',
        'warn runs out soon 14',
        'alarm runs out soon 7',
        'alarm runs out soon 1',
        'alarm has run out 0',
      ],
    )
  })

  it('is told of once where a gateway starts in its last days', () => {
    assert.deepEqual(
      look([360, 360.1, 360.2], () => [aYear()]),
      ['alarm runs out soon 7 2027-01-01'],
    )
  })

  it('is no longer spoken of once it is replaced, and its successor is when its time comes', () => {
    const next = { ...aYear(), from: START + 355 * DAY_MS, until: START + 720 * DAY_MS }
    const said = look([352, 356, 400, 719.5], (day) => [day < 355 ? aYear() : next])
    assert.deepEqual(said, ['warn runs out soon 14 2027-01-01', 'alarm runs out soon 1 2027-12-22'])
  })

  it('that lives shortly is not told of in the first half of its life', () => {
    const inDays = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 800 }), inDays, (life, part) => {
        const one = { what: 'list', from: START, until: START + life * DAY_MS }
        const now = START + part * life * DAY_MS
        const day = expiryDayOf(one, now)
        if (part < 0.5) assert.equal(day, undefined)
        if (day === undefined) return
        assert.ok(now >= one.until - day * DAY_MS)
        const later = EXPIRY_DAYS.filter((days) => days < day && days * DAY_MS <= (one.until - one.from) / 2)
        assert.ok(later.every((days) => now < one.until - days * DAY_MS))
      }),
    )
  })
})
