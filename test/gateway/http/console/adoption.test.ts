/** A gateway at which nothing flows before two officers have adopted the policy: its door, its readiness, its pages, and the adoption. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import supertest from 'supertest'
import { createInsideApp } from '#gateway/http/app.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReferral } from '#test/support/messages.ts'
import type { TestPasskey } from '#test/support/passkey.ts'
import { openTestWeb } from '#test/support/web.ts'
import { formAt, signOn } from '#test/support/page-forms.ts'
import type { Person, TestWeb, WebReply } from '#test/support/web.ts'

const where = ({ status, headers, text }: WebReply): string => {
  assert.equal(status, 303, text)
  return headers.get('location') ?? assert.fail('no place')
}

describe('a gateway whose policy nobody has adopted', () => {
  let gateway: TestGateway
  let web: TestWeb
  let author: Person
  let approver: Person
  let keys: readonly TestPasskey[]
  before(async () => {
    gateway = await bootGateway({ approval: 'adopted' })
    web = await openTestWeb(gateway.deps)
    author = await web.signIn('officer', { name: 'Ada' })
    approver = await web.signIn('officer', { name: 'Noor' })
    keys = [await web.givePasskey(author), await web.givePasskey(approver)]
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await gateway.stop()
  })

  const ready = (): supertest.Test =>
    supertest(createInsideApp({ ...gateway.deps, metricsText: async () => '' })).get('/readyz')

  it('says so to officers and auditors, who see what is shipped and may try it', async () => {
    const { text } = await author.get('/policy')
    assert.match(text, /Shipped with the product, not yet adopted by two officers\./)
    assert.match(text, /Nothing is taken or sent before two officers adopt this version/)
    assert.match(text, /A field without a mark follows the default that is shipped/)
    assert.doesNotMatch(text, /could not be put in force|Changed here/)
    assert.match(text, /Adopt this version/)
    assert.match((await author.get('/policy/map')).text, /not yet adopted by two officers/)
    const auditor = await web.signIn('auditor')
    const seen = (await auditor.get('/policy')).text
    assert.match(seen, /not yet adopted by two officers/)
    assert.doesNotMatch(seen, /Adopt this version/)
    const versions = (await author.get('/versions')).text
    assert.match(versions, /is in force, and no two officers have adopted it/)
    assert.match(versions, /Nobody: shipped with the product, not adopted by two officers/)
    assert.match((await author.get('/versions?as=csv')).text, /shipped, not adopted/)
    for (const path of ['/policy/cells/PS/family', '/policy/recipients/PS', '/see-as?case=DEMO-001&recipient=PS'])
      assert.equal((await author.get(path)).status, 200, path)
    const french = { cookie: `${author.cookie}; __Host-language=fr` }
    assert.match((await author.get('/policy', french)).text, /Livrée avec le produit, pas encore adoptée/)
  })

  it('takes no message and is not ready, until two have signed; then the same message goes through', async () => {
    const [key, body] = [randomUUID(), aReferral({ caseId: 'ADOPT-1' })]
    const refused = await gateway.send('probation-paris', body, key)
    assert.equal(refused.status, 503, refused.text)
    assert.match(refused.text, /policy-unavailable/)
    const unready = await ready()
    assert.equal(unready.status, 503)
    assert.match(unready.text, /two officers/)
    assert.equal(gateway.deps.policy(), undefined)

    const change = where(
      await author.post('/versions/adopt', formAt((await author.get('/policy')).text, '/versions/adopt')),
    )
    const drafted = (await author.get(change)).text
    assert.match(drafted, /Whoever signs adopts version 1\.0\.0 whole, as it stands/)
    assert.doesNotMatch(drafted, /Choose when it starts|Change the title|Run its effect/)
    assert.match((await approver.get('/policy')).text, /Its adoption has begun/)
    assert.equal(where(await signOn(author, drafted, keys[0])), change)
    assert.equal((await gateway.send('probation-paris', body, key)).status, 503)
    const asked = (await approver.get(`${change}/approve`)).text
    assert.doesNotMatch(asked, /Its effect was not run/)
    assert.equal(where(await signOn(approver, asked, keys[1])), change)

    const taken = await gateway.send('probation-paris', body, key)
    assert.equal(taken.status, 202, taken.text)
    await gateway.settled()
    assert.ok((await gateway.deliveries({ organisation: 'pairs-paris', mandate: 'pairs-social-worker' })).length > 0)
    assert.equal((await ready()).status, 200)
  })

  it('is one whose policy two adopted, since when, from then on', async () => {
    const { text } = await author.get('/policy')
    assert.match(text, /Adopted as it stands by Ada, Noor on\s+<time/)
    assert.doesNotMatch(text, /not yet adopted|Adopt this version|Nothing is taken/)
    const versions = (await author.get('/versions')).text
    assert.match(versions, /Adopted as it stands by Ada and Noor/)
    assert.doesNotMatch(versions, /no two officers have adopted it/)
    const done = /href="(\/changes\/[^"]+)"/.exec(versions)?.[1] ?? assert.fail(versions)
    const adopted = (await author.get(done)).text
    assert.match(adopted, /Ada submitted it on[\s\S]*Noor approved it on/)
    assert.doesNotMatch(adopted, /Start it/)
    assert.match((await author.get('/changes?as=csv')).text, /Adoption of a version as it stands/)
  })

  it('is not adopted twice, nor a version that its page did not show', async () => {
    const digest = (await gateway.deps.store.read.policies.digestInForce()) ?? ''
    const twice = await author.post('/versions/adopt', { digest, version: '1.0.0' })
    assert.deepEqual([twice.status, /Two officers stand for this version already/.test(twice.text)], [422, true])
    const other = await author.post('/versions/adopt', { version: '1.0.0' })
    assert.deepEqual([other.status, /Another version came into force since/.test(other.text)], [422, true])
  })
})
