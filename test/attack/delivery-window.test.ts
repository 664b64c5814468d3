/** A recipient that takes its deliveries at set times learns nothing of when its senders are at work. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { leavesAt, toldAt } from '#gateway/core/delivery-window.ts'
import { parseInstant } from '#policies/language/instant.ts'
import { bootGateway, expectStatus } from '#test/support/gateway.ts'
import { aReferral } from '#test/support/messages.ts'

const MINUTE_MS = 60_000
const WINDOW_MINUTES = 60
const PAIRS = { organisation: 'pairs-paris', mandate: 'pairs-social-worker' }

describe('a delivery window', () => {
  it('H074 lets what came at any two moments of one window leave, and be told of, as one', () =>
    fc.assert(
      fc.property(fc.nat(1e12), fc.nat(1439), fc.nat(1e8), fc.nat(1e8), (base, minutes, a, b) => {
        const windowed = { windowMinutes: minutes + 1 }
        const windowMs = windowed.windowMinutes * MINUTE_MS
        const start = Math.floor(base / windowMs) * windowMs
        const [first, second] = [a, b].map((ms) => start + 1 + (ms % (windowMs - 1)))
        assert(first !== undefined && second !== undefined)
        assert.equal(leavesAt(first, 'Referral', windowed), leavesAt(second, 'Referral', windowed))
        assert.equal(toldAt(first, windowed), toldAt(second, windowed))
        assert(leavesAt(first, 'Referral', windowed) >= first)
        assert.equal(leavesAt(first, 'Recall', windowed), first)
        assert.equal(leavesAt(first, 'Referral', {}), first)
      }),
    ))

  it('H074 is kept by the whole walk: nothing comes before its end, and the list names its edge alone', async () => {
    await using gateway = await bootGateway({
      registry: (registry) => ({
        ...registry,
        participants: registry.participants.map((participant) =>
          participant.id === PAIRS.organisation ? { ...participant, windowMinutes: WINDOW_MINUTES } : participant,
        ),
      }),
    })
    const windowMs = WINDOW_MINUTES * MINUTE_MS
    // Not just before an edge.
    gateway.advance(windowMs - (gateway.now() % windowMs) + MINUTE_MS)
    for (const caseId of ['DEMO-2026-71', 'DEMO-2026-72']) {
      expectStatus(202, await gateway.send('probation-paris', aReferral({ caseId })))
      gateway.advance(7 * MINUTE_MS)
    }
    await gateway.settled()
    assert.deepEqual(await gateway.deliveries(PAIRS), [])
    gateway.advance(windowMs - (gateway.now() % windowMs))
    gateway.deps.queue.nudge()
    await gateway.settled()
    const came = await gateway.deliveries(PAIRS)
    assert.equal(came.length, 2)
    const [edge, ...others] = [...new Set(came.map(({ createdAt }) => createdAt))]
    assert.equal((parseInstant(edge ?? '') ?? 1) % windowMs, 0)
    assert.deepEqual(others, [])
  })
})
