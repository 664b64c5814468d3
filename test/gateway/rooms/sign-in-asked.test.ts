/** What anybody at the door is asked: marked by these gateways, in its time, good once, and nothing is written for it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { openSignIn } from '#adapters/sign-in/open.ts'
import { challengeAnybody, challengeIn, spendChallenge } from '#gateway/rooms/sign-in-asked.ts'
import { beginCeremony, CEREMONY_MS, takeCeremony } from '#gateway/rooms/sign-in-proof.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'

describe('what anybody at the door is asked', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
  })
  after(() => gateway.stop())
  const depsOf = () => ({ ...gateway.deps, signIn: openSignIn('http://localhost:1') })

  it('is known again until its end, by whoever has the same keys and nobody else', () => {
    const deps = depsOf()
    const { word, challenge } = challengeAnybody(deps)
    assert.equal(challengeIn(deps, word)?.challenge, challenge)
    assert.equal(challengeIn({ ...deps, cursorSecret: 'another' }, word), undefined)
    const at = deps.clock()
    assert.ok(challengeIn({ ...deps, clock: () => at + CEREMONY_MS - 1000 }, word))
    assert.equal(challengeIn({ ...deps, clock: () => at + CEREMONY_MS + 1000 }, word), undefined)
  })

  it('is refused with another end, another challenge, or without its mark', () => {
    const deps = depsOf()
    const [challenge = '', until = '', mark = ''] = challengeAnybody(deps).word.split('.')
    const other = challengeAnybody(deps).challenge
    for (const word of [
      '',
      'x',
      challenge,
      `${challenge}.${until}`,
      `${challenge}.${Number(until) + 60_000}.${mark}`,
      `${other}.${until}.${mark}`,
      `${challenge}.NaN.${mark}`,
    ])
      assert.equal(challengeIn(deps, word), undefined, word)
  })

  it('is good once', async () => {
    const deps = depsOf()
    const asked = challengeIn(deps, challengeAnybody(deps).word)
    assert.ok(asked)
    assert.deepEqual([await spendChallenge(deps, asked), await spendChallenge(deps, asked)], [true, false])
  })

  it('lets go of what nobody ended as soon as the next begins', async () => {
    const deps = depsOf()
    const left = await beginCeremony(deps, 'kind', {})
    gateway.advance(CEREMONY_MS + 1000)
    const next = await beginCeremony(deps, 'kind', { next: true })
    // Also by a clock that went back: the row is gone, not only late.
    const before = deps.clock() - CEREMONY_MS
    assert.equal(await takeCeremony({ ...deps, clock: () => before }, 'kind', left), undefined)
    assert.deepEqual(await takeCeremony(deps, 'kind', next), { next: true })
  })
})
