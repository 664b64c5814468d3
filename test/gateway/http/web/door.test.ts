/** The door for people: strict headers, nothing begun elsewhere, nobody where they may not be. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, it } from 'mocha'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { TestWeb } from '#test/support/web.ts'

/** Frames of a stack, and where the code lies. */
const OF_THE_MACHINE = /node_modules|\bat \S+ \(|file:\/\/|\.ts:\d/

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

  for (const path of [
    '/%E0%A4%A',
    '/inbox/%E0%A4%A',
    '//',
    '//evil.example/inbox',
    '/\\evil',
    '/inbox/x/y?language=fr',
  ])
    it(`answers ${path}, which names nothing, with a page and nothing of the machine`, async () => {
      const text = await rawly(`GET ${path} HTTP/1.1`)
      assert.match(text, /^HTTP\/1\.1 404 /)
      assert.match(text, /require-trusted-types-for/)
      assert.match(text, /not-found/)
      assert.doesNotMatch(text, OF_THE_MACHINE)
      assert.doesNotMatch(text, /^location:/im)
    })

  it('says that the store does not answer, and shows nothing of why', async () => {
    const other = await bootGateway({ worker: 'paused' })
    await using pages = await openTestWeb(other.deps)
    const officer = await pages.signIn('officer')
    await other.deps.store[Symbol.asyncDispose]()
    for (const reply of [await officer.get('/policy'), await officer.get('/nowhere'), await officer.post('/changes')]) {
      assert.equal(reply.status, 503)
      assert.match(reply.text, /store-unavailable/)
      assert.doesNotMatch(reply.text, OF_THE_MACHINE)
    }
    assert.ok(other.log.some(({ level, event }) => level === 'alarm' && event === 'a page ended in an error'))
    await other.stop().catch(() => undefined)
  })

  /** As a program would that takes no care of addresses. */
  const rawly = (line: string): Promise<string> =>
    new Promise((answer, refuse) => {
      const socket = connect(Number(new URL(web.origin).port), '127.0.0.1', () =>
        socket.end(`${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
      )
      let text = ''
      socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')))
      socket.on('data', (chunk) => (text += chunk.toString()))
      socket.on('error', refuse)
      socket.on('close', () => answer(text))
    })
})
