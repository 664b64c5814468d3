/** Sign-in of a demo through whoever vouches for its people: the provider that it brings, by the code that any provider is met with. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'mocha'
import type { WebConfig } from '#cli/config-web.ts'
import { demoProvider } from '#cli/demo/provider.ts'
import type { DemoProvider } from '#cli/demo/provider.ts'
import { openWeb } from '#cli/wire-web.ts'
import type { OpenedWeb } from '#cli/wire-web.ts'
import { DEMO_PEOPLE, openDemoAccounts } from '#gateway/rooms/sign-in-demo.ts'
import type { DemoPerson } from '#gateway/rooms/sign-in-demo.ts'
import { aBrowser } from '#test/support/browser-cookies.ts'
import type { CookieJar } from '#test/support/browser-cookies.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { hiddenFields } from '#test/support/passkey.ts'
import { CHANGING, strangerAt } from '#test/support/web.ts'

const CONFIG: WebConfig = { port: 0, host: '127.0.0.1', origin: 'localhost', timeZone: 'UTC' }
const FIRST: Readonly<Record<DemoPerson, string>> = {
  officer: '/policy',
  second: '/policy',
  operator: '/operators',
  reader: '/inbox',
}

describe('the provider of a demo', () => {
  let gateway: TestGateway
  let provider: DemoProvider
  let web: OpenedWeb
  beforeEach(async () => {
    gateway = await bootGateway({ worker: 'paused' })
    provider = demoProvider()
    const deps = { ...gateway.deps, changing: CHANGING, expiring: () => [] }
    web = await openWeb(deps, CONFIG, { plain: 'demo', vouch: provider.vouch })
  })
  afterEach(async () => {
    await web.stop()
    await provider[Symbol.asyncDispose]()
    await gateway.stop()
  })

  const away = async (browser: CookieJar): Promise<string> => {
    const { headers } = await browser.post('/sign-in/oidc', { to: '/', shared: 'no' })
    return (headers.get('refresh') ?? '').replace('0; url=', '')
  }
  /** As a person presses the button of that name at the provider. */
  const comeBack = async (browser: CookieJar, url: string, subject: string): Promise<number> => {
    const page = await (await fetch(url)).text()
    const sent = await fetch(new URL('/login', url), {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ ...hiddenFields(page.replaceAll('">', '" />')), subject }),
    })
    const { pathname, search } = new URL(sent.headers.get('location') ?? assert.fail(`${sent.status}`))
    return (await browser.get(`${pathname}${search}`)).status
  }

  it('vouches for each invented person, who comes in to the pages of their role', async () => {
    await openDemoAccounts(gateway.deps, 'pairs-social-worker', provider.subjectOf)
    assert.match((await strangerAt(web.url).get('/sign-in')).text, /Sign in through your organisation/)
    for (const person of DEMO_PEOPLE) {
      const browser = aBrowser(strangerAt(web.url))
      assert.equal(await comeBack(browser, await away(browser), person), 200)
      assert.equal((await browser.get(FIRST[person])).status, 200, person)
    }
    const rows = await gateway.deps.store.read.audit.rows(1, 100)
    assert.equal(rows.filter(({ event }) => event.act === 'signed-in' && event.justification === 'oidc').length, 4)
  })

  it('lets nobody in who has no account for it, as where it vouches for none', async () => {
    await openDemoAccounts(gateway.deps, 'pairs-social-worker')
    const browser = aBrowser(strangerAt(web.url))
    assert.equal(await comeBack(browser, await away(browser), 'officer'), 403)
    assert.equal((await browser.get('/policy')).status, 303)
  })

  it('is not begun where a provider is set, nor in production', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'passerelle-oidc-'))
    const secretFile = join(folder, 'secret')
    writeFileSync(secretFile, 'a secret')
    const vouch = () => assert.fail('begun')
    const config = { ...CONFIG, oidc: { issuer: 'https://login.example', clientId: 'passerelle', secretFile } }
    const deps = { ...gateway.deps, changing: CHANGING, expiring: () => [] }
    const other = await openWeb(deps, config, { plain: 'demo', vouch })
    assert.match((await strangerAt(other.url).get('/sign-in')).text, /You are sent to login\.example/)
    await other.stop()
    rmSync(folder, { recursive: true })
    const before = process.env['NODE_ENV']
    process.env['NODE_ENV'] = 'production'
    try {
      await assert.rejects(demoProvider().vouch('http://localhost:1/x'), /not with NODE_ENV=production/)
    } finally {
      if (before === undefined) delete process.env['NODE_ENV']
      else process.env['NODE_ENV'] = before
    }
    assert.equal(demoProvider().subjectOf('officer'), undefined)
    await demoProvider()[Symbol.asyncDispose]()
  })
})
