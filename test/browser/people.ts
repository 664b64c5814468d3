/** A gateway as `demo` opens it, on whichever database and queue the run is for, and people who sit at its pages. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from 'mocha'
import type { Page } from 'playwright-core'
import { openStage } from '#cli/demo/stage.ts'
import type { Stage } from '#cli/demo/stage.ts'
import { openBrowser } from '#test/support/browser.ts'
import type { Look, TestBrowser } from '#test/support/browser.ts'
import { isOnPostgres, isOnReplicas, postgresServer } from '#test/support/postgres-server.ts'
import { startRedis } from '#test/support/redis-server.ts'

export const PEOPLE = {
  officer: /Data protection officer/,
  second: /Second officer/,
  reader: /Social worker/,
  operator: /Operator/,
} as const

export interface House extends AsyncDisposable {
  readonly stage: Stage
  readonly origin: string
  /** A window of nobody yet. */
  readonly open: (look?: Look) => Promise<Page>
  /** A window of one of the invented people, who came in by the button. */
  readonly enter: (person: keyof typeof PEOPLE, look?: Look) => Promise<Page>
}

/** First in a `before`: skipped aloud where there is no Chromium. */
export async function openHouse(context: Context): Promise<House> {
  const browser = await openBrowser(context)
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-house-'))
  const servers = await openServers()
  const stage = await openStage({ folder, log: 'silent', webPort: 0, environment: servers.environment })
  const origin = stage.gateway.webUrl ?? ''
  return {
    stage,
    origin,
    open: (look = {}) => browser.open({ origin }, undefined, look),
    enter: (person, look = {}) => enter(browser, { origin, person, look }),
    [Symbol.asyncDispose]: async () => {
      await browser[Symbol.asyncDispose]()
      await stage[Symbol.asyncDispose]()
      await servers[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Entering {
  readonly origin: string
  readonly person: keyof typeof PEOPLE
  readonly look: Look
}

async function enter(browser: TestBrowser, { origin, person, look }: Entering): Promise<Page> {
  const page = await browser.open({ origin }, undefined, look)
  await page.goto('/sign-in')
  await page.getByRole('button', { name: PEOPLE[person] }).click()
  return page
}

interface Servers extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>
}

/** Settings that say where everything is kept: nothing where it is all in one file. */
async function openServers(): Promise<Servers> {
  const redis = isOnReplicas ? await startRedis() : undefined
  return {
    environment: {
      ...(isOnPostgres ? { DATABASE_URL: await (await postgresServer()).database() } : {}),
      ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
    },
    [Symbol.asyncDispose]: async () => redis?.[Symbol.asyncDispose](),
  }
}

/** Looks again, as the page itself does, until it is there. */
export async function eventually(page: Page, address: string, wanted: RegExp): Promise<void> {
  const until = Date.now() + 60_000
  for (;;) {
    await page.goto(address)
    if (wanted.test(await page.locator('main').innerText())) return
    if (Date.now() > until) throw new Error(`${address} never said ${String(wanted)}`)
    await page.waitForTimeout(300)
  }
}

/** Where the first row of a list leads, once there is one. */
export async function firstRow(page: Page, address: string): Promise<string> {
  const until = Date.now() + 60_000
  for (;;) {
    await page.goto(address)
    const link = page.locator('main table a').first()
    if ((await link.count()) > 0) return (await link.getAttribute('href')) ?? ''
    if (Date.now() > until) throw new Error(`${address} stayed empty`)
    await page.waitForTimeout(300)
  }
}

/** The person proves once more to be there where that is asked, and has a passkey from then on. */
export async function addPasskey(page: Page): Promise<void> {
  await page.goto('/passkeys/new')
  await page.getByRole('textbox').first().fill('DEMO key')
  await page.getByRole('button', { name: 'Make the passkey' }).click()
  await page.waitForURL(/\/passkeys(\?|$)/)
}
