/** What one of several gateways does at a time: nobody has a duty together with another, and none is without a holder for long. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { DUTIES, DUTY_LIFE_MS, openDuties } from '#gateway/rooms/duties.ts'
import type { Duties } from '#gateway/rooms/duties.ts'
import { samples } from '#test/support/samples.ts'

const QUIET = { info: () => {}, warn: () => {}, alarm: () => {} }
const START = 1_800_000_000_000

describe('duties', () => {
  it('are never of two at once, and of somebody after each renewal of one that lives', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ who: fc.nat(2), waitMs: fc.nat(DUTY_LIFE_MS * 2), act: fc.constantFrom('renew', 'leave') }),
          { minLength: 1, maxLength: 12 },
        ),
        async (steps) => {
          await using store = await openSqliteStore(':memory:')
          let now = START
          const open = (holder: string): Duties => openDuties({ store, clock: () => now, log: QUIET, holder })
          const gateways = ['a', 'b', 'c'].map(open)
          for (const { who, waitMs, act } of steps) {
            now += waitMs
            await gateways[who]?.[act]()
            for (const duty of DUTIES) {
              const holders = gateways.filter(({ isMine }) => isMine(duty)).length
              assert.ok(holders <= 1)
              if (act === 'renew') assert.equal(holders, 1)
            }
          }
        },
      ),
      { numRuns: samples(20) },
    ))

  it('are known to their holder for no longer than its lease, though it was stopped in between', async () => {
    await using store = await openSqliteStore(':memory:')
    let now = START
    const duties = openDuties({ store, clock: () => now, log: QUIET, holder: 'a' })
    assert.deepEqual(await duties.renew(), ['rounds', 'publication'])
    assert.deepEqual(await duties.renew(), [])
    now += DUTY_LIFE_MS - 1
    assert.equal(duties.isMine('rounds'), true)
    now += 1
    assert.equal(duties.isMine('rounds'), false)
    assert.deepEqual(await duties.renew(), ['rounds', 'publication'])
  })

  it('tell whether another gateway is at work, and not one that has left', async () => {
    await using store = await openSqliteStore(':memory:')
    let now = START
    const open = (holder: string): Duties => openDuties({ store, clock: () => now, log: QUIET, holder })
    const [one, two] = [open('a'), open('b')]
    await one.renew()
    assert.equal(await one.hasCompany(), false)
    await two.renew()
    assert.equal(await one.hasCompany(), true)
    // A machine that is so busy that its word comes late has not gone.
    now += 3 * DUTY_LIFE_MS
    assert.equal(await one.hasCompany(), true)
    await two.leave()
    assert.equal(await one.hasCompany(), false)
  })

  it('are nobody’s here while the store does not answer and the lease has ended', async () => {
    const store = await openSqliteStore(':memory:')
    let now = START
    const duties = openDuties({ store, clock: () => now, log: QUIET, holder: 'a' })
    await duties.renew()
    await store[Symbol.asyncDispose]()
    assert.deepEqual(await duties.renew(), [])
    now += DUTY_LIFE_MS
    assert.equal(duties.isMine('publication'), false)
    await duties.leave()
  })
})
