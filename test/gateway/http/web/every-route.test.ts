/** Every route of the pages, with everybody who has no business there. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { ROLES } from '#gateway/core/account.ts'
import type { Role } from '#gateway/core/account.ts'
import type { MandateId, OrganisationId } from '#gateway/core/ids.ts'
import { ROUTES } from '#gateway/http/web/app.ts'
import type { WebRoute } from '#gateway/http/web/route.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aHandover, aReferral } from '#test/support/messages.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb, WebReply } from '#test/support/web.ts'

/** Pages that anybody may open. A new one is added here on purpose, or this test fails. */
const FOR_ANYONE = [
  'get /accessibility',
  'get /away',
  'get /demo/again',
  'get /sign-in',
  'get /sign-in/link/:word',
  'get /sign-in/oidc/return',
  'post /demo/clock',
  'post /demo/reset',
  'post /sign-in/demo',
  'post /sign-in/link/:word',
  'post /sign-in/oidc',
  'post /sign-in/passkey',
]

const nameOf = ({ method, path }: WebRoute): string => `${method} ${path}`
const filled = (path: string, id: string): string => path.replaceAll(/:[a-zA-Z]+/g, id)
const ask = (person: Person, route: WebRoute, id: string = randomUUID()): Promise<WebReply> =>
  route.method === 'get' ? person.get(filled(route.path, id)) : person.post(filled(route.path, id), { id })

const isFor = (route: WebRoute, role: Role): boolean =>
  route.who === 'anyone' || route.who === 'signed-in' || route.who.includes(role)

describe('every route of the pages', function () {
  this.timeout(120_000)
  let gateway: TestGateway
  let web: TestWeb
  let people: ReadonlyMap<Role, Person>
  before(async () => {
    gateway = await bootGateway()
    web = await openTestWeb(gateway.deps)
    people = new Map(await Promise.all(ROLES.map(async (role) => [role, await web.signIn(role)] as const)))
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await gateway.stop()
  })

  it('H118 is for somebody signed in, but for those that are listed', () =>
    assert.deepEqual(
      ROUTES.filter(({ who }) => who === 'anyone')
        .map(nameOf)
        .toSorted(),
      FOR_ANYONE.toSorted(),
    ))

  it('H118 sends whoever is nobody to sign in', async () => {
    const closed = ROUTES.filter(({ who }) => who !== 'anyone')
    for (const route of closed) {
      const reply = await ask(web.stranger, route)
      const where = reply.headers.get('location') ?? ''
      assert.equal(reply.status, 303, nameOf(route))
      assert.match(where, /^\/(sign-in|away)(\?|$)/, nameOf(route))
    }
    assert.ok(closed.length > 30)
  })

  it('H118 is not there for another role than its own: 404, whatever is asked', async () => {
    let asked = 0
    for (const role of ROLES)
      for (const route of ROUTES.filter((one) => !isFor(one, role))) {
        const person = people.get(role)
        assert.ok(person)
        const reply = await ask(person, route)
        assert.equal(reply.status, 404, `${role}: ${nameOf(route)}`)
        assert.equal(reply.headers.get('location'), null)
        asked += 1
      }
    assert.ok(asked > 60, String(asked))
  })

  it('H118 shows no reader what went to another organisation, or to another mandate of their own', async () => {
    const read = async (organisation: string) =>
      gateway.deps.store.read.deliveries.everOf({ organisation: organisation as OrganisationId, after: 0, limit: 50 })
    assert.equal((await gateway.send('prison-paris', aHandover({ caseId: 'DEMO-BOLA-1' }))).status, 202)
    assert.equal((await gateway.send('probation-paris', aReferral({ caseId: 'DEMO-BOLA-2' }))).status, 202)
    await gateway.settled()
    const others = await read('probation-paris')
    const own = await read('pairs-paris')
    assert.ok(others.length > 0 && own.length > 0)
    const routes = ROUTES.filter(
      (route) => isFor(route, 'reader') && route.who !== 'anyone' && /:delivery/.test(route.path),
    )
    assert.ok(routes.length > 3)
    const mediator = await web.signIn('reader', { mandate: 'pairs-mediator' as MandateId })
    const social = await web.signIn('reader')
    const notTheirs = [
      ...others.map(({ id }) => [social, id] as const),
      ...own.filter(({ mandate }) => mandate !== mediator.account.mandate).map(({ id }) => [mediator, id] as const),
      ...["' or 1=1", '../operators', '0'.repeat(3000)].map((id) => [social, encodeURIComponent(id)] as const),
    ]
    for (const route of routes)
      for (const [person, id] of notTheirs) {
        const reply = await ask(person, route, id)
        assert.equal(reply.status, 404, `${nameOf(route)} ${id.slice(0, 50)}`)
        assert.doesNotMatch(reply.text, /DEMO-BOLA/)
      }
  })

  it('H118 takes no more from a form than it asks for', async () => {
    const operator = people.get('operator')
    assert.ok(operator)
    const given = { name: 'DEMO extra', role: 'auditor', organisation: 'pairs-paris', mandate: '', subject: '' }
    const extra = { id: randomUUID(), from: '0', endedAt: '1', role2: 'officer', __proto__: 'x' }
    assert.equal((await operator.post('/operators/people/new', { ...given, ...extra })).status, 200)
    const made = (await gateway.deps.store.read.people.accounts()).find(({ name }) => name === given.name)
    assert.ok(made)
    assert.notEqual(made.id, extra.id)
    assert.equal(made.endedAt, undefined)
    assert.ok(made.from > 0)
  })
})
