/** Links that two people make: an operator proposes and has the link, an officer confirms and has the code, and neither comes in alone. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'mocha'
import { openSignIn } from '#adapters/sign-in/open.ts'
import { enter } from '#gateway/rooms/sign-in.ts'
import { addPerson, AT_THE_MACHINE } from '#gateway/rooms/people.ts'
import { aBrowser } from '#test/support/browser-cookies.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aPasskey } from '#test/support/passkey.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb, WebReply } from '#test/support/web.ts'

const READER = { name: 'DEMO reader', role: 'reader', organisation: 'pairs-paris', mandate: 'pairs-mediator' }
const DAY_MS = 86_400_000

describe('a link for whoever reads or signs', () => {
  let gateway: TestGateway
  let web: TestWeb
  let operator: Person
  let officer: Person
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
    web = await openTestWeb(gateway.deps)
  })
  beforeEach(async () => {
    operator = await web.signIn('operator', { name: 'DEMO Olga' })
    officer = await web.signIn('officer', { name: 'DEMO Odile' })
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await gateway.stop()
  })

  const linkIn = ({ text }: WebReply): string => /\/sign-in\/link\/[A-Za-z0-9_-]{43}/.exec(text)?.[0] ?? ''
  const codeIn = ({ text }: WebReply): string => /<code dir="ltr">([0-9a-f ]{14})<\/code>/.exec(text)?.[1] ?? ''
  const waiting = async (person: Person): Promise<string> =>
    /action="\/people\/([0-9a-f]{64})\/confirm"/.exec((await person.get('/people')).text)?.[1] ?? ''
  const add = (given: Readonly<Record<string, string>>) => operator.post('/operators/people/new', given)
  const comeIn = async (link: string, code: string): Promise<WebReply> => {
    const browser = aBrowser(web.stranger)
    const { text } = await browser.get(link)
    const filled = { ...aPasskey(web.origin).fill(text), label: 'key', shared: 'no', code }
    return browser.post(link, filled)
  }
  const acts = async (from: number): Promise<readonly (readonly unknown[])[]> =>
    (await gateway.deps.store.read.audit.rows(from, 50)).map(({ event }) => [event.act, event.actor, event.role])
  const next = async (): Promise<number> => ((await gateway.deps.store.read.audit.head())?.seq ?? 0) + 1

  it('is an operator’s alone to make until an officer can have come in', async () => {
    const reply = await add({ ...READER, name: 'DEMO first' })
    assert.match(reply.text, /shown now and never again/)
    assert.doesNotMatch(reply.text, /officer confirms/)
    assert.equal((await comeIn(linkIn(reply), '')).headers.get('location'), '/')
    await web.givePasskey(officer)
  })

  it('H117 opens nothing for an operator alone, and nothing for an officer alone', async () => {
    const from = await next()
    const reply = await add(READER)
    assert.match(reply.text, /opens nothing before an officer confirms it/)
    const link = linkIn(reply)
    assert.match((await web.stranger.get(link)).text, /waits for a second person/)
    const id = await waiting(officer)
    assert.match((await operator.get('/operators/people')).text, /Waits for an officer/)
    assert.equal((await operator.post(`/people/${id}/confirm`)).status, 404)
    const told = await officer.post(`/people/${id}/confirm`)
    assert.match(told.text, /Tell DEMO reader this code yourself/)
    assert.ok(!told.text.includes(link))
    assert.match((await operator.get('/operators/people')).text, /Confirmed, not used yet[\s\S]*DEMO Odile/)
    assert.ok(!(await operator.get('/operators/people')).text.includes(codeIn(told)))
    for (const wrong of ['', 'ffff ffff ffff', codeIn(told).slice(0, 9)])
      assert.equal((await comeIn(link, wrong)).status, 403, wrong)
    assert.equal((await officer.post(`/people/${id}/confirm`)).status, 404)
    assert.equal((await comeIn(link, ` ${codeIn(told).toUpperCase()} `)).headers.get('location'), '/')
    assert.equal((await web.stranger.get(link)).status, 404)
    const done = await acts(from)
    assert.deepEqual(done.slice(0, 2), [
      ['account-added', operator.account.id, 'operator'],
      ['link-confirmed', officer.account.id, 'officer'],
    ])
  })

  it('H117 is not confirmed by whom it is for, nor for an account that has ended, nor without a new proof', async () => {
    await operator.post(`/operators/people/${officer.account.id}/link`)
    assert.equal(await waiting(officer), '')
    const second = await web.signIn('officer')
    const id = await waiting(second)
    assert.equal((await officer.post(`/people/${id}/confirm`)).status, 409)
    gateway.advance(6 * 60_000)
    assert.equal((await second.post(`/people/${id}/confirm`)).headers.get('location'), '/step-up')
    const fresh = await web.signIn('officer')
    operator = await web.signIn('operator')
    await operator.post(`/operators/people/${officer.account.id}/end`)
    assert.equal((await fresh.post(`/people/${id}/confirm`)).status, 404)
    assert.equal((await fresh.post(`/people/${'0'.repeat(64)}/confirm`)).status, 404)
    await fresh.post(`/people/${id}/refuse`)
  })

  it('H117 is asked for also when every officer has ended, and for whoever is vouched for elsewhere', async () => {
    const subject = `https://idp.example ${randomUUID()}`
    const reply = await add({ ...READER, name: 'DEMO elsewhere', subject })
    assert.match(reply.text, /opens nothing before an officer confirms it/)
    const account = await gateway.deps.store.read.people.accountOfSubject(subject)
    assert.ok(account)
    const deps = { ...gateway.deps, signIn: openSignIn(web.origin) }
    const tryIn = async () => {
      const now = await gateway.deps.store.read.people.accountOfSubject(subject)
      return enter(deps, { account: now ?? account, method: 'oidc', computer: 'own' })
    }
    assert.equal((await tryIn()).ok, false)
    // Lost and proposed again, it still waits.
    await operator.post(`/operators/people/${account.id}/link`)
    assert.equal((await tryIn()).ok, false)
    assert.match((await operator.get('/operators/people')).text, /DEMO elsewhere/)
    await officer.post(`/people/${await waiting(officer)}/confirm`)
    assert.equal((await tryIn()).ok, true)
    const left = (await gateway.deps.store.read.people.accounts()).filter(({ role }) => role === 'officer')
    for (const { id } of left) await operator.post(`/operators/people/${id}/end`)
    assert.match((await add(READER)).text, /opens nothing before an officer confirms it/)
  })

  it('is taken back by an officer or an operator, ends after a day, and is not for operators and auditors', async () => {
    const first = linkIn(await add(READER))
    const from = await next()
    const refused = await officer.post(`/people/${await waiting(officer)}/refuse`)
    assert.equal(refused.headers.get('location'), '/people?refused=1')
    assert.match((await officer.get('/people?refused=1')).text, /The link is taken back/)
    assert.deepEqual(await acts(from), [['link-refused', officer.account.id, 'officer']])
    const links = await gateway.deps.store.read.people.proposedLinks(gateway.now())
    for (const { id } of links)
      assert.equal(
        (await operator.post(`/operators/people/links/${id}/refuse`)).headers.get('location'),
        '/operators/people',
      )
    assert.match((await officer.get('/people')).text, /No link waits/)
    assert.equal((await officer.post(`/people/${'0'.repeat(64)}/refuse`)).status, 404)
    assert.equal((await web.stranger.get(first)).status, 404)
    await add(READER)
    gateway.advance(DAY_MS + 1000)
    officer = await web.signIn('officer')
    assert.equal(await waiting(officer), '')
    operator = await web.signIn('operator')
    for (const role of ['operator', 'auditor']) {
      const direct = await add({ name: `DEMO ${role}`, role, organisation: 'pairs-paris', mandate: '' })
      assert.equal((await comeIn(linkIn(direct), '')).headers.get('location'), '/')
    }
  })

  it('is made at once at the machine, where whoever is there can do everything', async () => {
    const deps = { ...gateway.deps, signIn: openSignIn(web.origin) }
    const added = await addPerson(deps, AT_THE_MACHINE, READER)
    assert.equal(added.ok && added.value.isProposed, false)
  })
})
