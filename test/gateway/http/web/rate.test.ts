/** The door for people under a flood: by address, passkey, link and account; over all processes; and nothing written for a look. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { addressOf, DOOR_LIMITS, openDoorCount, triesFrom, triesOf } from '#gateway/http/web/rate.ts'
import type { Quota } from '#gateway/ports/quota.ts'
import type { Store } from '#gateway/ports/store.ts'
import { aBrowser } from '#test/support/browser-cookies.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aPasskey } from '#test/support/passkey.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { WebReply } from '#test/support/web.ts'

describe('the door for people under a flood', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
  })
  after(() => gateway.stop())

  const until429 = async (most: number, ask: () => Promise<WebReply>): Promise<WebReply> => {
    for (let turn = 0; turn < most; turn += 1) assert.notEqual((await ask()).status, 429, `turn ${turn}`)
    return ask()
  }
  it('H131 asks to wait in words and by Retry-After, and lets whoever is signed in go on', async () => {
    await using web = await openTestWeb(gateway.deps)
    const reader = await web.signIn('operator')
    const refused = await until429(DOOR_LIMITS.look.address, () => web.stranger.get('/sign-in'))
    assert.equal(refused.status, 429)
    const waits = Number(refused.headers.get('retry-after'))
    assert.ok(waits >= 1 && waits <= 60)
    assert.match(refused.text, new RegExp(`Wait ${waits} seconds, then try again`))
    assert.match(refused.text, /<h1[^>]*>Too many tries in a short time/)
    const french = await web.stranger.get('/sign-in', { 'accept-language': 'fr' })
    assert.match(french.text, /Attendez \d+ secondes/)
    assert.equal((await reader.get('/operators')).status, 200)
    assert.equal((await web.stranger.get('/accessibility')).status, 200)
    assert.ok(gateway.log.some(({ fields }) => fields['code'] === 'too-many-requests'))
  })

  it('H131 writes nothing for a look at the sign-in or a wrong proof, however often', async () => {
    const writes: string[] = []
    const { store } = gateway.deps
    const counting: Store = {
      ...store,
      transaction: (work, options) => {
        writes.push('transaction')
        return store.transaction(work, options)
      },
    }
    await using counted = await openTestWeb({ ...gateway.deps, store: counting })
    for (let turn = 0; turn < 20; turn += 1) await counted.stranger.get('/sign-in')
    assert.deepEqual(writes, [])
    for (let turn = 0; turn < 5; turn += 1)
      await counted.stranger.post('/sign-in/passkey', { word: 'x', response: '{}' })
    assert.deepEqual(writes, [])
  })

  it('H131 counts tries of one passkey, of one link and of one account, whatever they come from', async () => {
    await using web = await openTestWeb(gateway.deps)
    const [tried, other] = [aPasskey(web.origin), aPasskey(web.origin)]
    const give = async (passkey: typeof tried): Promise<WebReply> => {
      const browser = aBrowser(web.stranger)
      return browser.post('/sign-in/passkey', passkey.fill((await browser.get('/sign-in')).text))
    }
    assert.equal((await until429(DOOR_LIMITS.one, () => give(tried))).status, 429)
    assert.equal((await give(other)).status, 403)
    assert.equal((await until429(DOOR_LIMITS.one, () => web.stranger.get('/sign-in/link/one'))).status, 429)
    assert.equal((await web.stranger.get('/sign-in/link/two')).status, 404)
    const [person, colleague] = [await web.signIn('officer'), await web.signIn('officer')]
    const stepUp = (): Promise<WebReply> => person.post('/step-up', { word: 'x', response: '{}' })
    assert.equal((await until429(DOOR_LIMITS.one, stepUp)).status, 429)
    assert.equal((await colleague.post('/step-up', { word: 'x', response: '{}' })).status, 403)
    assert.equal((await person.get('/policy')).status, 200)
  })

  it('H131 counts proofs from one address, whatever they are of', async () => {
    await using web = await openTestWeb(gateway.deps)
    let turn = 0
    const refused = await until429(DOOR_LIMITS.proof.address, () =>
      web.stranger.post('/sign-in/passkey', { word: 'x', response: JSON.stringify({ id: `key-${(turn += 1)}` }) }),
    )
    assert.equal(refused.status, 429)
    // Of that address, not of others that something on this machine tells of: here nothing stands before the pages.
    const forged = await web.stranger.post('/sign-in/passkey', {}, { 'x-forwarded-for': '203.0.113.9' })
    assert.equal(forged.status, 429)
  })

  it('believes whose request it is only of what stands before the pages', async () => {
    await using web = await openTestWeb(gateway.deps, { isForwarded: true })
    const from = (told: string): Promise<WebReply> =>
      web.stranger.post('/sign-in/passkey', { word: 'x', response: '{}' }, { 'x-forwarded-for': told })
    let turn = 0
    // What a client writes itself stands before what is added at the end.
    const refused = await until429(DOOR_LIMITS.proof.address, () => from(`198.51.100.${(turn += 1)}, 203.0.113.9`))
    assert.equal(refused.status, 429)
    assert.equal((await from('203.0.113.10')).status, 403)
  })

  it('takes half of an address of version 6 for whoever has it, and a mapped one for what it maps', () => {
    const nameOf = (address: string): string | undefined => triesFrom('look', address)[0]?.name
    const same = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::', '2001:0db8:0001:0002:0:0:0:9', '2001:db8:1:2::1%eth0']
    assert.equal(new Set(same.map(nameOf)).size, 1)
    assert.notEqual(nameOf('2001:db8:1:3::1'), nameOf('2001:db8:1:2::1'))
    assert.equal(nameOf('::ffff:203.0.113.9'), nameOf('203.0.113.9'))
    assert.equal(nameOf('::1'), nameOf('::2'))
    assert.notEqual(nameOf('203.0.113.9'), nameOf('203.0.113.8'))
    assert.equal(triesFrom('leave', '::1').length, 2)
    const request = (headers: Readonly<Record<string, string>>, remoteAddress?: string) =>
      ({ headers, socket: { remoteAddress } }) as unknown as Parameters<typeof addressOf>[0]
    assert.equal(addressOf(request({}, '127.0.0.1'), true), '127.0.0.1')
    assert.equal(addressOf(request({ 'x-forwarded-for': ' ' }), true), '')
    assert.equal(addressOf(request({ 'x-forwarded-for': 'a, b ' }, 'c'), true), 'b')
    assert.equal(addressOf(request({ 'x-forwarded-for': 'a' }, 'c'), false), 'c')
  })

  it('counts over all processes, and by itself where what all count together does not answer', async () => {
    const counts = new Map<string, number>()
    const shared: Quota = {
      count: async (name) => {
        counts.set(name, (counts.get(name) ?? 0) + 1)
        return { hits: counts.get(name) ?? 0, windowEndsAt: 0 }
      },
    }
    const [one, two] = [openDoorCount(shared), openDoorCount(shared)]
    const tries = [{ name: 'n', most: 3 }]
    assert.deepEqual([await one(tries), await two(tries), await one(tries)], [undefined, undefined, undefined])
    assert.ok(((await two(tries)) ?? 0) > 0)
    const alone = openDoorCount({ count: async () => undefined })
    for (let turn = 0; turn < 3; turn += 1) assert.equal(await alone(tries), undefined)
    assert.ok(((await alone(tries)) ?? 0) > 0)
    assert.ok(!triesOf('passkey', 'secret').name.includes('secret'))
  })

  it('begins anew with each minute, and keeps no more names than it has room for', async () => {
    let now = 0
    const count = openDoorCount(undefined, () => now)
    const tries = [{ name: 'n', most: 1 }]
    assert.equal(await count(tries), undefined)
    now = 20_000
    assert.equal(await count(tries), 40)
    now = 60_000
    assert.equal(await count(tries), undefined)
    for (let turn = 0; turn < 50_001; turn += 1) await count([{ name: `from ${turn}`, most: 9 }])
    assert.equal(await count(tries), undefined)
  })
})
