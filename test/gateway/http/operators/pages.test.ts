/** The operators' pages: what runs, what is stuck, what ends, who comes in; and nothing of any case. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import type { MessageId, OrganisationId } from '#gateway/core/ids.ts'
import { fail } from '#gateway/core/problem.ts'
import { dayStart } from '#gateway/http/operators/today.ts'
import { OPERATOR_ROUTES } from '#gateway/http/operators/routes.ts'
import { MOST_STUCK } from '#gateway/rooms/stuck-lines.ts'
import { openCourierStage } from '#test/support/courier-stage.ts'
import type { CourierStage } from '#test/support/courier-stage.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb } from '#test/support/web.ts'

const DAY_MS = 86_400_000
const CASE = 'DEMO-2026-OPERATOR'
const PAGES = OPERATOR_ROUTES.filter(({ method, path }) => method === 'get' && !path.includes(':')).map(
  ({ path }) => path,
)

describe('the operators’ pages', () => {
  let stage: CourierStage
  let web: TestWeb
  let operator: Person
  let messageId: string
  before(async () => {
    stage = await openCourierStage()
    web = await openTestWeb(stage.gateway.deps)
    operator = await web.signIn('operator')
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await stage[Symbol.asyncDispose]()
  })

  it('say, while nothing has happened, what will appear and when', async () => {
    assert.match((await operator.get('/operators')).text, /Nothing came or went today/)
    assert.match((await operator.get('/operators/stuck')).text, /Nothing is stuck/)
    for (const path of PAGES) assert.equal((await operator.get(path)).status, 200, path)
  })

  it('count the day by organisation, show what was given up, and have it carried anew as a child', async () => {
    stage.reachBy('probation-paris', [stage.push])
    stage.peer.behave((_heard, response) => {
      response.writeHead(400).end()
    })
    messageId = await stage.handOver(CASE)
    await stage.gateway.settled()
    const flowing = (await operator.get('/operators')).text
    assert.match(flowing, /What came and went by organisation since/)
    assert.match(flowing, /<desc id="flows-desc">/)
    const french = await operator.get('/operators', { 'accept-language': 'fr' })
    assert.match(french.text, /De qui à qui aujourd/)
    assert.match(
      (await operator.get('/operators/stuck')).text,
      /Waiting[\s\S]*answer-refused[\s\S]*tried again by itself/,
    )
    const { read } = stage.gateway.deps.store
    for (let turn = 0; turn < 40 && (await read.outbox.count()).stuck === 0; turn += 1) await stage.later(8 * 3_600_000)
    operator = await web.signIn('operator')
    const today = await operator.get('/operators')
    assert.match(today.text, /<bdi>[^<]*<\/bdi>/)
    const stuck = await operator.get('/operators/stuck')
    const id = /\/operators\/stuck\/([0-9a-f-]{36})\/replay/.exec(stuck.text)?.[1] ?? ''
    assert.match(id, /./, stuck.text)
    const replayed = await operator.post(`/operators/stuck/${id}/replay`)
    assert.equal(replayed.headers.get('location'), '/operators/stuck?done=1')
    await stage.gateway.settled()
    const again = await operator.get('/operators/stuck?done=1')
    assert.match(again.text, /carried anew, as a child/)
    assert.match(again.text, new RegExp(`carries anew[\\s\\S]*${id}`))
    assert.equal((await operator.post(`/operators/stuck/${id}/replay`)).status, 409)
    for (const wrong of [randomUUID(), 'no-id', '..'])
      assert.equal((await operator.post(`/operators/stuck/${wrong}/replay`)).status, 404, wrong)
  })

  /** Jobs of that message which were given up before it was judged. */
  const giveUp = async (count: number): Promise<readonly string[]> => {
    const { store } = stage.gateway.deps
    const [known] = await store.read.outbox.ofMessage(messageId as MessageId)
    assert.ok(known !== undefined)
    const { attempts: _, ...job } = known.job
    const ids = Array.from({ length: count }, () => randomUUID())
    await store.transaction(async ({ outbox }) => {
      await outbox.add(ids.map((id) => ({ ...job, id, cause: 'replay' })))
      for (const id of ids) await outbox.finish(id, 'stuck', 'handler-failed', stage.gateway.now())
      await outbox.add([{ ...job, id: randomUUID(), cause: 'replay', dueAt: stage.gateway.now() + DAY_MS }])
    })
    return ids
  }

  it('show what was given up before it was judged, page by page, and have it judged anew in the name of who asked', async () => {
    const ids = await giveUp(MOST_STUCK + 1)
    const first = (await operator.get('/operators/stuck')).text
    assert.match(first, /judged here, on the flow[\s\S]*handler-failed/)
    const next = /href="(\/operators\/stuck\?after=\d+)"/.exec(first)?.[1] ?? assert.fail(first)
    const second = (await operator.get(next)).text
    const last = ids.at(-1) ?? ''
    assert.ok(second.includes(last) && !first.includes(last))
    assert.match(second, /rel="prev"/)
    assert.match((await operator.get('/operators/stuck?after=999999999')).text, /There is nothing more/)
    assert.equal((await operator.get('/operators/stuck?after=x')).status, 200)
    const replayed = await operator.post(`/operators/stuck/${last}/replay`)
    assert.equal(replayed.headers.get('location'), '/operators/stuck?done=judged')
    await stage.gateway.settled()
    assert.match((await operator.get('/operators/stuck?done=judged')).text, /It is judged anew/)
    const jobs = await stage.gateway.deps.store.read.outbox.ofMessage(messageId as MessageId)
    assert.equal(jobs.find(({ job }) => job.id === last)?.state, 'done')
    assert.equal((await operator.post(`/operators/stuck/${last}/replay`)).status, 404)
    const { read } = stage.gateway.deps.store
    const rows = await read.audit.rows(1, (await read.audit.head())?.seq ?? 0)
    const { event } = rows.findLast((row) => row.event.act === 'delivery-replayed') ?? assert.fail()
    assert.deepEqual([event.actor, event.justification, event.messageId], [operator.account.id, 'judging', messageId])
  })

  it('say what a code means where it is one of ours, and that the registry knows a mandate no more', async () => {
    const [id] = await giveUp(1)
    const { store } = stage.gateway.deps
    await store.transaction(({ outbox }) =>
      outbox.retry(id ?? '', stage.gateway.now() + DAY_MS, 'recipient-key-missing'),
    )
    stage.gateway.changeRegistry((old) => ({ ...old, mandates: [] }))
    const pages = [
      (await operator.get('/operators/stuck')).text,
      (await operator.get('/operators/stuck?after=50')).text,
    ]
    assert.match(pages.join(' '), /recipient-key-missing<\/code>[\s\S]*No key in force to seal for the recipient/)
    assert.match(pages.join(' '), /A mandate that the registry knows no more/)
  })

  it('hold no case, no content and no message of one, in any language, with a full store', async () => {
    const kept = await stage.gateway.deps.store.read.deliveries.everOf({
      organisation: 'probation-paris' as never,
      after: 0,
      limit: 10,
    })
    assert.ok(kept.length > 0)
    const { people } = stage.gateway.deps.store.read
    assert.ok((await people.accounts()).length > 0)
    const secrets = [CASE, messageId, ...kept.map(({ id }) => id), 'first-appointment', '2026-12-01']
    const [id] = await giveUp(1)
    for (const path of [...PAGES, `/operators/stuck/${id}/hand-over`])
      for (const language of ['en', 'fr', 'ar']) {
        const { text, status } = await operator.get(path, { 'accept-language': language })
        assert.equal(status, 200)
        for (const secret of secrets) assert.equal(text.includes(secret), false, `${path} shows ${secret}`)
      }
  })

  it('show each thing that runs by itself, of what instant it is, and go on where one look fails', async () => {
    const { deps } = stage.gateway
    const fault = (): never => {
      throw new Error('no answer')
    }
    const { read } = deps.store
    await using broken = await openTestWeb({
      ...deps,
      policy: () => undefined,
      store: {
        ...deps.store,
        read: {
          ...read,
          flows: { ...read.flows, since: () => Promise.reject(new Error('x')) },
          log: { ...read.log, published: fault },
          outbox: { ...read.outbox, count: fault },
        },
      },
    })
    const { text, status } = await (await broken.signIn('operator')).get('/operators')
    assert.equal(status, 200)
    assert.match(text, /Not known/)
    assert.match(text, /policy-unavailable/)
    assert.equal(text.match(/could not be counted just now/g)?.length, 2)
    assert.match((await operator.get('/operators')).text, /40 days until the first/)
  })

  it('say what ends, in days, and how far the log is published', async () => {
    const { text } = await operator.get('/operators/keys')
    assert.match(text, /gateway certificate/)
    assert.match(text, /40 days/)
    assert.match(text, /Trust list/)
    assert.match(text, /Last checkpoint/)
  })

  it('say why there is no trust list, and name what nobody knows by its id', async () => {
    const { deps } = stage.gateway
    const { trustLists: _lists, ...without } = deps
    await using alone = await openTestWeb(without)
    assert.match((await (await alone.signIn('operator')).get('/operators/keys')).text, /follows no trust list/)
    const expired = { inForce: () => fail('trust-list-expired') }
    await using late = await openTestWeb({ ...deps, trustLists: expired })
    const person = await late.signIn('operator')
    const keys = await person.get('/operators/keys', { 'accept-language': 'fr' })
    assert.match(keys.text, /La liste de confiance a expiré/)
    assert.match((await person.get('/operators', { 'accept-language': 'fr' })).text, /trust-list-expired/)
    await late.signIn('auditor', { organisation: 'nobody-knows' as OrganisationId })
    assert.match((await person.get('/operators/people')).text, /<bdi>nobody-knows<\/bdi>/)
  })

  it('begin the day where the pages are read, also on days of 23 and 25 hours', () => {
    const at = (text: string) => Date.parse(text)
    assert.equal(dayStart(at('2026-11-21T10:00:00Z'), 'Europe/Paris'), at('2026-11-20T23:00:00Z'))
    assert.equal(dayStart(at('2026-07-01T22:30:00Z'), 'Europe/Paris'), at('2026-07-01T22:00:00Z'))
    assert.equal(dayStart(at('2026-11-21T10:00:00Z'), 'UTC'), at('2026-11-21T00:00:00Z'))
    // The clocks go back at three: midnight was before.
    assert.equal(dayStart(at('2026-10-25T12:00:00Z'), 'Europe/Paris'), at('2026-10-24T22:00:00Z'))
  })
})
