/** Sign-in through whoever vouches for people: by issuer and subject alone, and every tampering refused. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import type { Account } from '#gateway/core/account.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import { SESSION_COOKIE } from '#gateway/http/web/visitor.ts'
import type { Oidc } from '#gateway/ports/sign-in.ts'
import { openDevelopmentProvider } from '#adapters/sign-in/development-provider.ts'
import type { DevelopmentProvider } from '#adapters/sign-in/development-provider.ts'
import { openOidc, RETURN_PATH } from '#adapters/sign-in/oidc.ts'
import { aBrowser } from '#test/support/browser-cookies.ts'
import type { CookieJar } from '#test/support/browser-cookies.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { hiddenFields } from '#test/support/passkey.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { TestWeb } from '#test/support/web.ts'

const CLIENT = { clientId: 'passerelle', secret: 'a secret of the test' }

describe('signing in through the organisation', () => {
  let gateway: TestGateway
  let web: TestWeb
  let provider: DevelopmentProvider
  /** Once: what is begun, and asked for, as somebody in between would have it. */
  let tamper: (oidc: Oidc) => Oidc = (same) => same
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
    web = await openTestWeb(gateway.deps, {}, {}, async (origin) => {
      provider = await openDevelopmentProvider({
        isProduction: false,
        ...CLIENT,
        redirect: `${origin}${RETURN_PATH}`,
        people: ['amel', 'bruno', 'nobody-here'],
      })
      const oidc = openOidc({ issuer: provider.issuer, ...CLIENT, origin })
      return { name: oidc.name, begin: (given) => oidc.begin(given), finish: (given) => tamper(oidc).finish(given) }
    })
    await gateway.deps.store.transaction((tx) => tx.people.putAccount(amel()))
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await provider[Symbol.asyncDispose]()
    await gateway.stop()
  })
  const id = randomUUID()
  const amel = (): Account => ({
    id,
    name: 'DEMO Amel',
    role: 'officer',
    organisation: 'pairs-paris' as OrganisationId,
    from: 0,
    subject: `${provider.issuer} amel`,
  })

  /** Goes through the provider as that person; answers what it sends the browser back with. */
  const cameBack = async (url: string, subject = 'amel'): Promise<URL> => {
    const page = await (await fetch(url)).text()
    const sent = await fetch(`${provider.issuer}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ ...hiddenFields(page.replaceAll('">', '" />')), subject }),
    })
    return new URL(sent.headers.get('location') ?? '')
  }
  const away = async (browser: CookieJar, path = '/sign-in/oidc', form = {}): Promise<string> => {
    const { headers } = await browser.post(path, { to: '/changes', shared: 'no', ...form })
    return (headers.get('refresh') ?? '').replace('0; url=', '')
  }
  const back = (browser: CookieJar, { pathname, search }: URL) => browser.get(`${pathname}${search}`)
  const isIn = async (browser: CookieJar) => (await browser.get('/passkeys')).status === 200

  it('comes back over a page of ours, signed in, to where it began', async () => {
    const browser = aBrowser(web.stranger)
    const url = await away(browser)
    assert.match(url, /request_uri=urn/)
    assert.doesNotMatch(url, /nonce|code_challenge/)
    const reply = await back(browser, await cameBack(url))
    assert.equal(reply.status, 200)
    assert.match(reply.headers.get('refresh') ?? '', /^0; url=\/sign-in\/kept\?to=/)
    assert.equal((await browser.get('/sign-in/kept?to=%2Fchanges')).headers.get('location'), '/changes')
    assert.ok(await isIn(browser))
  })

  it('knows people by issuer and subject alone, and names nobody where there is no account', async () => {
    const browser = aBrowser(web.stranger)
    const reply = await back(browser, await cameBack(await away(browser), 'nobody-here'))
    assert.equal(reply.status, 403)
    assert.equal(browser.cookie(SESSION_COOKIE), undefined)
  })

  const TAMPERED: Readonly<Record<string, (oidc: Oidc, url: URL) => Oidc>> = {
    'another state': (oidc) => ({
      ...oidc,
      finish: ({ query, state }) => oidc.finish({ query, state: { ...state, state: 'other' } }),
    }),
    'another nonce': (oidc) => ({
      ...oidc,
      finish: ({ query, state }) => oidc.finish({ query, state: { ...state, nonce: 'other' } }),
    }),
    'another verifier': (oidc) => ({
      ...oidc,
      finish: ({ query, state }) => oidc.finish({ query, state: { ...state, verifier: 'v'.repeat(43) } }),
    }),
    'another issuer': (oidc) => ({
      ...oidc,
      finish: ({ query, state }) => {
        const changed = new URLSearchParams(query)
        changed.set('iss', 'https://evil.example')
        return oidc.finish({ query: changed.toString(), state })
      },
    }),
  }
  for (const [name, changed] of Object.entries(TAMPERED))
    it(`H110 refuses ${name}`, async () => {
      const browser = aBrowser(web.stranger)
      const url = await cameBack(await away(browser))
      tamper = (oidc) => changed(oidc, url)
      const reply = await back(browser, url)
      tamper = (same) => same
      assert.equal(reply.status, 403)
      assert.equal(browser.cookie(SESSION_COOKIE), undefined)
    })

  it('H110 refuses what was begun in another browser, a code that was used, and a request that was not pushed', async () => {
    const [browser, other] = [aBrowser(web.stranger), aBrowser(web.stranger)]
    const url = await cameBack(await away(browser))
    assert.equal((await back(other, url)).status, 403)
    const held = browser.cookie('__Host-elsewhere') ?? ''
    assert.equal((await back(browser, url)).status, 200)
    assert.equal((await back(aBrowser(web.stranger, `__Host-elsewhere=${held}`), url)).status, 403)
    await away(other)
    assert.equal((await back(other, url)).status, 403)
    const asked = `${provider.issuer}/authorize?client_id=passerelle&response_type=code&redirect_uri=${encodeURIComponent(url.origin)}`
    assert.equal((await fetch(asked)).status, 400)
  })

  it('H114 proves anew who somebody is where they proved it now, and as nobody else', async () => {
    const browser = aBrowser(web.stranger)
    await back(browser, await cameBack(await away(browser)))
    gateway.advance(6 * 60_000)
    assert.match((await browser.get('/passkeys/new')).headers.get('location') ?? '', /^\/step-up/)
    const late = await cameBack(await away(browser, '/step-up/oidc'))
    tamper = (oidc) => ({
      ...oidc,
      finish: ({ query, state }) =>
        oidc.finish({ query, state: { ...state, authenticatedFrom: Math.floor(Date.now() / 1000) + 60 } }),
    })
    assert.equal((await back(browser, late)).status, 403)
    tamper = (same) => same
    assert.equal((await browser.get('/passkeys/new')).status, 303)
    const bruno = { ...amel(), id: randomUUID(), subject: `${provider.issuer} bruno` }
    await gateway.deps.store.transaction((tx) => tx.people.putAccount(bruno))
    for (const other of ['nobody-here', 'bruno']) {
      const returned = await cameBack(await away(browser, '/step-up/oidc'), other)
      assert.equal((await back(browser, returned)).status, 403)
    }
    assert.equal((await browser.get('/passkeys/new')).status, 303)
    assert.equal((await back(browser, await cameBack(await away(browser, '/step-up/oidc')))).status, 200)
    assert.equal((await browser.get('/passkeys/new')).status, 200)
  })

  it('lets in nobody whose account has ended', async () => {
    await gateway.deps.store.transaction((tx) => tx.people.putAccount({ ...amel(), endedAt: 1 }))
    const browser = aBrowser(web.stranger)
    assert.equal((await back(browser, await cameBack(await away(browser)))).status, 403)
    await gateway.deps.store.transaction((tx) => tx.people.putAccount(amel()))
  })

  it('H134 while the provider is down officers with passkeys act, and sessions keep their limits', async () => {
    await using down = await openTestWeb(gateway.deps, {}, {}, async (origin) =>
      openOidc({ issuer: 'http://127.0.0.1:1', ...CLIENT, origin }),
    )
    const browser = aBrowser(down.stranger)
    const refused = await browser.post('/sign-in/oidc', { to: '/' })
    assert.equal(refused.status, 403)
    assert.match(refused.text, /sign in with a passkey/)
    const officer = await down.signIn('officer')
    const passkey = await down.givePasskey(officer)
    const entered = aBrowser(down.stranger)
    const { text } = await entered.get('/sign-in')
    assert.equal((await entered.post('/sign-in/passkey', { ...passkey.fill(text), shared: 'no' })).status, 303)
    assert.equal((await entered.get('/passkeys/new')).status, 200)
    gateway.advance(61 * 60_000)
    assert.equal((await entered.get('/passkeys')).status, 303)
    assert.match((await entered.get('/sign-in')).text, /127\.0\.0\.1:1/)
  })

  it('has no such pages where nobody vouches', async () => {
    await using alone = await openTestWeb(gateway.deps)
    assert.equal((await alone.stranger.post('/sign-in/oidc')).status, 404)
    assert.equal((await alone.stranger.get('/sign-in/oidc/return?code=1&state=2')).status, 403)
    assert.doesNotMatch((await alone.stranger.get('/sign-in')).text, /\/sign-in\/oidc/)
  })
})

describe('the development provider', () => {
  const settings = { isProduction: false, ...CLIENT, redirect: 'http://localhost/', people: ['amel'] }

  it('refuses production, and to listen for other machines', async () => {
    await assert.rejects(openDevelopmentProvider({ ...settings, isProduction: true }), /NODE_ENV=production/)
    for (const host of ['0.0.0.0', '::', '192.0.2.1'])
      await assert.rejects(openDevelopmentProvider({ ...settings, host }), /on this machine alone/)
  })

  it('answers another client, another way, or a code of nobody with nothing', async () => {
    await using provider = await openDevelopmentProvider(settings)
    const push = (members: Readonly<Record<string, string>>) =>
      fetch(`${provider.issuer}/par`, { method: 'POST', body: new URLSearchParams(members) })
    const client = { client_id: CLIENT.clientId, client_secret: CLIENT.secret, redirect_uri: settings.redirect }
    assert.equal((await push({ ...client, client_secret: 'other', code_challenge_method: 'S256' })).status, 400)
    assert.equal((await push({ ...client, redirect_uri: 'http://evil/', code_challenge_method: 'S256' })).status, 400)
    assert.equal((await push({ ...client, code_challenge_method: 'plain' })).status, 400)
    assert.equal((await push({ ...client, code_challenge_method: 'S256' })).status, 201)
    const body = new URLSearchParams({ ...client, code: 'made-up' })
    assert.equal((await fetch(`${provider.issuer}/token`, { method: 'POST', body })).status, 400)
    assert.equal((await fetch(`${provider.issuer}/login`, { method: 'POST' })).status, 400)
    assert.equal((await fetch(`${provider.issuer}/nowhere`)).status, 404)
  })
})
