/** What was sent from the inbox: each request for more, of all cases, with what became of it; and nobody else's. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { MandateId } from '#gateway/core/ids.ts'
import { answerAsk } from '#gateway/rooms/ask-answers.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReader, firstOf, openAt } from '#test/support/hosted-inbox.ts'
import type { Person, TestWeb } from '#test/support/web.ts'
import { ON_SUPPORT, PROBATION, aCaseId, ban, recall, referral } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

const ASK = {
  purpose: 'disengagement-support',
  urgency: 'days',
  text: 'The plan for housing is due next week and needs it.',
  step: 'send',
} as const

describe('what was sent from the inbox', () => {
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

  const ask = async (sections: string, items = [ban()], caseId = aCaseId()): Promise<string> => {
    await stage.send(PROBATION, referral(caseId, items))
    const { path } = await openAt(gateway, reader, await firstOf(reader), 'D0')
    assert.equal((await reader.post(`${path}/ask`, { ...ASK, sections })).status, 303)
    return path
  }
  const sent = async (rest = '', who = reader): Promise<string> => (await who.get(`/inbox?tab=sent${rest}`)).text

  it('is said to be nothing before anything was', async () =>
    assert.match(await sent(), /aria-current="page"[\s\S]*You have asked for nothing yet\./))

  it('is listed the newest first, with its state and by when an answer is due, and leads to the request', async () => {
    const first = await ask('accommodation')
    gateway.advance(60_000)
    const second = await ask('health')
    const text = await sent()
    assert.ok(text.indexOf(`${second}/ask`) < text.indexOf(`${first}/ask`))
    assert.match(text, /Answer due by <time/)
    assert.equal((await reader.get(`${first}/ask`)).status, 200)
  })

  it('says what an officer answered, of any case, without a look into each', async () => {
    const [open] = await gateway.deps.store.read.asks.open(1)
    assert.ok(open !== undefined)
    const decisions = [{ section: 'accommodation', kind: 'refused', reason: 'not-necessary' }] as const
    const answered = await answerAsk(gateway.deps, { id: open.id, decisions, text: 'Not for this purpose.', by: 'DPO' })
    assert.ok(answered.ok)
    assert.match(await sent(), />\s*Refused\s*</)
    gateway.advance(4 * 86_400_000)
    reader = await aReader(web)
    assert.match(await sent(), />\s*Overdue\s*</)
  })

  it('is nobody else’s, not even in the same organisation', async () =>
    assert.match(
      await sent('', await aReader(web, 'pairs-psychologist' as MandateId)),
      /You have asked for nothing yet/,
    ))

  it('goes on earlier, and leads nowhere once nothing of its case is left', async () => {
    const [caseId, only] = [aCaseId(), ban()]
    const path = await ask('health', [only], caseId)
    await stage.send(PROBATION, recall(caseId, [only], ON_SUPPORT))
    const notice = (await reader.get(path)).headers.get('location') ?? ''
    await reader.get(notice)
    await reader.post(notice, { action: 'deleted' })
    await gateway.settled()
    const text = await sent()
    assert.ok(!text.includes(`${path}/ask`))
    assert.match(await sent('&before=1'), /You have asked for nothing yet/)
  })

  it('is read a page at a time', async () => {
    const { asks } = gateway.deps.store.read
    const [known] = await asks.open(1)
    assert.ok(known !== undefined)
    const { state: _, ...like } = known
    await gateway.deps.store.transaction(async (tx) => {
      for (let count = 0; count < 26; count += 1)
        await tx.asks.add({ ...like, id: gateway.deps.newId() as typeof like.id, askedAt: like.askedAt + count + 1 })
    })
    const next = /href="(\?tab=sent[^"]*before=\d+)"/.exec(await sent())?.[1]?.replaceAll('&amp;', '&')
    assert.ok(next)
    const earlier = await reader.get(`/inbox${next}`)
    assert.equal(earlier.status, 200)
    assert.match(earlier.text, /Refused/)
  })
})
