/** Chromium as a person uses it, for tests: pages of one width and language, an authenticator made of nothing, pictures kept where they are asked for. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from 'mocha'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { needs } from './needs.ts'
import type { Person, TestWeb } from './web.ts'

/** Debian's, and the names it has elsewhere. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome']

/** Where pictures go: PASSERELLE_ARTEFACTS, else a folder of this run. Never into the repository. */
export const artefacts = (): string => {
  folder ??= process.env['PASSERELLE_ARTEFACTS'] ?? mkdtempSync(join(tmpdir(), 'passerelle-pictures-'))
  mkdirSync(folder, { recursive: true })
  return folder
}
let folder: string | undefined

export interface Look {
  /** Pixels; 1100 when not said. */
  readonly width?: number
  readonly language?: 'en' | 'fr' | 'ar'
  readonly colours?: 'light' | 'dark' | 'forced'
  /** `off`: nothing of ours runs. */
  readonly scripts?: 'on' | 'off'
  /** `lifted`: for axe, which is put into the page from outside. */
  readonly contentPolicy?: 'kept' | 'lifted'
}

export interface TestBrowser extends AsyncDisposable {
  /** A window of that person, or of nobody; its faults are counted by `faultsOf`. */
  readonly open: (web: Pick<TestWeb, 'origin'>, person: Person | undefined, look?: Look) => Promise<Page>
}

/** First in a test or hook: skipped aloud where there is no Chromium, a failure under CI. */
export async function openBrowser(context: Context): Promise<TestBrowser> {
  const program = PROGRAMS.find((name) => spawnSync(name, ['--version'], { timeout: 20_000 }).status === 0)
  needs(context, program !== undefined, 'chromium is not installed')
  const path = spawnSync('sh', ['-c', `command -v ${program ?? ''}`], { encoding: 'utf8' }).stdout.trim()
  const browser = await chromium.launch({
    executablePath: path,
    // Its sandbox does not start for root, as in a container.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  return {
    open: (web, person, look = {}) => openPage(browser, web, { person, look }),
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

const faults = new WeakMap<Page, string[]>()

/** What the page's console, its scripts and its content policy complained of so far. */
export const faultsOf = (page: Page): readonly string[] => faults.get(page) ?? []

async function openPage(
  browser: Browser,
  { origin }: Pick<TestWeb, 'origin'>,
  { person, look }: { readonly person: Person | undefined; readonly look: Look },
): Promise<Page> {
  const { width = 1100, language = 'en', colours = 'light', scripts = 'on', contentPolicy = 'kept' } = look
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width, height: 900 },
    locale: { en: 'en-GB', fr: 'fr-FR', ar: 'ar-MA' }[language],
    colorScheme: colours === 'dark' ? 'dark' : 'light',
    forcedColors: colours === 'forced' ? 'active' : 'none',
    reducedMotion: 'reduce',
    javaScriptEnabled: scripts === 'on',
    bypassCSP: contentPolicy === 'lifted',
  })
  context.setDefaultTimeout(60_000)
  if (person !== undefined) {
    const [name = '', value = ''] = person.cookie.split('=')
    // Chromium takes a __Host- cookie for https alone, and then sends it to localhost.
    const url = origin.replace('http:', 'https:')
    await context.addCookies([{ name, value, url, secure: true, httpOnly: true, sameSite: 'Strict' }])
  }
  const page = await context.newPage()
  const seen: string[] = []
  faults.set(page, seen)
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4\d\d|503)/.test(message.text())) seen.push(message.text())
  })
  page.on('pageerror', (error) => seen.push(error.message))
  return page
}

/** Closes the window with all that it holds. */
export const closePage = (page: Page): Promise<void> => page.context().close()

/** A picture of the whole page, kept under that name. */
export const keepPicture = async (page: Page, name: string): Promise<void> => {
  await page.screenshot({ path: join(artefacts(), `${name}.png`), fullPage: true })
}

/** A passkey of the page's machine that says yes to everything (WebAuthn Level 3 §11, by way of the DevTools protocol). */
export async function addAuthenticator(page: Page): Promise<{ readonly credentials: () => Promise<number> }> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
  }
}

export interface AxeFinding {
  readonly rule: string
  readonly impact: string
  /** Where it was found, and what axe says of it. */
  readonly places: readonly string[]
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds: WCAG 2.2 A and AA, and best practice, or by these rules alone. The page must have been opened with its content policy lifted. */
export async function axeOf(page: Page, rules?: readonly string[]): Promise<readonly AxeFinding[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async (only) => {
    interface Found {
      readonly violations: readonly {
        readonly id: string
        readonly impact: string | null
        readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[]
      }[]
    }
    const axe = (globalThis as unknown as { readonly axe: { readonly run: (options: object) => Promise<Found> } }).axe
    const { violations } = await axe.run(only === undefined ? {} : { runOnly: only })
    return violations.map(({ id, impact, nodes }) => ({
      rule: id,
      impact: impact ?? 'none',
      places: nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary ?? ''}`),
    }))
  }, rules)
}

/** Pixels by which the page is wider than its window: 0 when nothing has to be scrolled sideways. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
