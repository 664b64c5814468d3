/** When a notice by mail may go, as those it is for chose: alerts never wait, duties are never unwanted, and what waits, waits until the hours end. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { CARRIED_KINDS } from '#gateway/core/message-kinds.ts'
import { DEFAULT_NOTICES, NOTICE_CHANNELS, isHour, noticeWish } from '#gateway/core/notice-choice.ts'
import type { NoticeAbout, NoticeChoice, QuietHours } from '#gateway/core/notice-choice.ts'
import { UNREAD_STEPS } from '#gateway/core/unread.ts'
import { shownIn } from '#gateway/core/zoned-time.ts'
import { samples } from '#test/support/samples.ts'

const RUNS = { numRuns: samples(300) }
const DAY_MS = 86_400_000
const PARIS = 'Europe/Paris'

const hour = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'))
const quietHours: fc.Arbitrary<QuietHours> = fc
  .record({ from: hour, until: hour, zone: fc.constantFrom(PARIS, 'UTC', 'America/St_Johns', 'Africa/Niamey') })
  .filter(({ from, until }) => from !== until)
const about: fc.Arbitrary<NoticeAbout> = fc.record({
  kind: fc.constantFrom(...CARRIED_KINDS),
  cause: fc.constantFrom('delivery' as const, ...UNREAD_STEPS),
})
const choice: fc.Arbitrary<NoticeChoice> = fc.record(
  { channel: fc.constantFrom(...NOTICE_CHANNELS), quiet: quietHours },
  { requiredKeys: ['channel'] },
)
const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) })

const REFERRAL: NoticeAbout = { kind: 'Referral', cause: 'delivery' }
const wishAt = (quiet: QuietHours, now: number, what = REFERRAL): unknown =>
  noticeWish({ channel: 'mail', quiet }, what, now)

describe('The wish of those a notice is for', () => {
  it('never holds back an alert for safety, nor what is told to others than them', () =>
    fc.assert(
      fc.property(choice, about, instant, (chosen, what, now) => {
        assert.equal(noticeWish(chosen, { ...what, kind: 'IncidentAlert' }, now), 'now')
        for (const cause of ['alternate', 'sender'] as const)
          assert.equal(noticeWish(chosen, { ...what, cause }, now), 'now')
      }),
      RUNS,
    ))

  it('waits no longer than a day and an hour, and not at the end of that, or at most once more', () =>
    fc.assert(
      fc.property(quietHours, instant, (quiet, now) => {
        let at = now
        for (let waits = 0; waits < 3; waits += 1) {
          const wish = noticeWish({ channel: 'mail', quiet }, REFERRAL, at)
          if (wish === 'now') return
          assert.ok(typeof wish === 'object' && wish.until > at)
          at = wish.until
          assert.ok(at - now < DAY_MS + 2 * 3_600_000)
        }
        assert.fail('it never goes')
      }),
      RUNS,
    ))

  it('waits exactly while the clocks of the zone show the quiet hours', () =>
    fc.assert(
      fc.property(quietHours, instant, (quiet, now) => {
        const { hour: shown } = shownIn(quiet.zone, now)
        const { from, until } = quiet
        const isQuiet = from < until ? shown >= from && shown < until : shown >= from || shown < until
        assert.equal(wishAt(quiet, now) !== 'now', isQuiet)
      }),
      RUNS,
    ))

  it('ends with the hour that was chosen, over midnight and over a change of clocks', () => {
    const night = { from: '20:00', until: '07:30', zone: PARIS }
    assert.deepEqual(wishAt(night, Date.UTC(2026, 10, 20, 21)), { until: Date.UTC(2026, 10, 21, 6, 30) })
    assert.deepEqual(wishAt(night, Date.UTC(2026, 10, 21, 2)), { until: Date.UTC(2026, 10, 21, 6, 30) })
    assert.equal(wishAt(night, Date.UTC(2026, 10, 21, 12)), 'now')
    // Clocks go forward in the night of 28 March 2027, and back in that of 31 October.
    assert.deepEqual(wishAt(night, Date.UTC(2027, 2, 27, 22, 30)), { until: Date.UTC(2027, 2, 28, 5, 30) })
    assert.deepEqual(wishAt(night, Date.UTC(2027, 9, 30, 22)), { until: Date.UTC(2027, 9, 31, 6, 30) })
    const twice = { from: '01:00', until: '02:30', zone: PARIS }
    assert.deepEqual(wishAt(twice, Date.UTC(2027, 9, 31, 0, 15)), { until: Date.UTC(2027, 9, 31, 1, 30) })
  })

  it('looks again in an hour where clocks leave the end out, or it is none', () => {
    // Clocks go from 01:59 to 03:00 on 14 March 2027.
    const gap = { from: '01:00', until: '02:30', zone: 'America/New_York' }
    const now = Date.UTC(2027, 2, 14, 6, 45)
    assert.deepEqual(wishAt(gap, now), { until: now + 3_600_000 })
    assert.equal(wishAt(gap, now + 3_600_000), 'now')
    assert.deepEqual(wishAt({ ...gap, until: '24:00' }, now), { until: now + 3_600_000 })
  })

  it('without mail, is told of duties and of what is overdue alone', () => {
    const none = (what: NoticeAbout): unknown => noticeWish({ channel: 'none' }, what, 0)
    assert.equal(none(REFERRAL), 'unwanted')
    assert.equal(none({ ...REFERRAL, cause: 'reminder' }), 'unwanted')
    assert.equal(none({ ...REFERRAL, cause: 'overdue' }), 'now')
    for (const kind of ['Recall', 'Correction'] as const) assert.equal(none({ kind, cause: 'delivery' }), 'now')
    assert.equal(noticeWish(DEFAULT_NOTICES, REFERRAL, 0), 'now')
  })

  it('knows hours of a day as they are written', () => {
    assert.ok(['00:00', '09:30', '23:59'].every(isHour))
    assert.ok(['24:00', '9:30', '09:60', '', '09:30:00', 'noon'].every((text) => !isHour(text)))
  })
})
