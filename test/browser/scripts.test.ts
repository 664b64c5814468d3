/** What the scripts add, and that each page does without them. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { closePage, faultsOf, openBrowser, overflowOf } from '#test/support/browser.ts'
import type { TestBrowser } from '#test/support/browser.ts'
import { openPageStage } from './page-stage.ts'
import type { PageStage } from './page-stage.ts'

const CELL = '/policy/cells/PS/employment'

describe('scripts in a browser', function () {
  this.timeout(60_000)
  let stage: PageStage
  let browser: TestBrowser
  before(async function () {
    browser = await openBrowser(this)
    stage = await openPageStage()
  })
  after(async () => {
    await stage?.[Symbol.asyncDispose]()
    await browser?.[Symbol.asyncDispose]()
  })

  it('the preview follows what is chosen, under the content policy as it is', async () => {
    const page = await browser.open(stage.web, stage.people.officer)
    await page.goto(CELL)
    assert.doesNotMatch((await page.locator('#preview').textContent()) ?? '', /as a summary/)
    await page.getByLabel('Summary', { exact: true }).check()
    await page.locator('#preview', { hasText: 'as a summary' }).waitFor()
    assert.equal(await page.locator('html.js-enabled').count(), 1)
    assert.deepEqual(faultsOf(page), [])
    await closePage(page)
  })

  it('without scripts a language is chosen, a preview is asked for by its button, and nothing is wider than the window', async () => {
    const page = await browser.open(stage.web, stage.people.officer, { scripts: 'off', width: 360 })
    await page.goto(CELL)
    await page.getByRole('link', { name: 'Français' }).click()
    assert.equal(await page.locator('html').getAttribute('lang'), 'fr')
    await page.getByLabel('Synthèse', { exact: true }).check()
    await page.getByRole('button', { name: 'Aperçu' }).click()
    assert.match((await page.locator('#preview').textContent()) ?? '', /sous forme de synthèse/)
    await closePage(page)
  })

  it('"Hide now" leaves a page that says nothing, and the way back shows nothing either', async () => {
    const person = await stage.web.signIn('reader')
    const page = await browser.open(stage.web, person)
    await page.goto('/inbox')
    await page.getByRole('button', { name: 'Hide now' }).click()
    assert.equal(new URL(page.url()).pathname, '/away')
    assert.doesNotMatch(await page.locator('body').innerText(), /Passerelle|Inbox|DEMO/)
    assert.deepEqual(await page.context().cookies(), [])
    await page.goBack()
    assert.doesNotMatch(await page.locator('body').innerText(), /DEMO reader|Reference/)
    assert.equal(await overflowOf(page), 0)
    await closePage(page)
  })
})
