/** The head of a case: until when the measure runs, who holds the case now, by when it is to be acknowledged, and what became of it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { MandateId } from '#gateway/core/ids.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { mandateName } from '#gateway/http/inbox/colleagues.ts'
import { wordsIn } from '#gateway/http/web/words.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReader, firstOf, follow, openAt } from '#test/support/hosted-inbox.ts'
import { anItemText } from '#test/support/messages.ts'
import type { Person, TestWeb } from '#test/support/web.ts'
import { ON_SUPPORT, PROBATION, aCaseId, ban, employment, recall, referral } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

const measureEnd = (changes: Partial<ItemText> = {}): ItemText =>
  anItemText({ section: 'measures', term: 'measure-end-date', value: '2026-12-31', ...changes })

/** What the row of that name says, without markup. */
const rowOf = (text: string, name: string): string | undefined => {
  const row = text.split('<dt').find((one) => one.includes(`>${name}</dt>`))
  return row
    ?.split('</dt>')[1]
    ?.split('</dd>')[0]
    ?.replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

describe('where a case stands', () => {
  let inbox: InboxStage
  let stage: Stage
  let gateway: TestGateway
  let web: TestWeb
  let reader: Person
  let colleague: Person
  before(async () => {
    inbox = await openInboxStage({}, { depth: 'D4' })
    ;({ stage, gateway, web, reader } = inbox)
    colleague = await aReader(web, 'pairs-psychologist' as MandateId)
  })
  after(() => inbox[Symbol.asyncDispose]())

  const refer = async (items: readonly ItemText[], caseId = aCaseId()): Promise<string> => {
    await stage.send(PROBATION, referral(caseId, items))
    return firstOf(reader)
  }

  it('is said with the day by which to acknowledge, before the choice and after it, until that is done', async () => {
    const path = await refer([ban()])
    const arrival = await follow(gateway, reader, path)
    const due = rowOf(arrival.text, 'To acknowledge by') ?? ''
    assert.match(due, /20\d\d at \d\d:\d\d$/)
    const page = await openAt(gateway, reader, path, 'D0')
    assert.equal(rowOf(page.text, 'To acknowledge by'), due)
    await reader.post(`${page.path}/acknowledge`)
    const done = await reader.get(page.path)
    assert.equal(rowOf(done.text, 'To acknowledge by'), undefined)
    assert.match(rowOf(done.text, 'Status') ?? '', /^Acknowledged on/)
  })

  it('tells the end of the measure where it is among what is shown, and no row of it where it is not', async () => {
    const shown = await openAt(gateway, reader, await refer([ban(), measureEnd()]), 'D0')
    assert.equal(rowOf(shown.text, 'Measure until'), '31 December 2026')
    const hidden = measureEnd({ releasableTo: ['court-paris'] })
    const without = await openAt(gateway, reader, await refer([ban(), hidden]), 'D4')
    assert.equal(rowOf(without.text, 'Measure until'), undefined)
  })

  it('says by when it must go, and why', async () => {
    const page = await openAt(gateway, reader, await refer([ban(), measureEnd()]), 'D0')
    assert.match(rowOf(page.text, 'Must go by') ?? '', /^31 March 2027 The measure ends on 31 December 2026;/)
  })

  it('is closed once it should be gone: it is read, acknowledged or declined, and no more of it is opened, asked for or taken on', async () => {
    const job = employment()
    const over = await openAt(gateway, reader, await refer([ban(), job, measureEnd({ value: '2026-05-31' })]), 'D1')
    assert.match(over.text, /Closed: this should be gone by now/)
    assert.match(over.text, /No contact with the neighbour/)
    for (const act of ['more', 'ask', 'accept']) {
      assert.ok(!over.text.includes(`href="${over.path}/${act}" role="button"`), act)
      assert.equal((await reader.get(`${over.path}/${act}`)).status, 409)
    }
    const deeper = { depth: 'D3', reason: 'plan', text: 'The plan is due on Monday.', span: 'from-now-on' }
    for (const [act, form] of Object.entries({
      more: deeper,
      less: { less: 'D0' },
      accept: { referent: 'pairs-mediator' },
    })) {
      const refused = await reader.post(`${over.path}/${act}`, form)
      assert.equal(refused.status, 409)
      assert.match(refused.text, /This case is closed/)
    }
    assert.equal((await colleague.get(`${over.path}/more`)).status, 404)
    assert.equal((await reader.get('/inbox/none/more')).status, 404)
    assert.equal((await reader.get(`${over.path}/timeline`)).status, 200)
    assert.match(over.text, /Acknowledge/)
    assert.equal((await reader.post(`${over.path}/acknowledge`)).status, 303)
    assert.equal((await reader.post(`${over.path}/decline`, { reason: 'no-capacity' })).status, 303)
    const open = await openAt(gateway, reader, await refer([ban(), measureEnd()]), 'D1')
    assert.doesNotMatch(open.text, /Closed: this should be gone/)
    for (const act of ['more', 'ask', 'accept']) assert.equal((await reader.get(`${open.path}/${act}`)).status, 200)
  })

  it('is offered to people by name, and where nobody has an account to a role', async () => {
    const page = await openAt(gateway, reader, await refer([ban()]), 'D0')
    const { text } = await follow(gateway, reader, `${page.path}/accept`)
    const said = [...text.matchAll(/<label[^>]*for="referent[^>]*>([^<]*)<\/label/g)].map(([, name]) => name)
    assert.deepEqual(said, [reader.account.name, colleague.account.name, 'Mediator'])
    assert.match(text, /-item-hint"[^>]*>Psychologist</)
  })

  it('says who holds it now: its sender, then whoever took it on, whichever colleague said so, and from when', async () => {
    const page = await openAt(gateway, reader, await refer([ban()]), 'D0')
    assert.match(
      rowOf(page.text, 'Who holds it now') ?? '',
      /^DEMO Probation service of Paris, until your organisation/,
    )
    const theirs = await openAt(gateway, colleague, await firstOf(colleague), 'D0')
    const form = { referent: 'pairs-mediator', appointment: '2099-03-04' }
    await follow(gateway, colleague, await colleague.post(`${theirs.path}/accept`, form))
    const taken = await follow(gateway, reader, page.path)
    assert.match(rowOf(taken.text, 'Who holds it now') ?? '', /^Mediator, since \d/)
    const mediator = await aReader(web, 'pairs-mediator' as MandateId)
    const byName = rowOf((await follow(gateway, reader, page.path)).text, 'Who holds it now') ?? ''
    assert.ok(byName.startsWith(`${mediator.account.name}, since `), byName)
    assert.equal(rowOf(taken.text, 'First appointment'), '4 March 2099')
    const plain = await openAt(gateway, reader, await refer([ban()]), 'D0')
    await reader.post(`${plain.path}/accept`, { referent: 'pairs-mediator', appointment: '' })
    const named = await follow(gateway, reader, plain.path)
    assert.equal(rowOf(named.text, 'First appointment'), undefined)
  })

  it('calls a mandate by its role, with its id where that is not enough, and by its id once it is gone', () => {
    const known = gateway.deps.registry()
    const twice = known.mandates.flatMap((one) =>
      one.id === 'pairs-mediator' ? [one, { ...one, id: 'pairs-mediator-2' as MandateId }] : [one],
    )
    const named = (mandates: typeof known.mandates, id: string): string =>
      mandateName({ t: wordsIn('fr'), deps: { registry: () => ({ ...known, mandates }) } }, id)
    assert.equal(named(known.mandates, 'pairs-mediator'), 'Médiateur')
    assert.equal(named(twice, 'pairs-mediator'), 'Médiateur (pairs-mediator)')
    assert.equal(named(twice, 'pairs-gone'), 'pairs-gone')
  })

  it('is with its sender again once the referral was declined', async () => {
    const page = await openAt(gateway, reader, await refer([ban()]), 'D0')
    await reader.post(`${page.path}/decline`, { reason: 'no-capacity' })
    const declined = await follow(gateway, reader, page.path)
    assert.equal(rowOf(declined.text, 'Who holds it now'), 'DEMO Probation service of Paris')
  })

  it('says that part of it was withdrawn, to whoever had read that', async () => {
    const [caseId, job] = [aCaseId(), employment()]
    const page = await openAt(gateway, reader, await refer([ban(), job], caseId), 'D4')
    assert.doesNotMatch(rowOf(page.text, 'Status') ?? '', /withdrawn/)
    await stage.send(PROBATION, recall(caseId, [job], ON_SUPPORT))
    const notice = await follow(gateway, reader, page.path)
    await reader.post(notice.path, { action: 'deleted' })
    await gateway.settled()
    const left = await follow(gateway, reader, page.path)
    assert.match(rowOf(left.text, 'Status') ?? '', /part of it was withdrawn/)
  })
})
