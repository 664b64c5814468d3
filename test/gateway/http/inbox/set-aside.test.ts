/** What somebody set aside for a case beside the step: it is said, and going deeper with a reason lifts what they mark. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReader, firstOf, follow } from '#test/support/hosted-inbox.ts'
import type { Person, TestWeb, WebReply } from '#test/support/web.ts'
import { PROBATION, aCaseId, ban, employment, housing, referral } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

const DEEPER = { depth: 'D4', reason: 'plan', text: 'The plan is due on Monday.', span: 'from-now-on' } as const

describe('what was set aside for a case', () => {
  let inbox: InboxStage
  let stage: Stage
  let gateway: TestGateway
  let web: TestWeb
  let reader: Person
  before(async () => {
    inbox = await openInboxStage({}, { depth: 'D4' })
    ;({ stage, gateway, web, reader } = inbox)
  })
  after(() => inbox[Symbol.asyncDispose]())

  type Page = WebReply & { readonly path: string }

  /** A case with a job that is a fact and a home that is an assessment, chosen so. */
  async function chosen(form: Readonly<Record<string, string | readonly string[]>>): Promise<Page> {
    await stage.send(PROBATION, referral(aCaseId(), [ban(), employment(), housing({ nature: 'assessment' })]))
    const arrival = await follow(gateway, reader, await firstOf(reader))
    return follow(gateway, reader, await reader.post(arrival.path, { depth: 'D4', ...form }))
  }
  const deeper = async ({ path }: Page, form: Readonly<Record<string, string | readonly string[]>>): Promise<Page> =>
    follow(gateway, reader, await reader.post(`${path}/more`, { ...DEEPER, ...form }))

  it('is not spoken of where nothing is', async () => {
    const page = await chosen({})
    assert.doesNotMatch(page.text, /set something aside/)
    assert.doesNotMatch((await reader.get(`${page.path}/more`)).text, /name="lift"/)
  })

  it('is said on the case, named where one goes deeper, and lifted where it is marked', async () => {
    const page = await chosen({ ways: ['facts', 'ask-me'], hide: 'employment', reach: 'months', 'reach-months': '1' })
    assert.match(page.text, /You set something aside for this case/)
    for (const hidden of ['apprentice-baker', 'hostel-room']) assert.ok(!page.text.includes(hidden), hidden)
    const more = await reader.get(`${page.path}/more`)
    for (const lift of ['facts', 'ask-me', 'hidden', 'past']) assert.ok(more.text.includes(`value="${lift}"`), lift)
    assert.match(more.text, /Show what you hid: Employment/)
    const same = await deeper(page, {})
    assert.ok(!same.text.includes('apprentice-baker'), 'a deeper step alone lifts nothing')
    const factsToo = await deeper(same, { lift: ['facts', 'ask-me'] })
    assert.match(factsToo.text, /hostel-room/)
    assert.ok(!factsToo.text.includes('apprentice-baker'))
    const all = await deeper(factsToo, { lift: ['hidden', 'past', 'nothing-known'] })
    assert.match(all.text, /apprentice-baker/)
    assert.doesNotMatch(all.text, /set something aside/)
  })

  it('opens a hidden section that is named, and no other, and only for the visit where that is asked', async () => {
    const page = await chosen({ hide: ['employment', 'accommodation'] })
    const one = await deeper(page, { section: 'employment', span: 'visit' })
    assert.match(one.text, /apprentice-baker/)
    assert.ok(!one.text.includes('hostel-room'))
    const nextDay = await aReader(web)
    const back = await follow(gateway, nextDay, one.path)
    assert.ok(!back.text.includes('apprentice-baker'))
  })

  it('keeps the mark where something else of the form is wrong', async () => {
    const page = await chosen({ ways: 'facts' })
    const wrong = await reader.post(`${page.path}/more`, { ...DEEPER, text: 'short', lift: 'facts' })
    assert.equal(wrong.status, 422)
    assert.match(wrong.text, /value="facts"\s+checked/)
  })
})
