/** The door for people: strict headers, nothing begun elsewhere, nobody where they may not be. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { TestWeb } from '#test/support/web.ts'

describe('the door for people', () => {
  let gateway: TestGateway
  let web: TestWeb
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
    web = await openTestWeb(gateway.deps)
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await gateway.stop()
  })

  it('says what is not there in the language of the person, under a policy that lets nothing inline run', async () => {
    const reply = await web.stranger.get('/nowhere', { 'accept-language': 'fr' })
    assert.equal(reply.status, 404)
    assert.match(reply.text, /<html lang="fr" dir="ltr"/)
    const policy = reply.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /require-trusted-types-for 'script'/)
    assert.doesNotMatch(policy, /unsafe/)
    assert.equal(reply.headers.get('cache-control'), 'no-store')
  })

  it('H111 refuses a form of another site, of a sibling site, and one that does not say where it is from', async () => {
    const asked: readonly Readonly<Record<string, string>>[] = [
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { origin: 'https://other.localhost', 'sec-fetch-site': 'same-site' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
      { origin: web.origin, 'sec-fetch-site': 'cross-site' },
    ]
    for (const headers of asked)
      assert.equal((await web.stranger.post('/sign-out', {}, headers)).status, 403, JSON.stringify(headers))
    const silent = await fetch(`${web.origin}/sign-out`, { method: 'POST', redirect: 'manual' })
    assert.equal(silent.status, 403)
  })
})
