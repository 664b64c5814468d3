/** What the hourly round lets go of: sessions that nobody can come back to, what was begun and never ended, links, and forms past their day. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { makeRound } from '#gateway/rooms/round.ts'
import { KEPT_MS } from '#gateway/rooms/sign-in-kept.ts'
import { bootGateway } from '#test/support/gateway.ts'

describe('the round of sign-ins', () => {
  it('keeps a session as long as a form may be kept for its owner, and the rest until its end', async () => {
    await using gateway = await bootGateway({ worker: 'paused' })
    const { deps } = gateway
    const at = deps.clock()
    const session = { account: 'a', method: 'passkey', computer: 'own', beganAt: at } as const
    await deps.store.transaction(async ({ people, keptForms }) => {
      await people.beginSession({ ...session, id: 'long ago', seenAt: at - KEPT_MS - 1 })
      await people.beginSession({ ...session, id: 'ended', seenAt: at - KEPT_MS + 60_000 })
      await people.beginCeremony({ id: 'over', kind: 'x', state: '{}', until: at - 1 })
      await people.addLink({ id: 'link', account: 'a', until: at - 1 })
      await keptForms.keep({ id: 'form', account: 'a', sealed: 's', until: at - 1 })
      await keptForms.keep({ id: 'young', account: 'b', sealed: 's', until: at + 60_000 })
    })
    await makeRound(deps)
    const { people, keptForms } = deps.store.read
    assert.equal(await people.session('long ago'), undefined)
    assert.ok(await people.session('ended'))
    assert.equal(await people.link('link', 0), undefined)
    assert.equal(await keptForms.get('form', 0), undefined)
    assert.ok(await keptForms.get('young', 0))
    assert.equal(await deps.store.transaction((tx) => tx.people.takeCeremony('over', 0)), undefined)
  })
})
