/** A case by the label of the reader's own organisation: in lists, titles and search; nowhere else. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { MandateId, OrganisationId } from '#gateway/core/ids.ts'
import { aReader, firstOf, follow, openAt } from '#test/support/hosted-inbox.ts'
import { elementsOf } from '#test/support/markup.ts'
import type { Person, TestWeb } from '#test/support/web.ts'
import { EVERYONE, PROBATION, aCaseId, ban, employment, recall, referral, ON_SUPPORT } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

const LABEL = 'Blue Door 14'

describe('the label of a case at the inbox', () => {
  let inbox: InboxStage
  let stage: Stage
  let web: TestWeb
  let reader: Person
  before(async () => {
    inbox = await openInboxStage({}, { depth: 'D2' })
    ;({ stage, web, reader } = inbox)
  })
  after(() => inbox[Symbol.asyncDispose]())

  interface Case {
    readonly named: string
    readonly path: string
    /** As it stands on the page. */
    readonly reference: string
  }
  async function aCase(items = [ban(), employment()]): Promise<Case> {
    const named = aCaseId()
    await stage.send(PROBATION, referral(named, items))
    const { path, text } = await openAt(stage.gateway, reader, await firstOf(reader), 'D2')
    const reference = /<code dir="ltr">([^<]+)<\/code>/.exec(text)?.[1] ?? ''
    assert.match(reference, /^[0-9a-f]{4}( [0-9a-f]{4}){7}$/)
    return { named, path, reference }
  }
  const give = (path: string, label: string, person = reader) => person.post(`${path}/label`, { label })
  const search = async (text: string, person = reader): Promise<string> =>
    (await person.get(`/inbox?reference=${encodeURIComponent(text)}`)).text
  const labelActs = async (): Promise<readonly (readonly unknown[])[]> =>
    (await stage.gateway.deps.store.read.audit.rows(1, 10_000)).flatMap(({ event }) =>
      event.act.includes('labelled') ? [[event.act, event.actor, event.role]] : [],
    )

  it('stands in the list, in titles and on the page of the case, with the whole reference beside it', async () => {
    const { path, reference } = await aCase()
    const before = await reader.get('/inbox?tab=mine')
    assert.ok(before.text.includes(`${reference.slice(0, 14)}…`))
    assert.ok(!before.text.includes(reference))
    assert.equal((await give(path, `  ${LABEL} `)).headers.get('location'), path)
    const list = await reader.get('/inbox?tab=mine')
    assert.ok(list.text.includes(`<bdi>${LABEL}</bdi>`))
    assert.ok(!list.text.includes(reference.slice(0, 14)))
    const page = await reader.get(path)
    for (const said of [`<code dir="ltr">${reference}</code>`, `<bdi>${LABEL}</bdi>`, `Case \u2068${LABEL}\u2069`])
      assert.ok(page.text.includes(said), said)
    for (const rest of ['/timeline', '/more', '/ask', '/accept', '/decline', '/label'])
      assert.ok((await reader.get(`${path}${rest}`)).text.includes(LABEL), rest)
    assert.ok((await reader.get('/inbox/access')).text.includes(`<bdi>${LABEL}</bdi>`))
  })

  it('is found by, whole, however it is cased; so is the reference, with its spaces or without', async () => {
    const { path, reference } = await aCase()
    await give(path, 'Été à  Montreuil')
    const id = path.split('/')[2] ?? ''
    for (const text of ['été à montreuil', ' ÉTÉ À MONTREUIL ', reference, reference.replaceAll(' ', '')])
      assert.ok((await search(text)).includes(id), text)
    for (const text of ['été', 'montreuil', reference.slice(0, 14)]) assert.ok(!(await search(text)).includes(id), text)
  })

  it('is seen by colleagues who were sent the case, and by nobody of another organisation', async () => {
    const { path } = await aCase()
    await give(path, 'Shared word')
    const colleague = await aReader(web)
    assert.ok((await colleague.get('/inbox?tab=mine')).text.includes('Shared word'))
    const psychologist = await aReader(web, 'pairs-psychologist' as MandateId)
    // The case under a name of her own, and by a delivery of her own.
    const found = await search('shared WORD', psychologist)
    assert.ok(found.includes('<bdi>Shared word</bdi>'))
    assert.ok(!found.includes(path))
    const elsewhere = { organisation: 'city-paris' as OrganisationId, mandate: 'housing-officer' as MandateId }
    const [housing, officer] = [await web.signIn('reader', elsewhere), await web.signIn('officer')]
    assert.match(await search('Shared word', housing), /No case is known to you by this/)
    for (const person of [psychologist, housing, officer]) {
      assert.equal((await give(path, 'Theirs', person)).status, 404)
      assert.equal((await person.get(`${path}/label`)).status, 404)
    }
    assert.ok((await reader.get(path)).text.includes('<bdi>Shared word</bdi>'))
  })

  it('is changed, taken away, and refused with what is wrong beside what was written', async () => {
    const { path, reference } = await aCase()
    await give(path, 'First')
    await give(path, 'Second')
    assert.ok(!(await search('First')).includes(path))
    const long = await give(path, 'x'.repeat(61))
    assert.equal(long.status, 422)
    assert.match(long.text, /A label has at most 60 characters/)
    assert.ok(long.text.includes(`value="${'x'.repeat(61)}"`))
    const turned = await give(path, 'left \u202Etfel')
    assert.match(turned.text, /href="#label"/)
    assert.match(turned.text, /cannot be seen/)
    assert.ok((await reader.get(path)).text.includes('<bdi>Second</bdi>'))
    await give(path, ' ')
    const page = await reader.get(path)
    assert.ok(page.text.includes('None yet.'))
    assert.ok(page.text.includes(`Case ${reference.slice(0, 14)}…`))
  })

  it('leaves a row of the audit for each change, that does not say it, and none where nothing changed', async () => {
    const { path } = await aCase()
    const before = (await labelActs()).length
    for (const label of ['Kept', ' Kept  ', '', '']) await give(path, label)
    const who = [reader.account.id, 'pairs-social-worker']
    assert.deepEqual((await labelActs()).slice(before), [
      ['case-labelled', ...who],
      ['case-unlabelled', ...who],
    ])
    const rows = await stage.gateway.deps.store.read.audit.rows(1, 10_000)
    assert.ok(!JSON.stringify(rows).includes('Kept'))
  })

  it('is sent nowhere: no member is told it by anything', async () => {
    const { named, path } = await aCase()
    await give(path, 'Never leaves')
    await reader.post(`${path}/acknowledge`)
    const ask = { sections: 'health', purpose: 'disengagement-support', urgency: 'week', text: 'x'.repeat(40) }
    await reader.post(`${path}/ask`, { ...ask, step: 'send' })
    const officer = await web.signIn('officer')
    assert.ok(!(await officer.get('/requests')).text.includes('Never leaves'))
    for (const asking of EVERYONE) assert.ok(!JSON.stringify(await stage.inbox(asking, named)).includes('Never leaves'))
  })

  it('stays beside what is taken back, and on the page that says so', async () => {
    const job = employment()
    const { named, path } = await aCase([ban(), job])
    await give(path, 'Recalled one')
    await stage.send(PROBATION, recall(named, [job], ON_SUPPORT))
    const notice = await follow(stage.gateway, reader, path)
    assert.ok(notice.path.endsWith('/notice'))
    assert.match(notice.text, /Recalled one/)
  })

  it('H116 is text wherever it stands: markup, scripts and right-to-left words change no element', async () => {
    const { path } = await aCase()
    const shapes = async (label: string): Promise<unknown> => {
      await give(path, label)
      const pages = [await reader.get(path), await reader.get(`${path}/label`), await reader.get('/inbox?tab=mine')]
      return pages.map(({ text }) => elementsOf(text))
    }
    const plain = await shapes('plain words')
    for (const label of [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      'ملف رقم ١٤',
      '{{t}} $t(x) ${7*7}',
    ])
      assert.deepEqual(await shapes(label), plain, label)
    assert.ok((await reader.get(path)).text.includes('{{t}} $t(x) ${7*7}'))
  })
})
