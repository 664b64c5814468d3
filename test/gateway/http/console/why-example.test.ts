/** P13: a decision about a real delivery becomes an example that has to pass, and names nobody. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { CaseId } from '#gateway/core/ids.ts'
import { keepDecision } from '#gateway/rooms/keep-decision.ts'
import { openConsole } from '#test/support/console-world.ts'
import type { ConsoleWorld } from '#test/support/console-world.ts'
import { aReferral, anItemText } from '#test/support/messages.ts'
import { CHANGING, openTestWeb } from '#test/support/web.ts'
import type { Person, WebReply } from '#test/support/web.ts'

const SECRET = 'SECRET-VALUE-OF-A-CASE'
const where = (reply: WebReply): string =>
  reply.headers.get('location') ?? assert.fail(`no redirect: ${reply.status} ${reply.text.slice(0, 2000)}`)

describe('an example made of a decision', () => {
  let world: ConsoleWorld
  let officer: Person
  let delivery: string
  before(async () => {
    world = await openConsole({ worker: 'running' })
    officer = await world.web.signIn('officer')
    const items = [
      anItemText({ section: 'family', term: 'parental-role', value: SECRET }),
      anItemText({ section: 'family', term: 'parental-role', value: SECRET, releasableTo: ['spip-lyon'] }),
    ]
    const sent = await world.gateway.send('probation-paris', aReferral({ caseId: 'KEPT-CASE', items }))
    assert.equal(sent.status, 202, sent.text)
    await world.gateway.settled()
    const [found] = await world.gateway.deps.store.read.deliveries.ofCase('KEPT-CASE' as CaseId)
    delivery = found?.id ?? assert.fail('no delivery')
  })
  after(() => world[Symbol.asyncDispose]())

  const keep = (fields: Readonly<Record<string, string>>, by = officer): Promise<WebReply> =>
    by.post(`/why/${delivery}/example`, { item: '0', level: '', ...fields })

  it('is made on a page that says in words what it was, for whom, why and where it is', async () => {
    const { text } = await officer.get(`/why/${delivery}`)
    assert.match(text, /Referral[\s\S]*DEMO[^<]* · pairs-social-worker[\s\S]*It was sent[\s\S]*In the mailbox/)
    const french = await officer.get(`/why/${delivery}`, { cookie: `${officer.cookie}; __Host-language=fr` })
    assert.match(french.text, /L’envoi[\s\S]*Dans la boîte/)
  })

  it('comes out as it was decided, in a draft, without a word of the case', async () => {
    assert.match((await officer.get(`/why/${delivery}`)).text, /Make an example of it/)
    const reply = await keep({})
    const change = await world.onlyChange()
    assert.equal(where(reply), `/examples?version=${change.id}`)
    const [example] = change.examples
    assert.ok(example !== undefined)
    assert.match(example.name, /^PS · family · parental-role · [0-9a-f]{8}$/)
    assert.match((await officer.get(where(reply))).text, /Passes/)
    assert.doesNotMatch(JSON.stringify(change), /SECRET|KEPT-CASE|pairs-paris|probation-paris/)
    const acts = (await world.gateway.deps.store.read.audit.rows(1, 500)).map(({ event }) => event.act)
    assert.ok(acts.includes('decision-read'))
  })

  it('is one example however often it is kept, and may say what ought to come out instead', async () => {
    await keep({})
    assert.equal((await world.onlyChange()).examples.length, 1)
    where(await keep({ level: 'nothing' }))
    const change = await world.onlyChange()
    assert.deepEqual(
      change.examples.map(({ expected }) => expected),
      [{ level: 'nothing' }],
    )
    assert.match((await officer.get(`/examples?version=${change.id}`)).text, /Must not receive it[\s\S]*Fails/)
    where(await keep({ level: change.edits.length === 0 ? 'full' : '' }))
  })

  it('is kept of a marking too, by numbers in the place of names', async () => {
    where(await keep({ item: '1' }))
    const { examples } = await world.onlyChange()
    assert.ok(examples.some(({ item }) => item.marking.releasableTo !== undefined))
  })

  it('is not made of an item that is not there, of nothing, nor by an auditor', async () => {
    for (const item of ['7', '-1', 'x', '']) assert.equal((await keep({ item })).status, 404, item)
    assert.equal((await officer.post('/why/none/example', { item: '0' })).status, 404)
    const auditor = await world.web.signIn('auditor')
    assert.equal((await keep({}, auditor)).status, 404)
    assert.doesNotMatch((await auditor.get(`/why/${delivery}`)).text, /Make an example of it/)
  })

  it('is not made where the decision hangs on what is gone', async () => {
    const { deps } = world.gateway
    const given = { officer: officer.account, delivery, index: 0, title: 'Examples' }
    const { read } = deps.store
    const reading = (messages: object): typeof deps => ({
      ...deps,
      store: { ...deps.store, read: { ...read, messages: { ...read.messages, ...messages } } },
    })
    const erased = reading({ get: async () => undefined })
    assert.equal((await keepDecision({ ...erased, changing: CHANGING }, given)).kind, 'particular')
    const left = { ...deps, changing: CHANGING, registry: () => ({ ...deps.registry(), edges: [] }) }
    assert.equal((await keepDecision(left, given)).kind, 'particular')
  })

  it('says so on the page where it would come out otherwise of anybody else, or no draft can take it', async () => {
    const { deps } = world.gateway
    const { read } = deps.store
    const over = async (parts: object): Promise<WebReply> => {
      const web = await openTestWeb({ ...deps, store: { ...deps.store, read: { ...read, ...parts } } })
      try {
        return await (await web.signIn('officer')).post(`/why/${delivery}/example`, { item: '0', level: '' })
      } finally {
        await web[Symbol.asyncDispose]()
      }
    }
    const recordOf: typeof read.deliveries.recordOf = async (id) => {
      const record = await read.deliveries.recordOf(id)
      return (
        record && {
          ...record,
          items: record.items.map((item) => ({ ...item, ceiling: 'nothing', because: ['recalled'] })),
        }
      )
    }
    const recalled = await over({ deliveries: { ...read.deliveries, recordOf } })
    assert.equal(recalled.status, 422)
    assert.match(recalled.text, /hangs on a name, a day or a recall/)
    const none = await over({ policies: { ...read.policies, inForce: async () => undefined } })
    assert.equal(none.status, 422)
    assert.match(none.text, /The draft could not take this/)
  })
})
