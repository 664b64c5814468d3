/** How long to wait for the next attempt, and when to give up. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { DEFAULT_RETRY, nextAttempt, retryDelayMs, UNENDING_DELAYS } from '#gateway/core/retry.ts'

const HOUR_MS = 3_600_000

describe('retry', () => {
  it('waits 30 seconds, then twice as long each time, up to six hours', () => {
    const waits = [0, 1, 2, 3, 10, 11, 19].map((attempts) => nextAttempt({ attempts, ...DEFAULT_RETRY }))
    assert.deepEqual(waits, [30_000, 30_000, 60_000, 120_000, 15_360_000, 6 * HOUR_MS, 6 * HOUR_MS])
  })
  it('gives up after the twentieth attempt', () => {
    assert.equal(nextAttempt({ attempts: 20, ...DEFAULT_RETRY }), undefined)
    assert.equal(nextAttempt({ attempts: 21, ...DEFAULT_RETRY }), undefined)
  })
  it('lasts between two and three days in all', () => {
    const all = Array.from({ length: 19 }, (_, index) => retryDelayMs(index + 1, DEFAULT_RETRY))
    const hours = all.reduce((sum, ms) => sum + ms, 0) / HOUR_MS
    assert.ok(hours > 48 && hours < 72, `${hours} hours`)
  })
  it('never ends for what waits on the world, every six hours at last', () => {
    assert.deepEqual(
      [1, 2, 1_000].map((attempts) => retryDelayMs(attempts, UNENDING_DELAYS)),
      [2_000, 4_000, 6 * HOUR_MS],
    )
  })
})
