/** The rooms of the hosted inbox, asked without a browser: what is another's, what has ended, and what cannot be relied on. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import type { Account } from '#gateway/core/account.ts'
import { DEFAULT_GRACE } from '#gateway/core/log/grace.ts'
import { DEFAULT_CHOICE } from '#gateway/core/choice.ts'
import type { DeliveryId, MandateId, MessageId } from '#gateway/core/ids.ts'
import type { Delivery } from '#gateway/ports/stored.ts'
import { acknowledgeAtInbox, answerReferral } from '#gateway/rooms/answer-inbox.ts'
import { answerAsk, askOf, endOnce } from '#gateway/rooms/ask-answers.ts'
import { askForMore, asksAbout } from '#gateway/rooms/ask-for-more.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { mayDisclose } from '#gateway/rooms/may-disclose.ts'
import { readAccess } from '#gateway/rooms/read-inbox-access.ts'
import { purposesOf, readCase } from '#gateway/rooms/read-inbox-case.ts'
import { chooseDefault, chooseDepth, deepen, depthOf } from '#gateway/rooms/read-inbox-depth.ts'
import { confirmNotice, noticeOf } from '#gateway/rooms/read-inbox-notice.ts'
import { openDelivery } from '#gateway/rooms/read-inbox-open.ts'
import { hostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import type { HostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import { findInInbox, listInbox } from '#gateway/rooms/read-inbox.ts'
import { PAIRS, SOCIAL_WORKER } from '#test/support/hosted-inbox.ts'
import { codeOf } from '#test/support/problem-code.ts'
import { PROBATION, aCaseId, ban, employment, openStage, recall, referral, ON_SUPPORT } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'

const anAccount = (changes: Partial<Account> = {}): Account => ({
  id: randomUUID(),
  name: 'DEMO reader',
  role: 'reader',
  organisation: PAIRS,
  mandate: SOCIAL_WORKER,
  from: 0,
  ...changes,
})

describe('the rooms of the hosted inbox', () => {
  let stage: Stage
  let deps: Deps
  let reader: HostedReader
  before(async () => {
    stage = await openStage({}, { depth: 'D1' })
    ;({ deps } = stage.gateway)
    reader = readerOf()
  })
  after(() => stage[Symbol.asyncDispose]())

  const readerOf = (session = 's-1'): HostedReader => {
    const found = hostedReader(deps, { account: anAccount(), session: { id: session } })
    assert.ok(found.ok)
    return found.value
  }
  const unknown = (): DeliveryId => randomUUID() as DeliveryId
  const newest = async (): Promise<Delivery> => {
    const [row] = (await listInbox(deps, reader, { tab: 'new' })).rows
    const found = row === undefined ? undefined : await deps.store.read.deliveries.get(row.id)
    assert.ok(found)
    return found
  }
  const refer = async (items = [ban(), employment()]): Promise<Delivery & { readonly named: string }> => {
    const named = aCaseId()
    await stage.send(PROBATION, referral(named, items))
    return { ...(await newest()), named }
  }

  it('lets nobody read whose mandate or membership is unknown, of another, suspended or over', () => {
    const session = { id: 's' }
    const asked = (changes: Partial<Account>, at = stage.gateway.now()): unknown =>
      codeOf(hostedReader({ ...deps, clock: () => at }, { account: anAccount(changes), session }))
    assert.equal(asked({ mandate: 'nobody-known' as MandateId }), 'mandate-unknown')
    assert.equal(asked({ organisation: 'nobody-known' as never }), 'mandate-unknown')
    assert.equal(asked({ organisation: 'city-paris' as never }), 'mandate-unknown')
    const { mandate: _, ...office } = anAccount()
    assert.equal(codeOf(hostedReader(deps, { account: office as Account, session })), 'mandate-unknown')
    const registry = deps.registry()
    const changed = (now: typeof registry): unknown =>
      codeOf(hostedReader({ ...deps, registry: () => now }, { account: anAccount(), session }))
    const over = { until: stage.gateway.now() - 1 }
    assert.equal(
      changed({ ...registry, mandates: registry.mandates.map((one) => ({ ...one, ...over })) }),
      'mandate-unknown',
    )
    assert.equal(
      changed({ ...registry, participants: registry.participants.map((one) => ({ ...one, ...over })) }),
      'competence-expired',
    )
  })

  it('answers of what is not there as of what is another’s', async () => {
    const id = unknown()
    const asking = { delivery: id, sections: ['health'], purpose: 'p', urgency: 'week' as const, text: 't' }
    const deepening = { id, depth: 'D2' as const, reason: 'plan: tomorrow', span: 'visit' as const }
    const answers = await Promise.all([
      openDelivery(deps, { reader, id, look: 'content' }),
      chooseDepth(deps, reader, { id, choice: DEFAULT_CHOICE }),
      deepen(deps, reader, deepening),
      confirmNotice(deps, reader, { id, action: 'deleted' }),
      answerReferral(deps, reader, { id, answer: { kind: 'declined', reason: 'other' } }),
      acknowledgeAtInbox(deps, reader, id),
      askForMore(deps, reader, asking),
      asksAbout(deps, reader, id),
      askOf(deps, id as unknown as MessageId),
      answerAsk(deps, { id: id as unknown as MessageId, decisions: [], text: '', by: 'b' }),
    ])
    for (const answer of answers) assert.equal(codeOf(answer), 'not-found')
    assert.deepEqual(await findInInbox(deps, reader, 'x'), [])
  })

  it('refuses a depth above the organisation’s, in a choice, a default, and a deepening', async () => {
    const { id, caseId } = await refer()
    await stage.gateway.choose({ organisation: PAIRS }, { depth: 'D2' }, caseId)
    const choice = { ...DEFAULT_CHOICE, depth: 'D4' as const }
    assert.equal(codeOf(await chooseDepth(deps, reader, { id, choice })), 'choice-above-organisation')
    const deepening = { id, depth: 'D4' as const, reason: 'plan: tomorrow', span: 'from-now-on' as const }
    assert.equal(codeOf(await deepen(deps, reader, deepening)), 'choice-above-organisation')
    assert.equal(codeOf(await deepen(deps, reader, { ...deepening, span: 'visit' })), 'choice-above-organisation')
    assert.equal((await depthOf(deps, reader, caseId)).isForVisit, false)
    assert.deepEqual((await depthOf(deps, reader, caseId)).depths, ['D0', 'D1', 'D2'])
    assert.deepEqual((await depthOf(deps, reader, undefined)).choice.depth, 'D1')
    assert.ok((await chooseDefault(deps, reader, { ...DEFAULT_CHOICE, depth: 'D1' })).ok)
  })

  it('takes nobody of another organisation for a referent', async () => {
    const { id } = await refer()
    const referents = ['housing-officer' as MandateId]
    assert.equal(
      codeOf(await answerReferral(deps, reader, { id, answer: { kind: 'accepted', referents } })),
      'mandate-unknown',
    )
  })

  it('discloses nothing while clock, policy, trust list or log cannot be relied on', async () => {
    const { id } = await refer()
    const listed = { ok: false as const, problem: { code: 'trust-list-expired' as const } }
    const { trustLists } = deps
    assert.ok(trustLists)
    const broken: readonly (readonly [string, Partial<Deps>])[] = [
      ['clock-unreliable', { isClockReliable: () => false }],
      ['policy-unavailable', { policy: () => undefined, policyIn: async () => undefined }],
      ['trust-list-expired', { trustLists: { ...trustLists, inForce: () => listed } }],
      ['timestamp-overdue', { grace: DEFAULT_GRACE }],
    ]
    for (const [code, change] of broken) {
      const now = deps.clock() + 30 * 86_400_000
      const changed = { ...deps, ...change, clock: () => now }
      assert.equal(codeOf(await mayDisclose(changed)), code)
      assert.equal(codeOf(await openDelivery(changed, { reader, id, look: 'arrival' })), code)
    }
    const { trustLists: _lists, isClockReliable: _clock, ...bare } = deps
    assert.ok((await mayDisclose(bare)).ok)
  })

  it('says nothing is left where what it was made of is gone, and prepares while it is being judged', async () => {
    const row = await refer()
    await chooseDepth(deps, reader, { id: row.id, choice: DEFAULT_CHOICE })
    await deps.store.transaction(async (tx) => {
      await tx.deliveries.setState(row.id, 'withdrawn', deps.clock())
      const { messageId, caseId, edge, mandate } = row
      const dueAt = deps.clock() + 3_600_000
      await tx.outbox.add([{ id: randomUUID(), messageId, caseId, edge, mandate, dueAt, cause: 're-judge' }])
    })
    const opened = await openDelivery(deps, { reader, id: row.id, look: 'content' })
    assert.ok(opened.ok)
    assert.equal(opened.value.kind, 'preparing')
    const view = await noticeOf(deps, { ...row, messageId: randomUUID() as MessageId })
    assert.deepEqual(view, { takenBack: [] })
    assert.deepEqual(purposesOf(deps, { edge: 'no-such-edge' }), [])
  })

  it('waits for the log before it shows what was judged again', async () => {
    const row = await refer()
    await stage.gateway.letWitness(false)
    // Nobody else is told: the look itself finds that it is owed no more, and has it judged again.
    const alone = { ...deps, queue: { nudge: () => {} } }
    await chooseDepth(alone, reader, { id: row.id, choice: { ...DEFAULT_CHOICE, depth: 'D2' } })
    const opened = await openDelivery(alone, { reader, id: row.id, look: 'content' })
    assert.equal(opened.ok && opened.value.kind, 'preparing')
    const after = await listInbox(deps, reader, { tab: 'new' })
    assert.ok(after.rows.every(({ id }) => id !== row.id))
    await stage.gateway.letWitness(true)
    await stage.gateway.settled()
    const again = await openDelivery(deps, { reader, id: row.id, look: 'content' })
    assert.equal(again.ok && again.value.kind, 'moved')
  })

  it('marks what changed of a message since it was last opened at that depth', async () => {
    const job = employment()
    const row = await refer([ban(), job])
    await chooseDepth(deps, reader, { id: row.id, choice: { ...DEFAULT_CHOICE, depth: 'D2' } })
    await stage.gateway.settled()
    stage.gateway.advance(1000)
    const first = (await newest()).id
    await openDelivery(deps, { reader, id: first, look: 'content' })
    await stage.send(PROBATION, recall(row.named, [job], ON_SUPPORT))
    const notice = await newest()
    await openDelivery(deps, { reader, id: notice.id, look: 'content' })
    const asked = (await readAccess(deps, reader)).answered.find(({ id }) => id === notice.id)
    assert.deepEqual([asked?.answer, asked?.answeredAt], ['waiting', undefined])
    stage.gateway.advance(1000)
    await confirmNotice(deps, reader, { id: notice.id, action: 'locked' })
    await stage.gateway.settled()
    const now = await deps.store.read.deliveries.get((await newest()).id)
    assert.ok(now)
    const around = await readCase(deps, reader, now)
    assert.equal(around.changed.size, 0)
    assert.equal(around.view.isForVisit, false)
  })

  it('names colleagues who read now, and nobody whose account has ended', async () => {
    await deps.store.transaction(async (tx) => {
      await tx.people.putAccount(anAccount({ name: 'DEMO reads' }))
      await tx.people.putAccount(anAccount({ name: 'DEMO will end', endedAt: deps.clock() + 86_400_000 }))
      await tx.people.putAccount(anAccount({ name: 'DEMO ended', endedAt: deps.clock() - 1 }))
      await tx.people.putAccount(anAccount({ name: 'DEMO elsewhere', organisation: 'city-paris' as never }))
    })
    const { colleagues } = await readAccess(deps, reader)
    assert.deepEqual(colleagues.map(({ name }) => name).toSorted(), ['DEMO reads', 'DEMO will end'])
  })

  it('ends nothing where nothing was given', async () => {
    const row = await refer()
    await askForMore(deps, reader, { delivery: row.id, sections: ['health'], purpose: 'p', urgency: 'week', text: 't' })
    await endOnce(deps, { ...row, cause: 'grant' })
    assert.deepEqual(await deps.store.read.requests.inForce(PAIRS, row.caseId, deps.clock()), [])
  })
})
