/** A social worker without a mouse: from the sign-in to a case at the step they chose, and to more of it with a reason, by keys alone. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { Page } from 'playwright-core'
import { waitingReferrals } from '#cli/demo/waiting.ts'
import { keepPicture } from '#test/support/browser.ts'
import { firstRow, openHouse } from './people.ts'
import type { House } from './people.ts'

const MOST_STOPS = 150

describe('a person at the keyboard', function () {
  this.timeout(240_000)
  let house: House
  let page: Page
  before(async function () {
    house = await openHouse(this)
    await house.stage.choose('pairs-social-worker', { depth: 'D3' }, 'organisation')
    const [first] = waitingReferrals(house.stage.cases)
    await house.stage.send('probation-counsellor', first ?? assert.fail('nothing waits'))
    page = await house.open()
  })
  after(() => house?.[Symbol.asyncDispose]())

  /** What has the focus, as it is called: its own text, or that of its label. */
  const focused = (): Promise<string> =>
    page.evaluate<string>(
      `(() => { const at = document.activeElement; return ((at.labels && at.labels[0] ? at.labels[0] : at).innerText || '').trim() })()`,
    )
  /** Tab after Tab, until it is called so. */
  const reach = async (name: RegExp): Promise<void> => {
    const passed: string[] = []
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
      await page.keyboard.press('Tab')
      const text = await focused()
      if (name.test(text)) return
      passed.push(text)
    }
    assert.fail(`no ${String(name)} among ${passed.join(' | ')}`)
  }
  const press = async (name: RegExp, key: 'Enter' | 'Space'): Promise<void> => {
    await reach(name)
    await page.keyboard.press(key)
  }
  /** Of radios only the chosen or the first is a stop; arrows go on from there. */
  const choose = async (first: RegExp, wanted: RegExp): Promise<void> => {
    await reach(first)
    await page.keyboard.press('Space')
    for (let step = 0; step < 8 && !wanted.test(await focused()); step += 1) await page.keyboard.press('ArrowDown')
    assert.match(await focused(), wanted)
  }
  const main = (): Promise<string> => page.locator('main').innerText()
  /** A page that is being prepared shows itself again by itself. */
  const says = (wanted: RegExp): Promise<void> =>
    page.locator('main').filter({ hasText: wanted }).waitFor({ timeout: 60_000 })

  it('comes in, and the first stop of a page leads past its navigation', async () => {
    await page.goto('/sign-in')
    await press(/Social worker/, 'Enter')
    await page.waitForURL((url) => url.pathname !== '/sign-in')
    await page.goto('/inbox')
    await page.keyboard.press('Tab')
    assert.match(await focused(), /Skip to/)
  })

  it('opens a case at the step that they choose', async () => {
    // Once it has come.
    await firstRow(page, '/inbox')
    await page.goto('/inbox')
    await press(/^[0-9a-f]{4} [0-9a-f]{4} /, 'Enter')
    await page.waitForURL(/\/arrival$/)
    await choose(/^Start without history/, /^Start without history/)
    await press(/^Open$/, 'Enter')
    await says(/Legal measures/)
    await keepPicture(page, 'keyboard-case')
  })

  it('reads more of it with a reason', async () => {
    await press(/^Show more history/, 'Enter')
    await page.waitForURL(/\/more$/)
    await choose(/^Start without history/, /^Current picture/)
    await choose(/^For this visit/, /^From now on/)
    await choose(/^I prepare a meeting/, /^I prepare a meeting/)
    await reach(/^In your words/)
    await page.keyboard.type('First meeting on Thursday morning.')
    await press(/^Open$/, 'Enter')
    await page.waitForURL((url) => !url.pathname.endsWith('/more'))
    await says(/Protective factors/)
    assert.match(await main(), /Current picture/)
  })
})
