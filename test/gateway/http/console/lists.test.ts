/** Every list of officers is found in by words, and is had as a file that names no person, no case and nothing that somebody wrote. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { printPolicy } from '#policies/language/text.ts'
import type { CaseId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import { workOnEffects } from '#gateway/rooms/replay-policy.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReferral, anItemText } from '#test/support/messages.ts'
import { CHANGING, openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb, WebReply } from '#test/support/web.ts'

const REASON = 'Reason-of-an-officer, in many words.'
const TITLE = 'Title-of-a-draft'
const CASE = 'LIST-CASE-1'
const asked = (path: string, query: string): string => `${path}${path.includes('?') ? '&' : '?'}${query}`
/** What no file may hold. */
const PERSONAL = [REASON, TITLE, CASE, 'Officer-By-Name', 'pairs-social-worker', 'WORDS-OF-THE-ASKER', 'SECRET-VALUE']

describe('the lists of officers', () => {
  let gateway: TestGateway
  let web: TestWeb
  let officer: Person
  let change: string
  before(async () => {
    gateway = await bootGateway()
    web = await openTestWeb(gateway.deps)
    officer = await web.signIn('officer', { name: 'Officer-By-Name' })
    const { deps } = gateway
    const policy = deps.policy()
    assert.ok(policy !== undefined)
    const { digest, set } = policy
    const version = { digest, id: set.id, version: set.version, text: printPolicy(set), activatedAt: deps.clock() }
    await deps.store.transaction((tx) => tx.policies.activate(version))
    change = (await officer.post('/changes', { title: TITLE })).headers.get('location') ?? assert.fail('no draft')
    const saved = await officer.post('/policy/cells/PS/family', {
      level: 'summary',
      omission: 'silent',
      purposes: ['disengagement-support', 'social-support'],
      bases: 'eu.led.9-2',
      'rung-child': 'g2',
      'rung-third-person': 'g2',
      review: '2027-11-21',
      reason: REASON,
    })
    assert.equal(saved.headers.get('location'), change, saved.text)
    const items = [anItemText({ section: 'family', term: 'parental-role', value: 'SECRET-VALUE' })]
    await gateway.send('probation-paris', aReferral({ caseId: CASE, items }))
    await gateway.settled()
    await officer.post('/examples', { case: 'DEMO-001', recipient: 'PS', section: 'family' })
    await ask(1)
    const id = '018f0000-0000-7000-8000-000000000009' as MessageId
    const handed = { errand: '018f0000-0000-7000-8000-00000000000a', messageId: id, account: officer.account.id }
    await deps.store.transaction((tx) =>
      tx.handedErrands.add({
        ...handed,
        id: '018f0000-0000-7000-8000-00000000000b',
        mandate: 'pairs-social-worker' as MandateId,
        organisation: 'pairs-paris',
        reason: 'must-reach',
        handedAt: deps.clock(),
      }),
    )
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await gateway.stop()
  })

  /** So many requests of a recipient, all overdue. */
  const ask = (count: number): Promise<void> =>
    gateway.deps.store.transaction(async ({ asks }) => {
      for (let made = 0; made < count; made += 1)
        await asks.add({
          id: randomUUID() as MessageId,
          caseId: CASE as CaseId,
          organisation: 'pairs-paris' as OrganisationId,
          account: 'a',
          mandate: 'pairs-social-worker' as MandateId,
          holder: 'probation-paris' as OrganisationId,
          caseName: CASE,
          sections: ['family'],
          purpose: 'social-support',
          urgency: 'week',
          text: 'WORDS-OF-THE-ASKER',
          askedAt: gateway.deps.clock(),
          dueAt: gateway.deps.clock() - 1,
        })
    })
  const run = async (form: Readonly<Record<string, string>>): Promise<void> => {
    await officer.post(`${change}/effect`, form)
    await workOnEffects({ ...gateway.deps, changing: CHANGING })
  }
  const file = async (path: string): Promise<readonly string[]> => {
    return linesOf(await officer.get(asked(path, 'as=csv')), path)
  }
  const linesOf = ({ status, headers, text }: WebReply, path: string): readonly string[] => {
    assert.equal(status, 200, path)
    assert.match(headers.get('content-type') ?? '', /^text\/csv; charset=utf-8/, path)
    assert.match(headers.get('content-disposition') ?? '', /^attachment; filename="[a-zA-Z-]+\.csv"$/, path)
    for (const secret of PERSONAL) assert.equal(text.includes(secret), false, `${path} tells ${secret}`)
    return text.trim().split('\r\n')
  }
  const pages = () =>
    [
      ['/policy', 'family'],
      ['/policy/recipients/PS', 'family'],
      ['/policy/warnings', 'health'],
      [`/examples?version=${change.slice('/changes/'.length)}`, 'family'],
      ['/changes', 'officer-by'],
      ['/versions', ''],
      ['/requests', 'list-case'],
      ['/handed-over', 'officer-by'],
    ] as const

  it('are found in by words, whatever their case and accents, and say where nothing holds them', async () => {
    for (const [path, words] of pages()) {
      const none = (await officer.get(asked(path, 'find=no-such-word'))).text
      assert.match(none, /Nothing in this list holds these words|No field matches this choice/, path)
      const found = (await officer.get(asked(path, `find=${words}`))).text
      assert.doesNotMatch(found, /Nothing in this list holds|No field matches/, path)
      assert.match(found, /as=csv/, path)
    }
    const accents = await officer.get('/policy?recipient=PS&find=SANTE', { 'accept-language': 'fr' })
    const cells = [...accents.text.matchAll(/href="\/policy\/cells\/PS\//g)].length
    assert.ok(cells > 0 && cells < 5, String(cells))
    assert.doesNotMatch((await officer.get('/changes?find=no-such-word')).text, /Nothing waits for you/)
    assert.equal((await officer.get(`/policy?find=${'x'.repeat(5000)}`)).status, 200)
  })

  it('are files that hold what the page shows, and no person, no case and nothing that somebody wrote', async () => {
    assert.equal((await file('/policy')).length, 311)
    assert.equal((await file('/policy?recipient=PS&find=family')).length, 2)
    assert.deepEqual(
      await file('/policy/recipients/PS?find=no-such-word'),
      (await file('/policy/recipients/PS')).slice(0, 1),
    )
    for (const [path] of pages()) assert.ok((await file(path)).length > 1, path)
    assert.match((await file('/requests'))[1] ?? '', /^pairs-paris,.*Overdue$/)
    assert.match((await file('/handed-over'))[1] ?? '', /^018f[0-9a-f-]{32},pairs-paris,Not stuck any more,/)
    assert.match((await file('/changes'))[1] ?? '', /^[0-9a-f]{64},Change of cells,Draft,.*Family/)
    const searched = await officer.post('/why', { reference: CASE, recipient: '', from: '', until: '', as: 'csv' })
    assert.ok(linesOf(searched, '/why').length > 1)
  })

  it('show of an effect what holds the words, and the numbers of the whole', async () => {
    await run({ scope: 'invented' })
    const all = await file(`${change}/effect`)
    assert.ok(all.length > 1)
    assert.match(all[1] ?? '', /^Discloses less,,DEMO-\d+,/)
    const none = (await officer.get(`${change}/effect?find=no-such-word`)).text
    assert.match(none, /Nothing in this list holds these words/)
    assert.doesNotMatch(none, /Invented cases that would be shown otherwise/)
    assert.match(none, /Would disclose more/)
    await run({ scope: 'real', reason: 'A complaint about this section was made.' })
    const real = await file(`${change}/effect`)
    assert.match(real[1] ?? '', /^Discloses less,\d{4}-\d{2}-\d{2},probation-paris,/)
    assert.match((await officer.get(`${change}/effect?find=probation`)).text, /Messages that would differ/)
    assert.doesNotMatch((await officer.get(`${change}/effect?find=prison`)).text, /Messages that would differ/)
  })

  it('say where they end before all requests are listed', async () => {
    const told = /The first 100 are listed, the longest overdue first/
    assert.doesNotMatch((await officer.get('/requests')).text, told)
    await ask(100)
    assert.match((await officer.get('/requests')).text, told)
  })

  it('are for auditors too, where they may read the page', async () => {
    const auditor = await web.signIn('auditor')
    assert.equal((await auditor.get('/versions?as=csv')).headers.get('content-type'), 'text/csv; charset=utf-8')
    assert.equal((await auditor.get('/requests?as=csv')).status, 404)
    assert.equal((await (await web.signIn('operator')).get('/policy?as=csv')).status, 404)
  })
})
