/** What is stuck for no reason of the machines: an operator hands it over, an officer says what came of it, and neither learns what is the other's. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { DEALT_OUTCOMES, HANDED_REASONS } from '#gateway/core/handed-errand.ts'
import type { MessageId, OrganisationId } from '#gateway/core/ids.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aHandover } from '#test/support/messages.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb } from '#test/support/web.ts'

const CASE = 'DEMO-2026-HANDED-OVER'
const OPERATOR = 'Operator-By-Name'

describe('what an operator hands to the officers', () => {
  let gateway: TestGateway
  let web: TestWeb
  let operator: Person
  let officer: Person
  let messageId: MessageId
  let delivery: string
  let mandate: string
  before(async () => {
    gateway = await bootGateway()
    web = await openTestWeb(gateway.deps)
    operator = await web.signIn('operator', { name: OPERATOR })
    officer = await web.signIn('officer')
    assert.equal((await gateway.send('prison-paris', aHandover({ caseId: CASE }))).status, 202)
    await gateway.settled()
    const organisation = 'probation-paris' as OrganisationId
    const [sent] = await gateway.deps.store.read.deliveries.everOf({ organisation, after: 0, limit: 1 })
    assert.ok(sent !== undefined)
    messageId = sent.messageId
    delivery = sent.id
    mandate = sent.mandate
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await gateway.stop()
  })

  /** A job of that message that was given up. */
  const giveUp = async (): Promise<string> => {
    const { store, clock } = gateway.deps
    const known = (await store.read.outbox.ofMessage(messageId)).find(({ job }) => job.mandate === mandate)
    assert.ok(known !== undefined)
    const { attempts: _, ...job } = known.job
    const id = randomUUID()
    await store.transaction(async ({ outbox }) => {
      await outbox.add([{ ...job, id, cause: 'replay' }])
      await outbox.finish(id, 'stuck', 'handler-failed', clock())
    })
    return id
  }
  const handOver = async (errand: string, reason: string) =>
    operator.post(`/operators/stuck/${errand}/hand-over`, { reason })
  /** The page of that errand among those that wait. */
  const pageOf = async (errand: string): Promise<string> => {
    const rows = (await officer.get('/handed-over')).text.split('</tr>')
    return /href="(\/handed-over\/[^"]+)"/.exec(rows.find((row) => row.includes(errand)) ?? '')?.[1] ?? ''
  }
  const lineOf = async (errand: string): Promise<string> =>
    (await operator.get('/operators/stuck')).text.split('</tr>').find((row) => row.includes(errand)) ?? ''
  const lastOf = async (act: string) => {
    const { audit } = gateway.deps.store.read
    const rows = await audit.rows(1, (await audit.head())?.seq ?? 0)
    return rows.findLast(({ event }) => event.act === act)?.event
  }

  it('says, while nothing is handed over, what will appear', async () => {
    const { text } = await officer.get('/handed-over')
    assert.match(text, /Nothing is handed over\. What an operator hands over is listed here/)
    assert.doesNotMatch(text, /as=csv/)
    assert.match((await officer.get('/requests')).text, /href="\/handed-over"[^>]*>Handed over by operators: 0</)
  })

  it('goes from the line of an errand to the officers by one reason of the list, and comes back with what came of it', async () => {
    const errand = await giveUp()
    assert.match(await lineOf(errand), new RegExp(`href="/operators/stuck/${errand}/hand-over"`))
    const asked = (await operator.get(`/operators/stuck/${errand}/hand-over`)).text
    for (const reason of HANDED_REASONS) assert.ok(asked.includes(`value="${reason}"`), reason)
    assert.doesNotMatch(asked, /<textarea|type="text"/)
    const handed = await handOver(errand, 'must-not-reach')
    assert.equal(handed.headers.get('location'), '/operators/stuck?done=handed')
    assert.match((await operator.get('/operators/stuck?done=handed')).text, /It is handed over/)
    const waits = await lineOf(errand)
    assert.match(waits, /Handed over on [^:]+:.*A member says that it must not reach them\./s)
    assert.doesNotMatch(waits, /hand-over"/)
    assert.match((await officer.get('/requests')).text, /Handed over by operators: 1</)
    const row = (await officer.get('/handed-over')).text.split('</tr>').find((one) => one.includes(errand)) ?? ''
    for (const shown of [OPERATOR, 'must not reach', 'Not decided yet', '<time datetime='])
      assert.ok(row.includes(shown), shown)
    const page = await pageOf(errand)
    assert.match((await officer.get(page)).text, /Nothing to do[\s\S]*To be redelivered by the operator/)
    const dealt = await officer.post(page, { outcome: 'redeliver' })
    assert.equal(dealt.headers.get('location'), '/handed-over?done=1')
    assert.match((await officer.get('/handed-over?done=1')).text, /It is dealt with/)
    const back = await lineOf(errand)
    assert.match(back, /Dealt with on [^:]+:.*To be redelivered by the operator\./s)
    assert.match(back, /hand-over"/)
    const ended = (await officer.get(page)).text
    assert.match(ended, /To be redelivered by the operator, <time/)
    assert.doesNotMatch(ended, /type="radio"/)
    assert.equal((await officer.post(page, { outcome: 'redeliver' })).status, 412)
  })

  it('is written into the audit by both, with the codes and neither name nor content', async () => {
    const errand = await giveUp()
    await handOver(errand, 'asks-what')
    await officer.post(await pageOf(errand), { outcome: 'nothing-to-do' })
    const about = { messageId, recipients: ['probation-paris'], operation: 'alteration' }
    const [handed, dealt] = [await lastOf('errand-handed-over'), await lastOf('errand-dealt-with')]
    const { at: _at, caseId, ...event } = handed ?? assert.fail()
    assert.match(caseId ?? '', /./)
    const actor = { actor: operator.account.id, role: 'operator', justification: 'asks-what' }
    assert.deepEqual(event, { ...about, ...actor, act: 'errand-handed-over' })
    assert.deepEqual(
      [dealt?.actor, dealt?.role, dealt?.justification, dealt?.caseId, dealt?.messageId],
      [officer.account.id, 'officer', 'nothing-to-do', caseId, messageId],
    )
  })

  it('opens for the officer what was decided of that message for that mandate, which the audit records', async () => {
    const errand = await giveUp()
    await handOver(errand, 'must-reach')
    const page = (await officer.get(await pageOf(errand))).text
    const why = /href="(\/why\?message=[^"]+)"[^>]*>Why did [^<]+ get it, or not\?/.exec(page)?.[1] ?? assert.fail(page)
    const found = await officer.get(why.replaceAll('&amp;', '&'))
    assert.match(found.text, new RegExp(`href="/why/${delivery}"`))
    assert.match(found.text, new RegExp(`value="${messageId}"`))
    assert.equal((await lastOf('decisions-searched'))?.actor, officer.account.id)
    assert.match((await officer.get(`/why?message=${messageId}`)).text, new RegExp(`/why/${delivery}`))
    assert.doesNotMatch((await officer.get('/why?message=CASE-1')).text, /Nothing here that you may see/)
  })

  it('takes no reason or outcome that is not of its list, no errand that nothing stops, and none twice at a time', async () => {
    const errand = await giveUp()
    for (const reason of ['', 'because of the story', 'nothing-to-do']) {
      const refused = await handOver(errand, reason)
      assert.equal(refused.status, 422)
      assert.match(refused.text, /Choose why you hand it over/)
    }
    const done = (await gateway.deps.store.read.outbox.ofMessage(messageId)).find(({ state }) => state === 'done')
    for (const wrong of [randomUUID(), 'no-id', done?.job.id ?? '']) {
      assert.equal((await operator.get(`/operators/stuck/${wrong}/hand-over`)).status, 404, wrong)
      assert.equal((await handOver(wrong, 'must-reach')).status, 404, wrong)
    }
    assert.equal((await handOver(errand, 'policy-refuses')).status, 303)
    assert.equal((await handOver(errand, 'must-reach')).status, 412)
    const waiting = (await operator.get(`/operators/stuck/${errand}/hand-over`)).text
    assert.match(waiting, /Handed over on[\s\S]*The policy refuses it/)
    assert.doesNotMatch(waiting, /type="radio"/)
    const page = await pageOf(errand)
    const refused = await officer.post(page, { outcome: 'asks-what' })
    assert.equal(refused.status, 422)
    assert.match(refused.text, /Choose what came of it/)
    for (const wrong of [randomUUID(), 'no-id']) {
      assert.equal((await officer.get(`/handed-over/${wrong}`)).status, 404)
      assert.equal((await officer.post(`/handed-over/${wrong}`, { outcome: 'redeliver' })).status, 404)
      assert.equal((await officer.post(`/handed-over/${wrong}`, { outcome: '' })).status, 404)
    }
    assert.deepEqual(await officer.post(page, { outcome: DEALT_OUTCOMES[0] }).then(({ status }) => status), 303)
    assert.equal((await handOver(errand, 'must-reach')).status, 303)
  })

  it('is found by words and had as a file, without the person who handed it over', async () => {
    const errand = await giveUp()
    await handOver(errand, 'must-reach')
    assert.ok((await officer.get('/handed-over?find=operator-by')).text.includes(errand))
    assert.match((await officer.get('/handed-over?find=no-such-word')).text, /Nothing in this list holds these words/)
    const file = (await officer.get(`/handed-over?find=${errand}&as=csv`)).text.trim().split('\r\n')
    assert.equal(file.length, 2)
    assert.match(
      file[1] ?? '',
      new RegExp(`^${errand},probation-paris,Not decided yet,A member says that it must reach them,2`),
    )
    for (const secret of [OPERATOR, messageId, CASE]) assert.equal(file.join().includes(secret), false, secret)
  })

  it('shows the operator no message, no case and no officer, and gives each role nothing of the other', async () => {
    const errand = await giveUp()
    await handOver(errand, 'asks-what')
    const page = await pageOf(errand)
    for (const language of ['en', 'fr', 'ar'])
      for (const path of ['/operators/stuck', `/operators/stuck/${errand}/hand-over`]) {
        const { text } = await operator.get(path, { 'accept-language': language })
        for (const secret of [CASE, messageId, delivery, officer.account.id])
          assert.equal(text.includes(secret), false, `${path} shows ${secret}`)
      }
    for (const path of ['/handed-over', page, `/why?message=${messageId}`])
      assert.equal((await operator.get(path)).status, 404, path)
    assert.equal((await operator.post(page, { outcome: 'redeliver' })).status, 404)
    assert.equal((await officer.get('/operators/stuck')).status, 404)
    assert.equal((await officer.post(`/operators/stuck/${errand}/hand-over`, { reason: 'must-reach' })).status, 404)
    assert.equal((await officer.post(`/operators/stuck/${errand}/replay`)).status, 404)
  })

  it('is told of as far as it is known, where the registry knows its mandate no more', async () => {
    const errand = await giveUp()
    gateway.changeRegistry((old) => ({ ...old, mandates: [] }))
    assert.match((await operator.get(`/operators/stuck/${errand}/hand-over`)).text, /the registry knows no more/)
    assert.equal((await handOver(errand, 'must-reach')).status, 303)
    const row = (await officer.get('/handed-over')).text.split('</tr>').find((one) => one.includes(errand)) ?? ''
    assert.match(row, /A mandate that the registry knows no more/)
    assert.match(
      (await officer.get(`/handed-over?find=${errand}&as=csv`)).text,
      new RegExp(`${errand},,Not decided yet,`),
    )
  })
})
