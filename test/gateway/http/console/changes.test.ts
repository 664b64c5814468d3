/** The pages on which two officers change policy: from a cell to a version in force and back, without a script but for the passkey. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { printPolicy } from '#policies/language/text.ts'
import { buildPolicy } from '#gateway/rooms/activate-policy.ts'
import { sharePolicy } from '#gateway/rooms/policy-now.ts'
import { tendChanges } from '#gateway/rooms/change-rounds.ts'
import { workOnEffects } from '#gateway/rooms/replay-policy.ts'
import type { ReplayDeps } from '#gateway/rooms/replay-policy.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { CaseId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import type { TestPasskey } from '#test/support/passkey.ts'
import { FRANCE_TEXT } from '#test/support/policy-changes.ts'
import { aReferral, anItemText } from '#test/support/messages.ts'
import { CHANGING, openTestWeb } from '#test/support/web.ts'
import { formAt, signOn } from '#test/support/page-forms.ts'
import type { Person, TestWeb, WebReply } from '#test/support/web.ts'

const REASON = 'No longer needed for this work.'
const where = (reply: WebReply): string =>
  reply.headers.get('location') ?? assert.fail(`no redirect: ${reply.status} ${reply.text.slice(0, 3000)}`)

describe('the pages of changes of policy', () => {
  let gateway: TestGateway
  let web: TestWeb
  let deps: ReplayDeps
  let author: Person
  let approver: Person
  let keys: readonly TestPasskey[]
  before(async () => {
    gateway = await bootGateway()
    const { store } = gateway.deps
    const built = await buildPolicy(FRANCE_TEXT, 'test', gateway.now())
    assert.ok(built.kind === 'built')
    const { digest, set } = built.policy
    await store.transaction((tx) =>
      tx.policies.activate({ digest, id: set.id, version: set.version, text: printPolicy(set), activatedAt: 1 }),
    )
    const shared = sharePolicy(gateway.deps, built.policy)
    const live = { ...gateway.deps, policy: shared.met, policyIn: shared.now }
    deps = { ...live, changing: CHANGING }
    web = await openTestWeb(live)
    author = await web.signIn('officer', { name: 'Ada' })
    approver = await web.signIn('officer', { name: 'Noor' })
    keys = [await web.givePasskey(author), await web.givePasskey(approver)]
  })
  after(async () => {
    await web[Symbol.asyncDispose]()
    await gateway.stop()
  })

  const begin = async (title: string): Promise<string> => where(await author.post('/changes', { title }))
  /** Narrows a cell by its page. */
  const edit = async (change: string, section: string): Promise<void> => {
    const path = `/policy/cells/PS/${section}`
    const { text } = await author.get(`${path}?change=${change.slice('/changes/'.length)}`)
    const form = { ...formAt(text, path), level: 'existence', omission: 'silent', reason: REASON }
    const sent = { ...form, review: '2027-12-01', reviewAt: '2027-12-01', act: 'save' }
    const reply = await author.post(path, { ...fieldsOf(text, path), ...sent })
    assert.equal(where(reply), change)
  }

  it('lead an officer from a cell to its effect, another to approve it, and to its start and its undoing', async () => {
    const change = await begin('Family to PS')
    assert.match((await author.get(change)).text, /Nothing is changed yet/)
    await edit(change, 'family')
    const drafted = (await author.get(change)).text
    assert.match(drafted, /Was[\s\S]*Becomes/)
    assert.match(drafted, /No two officers have adopted the version that this changes/)
    assert.match(drafted, /No longer needed for this work/)
    assert.match(drafted, /It cannot be submitted yet[\s\S]*Run its effect and look at it as it stands/)
    assert.match(drafted, /Nobody has looked at its effect as it stands/)
    assert.equal(where(await author.post(`${change}/effect`, { scope: 'invented' })), `${change}/effect`)
    const running = await author.get(`${change}/effect`)
    assert.equal(running.headers.get('refresh'), '3')
    // What is loaded again takes no words: for those there is a page that stays.
    assert.doesNotMatch(running.text, /<textarea/)
    const stays = [
      await author.get(`${change}/effect?again=yes`),
      await author.post(`${change}/effect`, { scope: 'real', reason: 'Too short' }),
    ]
    for (const { headers, text } of stays) assert.ok(headers.get('refresh') === null && text.includes('<textarea'))
    assert.ok(running.text.includes(`href="${change}/effect?again=yes"`))
    await workOnEffects(deps)
    // Neither a part of it nor a file is a look.
    for (const part of ['find=family', 'as=csv']) await author.get(`${change}/effect?${part}`)
    assert.match((await author.get(change)).text, /Nobody has looked at its effect as it stands/)
    const effect = await author.get(`${change}/effect`)
    assert.equal(effect.headers.get('refresh'), null)
    assert.match(effect.text, /Would disclose more/)
    assert.match(effect.text, /Invented cases that would be shown otherwise/)
    const href = /href="(\/see-as\?case=DEMO-[^"]+)"/.exec(effect.text)?.[1] ?? assert.fail(effect.text)
    assert.equal((await author.get(href.replaceAll('&amp;', '&'))).status, 200)
    assert.match(effect.text, /No open request asks for a section that this draft changes/)
    assert.match(effect.text, /What each of them chose stays theirs|What they chose stays theirs/)
    assert.equal(where(await signOn(author, (await author.get(change)).text, keys[0])), change)
    assert.match((await approver.get('/changes')).text, /Waiting for you[\s\S]*Family to PS/)
    assert.doesNotMatch((await author.get(`${change}/approve`)).text, /data-passkey=/)
    const asked = (await approver.get(`${change}/approve`)).text
    assert.match(asked, /Ada looked at its effect as it stands on/)
    assert.match(asked, /The change was submitted with this effect/)
    assert.doesNotMatch(asked, /It was run again since/)
    await approver.post(`${change}/effect`, { scope: 'real', reason: 'To see what was really sent.' })
    await workOnEffects(deps)
    const again = (await approver.get(`${change}/approve`)).text
    assert.match(again, /submitted with this effect[\s\S]*It was run again since[\s\S]*Ada looked at its effect/)
    assert.equal(where(await signOn(approver, asked, keys[1])), change)
    const start = (await author.get(`${change}/start`)).text
    assert.equal(where(await author.post(`${change}/start-now`, formAt(start, `${change}/start-now`))), change)
    assert.match(
      (await author.get('/versions')).text,
      /Ada and Noor[\s\S]*Family to PS[\s\S]*What it says[\s\S]*“Family[\s\S]*replayed, \d+ different, \d+ would disclose more/,
    )
    const undo = (await approver.get(`${change}/start`)).text
    assert.equal(where(await approver.post(`${change}/undo`, formAt(undo, `${change}/undo`))), change)
    assert.match((await author.get(change)).text, /Withdrawn/)
  })

  it('replay real deliveries for a reason alone, and show levels and no content', async () => {
    const secret = 'SECRET-VALUE-OF-A-CASE'
    const items = [anItemText(), anItemText({ section: 'family', term: 'parental-role', value: secret })]
    const sent = await gateway.send('probation-paris', aReferral({ caseId: 'WHY-1', items }))
    assert.equal(sent.status, 202, sent.text)
    await gateway.settled()
    const change = await begin('Family again')
    await edit(change, 'family')
    const refused = await author.post(`${change}/effect`, { scope: 'real', reason: 'short' })
    assert.equal(refused.status, 422)
    assert.match(refused.text, /at least 20 characters/)
    where(await author.post(`${change}/effect`, { scope: 'real', reason: 'A complaint about this section was made.' }))
    await workOnEffects(deps)
    const { text } = await author.get(`${change}/effect`)
    assert.match(text, /Replayed/)
    assert.doesNotMatch(text, new RegExp(secret))
    const acts = (await gateway.deps.store.read.audit.rows(1, 500)).map(({ event }) => event.act)
    assert.ok(acts.includes('deliveries-replayed'))
  })

  it('say why by delivery, message and case, and of nothing the same', async () => {
    const asked = { recipient: '', from: '', until: '' }
    const found = await author.post('/why', { ...asked, reference: 'WHY-1' })
    const link = /href="(\/why\/[0-9a-f-]+)"/.exec(found.text)?.[1] ?? assert.fail(found.text)
    const record = await author.get(link)
    assert.match(record.text, /What was decided of each item/)
    assert.doesNotMatch(record.text, /SECRET-VALUE/)
    const id = link.slice('/why/'.length)
    const [delivery] = await gateway.deps.store.read.deliveries.ofCase('WHY-1' as CaseId)
    for (const reference of [id, delivery?.messageId ?? ''])
      assert.match((await author.post('/why', { ...asked, reference, from: '2020-01-01' })).text, /Open the decision/)
    assert.equal((await author.get('/why/no-id')).status, 404)
    const nothing = [
      await author.post('/why', { ...asked, reference: '? ?' }),
      await author.post('/why', { ...asked, reference: 'NO-SUCH-CASE' }),
      await author.post('/why', { ...asked, reference: 'WHY-1', recipient: 'nobody' }),
      await author.post('/why', { ...asked, reference: 'WHY-1', until: '2020-01-01' }),
      await author.post('/why', { ...asked, reference: randomUUID() }),
    ]
    for (const reply of nothing) assert.match(reply.text, /Nothing here that you may see/)
    assert.equal((await author.post('/why', asked)).status, 422)
    const wrong = await author.post('/why', { ...asked, reference: 'WHY-1', from: '2026-13-45', until: 'tomorrow' })
    assert.equal(wrong.status, 422)
    assert.equal(wrong.text.match(/Write a day, such as/g)?.length, 4)
    assert.doesNotMatch(wrong.text, /Open the decision/)
    const again = /href="(\/see-as\?[^"]+)"/.exec(record.text)?.[1] ?? assert.fail(record.text)
    assert.equal((await author.get(again.replaceAll('&amp;', '&'))).status, 200)
    assert.equal((await author.get(`/why/${randomUUID()}`)).status, 404)
    assert.equal((await author.get('/why')).status, 200)
  })

  it('refuse what cannot be done, keep what was typed, and tell both of two officers', async () => {
    assert.equal((await author.post('/changes', { title: '' })).status, 422)
    const change = await begin('Refused')
    const { text } = await author.get(change)
    const form = formAt(text, `${change}/title`)
    where(await approver.post(`${change}/title`, { ...form, title: 'Quicker' }))
    const slower = await author.post(`${change}/title`, { ...form, title: 'Slower' })
    assert.equal(slower.status, 409)
    assert.match(slower.text, /Somebody else wrote this change/)
    assert.equal((await author.post(`${change}/submit`, form)).status, 422)
    assert.equal((await author.post(`${change}/approve`, form)).status, 422)
    assert.equal((await approver.post(`${change}/send-back`, { revision: '2', comment: '' })).status, 422)
    for (const act of [
      'title',
      'drop',
      'drop-example',
      'rebase',
      'withdraw',
      'submit',
      'approve',
      'review',
      'send-back',
      'start',
      'start-now',
      'undo',
    ])
      assert.equal((await author.post(`/changes/none/${act}`, { start: 'now', revision: '1' })).status, 404, act)
    for (const path of ['', '/effect', '/approve', '/start'])
      assert.equal((await author.get(`/changes/none${path}`)).status, 404, path)
    assert.equal((await author.post('/changes/none/effect', { scope: 'invented' })).status, 404)
  })

  it('let its author choose the start in a draft, and withdraw it', async () => {
    const change = await begin('Start')
    const save = async (fields: Readonly<Record<string, string>>): Promise<WebReply> =>
      author.post(`${change}/start`, {
        ...formAt((await author.get(`${change}/start`)).text, `${change}/start`),
        ...fields,
      })
    assert.equal((await save({ start: 'at', date: '', time: '' })).status, 422)
    assert.equal((await save({ start: 'never' })).status, 422)
    assert.equal(where(await save({ start: 'observe', days: '3' })), change)
    assert.match((await author.get(change)).text, /after an observation of 3 days/)
    assert.equal(
      where(await save({ start: 'at', date: `${new Date().getFullYear() + 1}-06-01`, time: '09:00' })).length,
      change.length,
    )
    assert.match((await author.get(change)).text, /09:00/)
    assert.match((await author.get(`${change}/start`)).text, /name="date"[^>]*value="\d{4}-06-01"[\s\S]*value="09:00"/)
    where(await author.post(`${change}/withdraw`, formAt((await author.get(change)).text, `${change}/withdraw`)))
    assert.match((await author.get(`${change}/start`)).text, /nothing to start/)
  })

  it('compare versions and return to one', async () => {
    const versions = await gateway.deps.store.read.policies.versions()
    const [first, second] = [versions[0]?.digest ?? '', versions[1]?.digest ?? '']
    const compared = await author.get(`/versions/compare?from=${second}&to=${first}`)
    assert.match(compared.text, /Was[\s\S]*Becomes/)
    assert.match((await author.get(`/versions/compare?from=${first}&to=${first}`)).text, /No cell differs/)
    assert.equal((await author.get('/versions/compare?from=x&to=y')).status, 422)
    const back = where(await author.post('/versions/return', { digest: second, version: '1' }))
    assert.match((await author.get(back)).text, /Becomes/)
    assert.equal((await author.post('/versions/return', { digest: 'none' })).status, 422)
  })

  it('show what could not be started, sent back, observed or judged, in English and in French', async () => {
    const { store } = gateway.deps
    const change = await begin('All at once')
    await edit(change, 'family')
    const id = change.slice('/changes/'.length)
    const put = async (given: Partial<PolicyChange>): Promise<void> => {
      const read = (await store.read.changes.get(id)) ?? assert.fail('gone')
      await store.transaction((tx) => tx.changes.put({ ...read, ...given, revision: read.revision + 1 }))
    }
    const seen = async (path = ''): Promise<string> => {
      const texts = await Promise.all(
        ['en', 'fr'].map((language) =>
          author.get(`${change}${path}`, { cookie: `${author.cookie}; __Host-language=${language}` }),
        ),
      )
      return texts.map(({ status, text }) => `${status} ${text}`).join(' ')
    }
    const at = gateway.now()
    const by = approver.account.id
    const { edits } = (await store.read.changes.get(id)) ?? assert.fail('gone')
    await put({
      edits: edits.flatMap((one) => (one.cell ? [{ ...one, cell: { ...one.cell, level: 'nothing' as const } }] : [])),
    })
    assert.match(await seen(), /stands against an edit[\s\S]*It hides safety items[\s\S]*Elle cache des éléments/)
    await put({ edits })
    await put({
      state: 'sent-back',
      comment: { by, at, text: 'Not so.' },
      fault: { at, code: 'not-judged', told: [by] },
    })
    assert.match(await seen(), /Told: Noor[\s\S]*Not so\.[\s\S]*Renvoyée par Noor/)
    const signature = { changeId: id, account: by, as: 'approve' as const, hash: 'h', at, proof: '{}', auditSeq: 1 }
    await store.transaction((tx) => tx.changes.sign({ ...signature, name: 'Mallory' }))
    assert.match(
      await seen(),
      /Mallory approved it[\s\S]*The audit does not know of it[\s\S]*L’audit ne la connaît pas/,
    )
    await put({ fault: { at, code: 'of-later', told: [] } })
    assert.match(await seen(), /by an alarm/)
    await put({ state: 'observing', approvedAt: at, start: { kind: 'observe', days: 3 } })
    assert.match(await seen(), /No delivery came out otherwise/)
    await store.transaction((tx) =>
      tx.changes.observe(id, [{ recipientType: 'PS', section: 'health', gains: 0, losses: 2 }]),
    )
    assert.match(await seen(), /Would get less/)
    assert.match(await seen('/start'), /nothing to start/)
    await put({ state: 'scheduled', start: { kind: 'at', at: at + 1_000_000 } })
    assert.match(await seen('/start'), /It starts by itself/)
    await put({ state: 'overtaken' })
    const { text } = await author.get(change)
    assert.equal(where(await author.post(`${change}/rebase`, formAt(text, `${change}/rebase`))), change)
    const drafted = (await author.get(change)).text
    const cell = { ...formAt(drafted, `${change}/drop`), recipient: 'PS', section: 'family' }
    assert.equal(where(await author.post(`${change}/drop`, cell)), change)
    const effect = {
      changeId: id,
      scope: 'real' as const,
      base: 'other',
      result: 'other',
      by,
      from: 1,
      until: at,
      startedAt: at,
      position: 5,
      last: 10,
      counts: { replayed: 0, different: 0, more: 0, less: 0 },
      cells: [],
      examples: [],
      leftOut: { 'case-erased': 2, 'edge-missing': 1 },
      errors: [{ messageId: 'm-1', code: 'internal-fault' }],
    }
    for (const [state, last, said] of [
      ['running', 10, /50 % done/],
      ['running', 0, /0 % done/],
      ['failed', 10, /ended early/],
      ['done', 10, /There was no delivery to replay/],
    ] as const) {
      await store.transaction((tx) => tx.changes.putEffect({ ...effect, id: 'shown', state, last }))
      const shown = await seen('/effect')
      assert.match(shown, said)
      assert.match(shown, /has changed since[\s\S]*Message m-1/)
    }
    await store.transaction((tx) =>
      tx.changes.putEffect({
        ...effect,
        id: 'shown',
        state: 'done',
        counts: { replayed: 3, different: 1, more: 1, less: 0 },
      }),
    )
    await store.transaction((tx) =>
      tx.changes.addDifferences([
        {
          effectId: 'shown',
          position: 1,
          direction: 'more',
          messageId: randomUUID() as MessageId,
          caseId: 'WHY-1' as CaseId,
          at,
          sender: 'probation-paris' as OrganisationId,
          recipient: 'pairs-paris' as OrganisationId,
          mandate: 'pairs-social-worker' as MandateId,
          recipientType: 'PS',
          sections: [{ section: 'health', before: 'nothing', after: 'full', direction: 'more' }],
        },
      ]),
    )
    assert.match(await seen('/effect'), /Discloses more[\s\S]*probation-paris[\s\S]*Santé/)
    assert.match((await approver.get(`${change}/approve`)).text, /does not wait for a decision/)
  })

  it('withhold everything from a recipient on one signature, to be looked at by another', async () => {
    const reason = 'A telephone with access was stolen today.'
    assert.equal((await author.post('/versions/withhold', { type: 'PS', reason: 'x' })).status, 422)
    assert.equal((await author.post('/versions/withhold', { type: 'XX', reason })).status, 422)
    assert.equal((await author.get('/versions/withhold')).status, 200)
    const unsigned = await author.post('/versions/withhold/sign', { id: 'x', type: 'PS', reason })
    assert.equal(unsigned.status, 422)
    assert.equal((await author.post('/versions/withhold/sign', { id: 'x', type: 'PS', reason: '' })).status, 422)
    const asked = await author.post('/versions/withhold', { type: 'PS', organisation: '', reason })
    assert.match(asked.text, /Everything will be withheld/)
    const change = where(await signOn(author, asked.text, keys[0]))
    assert.match((await author.get('/versions')).text, /Ada alone, in an emergency/)
    assert.match((await approver.get('/changes')).text, /Waiting for you[\s\S]*telephone/)
    assert.match((await author.get(change)).text, /Everything is withheld/)
    const review = (await approver.get(`${change}/approve`)).text
    assert.equal(where(await signOn(approver, review, keys[1])), change)
    assert.match((await author.get('/versions')).text, /Ada and Noor/)
    await tendChanges(deps)
  })

  it('are for officers; auditors read, and nobody else knows that they are there', async () => {
    const auditor = await web.signIn('auditor')
    for (const path of ['/changes', '/versions', '/why']) assert.equal((await auditor.get(path)).status, 200, path)
    assert.equal((await auditor.post('/changes', { title: 'x' })).status, 404)
    const change = await begin('Read')
    assert.equal((await auditor.get(change)).status, 200)
    assert.equal((await auditor.get(`${change}/approve`)).status, 404)
    for (const role of ['operator', 'reader'] as const) {
      const person = await web.signIn(role)
      for (const path of ['/changes', change, '/versions', '/why', '/versions/withhold'])
        assert.equal((await person.get(path)).status, 404, `${role} ${path}`)
    }
  })
})

/** What a person would leave as it is: every field of the form with its value. */
function fieldsOf(text: string, action: string): Readonly<Record<string, string | readonly string[]>> {
  const form = new RegExp(`<form[^>]*action="${action}"[\\s\\S]*?</form>`).exec(text)?.[0] ?? ''
  const fields = new Map<string, string[]>()
  for (const [, tag = ''] of form.matchAll(/<input([^>]*)>/g)) {
    const part = (name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? ''
    const isChoice = ['radio', 'checkbox'].includes(part('type'))
    if (isChoice && !/ checked/.test(tag)) continue
    fields.set(part('name'), [...(fields.get(part('name')) ?? []), part('value')])
  }
  return Object.fromEntries(fields)
}
