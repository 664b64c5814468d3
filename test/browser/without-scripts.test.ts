/** Every page with scripts switched off: it says what it is, and whatever can be pressed leads somewhere; and two people who get their work done so. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { Page } from 'playwright-core'
import { waitingReferrals } from '#cli/demo/waiting.ts'
import { ROUTES } from '#gateway/http/web/app.ts'
import { closePage, keepPicture, openBrowser } from '#test/support/browser.ts'
import type { TestBrowser } from '#test/support/browser.ts'
import { sampledMs } from '#test/support/samples.ts'
import { openPageStage, viewsOf } from './page-stage.ts'
import type { PageStage, View } from './page-stage.ts'
import { eventually, firstRow, openHouse } from './people.ts'
import type { House } from './people.ts'

/** What stands on a page, as far as it can be pressed. */
interface Pressable {
  readonly heading: string
  readonly forms: readonly { readonly method: string; readonly action: string }[]
  /** Buttons that stand in no form and send none. */
  readonly loose: readonly string[]
  /** Links without an address, and addresses that only a script could follow. */
  readonly empty: readonly string[]
  /** Parts that only a script would show, and that say nothing themselves. */
  readonly hidden: readonly string[]
}

/** Asked from outside: nothing of the page runs. */
const LOOK = `(() => {
  const textOf = (element) => (element.innerText || element.getAttribute('aria-label') || '').trim()
  const main = document.querySelector('h1')
  const all = (selector) => [...document.querySelectorAll(selector)]
  return {
    heading: main === null ? '' : main.textContent.trim(),
    forms: all('form').map((form) => ({ method: form.method, action: form.getAttribute('action') || '' })),
    loose: all('button, input[type=submit]')
      .filter((button) => button.checkVisibility() && (button.form === null || button.type !== 'submit'))
      .map(textOf),
    empty: all('a')
      .filter((link) => link.checkVisibility())
      .filter((link) => !link.getAttribute('href') || /^(#|javascript:)$/.test(link.getAttribute('href')))
      .map(textOf),
    hidden: all('main [hidden]').filter((part) => part.querySelector('form, a[href], input, select') !== null).map(textOf),
  }
})()`

/** As Express reads them: a parameter stands for one part of a path. */
const takes = (method: string, path: string): boolean =>
  ROUTES.some((route) => {
    const pattern = new RegExp(`^${route.path.replaceAll(/:[a-zA-Z]+/g, '[^/]+')}$`)
    return route.method === method && pattern.test(path)
  })

describe('every page without scripts', function () {
  this.timeout(sampledMs(90_000))
  let stage: PageStage
  let browser: TestBrowser
  let views: readonly View[]
  before(async function () {
    browser = await openBrowser(this)
    stage = await openPageStage()
    views = await viewsOf(stage)
  })
  after(async () => {
    await stage?.[Symbol.asyncDispose]()
    await browser?.[Symbol.asyncDispose]()
  })

  it('says what it is, and has no form without an address, no button that does nothing, and no link to nowhere', async () => {
    const windows = new Map<string, Page>()
    const wrong: string[] = []
    let forms = 0
    for (const { role, address } of views) {
      const person = role === 'nobody' ? undefined : stage.people[role]
      const page = windows.get(role) ?? (await browser.open(stage.web, person, { scripts: 'off' }))
      windows.set(role, page)
      await page.goto(address)
      const found = await page.evaluate<Pressable>(LOOK)
      const at = `${role} ${address}`
      if (found.heading === '') wrong.push(`${at}: no heading`)
      for (const { method, action } of found.forms) {
        forms += 1
        const { pathname, origin } = new URL(action, stage.web.origin)
        if (origin !== stage.web.origin || action === '' || !takes(method, pathname))
          wrong.push(`${at}: nothing takes ${method} ${action}`)
      }
      for (const [what, texts] of [
        ['a dead button', found.loose],
        ['a link to nowhere', found.empty],
        ['nothing shows', found.hidden],
      ] as const)
        for (const text of texts) wrong.push(`${at}: ${what}: ${text}`)
    }
    for (const page of windows.values()) await closePage(page)
    console.log(`    ${views.length} pages, ${forms} forms`)
    assert.deepEqual(wrong, [])
    assert.ok(forms > views.length)
  })

  it('nothing of a page runs: a script of ours would have marked the document', async () => {
    const page = await browser.open(stage.web, stage.people.reader, { scripts: 'off' })
    await page.goto('/inbox')
    assert.doesNotMatch((await page.locator('body').getAttribute('class')) ?? '', /js-enabled/)
    await closePage(page)
  })
})

describe('without scripts', function () {
  this.timeout(240_000)
  let house: House
  before(async function () {
    house = await openHouse(this)
    await house.stage.choose('pairs-social-worker', { depth: 'D3' }, 'organisation')
    const [first] = waitingReferrals(house.stage.cases)
    await house.stage.send('probation-counsellor', first ?? assert.fail('nothing waits'))
  })
  after(() => house?.[Symbol.asyncDispose]())

  it('a social worker starts without history, reads up to the current picture with a reason, and acknowledges', async () => {
    const reader = await house.enter('reader', { scripts: 'off' })
    const main = (): Promise<string> => reader.locator('main').innerText()
    await reader.goto(await firstRow(reader, '/inbox'))
    assert.match(reader.url(), /\/arrival$/)
    await reader.getByRole('radio', { name: /^Start without history/ }).check()
    await reader.getByRole('button', { name: 'Open', exact: true }).click()
    const address = await firstRow(reader, '/inbox?tab=mine')
    await eventually(reader, address, /Legal measures/)
    assert.match(await main(), /You read at “Start without history”/)
    await reader.getByRole('link', { name: 'Show more history' }).first().click()
    await reader.getByRole('radio', { name: /^Current picture/ }).check()
    await reader.getByRole('radio', { name: /^From now on/ }).check()
    await reader.getByRole('radio', { name: /^I prepare a meeting/ }).check()
    await reader.getByLabel(/^In your words/).fill('First meeting on Thursday morning.')
    await reader.locator('main').getByRole('button').first().click()
    await eventually(reader, address, /You read at “Current picture”/)
    await keepPicture(reader, 'without-scripts-case')
    await reader.getByRole('button', { name: /^Acknowledge/ }).click()
    assert.match(await main(), /Acknowledged/)
    await reader.getByRole('button', { name: 'Sign out' }).click()
    assert.match(reader.url(), /\/sign-in\?left=1$/)
    await closePage(reader)
  })

  it('an officer edits a cell, sees the sentence that it makes, and has it in a draft', async () => {
    const officer = await house.enter('officer', { scripts: 'off' })
    await officer.goto('/policy')
    await officer.locator('a[href="/policy/cells/PP/employment"]').click()
    await officer.getByRole('radio', { name: /^That it exists/ }).check()
    await officer.getByLabel(/^Why/).fill('Psychologists work with the summary.')
    await officer.getByRole('button', { name: 'Preview' }).click()
    assert.match(await officer.locator('main').innerText(), /What this says/)
    assert.equal(await officer.getByLabel(/^Why/).inputValue(), 'Psychologists work with the summary.')
    await officer.getByRole('button', { name: 'Put into the draft' }).click()
    assert.match(officer.url(), /\/changes\/[^/]+$/)
    assert.match(await officer.locator('main').innerText(), /Discloses less/)
    await keepPicture(officer, 'without-scripts-draft')
    await closePage(officer)
  })
})
