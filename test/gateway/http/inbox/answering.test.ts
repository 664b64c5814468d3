/** What people of the inbox say back: taken on or not, asked for more; recalls that must be answered first; and what officers decide. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { toDeliveryId } from '#gateway/core/ids.ts'
import { escalateAsks } from '#gateway/rooms/escalate-asks.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { PAIRS, aReader, firstOf, follow, openAt } from '#test/support/hosted-inbox.ts'
import { anItemText } from '#test/support/messages.ts'
import type { Person, TestWeb } from '#test/support/web.ts'
import {
  ON_SUPPORT,
  PROBATION,
  aCaseId,
  ban,
  correction,
  employment,
  housing,
  recall,
  referral,
} from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

const PACK = resolve(import.meta.dirname, '../../../../policies/packs/france-prison-exit.json')
const DAY_MS = 86_400_000

/** The pack, with the decision of a panel open to the social worker on request. */
function onRequest(): string {
  const pack = JSON.parse(readFileSync(PACK, 'utf8')) as { readonly rules: readonly { readonly id: string }[] }
  const rule = pack.rules.find(({ id }) => id === 'ps.28')
  const asked = [{ attribute: 'request.sections', includes: { attribute: 'item.section' } }]
  const added = { ...rule, id: 'ps.28.asked', upTo: 'current', when: asked, reason: 'On request.' }
  return JSON.stringify({ ...pack, rules: [...pack.rules, added] })
}

const panel = (): ReturnType<typeof anItemText> =>
  anItemText({ section: 'panel-decision', term: 'panel-outcome', value: 'support-prolonged', nature: 'decision' })

describe('answering at the inbox', () => {
  let inbox: InboxStage
  let stage: Stage
  let gateway: TestGateway
  let web: TestWeb
  let reader: Person
  let officer: Person
  before(async () => {
    inbox = await openInboxStage({ policy: onRequest() }, { depth: 'D0' })
    ;({ stage, gateway, web, reader } = inbox)
    officer = await web.signIn('officer', { organisation: PAIRS })
  })
  after(() => inbox[Symbol.asyncDispose]())

  const refer = async (
    items: readonly Parameters<typeof referral>[1][number][],
  ): Promise<{ readonly caseId: string; readonly sent: string; readonly path: string }> => {
    const caseId = aCaseId()
    const sent = await stage.send(PROBATION, referral(caseId, items))
    return { caseId, sent, path: await firstOf(reader) }
  }
  const timelineOf = async (id: string): Promise<readonly unknown[]> =>
    (await stage.stateOf(PROBATION, id)).edges.flatMap(({ timeline }) =>
      timeline.map(({ state, reason }) => (reason === undefined ? state : `${state} ${reason}`)),
    )

  it('takes a referral on once, with whom and when, and its sender reads that in what became of it', async () => {
    const { path, sent } = await refer([ban()])
    const page = await openAt(gateway, reader, path, 'D0')
    const wrong = await reader.post(`${page.path}/accept`, { referent: 'nobody', appointment: 'soon' })
    assert.ok(wrong.text.includes('href="#referent"') && wrong.text.includes('href="#appointment"'))
    const form = { referent: 'pairs-mediator', appointment: '2099-03-04' }
    const done = await follow(gateway, reader, await reader.post(`${page.path}/accept`, form))
    assert.match(done.text, /accepted this referral/)
    assert.ok((await timelineOf(sent)).includes('taken-on'))
    assert.equal((await reader.post(`${page.path}/accept`, { referent: 'pairs-mediator' })).status, 409)
    assert.equal((await reader.post(`${page.path}/decline`, { reason: 'other' })).status, 409)
  })

  it('declines with a reason, also before it was read', async () => {
    const { path, sent } = await refer([ban()])
    const page = await follow(gateway, reader, `${path}/decline`)
    assert.equal((await reader.post(page.path, {})).status, 422)
    const done = await reader.post(page.path, { reason: 'no-capacity' })
    assert.equal(done.headers.get('location'), '/inbox?tab=mine')
    assert.ok((await timelineOf(sent)).includes('declined no-capacity'))
  })

  it('answers only referrals', async () => {
    const { caseId, path } = await refer([ban()])
    await openAt(gateway, reader, path, 'D0')
    const alert = { kind: 'IncidentAlert', caseId, ...ON_SUPPORT, to: [PAIRS], severity: 'severe', finding: 'alleged' }
    await stage.send(PROBATION, { ...alert, items: [ban()] })
    const list = await reader.get('/inbox')
    assert.match(list.text, /Safety/)
    const page = await follow(gateway, reader, await firstOf(reader))
    assert.ok(!page.text.includes('/accept'))
    assert.match(page.text, /Also of this case/)
    assert.equal((await reader.post(`${page.path}/decline`, { reason: 'other' })).status, 409)
  })

  it('a recall stands before all else of its case until it is answered, and takes what was read with it', async () => {
    const taken = employment()
    const { caseId, path } = await refer([ban(), taken, housing()])
    const page = await openAt(gateway, reader, path, 'D3')
    assert.match(page.text, /apprentice-baker/)
    const sent = await stage.send(PROBATION, recall(caseId, [taken], ON_SUPPORT))
    const list = await reader.get('/inbox')
    assert.match(list.text, /Correction/)
    const notice = await follow(gateway, reader, page.path)
    assert.ok(notice.path.endsWith('/notice'))
    for (const said of [
      'should not have been sent',
      'Nothing else of this case can be opened',
      'Withdrawn: nothing takes its place',
      'Employment',
    ])
      assert.ok(notice.text.includes(said), said)
    assert.ok(!notice.text.includes('apprentice-baker'))
    assert.match((await reader.get('/inbox?tab=mine')).text, /Withdrawn by the sender/)
    assert.equal((await reader.post(notice.path, {})).status, 404)
    const answered = await follow(gateway, reader, await reader.post(notice.path, { action: 'deleted' }))
    assert.match(answered.text, /You confirmed that all copies are deleted/)
    assert.equal((await reader.post(notice.path, { action: 'deleted' })).status, 409)
    await gateway.settled()
    const again = await follow(gateway, reader, page.path)
    assert.ok(!again.text.includes('apprentice-baker'))
    assert.match(again.text, /hostel-room/)
    const closure = await gateway.ask(
      { organisation: PROBATION.organisation },
      'get',
      `/v1/submissions/${sent}/closure`,
    )
    assert.match(JSON.stringify(closure.body), /"state":"(deleted|waiting)"/)
    const target = await gateway.deps.store.read.recalls.targets(sent as never, 'pairs-social-worker' as never)
    assert.deepEqual(
      target.map(({ state }) => state),
      ['deleted'],
    )
    const access = await reader.get('/inbox/access')
    assert.match(access.text, /What you opened, and why/)
    assert.match(access.text, /Support for disengagement/)
    assert.match(access.text, /What was taken back|DEMO reader/)
    assert.match(access.text, /Copies that were to go[\s\S]*\/notice"[\s\S]*Deleted[\s\S]*<time/)
  })

  it('says why something is gone where nothing of it is left', async () => {
    const taken = employment()
    const { caseId, path } = await refer([taken])
    const page = await openAt(gateway, reader, path, 'D3')
    await stage.send(PROBATION, recall(caseId, [taken], ON_SUPPORT))
    const notice = await follow(gateway, reader, page.path)
    const locked = await follow(gateway, reader, await reader.post(notice.path, { action: 'locked' }))
    assert.match(locked.text, /kept under lock/)
    await gateway.settled()
    const gone = await follow(gateway, reader, page.path)
    assert.equal(gone.status, 410)
    assert.match(gone.text, /should not have been sent/)
    assert.match((await reader.get('/inbox?tab=closed')).text, /Withdrawn by the sender/)
    assert.match(
      (await reader.get('/inbox/access')).text,
      /Kept under lock, as the law demands[\s\S]*What was taken back/,
    )
  })

  it('a correction says what is, and not what was', async () => {
    const was = employment()
    const { caseId, path } = await refer([ban(), was])
    const page = await openAt(gateway, reader, path, 'D3')
    const is = employment({ value: 'apprentice-gardener', supersedes: was.itemId })
    await stage.send(PROBATION, correction(caseId, [is], { ...ON_SUPPORT }))
    const notice = await follow(gateway, reader, page.path)
    assert.match(notice.text, /was not accurate/)
    assert.match(notice.text, /apprentice-gardener/)
    assert.ok(!notice.text.includes('apprentice-baker'))
    const direct = await reader.get(notice.path.replace('/notice', ''))
    assert.equal(direct.headers.get('location'), notice.path)
    await reader.post(notice.path, { action: 'deleted' })
    const after = await follow(gateway, reader, page.path)
    assert.equal(after.status, 200)
    assert.ok(!after.text.includes('apprentice-baker'))
  })

  it('an answer to a recall needs that it was seen', async () => {
    const taken = employment()
    const { caseId, path } = await refer([ban(), taken])
    await openAt(gateway, reader, path, 'D3')
    await stage.send(PROBATION, recall(caseId, [taken], ON_SUPPORT))
    const unseen = await firstOf(reader)
    assert.equal((await reader.post(`${unseen}/notice`, { action: 'deleted' })).status, 409)
  })

  const ASK = { sections: ['panel-decision', 'health'], purpose: 'disengagement-support', urgency: 'hours' }
  const WHY = 'The plan depends on what was decided.'

  const asked = async (): Promise<{ readonly path: string; readonly id: string; readonly caseId: string }> => {
    const { path, caseId } = await refer([ban(), panel()])
    const page = await openAt(gateway, reader, path, 'D3')
    const preview = await reader.post(`${page.path}/ask`, { ...ASK, text: WHY })
    assert.match(preview.text, /The officer will read this/)
    const changed = await reader.post(`${page.path}/ask`, { ...ASK, text: WHY, step: 'change' })
    assert.ok(changed.text.includes(WHY))
    const sent = await reader.post(`${page.path}/ask`, { ...ASK, text: WHY, step: 'send' })
    assert.match((await reader.get(sent.headers.get('location') ?? '')).text, /Your request is sent/)
    const queue = await officer.get('/requests')
    const id = /href="\/requests\/([0-9a-f-]{36})"/.exec(queue.text)?.[1] ?? ''
    return { path: page.path, id, caseId }
  }

  it('asks for more, and what an officer gives once is read until it is acknowledged', async () => {
    const { path, id } = await asked()
    assert.ok(!(await reader.get(path)).text.includes('support-prolonged'))
    const request = await officer.get(`/requests/${id}`)
    assert.ok(request.text.includes(WHY))
    assert.match(request.text, /How soon[\s\S]*Within 8 hours/)
    assert.ok(request.text.includes('/policy/cells/PS/panel-decision'))
    assert.ok(!request.text.includes('support-prolonged') && !request.text.includes('neighbour'))
    const form = {
      'section-panel-decision': 'once',
      'section-health': 'refuse',
      reason: 'not-held',
      text: 'As agreed.',
    }
    const done = await officer.post(`/requests/${id}`, form)
    assert.match((await officer.get(done.headers.get('location') ?? '')).text, /The request is answered/)
    await gateway.settled()
    const given = await follow(gateway, reader, path)
    assert.match(given.text, /support-prolonged/)
    assert.match(given.text, /New since your last visit/)
    const state = await follow(gateway, reader, `${given.path}/ask`)
    for (const said of [
      'Given in part',
      'given once, until you acknowledge it',
      'Not for this service to say',
      'As agreed.',
    ])
      assert.ok(state.text.includes(said), said)
    await reader.post(`${given.path}/acknowledge`)
    await gateway.settled()
    assert.ok(!(await follow(gateway, reader, given.path)).text.includes('support-prolonged'))
    assert.equal((await officer.post(`/requests/${id}`, form)).status, 412)
    assert.ok(!(await officer.get(`/requests/${id}`)).text.includes('section-health'))
  })

  it('what is given until a day ends with it', async () => {
    const { path, id } = await asked()
    const until = new Date(gateway.now() + 2 * DAY_MS).toISOString().slice(0, 10)
    const all = { 'section-panel-decision': 'until', 'section-health': 'until' }
    assert.ok((await officer.post(`/requests/${id}`, { ...all, until: '2020-01-01' })).text.includes('href="#until"'))
    await officer.post(`/requests/${id}`, { ...all, until })
    await gateway.settled()
    const given = await follow(gateway, reader, path)
    assert.match(given.text, /support-prolonged/)
    assert.match((await reader.get(`${given.path}/ask`)).text, /given until/)
    await reader.post(`${given.path}/acknowledge`)
    assert.match((await follow(gateway, reader, given.path)).text, /support-prolonged/)
    gateway.advance(3 * DAY_MS)
    reader = await aReader(web)
    officer = await web.signIn('officer', { organisation: PAIRS })
    assert.ok(!(await follow(gateway, reader, given.path)).text.includes('support-prolonged'))
  })

  it('is refused, or asked to say more, with the same page whether or not there is anything', async () => {
    const { path, id } = await asked()
    const missing = await officer.post(`/requests/${id}`, { 'section-health': 'refuse' })
    assert.ok(missing.text.includes('href="#section-panel-decision"') && missing.text.includes('href="#reason"'))
    assert.equal((await officer.post(`/requests/${id}`, { step: 'clarify' })).status, 422)
    await officer.post(`/requests/${id}`, { step: 'clarify', text: 'Which plan?' })
    const state = await reader.get(`${path}/ask`)
    assert.match(state.text, /More is asked of you/)
    assert.match(state.text, /Which plan\?/)
    const second = await asked()
    const refused = { 'section-panel-decision': 'refuse', 'section-health': 'refuse', reason: 'no-basis' }
    await officer.post(`/requests/${second.id}`, refused)
    assert.match((await reader.get(`${second.path}/ask`)).text, /Refused/)
  })

  it('stands first and in red when it is overdue, for both', async () => {
    const { path, id } = await asked()
    gateway.advance(DAY_MS / 2)
    reader = await aReader(web)
    officer = await web.signIn('officer', { organisation: PAIRS })
    assert.match((await officer.get('/requests')).text, /Overdue/)
    assert.match((await follow(gateway, reader, `${path}/ask`)).text, /The answer is overdue/)
    await escalateAsks(gateway.deps)
    const told = await follow(gateway, reader, `${path}/ask`)
    assert.match(told.text, /Overdue, escalated/)
    assert.match(told.text, /whoever runs the gateway was told/)
    assert.match((await officer.get(`/requests/${id}`)).text, /Overdue, escalated/)
    await officer.post(`/requests/${id}`, { step: 'clarify', text: 'Too late to say.' })
    assert.match((await officer.get('/requests')).text, /No open requests/)
  })

  it('says what is wrong with a request beside its field', async () => {
    const { path } = await refer([ban()])
    const page = await openAt(gateway, reader, path, 'D1')
    const wrong = await reader.post(`${page.path}/ask`, { sections: ['nothing-known'], purpose: 'x', text: 'short' })
    for (const id of ['sections', 'purpose', 'urgency', 'text']) assert.ok(wrong.text.includes(`href="#${id}"`), id)
    for (const place of [`/requests/${randomUUID()}`, '/requests/not-an-id']) {
      assert.equal((await officer.get(place)).status, 404)
      assert.equal((await officer.post(place)).status, 404)
    }
  })

  it('keeps a default for cases to come, or leaves it at the least', async () => {
    assert.match((await reader.get('/inbox/first')).text, /Example:/)
    assert.equal((await reader.post('/inbox/first', {})).status, 422)
    const kept = await reader.post('/inbox/first', { depth: 'D2' })
    assert.match((await reader.get(kept.headers.get('location') ?? '')).text, /Your choice is kept/)
    const { path } = await refer([ban()])
    const arrival = await follow(gateway, reader, path)
    assert.match(arrival.text, /value="D2"\s+checked/)
    assert.ok(toDeliveryId(arrival.path.split('/')[2] ?? ''))
  })
})
