/** A clock that never runs backwards, and says when the machine's did. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { TOLERATED_STEP_BACK_MS, openMonotonicClock } from '#gateway/core/monotonic-clock.ts'

describe('monotonic clock', () => {
  const jumps: number[] = []
  const opened = (from?: number): { set: (ms: number) => void } & ReturnType<typeof openMonotonicClock> => {
    let machine = 1_000_000
    jumps.length = 0
    const clock = openMonotonicClock({ clock: () => machine, from, onStepBack: (byMs) => jumps.push(byMs) })
    return { ...clock, set: (ms) => (machine = ms) }
  }

  it('goes with the machine as long as that goes forward', () => {
    const clock = opened()
    assert.equal(clock.now(), 1_000_000)
    clock.set(1_000_500)
    assert.deepEqual([clock.now(), clock.isReliable(), jumps], [1_000_500, true, []])
  })

  it('stands still for a small correction, and stays reliable', () => {
    const clock = opened()
    clock.now()
    clock.set(1_000_000 - TOLERATED_STEP_BACK_MS)
    assert.deepEqual([clock.now(), clock.isReliable(), jumps], [1_000_000, true, []])
  })

  it('is not to be relied on after a larger step back until time has caught up, and says so once', () => {
    const clock = opened()
    clock.now()
    clock.set(1_000_000 - TOLERATED_STEP_BACK_MS - 1)
    assert.deepEqual([clock.isReliable(), clock.now(), clock.isReliable()], [false, 1_000_000, false])
    assert.deepEqual(jumps, [TOLERATED_STEP_BACK_MS + 1])
    clock.set(1_000_000)
    assert.equal(clock.isReliable(), true)
  })

  it('knows the time from before a restart', () => {
    const clock = opened(2_000_000)
    assert.deepEqual([clock.isReliable(), clock.now()], [false, 2_000_000])
  })

  it('needs nobody to tell of a step back', () => {
    let machine = 1_000_000
    const clock = openMonotonicClock({ clock: () => machine })
    clock.now()
    machine -= TOLERATED_STEP_BACK_MS + 1
    assert.deepEqual([clock.now(), clock.isReliable()], [1_000_000, false])
  })
})
