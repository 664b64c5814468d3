/** How people come in, prove that they are there, stay, and leave no trace on a computer that others use. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { Page } from 'playwright-core'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { SESSION_COOKIE } from '#gateway/http/web/visitor.ts'
import { addAuthenticator, faultsOf, keepPicture } from '#test/support/browser.ts'
import { addPasskey, openHouse } from './people.ts'
import type { House } from './people.ts'

describe('signing in', function () {
  this.timeout(240_000)
  let house: House
  let page: Page

  before(async function () {
    house = await openHouse(this)
    page = await house.enter('officer')
    await addAuthenticator(page)
  })
  after(() => house?.[Symbol.asyncDispose]())

  const cookie = async (): Promise<string | undefined> =>
    (await page.context().cookies()).find(({ name }) => name === SESSION_COOKIE)?.value

  it('adds a passkey, leaves, and comes in with it', async () => {
    await addPasskey(page)
    const before = await cookie()
    assert.ok(before !== undefined)
    const left = page.waitForResponse((response) => new URL(response.url()).pathname === '/sign-out')
    await page.getByRole('button', { name: 'Sign out' }).first().click()
    assert.match((await (await left).allHeaders())['clear-site-data'] ?? '', /"cookies"/)
    await page.waitForURL(/\/sign-in/)
    assert.equal(await cookie(), undefined)
    await keepPicture(page, 'sign-in')
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL(/\/policy$/)
    assert.notEqual(await cookie(), before)
  })

  it('shows nothing of before to whoever presses Back on a shared computer', async () => {
    await page.goto('/changes')
    await page.getByRole('button', { name: 'Sign out' }).first().click()
    await page.waitForURL(/\/sign-in/)
    await page.goBack()
    assert.doesNotMatch(await page.locator('body').innerText(), /Waiting for you/)
  })

  it('ends by itself, and comes back to where one was', async () => {
    await page.goto('/sign-in')
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL(/\/policy$/)
    await page.request.post('/demo/clock', {
      form: { days: '1' },
      headers: { origin: house.origin, 'sec-fetch-site': 'same-origin' },
    })
    await page.goto('/changes')
    assert.match(page.url(), /\/sign-in\?to=%2Fchanges(&|$)/)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL(/\/changes$/)
  })

  it('asks for a proof again before an act that counts, once five minutes are over', async () => {
    await page.goto('/passkeys/new')
    assert.doesNotMatch(page.url(), /step-up/)
    const { store, clock } = house.stage.gateway.deps
    const id = sha256Hex((await cookie()) ?? '')
    await store.transaction((tx) => tx.people.touchSession(id, { seenAt: clock(), steppedUpAt: clock() - 6 * 60_000 }))
    await page.goto('/passkeys/new')
    assert.match(page.url(), /step-up/)
    await keepPicture(page, 'step-up')
    await page
      .getByRole('button', { name: /passkey/i })
      .first()
      .click()
    await page.waitForURL(/\/passkeys\/new$/)
  })

  it('meets no fault of script or content policy on the way', () => assert.deepEqual(faultsOf(page), []))
})
