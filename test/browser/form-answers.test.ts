/** What a page answers to its form, sent empty or as a first step: with its faults, its preview, its next step. Nothing hinders anybody there either. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import type { Page } from 'playwright-core'
import { PAGE_LANGUAGES } from '#gateway/core/account.ts'
import type { PageLanguage } from '#gateway/core/account.ts'
import { ROUTES } from '#gateway/http/web/app.ts'
import { axeOf, keepPicture, openBrowser, overflowOf } from '#test/support/browser.ts'
import type { TestBrowser } from '#test/support/browser.ts'
import { isFullRun, sampledMs } from '#test/support/samples.ts'
import { openPageStage, viewsOf } from './page-stage.ts'
import type { PageStage, View } from './page-stage.ts'

const WIDTHS = [360, 1100] as const
/** Answers of a plain run; a full one takes each form once. */
const FEW = 4

type Form = Readonly<Record<string, string>>

/** First steps that show something before anything is done; all else is sent empty. */
const FIRST_STEPS: Readonly<Record<string, readonly Form[]>> = {
  '/inbox/:delivery/ask': [
    {
      sections: 'accommodation',
      purpose: 'disengagement-support',
      urgency: 'days',
      text: 'Which hostel is meant, and until when may the person stay there?',
    },
  ],
  '/policy/cells/:recipientType/:section': [
    { level: 'existence', omission: 'declared', reason: 'Less is enough for the support that is given.' },
  ],
  '/why': [{ reference: 'NO-SUCH-CASE', recipient: '', from: '', until: '' }],
}

interface Sent extends View {
  readonly form: Form
  readonly language: PageLanguage
  readonly width: number
}

/** In which language and how wide a form is looked at: by chance, the same for the same seed. */
const looks = fc.sample(
  fc.record({ language: fc.constantFrom(...PAGE_LANGUAGES), width: fc.constantFrom(...WIDTHS) }),
  200,
)
let draws = 0
const drawn = (): Pick<Sent, 'language' | 'width'> =>
  looks[(draws += 1) % looks.length] ?? { language: 'en', width: 360 }

describe('the answers to forms in a browser', function () {
  this.timeout(sampledMs(90_000))
  let stage: PageStage
  let browser: TestBrowser
  let all: readonly Sent[]
  before(async function () {
    browser = await openBrowser(this)
    stage = await openPageStage()
    const posted = new Set(ROUTES.filter(({ method }) => method === 'post').map(({ path }) => path))
    all = (await viewsOf(stage))
      .filter(({ route, role }) => posted.has(route) && role !== 'nobody')
      .flatMap((view) => [{}, ...(FIRST_STEPS[view.route] ?? [])].map((form: Form) => ({ ...view, form })))
      .map((view) => ({ ...view, ...drawn() }))
  })
  after(async () => {
    await stage?.[Symbol.asyncDispose]()
    await browser?.[Symbol.asyncDispose]()
  })

  /** One window for each person, used again and again. */
  const windows = new Map<string, Page>()
  const windowOf = async ({ role, language, width }: Sent): Promise<Page> => {
    const person = role === 'nobody' ? undefined : stage.people[role]
    const page = windows.get(role) ?? (await browser.open(stage.web, person, { contentPolicy: 'lifted' }))
    windows.set(role, page)
    await page.setExtraHTTPHeaders({ 'accept-language': language })
    await page.setViewportSize({ width, height: 900 })
    return page
  }

  /** Status of the page that answers; undefined where the form did what it is for and led elsewhere. */
  const send = async (page: Page, { address, form }: Sent): Promise<number | undefined> => {
    await page.goto(address)
    const path = new URL(page.url()).pathname
    const answered = page.waitForResponse((one) => one.request().method() === 'POST')
    const loaded = page.waitForEvent('load')
    await page.evaluate(`(() => {
      const sent = document.createElement('form')
      Object.assign(sent, { method: 'post', action: ${JSON.stringify(path)} })
      for (const [name, value] of ${JSON.stringify(Object.entries(form))}) {
        const input = document.createElement('input')
        Object.assign(input, { type: 'hidden', name, value })
        sent.append(input)
      }
      document.body.append(sent)
      sent.submit()
    })()`)
    const status = (await answered).status()
    await loaded
    return status === 303 ? undefined : status
  }

  it('have nothing that axe-core finds, in whatever language, narrow or wide', async () => {
    const chosen = isFullRun
      ? all
      : (fc.sample(fc.shuffledSubarray([...all], { minLength: FEW, maxLength: FEW }), 1)[0] ?? [])
    const found: string[] = []
    let looked = 0
    for (const sent of chosen) {
      const { role, address, language, width } = sent
      const page = await windowOf(sent)
      const status = await send(page, sent)
      const name = `${role} ${address} ${Object.keys(sent.form).join('+')} ${language} ${width}`
      if (status !== undefined) {
        looked += 1
        assert.ok(status < 500, `${name}: ${status}`)
        for (const { rule, impact, places } of await axeOf(page))
          found.push(`${name}: ${rule} (${impact}) ${places.join(' | ')}`)
        const wider = await overflowOf(page)
        if (wider > 0) found.push(`${name}: ${wider} px too wide`)
        await keepPicture(page, `answer-${name.replaceAll(/[^a-z0-9]+/gi, '-')}`.slice(0, 120))
      }
    }
    console.log(`    ${looked} answers of ${chosen.length} forms looked at, of ${all.length}`)
    assert.deepEqual(found, [])
    assert.ok(looked > 0)
  })
})
