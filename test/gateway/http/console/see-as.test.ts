/** P5, see as: what a recipient gets of an invented case, every gap with its rule, two side by side; a real case for a reason alone. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { openConsole } from '#test/support/console-world.ts'
import type { ConsoleWorld } from '#test/support/console-world.ts'
import { aReferral } from '#test/support/messages.ts'
import type { Person } from '#test/support/web.ts'

const textOf = (page: string): string => page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')

describe('a case as a recipient gets it', () => {
  let world: ConsoleWorld
  let officer: Person
  before(async () => {
    world = await openConsole()
    officer = await world.web.signIn('officer')
  })
  after(() => world[Symbol.asyncDispose]())

  it('is one of twelve invented ones, and shows no more than the recipient would get', async () => {
    const { status, text } = await officer.get('/see-as?case=DEMO-001&recipient=PS')
    assert.equal(status, 200)
    assert.equal([...text.matchAll(/<option value="DEMO-/g)].length, 12)
    assert.match(textOf(text), /Camille Exemple/)
    assert.doesNotMatch(text, /Anouk Exemple/)
    assert.doesNotMatch(text, /<del/)
    assert.match(text, /You may not be shown everything that exists/)
  })

  it('strikes out what is withheld, with who holds it back, the rule and a whole sentence', async () => {
    const { text } = await officer.get('/see-as?case=DEMO-001&recipient=PS&more=withheld')
    assert.match(text, /<del/)
    assert.match(text, /Withheld or lessened:/)
    assert.match(textOf(text), /Held back by the policy\. Rules: ps\.17\./)
    assert.match(textOf(text), /The current version passes, by ps\.17/)
    const shallow = textOf((await officer.get('/see-as?case=DEMO-001&recipient=PS&depth=D0&more=withheld')).text)
    assert.match(shallow, /Held back by the practitioner’s own choice/)
  })

  it('never shows what intelligence says', async () => {
    const { text } = await officer.get('/see-as?case=DEMO-003&recipient=SN&more=withheld&more=asked')
    assert.match(text, /what it says is never shown here/)
    for (const { items } of await casesWithIntelligence())
      for (const { value, section } of items)
        if (section === 'intelligence' && typeof value === 'string') assert.ok(!text.includes(value))
  })

  const casesWithIntelligence = async (): Promise<
    readonly { readonly items: readonly { readonly section: string; readonly value?: unknown }[] }[]
  > => {
    const { inventedCases } = await import('#cli/demo/invented-cases.ts')
    const found = (await inventedCases(0)).filter(({ items }) =>
      items.some(({ section }) => section === 'intelligence'),
    )
    assert.ok(found.length > 0)
    return found
  }

  it('stands beside that of another recipient, as somebody of a role would see it', async () => {
    const { text } = await officer.get('/see-as?case=DEMO-002&recipient=PS&and=PP&role=psychologist&at=2026-12-24')
    assert.equal([...text.matchAll(/class="card"/g)].length, 2)
    assert.match(text, /value="2026-12-24"/)
    assert.match((await officer.get('/see-as?case=DEMO-002&recipient=PS&and=XX')).text, /class="card"/)
  })

  it('says where the person would receive an empty page, and what a draft would change', async () => {
    assert.match((await officer.get('/see-as?case=DEMO-001&recipient=SN')).text, /would receive an empty page/)
    assert.equal((await officer.get('/see-as?version=none')).status, 404)
  })

  it('is read by auditors, who keep no examples and look at no real case', async () => {
    const auditor = await world.web.signIn('auditor')
    const { text } = await auditor.get('/see-as')
    assert.doesNotMatch(text, /Keep as example|real case/)
    assert.equal((await auditor.post('/see-as/real', {})).status, 404)
  })

  describe('that is real', () => {
    const reason = 'A complaint names exactly this disclosure.'
    const ask = (changed: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
      'real-case': 'CASE-1',
      recipient: 'PS',
      depth: 'D4',
      version: '',
      more: 'withheld',
      reason,
      ...changed,
    })
    before(async () => {
      const reply = await world.gateway.send('probation-paris', aReferral({ caseId: 'CASE-1' }))
      assert.equal(reply.status, 202, JSON.stringify(reply.body))
    })

    const looks = async (): Promise<readonly string[]> =>
      (await world.gateway.deps.store.read.audit.rows(1, 1000))
        .filter(({ event }) => event.act === 'preview-of-real-case')
        .map(({ event }) => `${event.actor} ${event.justification ?? ''}`)

    it('is not shown without a reason, nor where there is none', async () => {
      for (const changed of [{ reason: 'curious' }, { 'real-case': 'CASE-2' }, { 'real-case': '' }]) {
        const { status, text } = await officer.post('/see-as/real', ask(changed))
        assert.equal(status, 422, JSON.stringify(changed))
        assert.match(text, /There is a problem/)
      }
      assert.deepEqual(await looks(), [])
    })

    it('is not shown where nothing may flow, and that it was asked for is in the audit', async () => {
      const { status, text } = await officer.post('/see-as/real', ask({ recipient: 'MU' }))
      assert.equal(status, 422)
      assert.match(text, /Nothing may flow to this recipient now/)
      assert.equal((await looks()).length, 1)
    })

    it('is shown in a frame of its own, and the look is in the audit with its reason', async () => {
      const { status, text } = await officer.post('/see-as/real', ask())
      assert.equal(status, 200, textOf(text))
      assert.match(text, /class="notice real-case"/)
      assert.match(text, /This is a real case/)
      assert.deepEqual((await looks()).slice(1), [`${officer.account.id} ${reason}`])
    })
  })
})
