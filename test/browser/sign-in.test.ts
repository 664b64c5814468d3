/** Coming in and leaving as a person does it, in a real browser: link, passkey, step up, an organisation's own sign-in, expiry, a shared computer. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import type { Page } from 'playwright-core'
import type { OrganisationId } from '#gateway/core/ids.ts'
import { openDevelopmentProvider } from '#adapters/sign-in/development-provider.ts'
import type { DevelopmentProvider } from '#adapters/sign-in/development-provider.ts'
import { openOidc, RETURN_PATH } from '#adapters/sign-in/oidc.ts'
import { addAuthenticator, closePage, faultsOf, keepPicture, openBrowser } from '#test/support/browser.ts'
import type { TestBrowser } from '#test/support/browser.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb } from '#test/support/web.ts'

const CLIENT = { clientId: 'passerelle', secret: 'a secret of the test' }

describe('a person in a browser', function () {
  this.timeout(60_000)
  let gateway: TestGateway
  let web: TestWeb
  let provider: DevelopmentProvider
  let browser: TestBrowser
  let operator: Person
  before(async function () {
    browser = await openBrowser(this)
    gateway = await bootGateway({ worker: 'paused' })
    web = await openTestWeb(gateway.deps, {}, {}, async (origin) => {
      const redirect = `${origin}${RETURN_PATH}`
      provider = await openDevelopmentProvider({ isProduction: false, ...CLIENT, redirect, people: ['amel'] })
      return openOidc({ issuer: provider.issuer, ...CLIENT, origin })
    })
    operator = await web.signIn('operator')
  })
  after(async () => {
    await browser?.[Symbol.asyncDispose]()
    await web?.[Symbol.asyncDispose]()
    await provider?.[Symbol.asyncDispose]()
    await gateway?.stop()
  })

  const pathOf = (page: Page): string => new URL(page.url()).pathname

  it('comes in by a link, makes a passkey, leaves, and is back by the passkey alone', async () => {
    const { text } = await operator.post('/operators/people/new', {
      name: 'DEMO Chloé',
      role: 'operator',
      organisation: 'pairs-paris',
    })
    const link = /\/sign-in\/link\/[A-Za-z0-9_-]{43}/.exec(text)?.[0] ?? ''
    const page = await browser.open(web, undefined)
    const authenticator = await addAuthenticator(page)
    await page.goto(link)
    await keepPicture(page, 'sign-in-link')
    await page.getByRole('button', { name: 'Make the passkey' }).click()
    await page.waitForURL('**/operators')
    assert.equal(await authenticator.credentials(), 1)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in?left=1')
    assert.match((await page.textContent('main')) ?? '', /You are signed out/)
    assert.deepEqual(await page.context().cookies(), [])
    // Nothing of it is behind the back button.
    await page.goBack()
    await page.waitForURL(/sign-in/)
    await page.goto('/sign-in')
    await keepPicture(page, 'sign-in')
    assert.ok(await page.getByLabel('Other people use this computer too').first().isChecked())
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL('**/operators')
    // What counts asks again after five minutes, and what was written is not lost.
    await page.goto('/operators/people/new')
    await page.getByLabel('Name').fill('DEMO kept name')
    await page.getByLabel('auditor').check()
    await page.getByLabel('Organisation', { exact: true }).selectOption('pairs-paris')
    gateway.advance(6 * 60_000)
    await page.getByRole('button', { name: 'Add and make the link' }).click()
    await page.waitForURL('**/step-up')
    await page.getByRole('button', { name: 'Use your passkey' }).click()
    await page.waitForURL('**/sign-in/kept')
    await keepPicture(page, 'sign-in-kept')
    await page.getByRole('button', { name: 'Send it now' }).click()
    await page.waitForURL('**/operators/people/new')
    assert.match((await page.textContent('main')) ?? '', /Give this link to DEMO kept name/)
    // A shared computer is left after a quarter of an hour.
    gateway.advance(16 * 60_000)
    await page.goto('/operators/people')
    assert.equal(pathOf(page), '/sign-in')
    assert.deepEqual(faultsOf(page), [])
    await closePage(page)
  })

  it('says so where no passkey is given, and where nothing of ours may run', async () => {
    const page = await browser.open(web, undefined)
    await page.goto('/sign-in')
    await addAuthenticator(page)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.getByText('The passkey was not given').waitFor()
    await closePage(page)
    const plain = await browser.open(web, undefined, { scripts: 'off' })
    await plain.goto('/sign-in')
    assert.match((await plain.textContent('main')) ?? '', /A passkey needs JavaScript/)
    await closePage(plain)
  })

  it('goes through the organisation and comes back signed in, also without scripts', async () => {
    const account = {
      id: randomUUID(),
      name: 'DEMO Amel',
      role: 'operator',
      organisation: 'pairs-paris' as OrganisationId,
      from: 0,
      subject: `${provider.issuer} amel`,
    } as const
    await gateway.deps.store.transaction((tx) => tx.people.putAccount(account))
    for (const scripts of ['on', 'off'] as const) {
      const page = await browser.open(web, undefined, { scripts })
      await page.goto('/operators/keys')
      assert.equal(pathOf(page), '/sign-in')
      await page.getByRole('button', { name: 'Sign in through your organisation' }).click()
      await page.getByRole('button', { name: 'amel' }).click()
      await page.waitForURL('**/operators/keys')
      assert.match((await page.textContent('body')) ?? '', /DEMO Amel/)
      assert.deepEqual(faultsOf(page), [])
      await closePage(page)
    }
  })

  it('is told two minutes before the end, stays by one press, and is out when nobody does', async () => {
    const page = await browser.open(web, await web.signIn('operator'), { scripts: 'off' })
    const reply = await page.goto('/operators/keys')
    assert.match(reply?.headers()['refresh'] ?? '', /^\d+; url=\/sign-in\/expiring\?to=%2Foperators%2Fkeys$/)
    gateway.advance(58 * 60_000)
    await page.goto('/sign-in/expiring?to=%2Foperators%2Fkeys')
    await keepPicture(page, 'sign-in-expiring')
    await page.getByRole('button', { name: 'Stay signed in' }).click()
    await page.waitForURL('**/operators/keys')
    gateway.advance(61 * 60_000)
    await page.goto('/sign-in/expiring?to=%2Foperators%2Fkeys')
    assert.equal(page.url(), `${web.origin}/sign-in?to=%2Foperators%2Fkeys&ended=1`)
    await closePage(page)
  })
})
