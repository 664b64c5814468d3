/** P1, the matrix: every cell a word that leads to it, filters, marks in words, and what could not be put in force. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb } from '#test/support/web.ts'

const count = (text: string, part: RegExp): number => [...text.matchAll(part)].length
const CELL = /href="\/policy\/cells\//g

describe('the matrix of who receives what', () => {
  let gateway: TestGateway
  let web: TestWeb
  let officer: Person
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
    web = await openTestWeb(gateway.deps)
    officer = await web.signIn('officer')
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await gateway.stop()
  })

  it('has a link for every section and recipient type, in six families', async () => {
    const { status, text } = await officer.get('/policy')
    assert.equal(status, 200)
    assert.equal(count(text, CELL), 310)
    assert.equal(count(text, /id="family-/g), 6)
    assert.match(text, /Family[\s\S]*?Current detail/)
    assert.match(text, /required by law/)
  })

  it('shows one recipient, or special categories alone, where asked', async () => {
    assert.equal(count((await officer.get('/policy?recipient=PS')).text, CELL), 31)
    const special = count((await officer.get('/policy?show=special')).text, CELL)
    assert.ok(special > 0 && special < 310)
    assert.match((await officer.get('/policy?show=no-rule')).text, /No field matches/)
    assert.match((await officer.get('/policy?recipient=XX')).text, /No field matches/)
    assert.equal((await officer.get('/policy?version=none')).status, 404)
  })

  it('lets whoever has a narrow screen pick a recipient first, and nobody who has picked one already', async () => {
    const { text } = await officer.get('/policy')
    const choice = /<nav class="where-narrow"[\s\S]*?<\/nav>/.exec(text)?.[0] ?? assert.fail('no choice')
    assert.equal(count(choice, /href="\/policy\?recipient=/g), 10)
    assert.match(choice, /Receives something of \d+ sections out of 31/)
    assert.match(text, /class="where-wide"[\s\S]*id="family-/)
    for (const path of ['/policy?recipient=PS', '/policy?show=special'])
      assert.doesNotMatch((await officer.get(path)).text, /where-(?:narrow|wide)/)
  })

  it('is in French where asked, also as a picture', async () => {
    assert.match(
      (await officer.get('/policy', { cookie: `${officer.cookie}; __Host-language=fr` })).text,
      /Qui reçoit quoi[\s\S]*Profil\s:\s\S?France\s: de la prison à l\S+association/,
    )
    const { text } = await officer.get('/policy/map')
    assert.match(text, /<svg/)
  })

  it('is for officers and auditors', async () => {
    const auditor = await (await web.signIn('auditor')).get('/policy')
    assert.equal(auditor.status, 200)
    assert.match(auditor.text, /<a href="\/policy"\s+aria-current="page"/)
    for (const role of ['operator', 'reader'] as const)
      assert.equal((await (await web.signIn(role)).get('/policy')).status, 404)
  })
})
