/** Who has an account: one role each, mandates of the registry alone, links that let in once, and ends that are at once. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { accountSchema, ROLES } from '#gateway/core/account.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { MandateId } from '#gateway/core/ids.ts'
import { OPERATOR_ROUTES } from '#gateway/http/operators/routes.ts'
import { SESSION_COOKIE } from '#gateway/http/web/visitor.ts'
import { inviteAgain, inviteFirst, listPeople } from '#gateway/rooms/people.ts'
import { openSignIn } from '#adapters/sign-in/open.ts'
import { aBrowser } from '#test/support/browser-cookies.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aPasskey } from '#test/support/passkey.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb } from '#test/support/web.ts'

const READER = { name: 'DEMO reader', role: 'reader', organisation: 'pairs-paris', mandate: 'pairs-mediator' }
const HOUR_MS = 3_600_000

describe('people and mandates', () => {
  let gateway: TestGateway
  let web: TestWeb
  let operator: Person
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
    web = await openTestWeb(gateway.deps)
    operator = await web.signIn('operator')
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await gateway.stop()
  })

  const accounts = () => gateway.deps.store.read.people.accounts()
  const linkIn = (text: string): string => /\/sign-in\/link\/[A-Za-z0-9_-]{43}/.exec(text)?.[0] ?? ''
  const add = async (given: Readonly<Record<string, string>>) => {
    const reply = await operator.post('/operators/people/new', given)
    return { ...reply, link: linkIn(reply.text) }
  }

  it('are in the first place one operator, let in by a link that is made anew until it was used', async () => {
    await using fresh = await bootGateway({ worker: 'paused' })
    const deps = { ...fresh.deps, signIn: openSignIn('http://localhost:1') }
    const [first, again] = [await inviteFirst(deps), await inviteFirst(deps)]
    assert.equal(first?.account.role, 'operator')
    assert.equal(again?.account.id, first.account.id)
    assert.notEqual(again.word, first.word)
    assert.equal((await fresh.deps.store.read.people.accounts()).length, 1)
    await fresh.deps.store.transaction((tx) =>
      tx.people.addCredential(aPasskey('http://localhost:1').credential(first.account.id)),
    )
    assert.equal(await inviteFirst(deps), undefined)
    await web.signIn('officer')
    assert.equal(await inviteFirst({ ...gateway.deps, signIn: deps.signIn }), undefined)
  })

  it('are added with a link that lets in once, for 24 hours, by a passkey that is made there', async () => {
    const { link, text } = await add(READER)
    assert.match(text, /shown now and never again/)
    const browser = aBrowser(web.stranger)
    const opened = await browser.get(link)
    assert.match(opened.text, /This link is for DEMO reader/)
    // To open it spends nothing.
    const page = await browser.get(link)
    const passkey = aPasskey(web.origin)
    assert.equal(
      (await browser.post(link, { ...passkey.fill(page.text, { isVerified: false }), label: 'x' })).status,
      403,
    )
    const answered = { ...passkey.fill((await browser.get(link)).text), label: ' My key ', shared: 'no' }
    assert.equal((await browser.post(link, answered)).headers.get('location'), '/')
    assert.equal((await browser.get('/')).headers.get('location'), '/inbox')
    assert.equal((await browser.get(link)).status, 404)
    assert.equal((await browser.post(link, answered)).status, 404)
    const listed = await browser.get('/passkeys')
    assert.match(listed.text, /<bdi>My key<\/bdi>/)
    const later = await add({ ...READER, name: 'DEMO late' })
    gateway.advance(24 * HOUR_MS)
    assert.equal((await web.stranger.get(later.link)).status, 404)
    operator = await web.signIn('operator')
  })

  it('have their passkeys in a list, may add more and remove all but the last; nobody takes another’s', async () => {
    const person = await web.signIn('auditor')
    const browser = aBrowser(web.stranger, person.cookie)
    assert.match((await browser.get('/passkeys')).text, /You have no passkey yet/)
    const made = [aPasskey(web.origin), aPasskey(web.origin)]
    for (const passkey of made) {
      const { text } = await browser.get('/passkeys/new')
      assert.equal((await browser.post('/passkeys/new', { ...passkey.fill(text), label: 'key' })).status, 303)
    }
    const [first, second] = made
    assert.ok(first && second)
    assert.equal((await browser.post('/passkeys/remove', { id: first.id })).headers.get('location'), '/passkeys')
    assert.equal((await browser.post('/passkeys/remove', { id: second.id })).status, 404)
    const other = aBrowser(web.stranger, (await web.signIn('officer')).cookie)
    assert.equal((await other.post('/passkeys/remove', { id: second.id })).status, 404)
    // One passkey is one account's: nobody has two roles by one.
    const { text } = await other.get('/passkeys/new')
    assert.equal((await other.post('/passkeys/new', { ...second.fill(text), label: 'key' })).status, 403)
    for (let more = 1; more < 10; more += 1) {
      const page = await browser.get('/passkeys/new')
      assert.equal((await browser.post('/passkeys/new', aPasskey(web.origin).fill(page.text))).status, 303)
    }
    const page = await browser.get('/passkeys/new')
    assert.equal((await browser.post('/passkeys/new', aPasskey(web.origin).fill(page.text))).status, 403)
  })

  it('have exactly one role: nothing takes two, and no route is of an operator and of whoever sees a case', async () => {
    const account = { id: randomUUID(), name: 'x', organisation: 'pairs-paris', from: 0 }
    for (const role of [['officer', 'operator'], 'officer,operator', 'officer operator', '', 'admin', undefined])
      assert.equal(accountSchema.safeParse({ ...account, role }).success, false)
    const before = (await accounts()).length
    for (const role of ['', 'admin', 'officer,operator']) assert.equal((await add({ ...READER, role })).status, 422)
    assert.equal((await accounts()).length, before)
    for (const { who, path } of OPERATOR_ROUTES) assert.deepEqual(who, ['operator'], path)
    assert.equal(ROLES.length, 4)
  })

  it('are refused with what is wrong beside each field, and what was written kept', async () => {
    const wrong: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
      [{ ...READER, name: ' ' }, /href="#name"/],
      [{ ...READER, organisation: 'nobody-known' }, /href="#organisation"/],
      [{ ...READER, mandate: '' }, /href="#mandate"/],
      [{ ...READER, mandate: 'no-such-mandate' }, /href="#mandate"/],
      [{ ...READER, organisation: 'court-paris' }, /href="#mandate"/],
      [{ ...READER, role: 'officer' }, /href="#mandate"/],
    ]
    for (const [given, expected] of wrong) {
      const reply = await add({ ...given, name: given['name'] === ' ' ? ' ' : 'DEMO kept' })
      assert.equal(reply.status, 422)
      assert.match(reply.text, expected)
      assert.match(reply.text, given['name'] === ' ' ? /value=" "/ : /value="DEMO kept"/)
    }
  })

  it('are found by one subject each', async () => {
    const given = { name: 'DEMO elsewhere', role: 'officer', organisation: 'pairs-paris', mandate: '' }
    const subject = 'https://idp.example someone'
    assert.equal((await add({ ...given, subject })).status, 200)
    assert.equal((await add({ ...given, role: 'operator', subject })).status, 422)
    const { people } = await listPeople(gateway.deps)
    assert.equal(people.find(({ account }) => account.subject === subject)?.standing, 'open')
  })

  it('end at once, with every session, and never one’s own account', async () => {
    const person = await web.signIn('officer', { name: 'DEMO ends' })
    const browser = aBrowser(web.stranger, person.cookie)
    assert.equal((await browser.get('/passkeys')).status, 200)
    const path = `/operators/people/${person.account.id}`
    assert.equal((await operator.post(`${path}/end`)).headers.get('location'), '/operators/people?ended=1')
    assert.match((await operator.get('/operators/people?ended=1')).text, /The account is ended/)
    assert.equal((await browser.get('/passkeys')).status, 303)
    assert.equal((await operator.post(`${path}/end`)).status, 404)
    assert.equal((await operator.post(`${path}/link`)).status, 404)
    assert.equal((await operator.post(`/operators/people/${operator.account.id}/end`)).status, 409)
    assert.equal((await operator.post(`/operators/people/${randomUUID()}/end`)).status, 404)
    const word = browser.cookie(SESSION_COOKIE) ?? ''
    assert.equal(await gateway.deps.store.read.people.session(sha256Hex(word)), undefined)
  })

  it('who lost what they sign in with get a new link; its account may end before it is used', async () => {
    const person = await web.signIn('auditor')
    const reply = await operator.post(`/operators/people/${person.account.id}/link`)
    const link = linkIn(reply.text)
    assert.equal((await web.stranger.get(link)).status, 200)
    await operator.post(`/operators/people/${person.account.id}/end`)
    assert.equal((await web.stranger.get(link)).status, 404)
    const deps = { ...gateway.deps, signIn: openSignIn(web.origin) }
    const refused = await inviteAgain(deps, 'operator', person.account.id)
    assert.equal(refused.ok ? 'ok' : refused.problem.code, 'not-found')
  })

  it('are shown with how they stand, and mandates with whether the registry holds them in force', async () => {
    await web.signIn('reader', { name: 'DEMO lost mandate', mandate: 'pairs-psychologist' as MandateId })
    const asItWas = gateway.deps.registry()
    const { text } = await operator.get('/operators/people')
    assert.match(text, /In force/)
    gateway.changeRegistry((registry) => ({
      ...registry,
      mandates: registry.mandates.map((one) => (one.id === 'pairs-psychologist' ? { ...one, until: 1 } : one)),
    }))
    const without = await operator.get('/operators/people')
    assert.match(without.text, /Mandate ended/)
    assert.match(without.text, /Not in force/)
    gateway.changeRegistry((registry) => ({ ...registry, mandates: [] }))
    assert.match((await operator.get('/operators/people')).text, /The registry holds no mandate/)
    gateway.changeRegistry(() => asItWas)
  })

  it('H117 are added by operators alone, each time with a row of the audit that names who did it', async () => {
    const officer = await web.signIn('officer')
    const before = await gateway.deps.store.read.audit.head()
    assert.equal((await officer.post('/operators/people/new', { ...READER, role: 'officer' })).status, 404)
    await add({ name: 'DEMO second', role: 'officer', organisation: 'pairs-paris', mandate: '' })
    const rows = await gateway.deps.store.read.audit.rows((before?.seq ?? 0) + 1, 10)
    assert.deepEqual(
      rows.map(({ event }) => [event.act, event.actor]),
      [['account-added', operator.account.id]],
    )
  })

  it('have to prove again who they are before they add or end anybody', async () => {
    gateway.advance(6 * 60_000)
    for (const path of ['new', `${randomUUID()}/end`, `${randomUUID()}/link`])
      assert.equal((await operator.post(`/operators/people/${path}`, READER)).headers.get('location'), '/step-up')
  })
})
