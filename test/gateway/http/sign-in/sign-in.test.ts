/** Signing in and out by passkey: new sessions, their limits and their ends, steps up, and what is not lost in between. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import type { Account } from '#gateway/core/account.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { MandateId, OrganisationId } from '#gateway/core/ids.ts'
import { KEPT_COOKIE } from '#gateway/http/sign-in/ways-in.ts'
import { SESSION_COOKIE } from '#gateway/http/web/visitor.ts'
import { aBrowser } from '#test/support/browser-cookies.ts'
import type { CookieJar } from '#test/support/browser-cookies.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aPasskey } from '#test/support/passkey.ts'
import type { TestPasskey } from '#test/support/passkey.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { TestWeb } from '#test/support/web.ts'

const MINUTE_MS = 60_000

describe('signing in', () => {
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

  const somebody = async (given: Partial<Account> = {}): Promise<{ account: Account; passkey: TestPasskey }> => {
    const account: Account = {
      id: randomUUID(),
      name: 'DEMO somebody',
      role: 'operator',
      organisation: 'pairs-paris' as OrganisationId,
      from: gateway.now(),
      ...given,
    }
    const passkey = aPasskey(web.origin)
    await gateway.deps.store.transaction(async (tx) => {
      await tx.people.putAccount(account)
      await tx.people.addCredential(passkey.credential(account.id))
    })
    return { account, passkey }
  }
  const aReader = () =>
    somebody({
      role: 'reader',
      mandate: 'pairs-social-worker' as MandateId,
      organisation: 'pairs-paris' as OrganisationId,
    })

  const signIn = async (browser: CookieJar, passkey: TestPasskey, rest: Readonly<Record<string, string>> = {}) => {
    const { text } = await browser.get('/sign-in')
    return browser.post('/sign-in/passkey', { ...passkey.fill(text), shared: 'no', ...rest })
  }

  it('names nobody, so that nothing tells whether somebody has an account', async () => {
    const { text } = await web.stranger.get('/sign-in')
    assert.match(text, /&quot;allowCredentials&quot;:\[\]/)
    assert.match(text, /name="shared"[^>]*value="yes"[^>]*checked|checked[^>]*value="yes"/)
    assert.doesNotMatch(text, /type="password"|DEMO/)
    const unknown = await signIn(aBrowser(web.stranger), aPasskey(web.origin))
    const { account, passkey } = await somebody()
    await gateway.deps.store.transaction((tx) => tx.people.removeCredential(passkey.id))
    const removed = await signIn(aBrowser(web.stranger), passkey)
    assert.equal(unknown.status, 403)
    assert.equal(removed.status, 403)
    const without = (text: string) => text.replaceAll(/[A-Za-z0-9_-]{43}|\.\d{13}\./g, '')
    assert.equal(without(removed.text), without(unknown.text))
    assert.ok(account.id)
  })

  it('opens the first page of the role, by a cookie that scripts and other sites never see', async () => {
    const { passkey } = await somebody()
    const browser = aBrowser(web.stranger)
    const reply = await signIn(browser, passkey)
    assert.equal(reply.status, 303)
    assert.equal(reply.headers.get('location'), '/')
    const [cookie = ''] = reply.headers.getSetCookie()
    assert.match(cookie, /^__Host-passerelle=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/)
    assert.equal((await browser.get('/')).headers.get('location'), '/operators')
    const word = browser.cookie(SESSION_COOKIE) ?? ''
    assert.equal(await gateway.deps.store.read.people.session(word), undefined)
    assert.ok(await gateway.deps.store.read.people.session(sha256Hex(word)))
  })

  it('goes on to the page that was asked for, and never to another site', async () => {
    const { passkey } = await somebody()
    for (const [to, expected] of [
      ['/operators/stuck', '/operators/stuck'],
      ['https://evil.example/', '/'],
      ['//evil.example', '/'],
      ['/\\evil.example', '/'],
      ['javascript:alert(1)', '/'],
      ['/a\nb', '/'],
    ] as const)
      assert.equal((await signIn(aBrowser(web.stranger), passkey, { to })).headers.get('location'), expected, to)
    const asked = await web.stranger.get('/passkeys?page=2')
    assert.equal(asked.headers.get('location'), `/sign-in?to=${encodeURIComponent('/passkeys?page=2')}`)
  })

  it('H112 gives a new session and ends the one that the browser had before', async () => {
    const { passkey } = await somebody()
    const planted = 'planted-by-somebody-else'
    const browser = aBrowser(web.stranger, `${SESSION_COOKIE}=${planted}`)
    await signIn(browser, passkey)
    const first = browser.cookie(SESSION_COOKIE) ?? ''
    assert.notEqual(first, planted)
    await signIn(browser, passkey)
    assert.notEqual(browser.cookie(SESSION_COOKIE), first)
    const before = await aBrowser(web.stranger, `${SESSION_COOKIE}=${first}`).get('/')
    assert.match(before.headers.get('location') ?? '', /^\/sign-in/)
  })

  it('H112 a stolen cookie opens no act that counts: the passkey of its owner is asked for', async () => {
    const owner = await somebody()
    const thief = await somebody()
    const browser = aBrowser(web.stranger)
    await signIn(browser, owner.passkey)
    gateway.advance(6 * MINUTE_MS)
    const stolen = aBrowser(web.stranger, `${SESSION_COOKIE}=${browser.cookie(SESSION_COOKIE) ?? ''}`)
    assert.match((await stolen.get('/passkeys/new')).headers.get('location') ?? '', /^\/step-up/)
    const { text } = await stolen.get('/step-up')
    assert.equal((await stolen.post('/step-up', thief.passkey.fill(text))).status, 403)
    assert.match((await stolen.get('/passkeys/new')).headers.get('location') ?? '', /^\/step-up/)
  })

  it('H113 takes an answer once, in its time, and only for what it was asked for', async () => {
    const { passkey } = await somebody()
    const browser = aBrowser(web.stranger)
    const filled = passkey.fill((await browser.get('/sign-in')).text)
    assert.equal((await browser.post('/sign-in/passkey', filled)).status, 303)
    assert.equal((await browser.post('/sign-in/passkey', filled)).status, 403)
    const late = passkey.fill((await browser.get('/sign-in')).text)
    gateway.advance(11 * MINUTE_MS)
    assert.equal((await aBrowser(web.stranger).post('/sign-in/passkey', late)).status, 403)
    const { text } = await browser.get('/step-up')
    assert.equal((await aBrowser(web.stranger).post('/sign-in/passkey', passkey.fill(text))).status, 403)
    for (const faults of [{ counter: 1 }, { isVerified: false }, { origin: 'https://evil.example' }]) {
      const page = (await aBrowser(web.stranger).get('/sign-in')).text
      assert.equal((await web.stranger.post('/sign-in/passkey', passkey.fill(page, faults))).status, 403)
    }
  })

  it('H114 asks again for what counts after five minutes, and only then', async () => {
    const { passkey } = await somebody()
    const browser = aBrowser(web.stranger)
    await signIn(browser, passkey)
    gateway.advance(5 * MINUTE_MS - 1000)
    assert.equal((await browser.get('/passkeys/new')).status, 200)
    gateway.advance(1000)
    const asked = await browser.get('/passkeys/new')
    assert.equal(asked.headers.get('location'), `/step-up?to=${encodeURIComponent('/passkeys/new')}`)
    const { text } = await browser.get('/step-up?to=/passkeys/new')
    const proved = await browser.post('/step-up', passkey.fill(text))
    assert.equal(proved.headers.get('location'), '/passkeys/new')
    assert.equal((await browser.get('/passkeys/new')).status, 200)
  })

  it('ends after its idle and its whole time, sooner on a shared computer, and a look at the notice is no sign of life', async () => {
    const { passkey } = await somebody()
    const [own, shared] = [aBrowser(web.stranger), aBrowser(web.stranger)]
    await signIn(own, passkey)
    await signIn(shared, passkey, { shared: 'yes' })
    gateway.advance(14 * MINUTE_MS)
    const notice = await shared.get('/sign-in/expiring?to=/operators/stuck')
    assert.equal(notice.status, 200)
    assert.match(notice.text, /<form[^>]*action="\/sign-in\/stay"/)
    assert.ok(Number(notice.headers.get('refresh')) > 0)
    gateway.advance(MINUTE_MS)
    const ended = await shared.get('/sign-in/expiring?to=/operators/stuck')
    assert.equal(ended.headers.get('location'), `/sign-in?to=${encodeURIComponent('/operators/stuck')}&ended=1`)
    assert.equal((await own.get('/passkeys')).status, 200)
    for (let hour = 0; hour < 11; hour += 1) {
      gateway.advance(50 * MINUTE_MS)
      await own.post('/sign-in/stay', { to: '/' })
    }
    assert.equal((await own.get('/passkeys')).status, 200)
    gateway.advance(50 * MINUTE_MS)
    assert.equal((await own.get('/passkeys')).status, 303)
  })

  it('ends with the account, and with the mandate of a reader in the registry', async () => {
    const { account, passkey } = await aReader()
    const browser = aBrowser(web.stranger)
    await signIn(browser, passkey)
    assert.equal((await browser.get('/passkeys')).status, 200)
    const asItWas = gateway.deps.registry()
    gateway.changeRegistry((registry) => ({
      ...registry,
      mandates: registry.mandates.filter(({ id }) => id !== account.mandate),
    }))
    assert.equal((await browser.get('/passkeys')).status, 303)
    for (const changed of [{ suspendedAt: 1 }, { until: 1 }]) {
      gateway.changeRegistry(() => ({
        ...asItWas,
        participants: asItWas.participants.map((one) =>
          one.id === account.organisation ? { ...one, ...changed } : one,
        ),
      }))
      assert.equal((await browser.get('/passkeys')).status, 303)
    }
    const refused = await signIn(aBrowser(web.stranger), passkey)
    assert.equal(refused.status, 403)
    assert.match(refused.text, /the mandate that it stands on/)
    gateway.changeRegistry(() => asItWas)
    assert.equal((await browser.get('/passkeys')).status, 200)
    await gateway.deps.store.transaction((tx) => tx.people.putAccount({ ...account, endedAt: gateway.now() }))
    assert.equal((await browser.get('/passkeys')).status, 303)
    assert.equal((await signIn(aBrowser(web.stranger), passkey)).status, 403)
  })

  it('signs out for good, and has the browser forget what it showed', async () => {
    const { passkey } = await somebody()
    const browser = aBrowser(web.stranger)
    await signIn(browser, passkey)
    const word = browser.cookie(SESSION_COOKIE) ?? ''
    const left = await browser.post('/sign-out')
    assert.equal(left.headers.get('clear-site-data'), '"cache", "cookies", "storage"')
    assert.equal(left.headers.get('location'), '/sign-in?left=1')
    assert.equal(browser.cookie(SESSION_COOKIE), undefined)
    assert.equal((await aBrowser(web.stranger, `${SESSION_COOKIE}=${word}`).get('/passkeys')).status, 303)
    const again = await web.stranger.post('/sign-out')
    assert.equal(again.headers.get('location'), '/sign-in?left=1')
    assert.equal((await web.stranger.post('/away')).headers.get('location'), '/away')
  })

  it('loses nothing that was written when the sign-in had ended, for a day, and shows it to its writer alone', async () => {
    const { account, passkey } = await somebody()
    const other = await somebody()
    const browser = aBrowser(web.stranger)
    await signIn(browser, passkey)
    gateway.advance(19 * 60 * MINUTE_MS)
    // Another window found out first.
    assert.match((await browser.get('/sign-in?ended=1')).text, /given back to you after you sign in again/)
    const text = 'what took an hour to write <b>'
    const sent = await browser.post('/passkeys/remove', { id: 'x', reason: text })
    assert.equal(sent.headers.get('location'), '/sign-in?ended=1')
    const word = browser.cookie(KEPT_COOKIE) ?? ''
    const row = await gateway.deps.store.read.keptForms.get(sha256Hex(word), gateway.now())
    assert.equal(row?.account, account.id)
    assert.doesNotMatch(Buffer.from(row.sealed, 'base64url').toString('latin1'), /hour|passkeys/)
    const stranger = aBrowser(web.stranger, `${KEPT_COOKIE}=${word}`)
    assert.equal((await signIn(stranger, other.passkey)).headers.get('location'), '/')
    assert.equal((await stranger.get('/sign-in/kept')).headers.get('location'), '/')
    const back = await signIn(browser, passkey)
    assert.equal(back.headers.get('location'), '/sign-in/kept')
    const offered = await browser.get('/sign-in/kept')
    assert.match(offered.text, /action="\/passkeys\/remove"/)
    assert.match(offered.text, /name="reason" value="what took an hour to write &lt;b&gt;"/)
    assert.equal((await browser.post('/passkeys/remove', { id: 'x', reason: text })).status, 404)
    assert.equal(browser.cookie(KEPT_COOKIE), undefined)
  })

  it('keeps what was written before a step up too, and throws it away when its writer says so', async () => {
    const { passkey } = await somebody()
    const browser = aBrowser(web.stranger)
    await signIn(browser, passkey)
    gateway.advance(6 * MINUTE_MS)
    assert.equal((await browser.post('/passkeys/remove', { id: 'y' })).headers.get('location'), '/step-up')
    const proved = await browser.post('/step-up', passkey.fill((await browser.get('/step-up')).text))
    assert.equal(proved.headers.get('location'), '/sign-in/kept')
    assert.equal((await browser.post('/sign-in/kept/drop')).headers.get('location'), '/')
    assert.equal((await browser.get('/sign-in/kept')).headers.get('location'), '/')
  })

  it('keeps nothing of whoever never was signed in', async () => {
    const browser = aBrowser(web.stranger, `${SESSION_COOKIE}=made-up`)
    await browser.post('/passkeys/remove', { id: 'z' })
    assert.equal(browser.cookie(KEPT_COOKIE), undefined)
  })
})
