/** Every page of the route tables, in every language and two widths, as a browser shows it: nothing hinders anybody, nothing is refused by the content policy. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import type { Page } from 'playwright-core'
import { PAGE_LANGUAGES } from '#gateway/core/account.ts'
import type { PageLanguage } from '#gateway/core/account.ts'
import { axeOf, faultsOf, keepPicture, openBrowser, overflowOf } from '#test/support/browser.ts'
import type { Look, TestBrowser } from '#test/support/browser.ts'
import { isFullRun, sampledMs } from '#test/support/samples.ts'
import { getRoutes, openPageStage, PROBLEM_PAGES, ROWS, viewsOf } from './page-stage.ts'
import type { PageStage, View } from './page-stage.ts'

const WIDTHS = [360, 1100] as const
/** Views of a plain run; a full one takes all. */
const FEW = 5

interface Shown extends View {
  readonly language: PageLanguage
  readonly width: number
}

/** The same few for the same seed; all in a full run. */
const some = <Each>(all: readonly Each[], count: number): readonly Each[] =>
  isFullRun
    ? all
    : (fc.sample(
        fc.shuffledSubarray([...all], {
          minLength: Math.min(count, all.length),
          maxLength: Math.min(count, all.length),
        }),
        1,
      )[0] ?? [])

describe('every page in a browser', function () {
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

  /** One window for each person and content policy, used again and again: to open one takes longer than to show a page. */
  const windows = new Map<string, Page>()
  const go = async ({ address, role, route }: View, look: Look): Promise<Page> => {
    const key = `${role} ${look.contentPolicy ?? 'kept'}`
    const page =
      windows.get(key) ?? (await browser.open(stage.web, role === 'nobody' ? undefined : stage.people[role], look))
    windows.set(key, page)
    await page.setExtraHTTPHeaders({ 'accept-language': look.language ?? 'en' })
    await page.setViewportSize({ width: look.width ?? 1100, height: 900 })
    await page.emulateMedia({ media: 'screen', colorScheme: 'light', forcedColors: 'none' })
    const reply = await page.goto(address)
    statuses.set(`${role} ${address}`, PROBLEM_PAGES.has(route) ? 200 : (reply?.status() ?? 0))
    return page
  }
  const statuses = new Map<string, number>()
  const nameOf = ({ address, role }: View, rest: string): string =>
    `${role}${address.replaceAll(/[^a-z0-9]+/gi, '-')}-${rest}`.slice(0, 120)

  it('has an address for each page with parameters', () => {
    const missing = getRoutes().filter(({ path }) => path.includes(':') && ROWS[path] === undefined)
    assert.deepEqual(
      missing.map(({ path }) => path),
      [],
    )
    const paths = new Set(getRoutes().map(({ path }) => path))
    assert.deepEqual(
      Object.keys(ROWS).filter((path) => !paths.has(path)),
      [],
    )
  })

  it('axe-core finds nothing on a page, in any language, narrow or wide', async () => {
    const all = views.flatMap((view) =>
      PAGE_LANGUAGES.flatMap((language) => WIDTHS.map((width): Shown => ({ ...view, language, width }))),
    )
    const chosen = some(all, FEW)
    const found: string[] = []
    for (const view of chosen) {
      const page = await go(view, { language: view.language, width: view.width, contentPolicy: 'lifted' })
      for (const { rule, impact, places } of await axeOf(page))
        found.push(
          `${view.role} ${view.address} ${view.language} ${view.width}: ${rule} (${impact}) ${places.join(' | ')}`,
        )
      const wider = await overflowOf(page)
      if (wider > 0) found.push(`${view.role} ${view.address} ${view.language} ${view.width}: ${wider} px too wide`)
      await keepPicture(page, nameOf(view, `${view.language}-${view.width}`))
    }
    console.log(`    ${chosen.length} of ${all.length} views looked at, of ${views.length} pages for who may see them`)
    assert.deepEqual(found, [])
    assert.ok(chosen.length > 0)
  })

  it('no page asks for what its content policy refuses; the keyboard reaches all that can be pressed, in order and in sight', async () => {
    const chosen = some(views, FEW)
    let pressed = 0
    for (const view of chosen) {
      const page = await go(view, {})
      assert.deepEqual(faultsOf(page), [], `${view.role} ${view.address}`)
      pressed += await walkByKeyboard(page, `${view.role} ${view.address}`)
    }
    console.log(`    ${chosen.length} of ${views.length} pages, ${pressed} stops of the keyboard`)
  })

  it('a page fits 320 pixels, colours that the reader chose, the dark, and paper', async () => {
    const chosen = some(views, FEW)
    for (const view of chosen) {
      const page = await go(view, { width: 320, contentPolicy: 'lifted' })
      assert.equal(await overflowOf(page), 0, `${view.role} ${view.address} at 320`)
      await page.emulateMedia({ forcedColors: 'active' })
      await keepPicture(page, nameOf(view, 'forced'))
      await page.emulateMedia({ forcedColors: 'none', colorScheme: 'dark' })
      const dark = await axeOf(page, ['color-contrast'])
      assert.deepEqual(dark, [], `${view.role} ${view.address} in the dark`)
      await page.emulateMedia({ colorScheme: 'light', media: 'print' })
      await keepPicture(page, nameOf(view, 'print'))
      assert.ok(await page.locator('h1').first().isVisible())
      assert.equal(
        await page.locator('.top, .ways, .foot').filter({ visible: true }).count(),
        0,
        'no navigation on paper',
      )
    }
    console.log(`    ${chosen.length} of ${views.length} pages`)
  })

  it('every page that was looked at was there', () => {
    const missing = [...statuses].filter(([, status]) => status >= 400)
    assert.deepEqual(missing, [])
    assert.ok(statuses.size > 0)
  })
})

/** What the focus is on, as the n-th of all that it can be on, and whether that can be seen. */
const WHERE = `(() => {
  const at = document.activeElement
  if (at === null || at === document.body) return undefined
  const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter((each) => each.getClientRects().length > 0 && !each.disabled)
  const look = getComputedStyle(at)
  const label = at.nextElementSibling
  const beside = label === null ? undefined : getComputedStyle(label, '::before')
  const isMarked = look.outlineStyle !== 'none' || look.boxShadow !== 'none' || (beside !== undefined && beside.boxShadow !== 'none')
  const box = at.getBoundingClientRect()
  return { index: all.indexOf(at), isMarked, isSeen: box.width > 0 && box.height > 0, name: at.outerHTML.slice(0, 90) }
})()`

/** Of a page with hundreds of links, so many. */
const MOST_STOPS = 60

/** Presses Tab until the focus leaves the page; answers how often it stopped. */
async function walkByKeyboard(page: Page, name: string): Promise<number> {
  let last = -1
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate<
      | { readonly index: number; readonly isMarked: boolean; readonly isSeen: boolean; readonly name: string }
      | undefined
    >(WHERE)
    if (at === undefined || at.index <= last) {
      assert.ok(
        stops > 0 || (await page.locator('a[href], button, input, summary').count()) === 0,
        `${name}: nothing can be reached`,
      )
      return stops
    }
    // Of radios the one that is chosen is a stop for all of them.
    assert.ok(at.isMarked, `${name}: the focus cannot be seen on ${at.name}`)
    assert.ok(at.isSeen, `${name}: ${at.name} has no size`)
    last = at.index
  }
  return MOST_STOPS
}
