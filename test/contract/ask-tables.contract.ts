/** What every store does with the requests, answers and visits of a hosted inbox, and how it pages through one. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'mocha'
import { DEFAULT_CHOICE } from '#gateway/core/choice.ts'
import type { Ask, AskAnswer } from '#gateway/core/ask.ts'
import type { NewAsk } from '#gateway/ports/asks.ts'
import type { Store } from '#gateway/ports/store.ts'
import {
  ASSOCIATION,
  MENTOR,
  NOW,
  PRISON,
  aDelivery,
  mandate,
  newCaseId,
  newMessageId,
  organisation,
} from './stored-things.ts'

const anAsk = (changes: Partial<Ask> = {}): NewAsk => ({
  id: newMessageId(),
  caseId: newCaseId(),
  organisation: ASSOCIATION,
  mandate: MENTOR,
  account: randomUUID(),
  holder: PRISON,
  caseName: 'OWN-1',
  sections: ['health'],
  purpose: 'disengagement-support',
  urgency: 'days',
  text: 'an invented reason',
  askedAt: NOW,
  dueAt: NOW + 1000,
  ...changes,
})
const ANSWER: AskAnswer = {
  decisions: [{ section: 'health', kind: 'refused', reason: 'not-held' }],
  text: 'an invented answer',
  by: 'officer-1',
}

/** Asks, answers and visits, on one store. */
export function askTablesContract(store: () => Store): void {
  it('keeps a request as it was written, and answers it once', async () => {
    const ask = anAsk()
    await store().transaction((tx) => tx.asks.add(ask))
    assert.deepEqual(await store().read.asks.get(ask.id), { ...ask, state: 'open' })
    const answered = { state: 'refused', answer: ANSWER, at: NOW + 5 } as const
    assert.equal(await store().transaction((tx) => tx.asks.answer(ask, answered)), true)
    assert.equal(await store().transaction((tx) => tx.asks.answer(ask, answered)), false)
    const found = await store().read.asks.get(ask.id)
    assert.deepEqual(found, { ...ask, state: 'refused', answer: ANSWER, answeredAt: NOW + 5 })
    assert.equal(await store().read.asks.get(newMessageId()), undefined)
  })

  it('lists what waits for an officer by when it is due, and what a mandate asked about a case, newest first', async () => {
    const caseId = newCaseId()
    const late = anAsk({ caseId, dueAt: NOW - 10, askedAt: NOW - 20 })
    const soon = anAsk({ caseId, dueAt: NOW - 5, askedAt: NOW - 15 })
    const other = anAsk({ caseId, mandate: mandate('mentor-2'), dueAt: NOW - 7 })
    await store().transaction(async (tx) => {
      for (const ask of [soon, late, other]) await tx.asks.add(ask)
    })
    const ours = new Set<string>([late.id, soon.id, other.id])
    const open = (await store().read.asks.open(1000)).filter(({ id }) => ours.has(id))
    assert.deepEqual(
      open.map(({ id }) => id),
      [late.id, other.id, soon.id],
    )
    assert.equal((await store().read.asks.open(1)).length, 1)
    assert.deepEqual(
      (await store().read.asks.ofCase(caseId, MENTOR)).map(({ id }) => id),
      [soon.id, late.id],
    )
    assert.deepEqual(await store().read.asks.ofCase(newCaseId(), MENTOR), [])
  })

  it('tells what is overdue until that was told once, or somebody answered', async () => {
    const [late, later, soon] = [anAsk({ dueAt: NOW - 9 }), anAsk({ dueAt: NOW - 10 }), anAsk({ dueAt: NOW })]
    await store().transaction(async (tx) => {
      for (const ask of [late, later, soon]) await tx.asks.add(ask)
    })
    const ours = new Set<string>([late.id, later.id, soon.id])
    const overdue = async (): Promise<readonly string[]> =>
      (await store().read.asks.overdue(NOW, 1000)).map(({ id }) => id).filter((id) => ours.has(id))
    const escalate = (ask: NewAsk): Promise<boolean> => store().transaction((tx) => tx.asks.escalate(ask, NOW + 1))
    assert.deepEqual(await overdue(), [later.id, late.id])
    assert.equal((await store().read.asks.overdue(NOW, 1)).length, 1)
    assert.deepEqual([await escalate(late), await escalate(late)], [true, false])
    assert.equal((await store().read.asks.get(late.id))?.escalatedAt, NOW + 1)
    assert.deepEqual(await overdue(), [later.id])
    await store().transaction((tx) => tx.asks.answer(later, { state: 'refused', answer: ANSWER, at: NOW }))
    assert.equal(await escalate(later), false)
    assert.deepEqual(await overdue(), [])
  })

  it('lists what a mandate asked about any case, newest first, page by page', async () => {
    const own = { organisation: organisation('asks-much'), mandate: MENTOR }
    const [first, second, third] = [1, 2, 3].map((minute) => anAsk({ ...own, askedAt: NOW + minute }))
    assert(first !== undefined && second !== undefined && third !== undefined)
    const others = [anAsk({ ...own, mandate: mandate('mentor-2') }), anAsk({ organisation: PRISON })]
    await store().transaction(async (tx) => {
      for (const ask of [second, third, first, ...others]) await tx.asks.add(ask)
    })
    const page = async (rest: { readonly before?: number; readonly limit: number }): Promise<readonly string[]> =>
      (await store().read.asks.ofMandate({ ...own, ...rest })).map(({ id }) => id)
    assert.deepEqual(await page({ limit: 9 }), [third.id, second.id, first.id])
    assert.deepEqual(await page({ limit: 2 }), [third.id, second.id])
    assert.deepEqual(await page({ before: NOW + 2, limit: 2 }), [first.id])
  })

  it('takes the first answer of a mandate to a message', async () => {
    const [messageId, caseId] = [newMessageId(), newCaseId()]
    const said = { messageId, caseId, organisation: ASSOCIATION, mandate: MENTOR, at: NOW } as const
    const accepted = { ...said, kind: 'accepted', referents: [MENTOR], firstAppointment: '2027-03-04' } as const
    const declined = { ...said, kind: 'declined', referents: [], reason: 'no-capacity' } as const
    assert.equal(await store().transaction((tx) => tx.inbox.answer(accepted)), true)
    assert.equal(await store().transaction((tx) => tx.inbox.answer(declined)), false)
    const other = { ...declined, mandate: mandate('mentor-2'), at: NOW + 1 } as const
    assert.equal(await store().transaction((tx) => tx.inbox.answer(other)), true)
    assert.deepEqual(await store().read.inbox.answersTo(messageId), [accepted, other])
  })

  it('keeps what a choice was before the first of several visits', async () => {
    const caseId = newCaseId()
    const visit = { caseId, mandate: MENTOR, session: 'one', before: DEFAULT_CHOICE, setAt: NOW }
    await store().transaction((tx) => tx.inbox.deepen(visit))
    const second = { ...visit, session: 'two', before: { ...DEFAULT_CHOICE, depth: 'D2' as const } }
    await store().transaction((tx) => tx.inbox.deepen(second))
    assert.deepEqual(await store().read.inbox.deepened(caseId, MENTOR), { ...visit, session: 'two' })
    await store().transaction((tx) => tx.inbox.endDeepening(caseId, MENTOR))
    assert.equal(await store().read.inbox.deepened(caseId, MENTOR), undefined)
    assert.equal(await store().read.inbox.deepened(newCaseId(), MENTOR), undefined)
  })

  it('keeps one label of an organisation for a case, and finds by its key what that organisation calls so', async () => {
    const [caseId, other] = [newCaseId(), newCaseId()]
    const owner = organisation('label-owner')
    const label = { caseId, organisation: owner, text: 'Blue Door', key: 'blue door', setAt: NOW }
    await store().transaction(async (tx) => {
      await tx.labels.put({ ...label, text: 'Before', key: 'before' })
      await tx.labels.put(label)
      await tx.labels.put({ ...label, caseId: other, setAt: NOW - 1 })
      await tx.labels.put({ ...label, organisation: ASSOCIATION, text: 'Theirs' })
    })
    assert.equal(await store().read.labels.of(caseId, owner), 'Blue Door')
    assert.equal(await store().read.labels.of(caseId, ASSOCIATION), 'Theirs')
    assert.deepEqual(await store().read.labels.found(owner, 'blue door'), [caseId, other])
    assert.deepEqual(await store().read.labels.found(owner, 'before'), [])
    await store().transaction((tx) => tx.labels.remove(caseId, owner))
    assert.equal(await store().read.labels.of(caseId, owner), undefined)
    assert.equal(await store().read.labels.of(newCaseId(), owner), undefined)
    assert.equal(await store().read.labels.of(caseId, ASSOCIATION), 'Theirs')
    await store().transaction((tx) => tx.labels.remove(newCaseId(), owner))
  })

  it('keeps the last choice of notices of a mandate, with its quiet hours or without', async () => {
    const chooser = mandate('mentor-who-chooses')
    const quiet = { from: '20:00', until: '07:30', zone: 'Europe/Paris' }
    assert.equal(await store().read.noticeChoices.of(chooser), undefined)
    await store().transaction((tx) => tx.noticeChoices.put(chooser, { channel: 'none', quiet }, NOW))
    assert.deepEqual(await store().read.noticeChoices.of(chooser), { channel: 'none', quiet })
    await store().transaction((tx) => tx.noticeChoices.put(chooser, { channel: 'mail' }, NOW + 1))
    assert.deepEqual(await store().read.noticeChoices.of(chooser), { channel: 'mail' })
    assert.equal(await store().read.noticeChoices.of(mandate('another-mentor')), undefined)
  })

  it('pages through one mandate in one state, newest first', async () => {
    const owner = organisation('inbox-owner')
    const added: string[] = []
    for (let count = 0; count < 5; count++) {
      const delivery = aDelivery({ organisation: owner, mandate: MENTOR, createdAt: NOW + count })
      await store().transaction(async (tx) => {
        await tx.deliveries.add(delivery)
        await tx.deliveries.add(aDelivery({ organisation: owner, mandate: mandate('mentor-2') }))
        if (count === 2) await tx.deliveries.setState(delivery.id, 'collected', NOW)
      })
      if (count !== 2) added.unshift(delivery.id)
    }
    const place = { organisation: owner, mandate: MENTOR, state: 'in-mailbox', limit: 3 } as const
    const first = await store().read.deliveries.inState({ ...place, before: Number.MAX_SAFE_INTEGER })
    const second = await store().read.deliveries.inState({ ...place, before: first.at(-1)?.seq ?? 0 })
    assert.deepEqual(
      [...first, ...second].map(({ id }) => id),
      added,
    )
  })
}
