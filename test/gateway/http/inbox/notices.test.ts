/** Whether mail tells people of a hosted inbox that something waits, and in which hours none does: chosen where they choose what they start with. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { NoticeChoice } from '#gateway/core/notice-choice.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReader, PAIRS, SOCIAL_WORKER } from '#test/support/hosted-inbox.ts'
import type { Person, TestWeb, WebReply } from '#test/support/web.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

describe('notices by mail, chosen at the inbox', () => {
  let inbox: InboxStage
  let gateway: TestGateway
  let web: TestWeb
  let reader: Person
  before(async () => {
    inbox = await openInboxStage()
    ;({ gateway, web, reader } = inbox)
  })
  after(() => inbox[Symbol.asyncDispose]())

  const chosen = (): Promise<NoticeChoice | undefined> => gateway.deps.store.read.noticeChoices.of(SOCIAL_WORKER)
  const choose = (form: Readonly<Record<string, string>>): Promise<WebReply> =>
    reader.post('/inbox/first', { depth: 'D1', ...form })

  it('are no choice where the organisation gave no address, and what a form says of them is not kept', async () => {
    const { text } = await reader.get('/inbox/first')
    assert.match(text, /Your organisation gave no address for this/)
    assert.doesNotMatch(text, /name="notice"|name="quiet-from"/)
    assert.equal((await choose({ notice: 'none' })).status, 303)
    assert.equal(await chosen(), undefined)
    assert.match((await reader.get('/inbox')).text, /No mail is sent when one arrives/)
  })

  describe('of an organisation with an address', () => {
    before(() =>
      gateway.changeRegistry((old) => ({
        ...old,
        participants: old.participants.map((one) =>
          one.id === PAIRS ? { ...one, couriers: [{ way: 'mail', to: 'accueil@association.example' }] } : one,
        ),
      })),
    )

    it('come by mail at any hour until something else is chosen', async () => {
      const { text } = await reader.get('/inbox/first')
      assert.match(text, /value="mail"\s+checked/)
      assert.match(text, /name="quiet-from"[^>]*value=""/)
      assert.match(text, /Times of the zone Europe\/Paris/)
      assert.doesNotMatch(text, /accueil@association/)
      assert.match((await reader.get('/inbox')).text, /We will write to you when one arrives/)
    })

    it('are kept for the mandate, with their quiet hours in the zone of the gateway', async () => {
      assert.equal((await choose({ notice: 'mail', 'quiet-from': '20:00', 'quiet-until': '07:30' })).status, 303)
      assert.deepEqual(await chosen(), {
        channel: 'mail',
        quiet: { from: '20:00', until: '07:30', zone: 'Europe/Paris' },
      })
      const colleague = await aReader(web)
      const { text } = await colleague.get('/inbox/first')
      assert.match(text, /name="quiet-from"[^>]*value="20:00"/)
      assert.match(text, /name="quiet-until"[^>]*value="07:30"/)
      assert.match(text, /value="D1"\s+checked/)
    })

    it('are not sent, where that is chosen', async () => {
      assert.equal((await choose({ notice: 'none', 'quiet-from': '', 'quiet-until': '' })).status, 303)
      assert.deepEqual(await chosen(), { channel: 'none' })
      assert.match((await reader.get('/inbox/first')).text, /value="none"\s+checked/)
      assert.match((await reader.get('/inbox')).text, /No mail is sent when one arrives/)
    })

    it('are kept only together with what one starts with, and each fault is named at its field', async () => {
      const wrong = async (form: Readonly<Record<string, string>>, ...fields: readonly string[]): Promise<void> => {
        const { status, text } = await choose({ notice: 'mail', ...form })
        assert.equal(status, 422)
        for (const field of fields) assert.ok(text.includes(`href="#${field}"`), field)
        assert.equal([...text.matchAll(/<li><a href="#/g)].length, fields.length)
      }
      await wrong({ notice: 'pigeon' }, 'notice')
      await wrong({ 'quiet-from': '20:00' }, 'quiet-until')
      await wrong({ 'quiet-until': '07:30' }, 'quiet-from')
      await wrong({ 'quiet-from': 'eight', 'quiet-until': '25:00' }, 'quiet-from', 'quiet-until')
      await wrong({ 'quiet-from': '20:00', 'quiet-until': '20:00' }, 'quiet-until')
      await wrong({ depth: 'D9', 'quiet-from': '20:00' }, 'depth', 'quiet-until')
      await wrong({ depth: 'D9' }, 'depth')
      assert.deepEqual(await chosen(), { channel: 'none' })
    })

    it('are not kept with a choice that is deeper than the organisation lets its people read', async () => {
      await gateway.choose({ organisation: PAIRS }, { depth: 'D2', sections: { employment: 'D0' } })
      const { status } = await choose({ depth: 'D2', 'depth-employment': 'D2', notice: 'mail' })
      assert.equal(status, 422)
      assert.deepEqual(await chosen(), { channel: 'none' })
    })
  })
})
