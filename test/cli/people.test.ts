/** `people add | list | end`, and the first start of a gateway with pages: one link, once, and nothing that needs code made of strings. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { linkOf } from '#cli/people.ts'
import { openDevelopmentProvider } from '#adapters/sign-in/development-provider.ts'
import { RETURN_PATH } from '#adapters/sign-in/oidc.ts'
import { runCommand } from '#test/support/command-child.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'
import { freePort } from '#test/support/free-port.ts'

const addedSchema = z.object({ id: z.uuid(), link: z.string() })
const WEB_TEST = { host: '127.0.0.1', timeZone: 'UTC' }

describe('people on the command line', function () {
  this.timeout(120_000)
  let serving: Serving
  before(async () => {
    serving = await openServing()
  })
  after(() => serving[Symbol.asyncDispose]())

  const people = (words: readonly string[], settings: Readonly<Record<string, string>> = {}) =>
    runCommand(['people', ...words], {
      PASSERELLE_NETWORK: serving.folder,
      PASSERELLE_KEK: join(serving.folder, EXAMPLE_PATHS.kek),
      ...serving.kept,
      ...settings,
    })
  const officer = ['add', '--name', 'DEMO Amel', '--role', 'officer', '--organisation', 'pairs-paris']

  it('are nobody at first: a gateway with pages prints one link, which opens, and its provider is asked from within its bounds', async () => {
    const port = await freePort()
    const origin = `http://localhost:${port}`
    const client = { clientId: 'passerelle', secret: randomUUID() }
    await using provider = await openDevelopmentProvider({
      isProduction: false,
      ...client,
      redirect: `${origin}${RETURN_PATH}`,
      people: ['amel'],
    })
    const secretFile = join(serving.folder, 'oidc-secret')
    await writeFile(secretFile, `${client.secret}\n`, { mode: 0o400 })
    await serving.start({
      PASSERELLE_WEB_PORT: String(port),
      PASSERELLE_OIDC_ISSUER: provider.issuer,
      PASSERELLE_OIDC_SECRET: secretFile,
    })
    for (let tries = 0; tries < 50 && !serving.said().includes('/sign-in/link/'); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100))
    const links = serving.said().match(/http:\/\/localhost:\d+\/sign-in\/link\/[A-Za-z0-9_-]{43}/g) ?? []
    assert.equal(links.length, 1, serving.said())
    const opened = await fetch(links[0] ?? '')
    assert.equal(opened.status, 200)
    assert.match(await opened.text(), /First operator/)
    const headers = { origin, 'sec-fetch-site': 'same-origin' }
    const away = await fetch(`${origin}/sign-in/oidc`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ to: '/' }),
    })
    assert.match(away.headers.get('refresh') ?? '', /^0; url=http:\/\/127\.0\.0\.1:\d+\/authorize\?.*request_uri=/)
    assert.doesNotMatch(await (await fetch(`${origin}/sign-in`)).text(), /\/sign-in\/demo/)
    await serving.kill()
  })

  it('are added with a link, listed with how they stand, and ended', async () => {
    const added = await people([...officer, '--json'])
    assert.equal(added.code, 0, added.text)
    const { id, link } = addedSchema.parse(JSON.parse(added.text.slice(added.text.indexOf('{'))))
    assert.match(link, /^\/sign-in\/link\/[A-Za-z0-9_-]{43}$/)
    const listed = await people(['list'])
    assert.match(listed.text, new RegExp(`${id} +officer +pairs-paris +invited +0 passkeys +DEMO Amel`))
    assert.match(listed.text, /operator .*First operator/)
    assert.equal((await people(['list', '--json'])).code, 0)
    assert.match((await people(['end', id])).text, /: ended/)
    assert.equal((await people(['end', id])).code, 1)
    assert.match((await people(['list'])).text, /account-ended/)
  })

  it('are added with the mandate that a reader needs, or not at all', async () => {
    const reader = ['add', '--name', 'DEMO Dalia', '--role', 'reader', '--organisation', 'pairs-paris']
    const refused: readonly (readonly [readonly string[], RegExp])[] = [
      [reader, /--mandate: /],
      [[...reader, '--mandate', 'made-up'], /--mandate: unknown/],
      [[...officer, '--subject', 'x'], /--subject: /],
      [['end', 'x'], /not the id of an account/],
      [['list', '--database', join(serving.folder, 'not-there.db')], /not-there\.db: /],
    ]
    for (const [words, says] of refused) {
      const { code, text } = await people(words, words.includes('--database') ? { DATABASE_URL: 'none' } : {})
      assert.notEqual(code, 0)
      assert.match(text, says)
    }
    const added = await people([
      ...reader,
      '--mandate',
      'pairs-mediator',
      '--subject',
      `https://idp.example ${randomUUID()}`,
    ])
    assert.equal(added.code, 0, added.text)
  })

  it('get their link as a browser takes it', () => {
    assert.equal(linkOf({}, 'w'), '/sign-in/link/w')
    assert.equal(
      linkOf({ web: { ...WEB_TEST, port: 9, origin: 'localhost' } }, 'w'),
      'http://localhost:9/sign-in/link/w',
    )
    const named = linkOf({ web: { ...WEB_TEST, port: 9, origin: 'https://pages.example' } }, 'w')
    assert.equal(named, 'https://pages.example/sign-in/link/w')
  })
})
