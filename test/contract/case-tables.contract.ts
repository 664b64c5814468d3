/** What every store does with messages and cases. */
import assert from 'node:assert/strict'
import { it } from 'mocha'
import type { MessageId } from '#gateway/core/ids.ts'
import type { Store } from '#gateway/ports/store.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'
import {
  ASSOCIATION,
  MENTOR,
  NOW,
  PRISON,
  aStored,
  accepted,
  anAcceptance,
  mandate,
  newCaseId,
  newItemId,
  newMessageId,
} from './stored-things.ts'

/** Messages and cases, on one store. */
export function caseTablesContract(store: () => Store): void {
  messagesContract(store)
  itemsContract(store)
  factsContract(store)
  namesContract(store)
}

function namesContract(store: () => Store): void {
  it('finds a case by each of its names, and knows them in the order in which they were given', async () => {
    const [caseId, other] = [newCaseId(), newCaseId()]
    const own = { name: caseId, organisation: PRISON }
    const handle = { name: `handle of ${caseId}`, audienceClass: 'SP' }
    const copy = { name: newMessageId(), audienceClass: 'SP', messageId: newMessageId() }
    await store().transaction(async (tx) => {
      await tx.cases.addNames(caseId, [own, handle])
      await tx.cases.addNames(caseId, [copy])
    })
    const { cases } = store().read
    assert.deepEqual(await cases.names(caseId), [own, handle, copy])
    assert.deepEqual(await cases.casesNamed(handle.name), [{ ...handle, caseId }])
    assert.deepEqual(await cases.casesNamed(copy.name), [{ ...copy, caseId }])
    assert.deepEqual(await cases.casesNamed('of nobody'), [])
    assert.deepEqual(await cases.names(other), [])
  })

  it('keeps the copies of a case that came last from each sender, and no earlier ones', async () => {
    const caseId = newCaseId()
    const first = { issuer: PRISON, versions: { SP: 7 }, digest: 'a'.repeat(64) }
    const second = { issuer: PRISON, versions: { SP: 9, JU: 3 }, digest: 'b'.repeat(64) }
    await store().transaction((tx) => tx.cases.keepSeenCopies(caseId, first))
    await store().transaction((tx) => tx.cases.keepSeenCopies(caseId, second))
    const { cases } = store().read
    assert.deepEqual(await cases.seenCopies(caseId, PRISON), second)
    assert.equal(await cases.seenCopies(caseId, ASSOCIATION), undefined)
  })

  it('gives a message that may grow as it was released last, inside a transaction and outside, alone and in its case', async () => {
    const stored = aStored({ mayGrow: true })
    const other = aStored({ caseId: stored.caseId })
    const item = newItemId()
    const grown = (times: number): StoredMessage => ({
      ...stored,
      message: { ...stored.message, iat: times },
      releases: Array.from({ length: times }, (_, at) => ({ at: NOW + at, items: [item] })),
    })
    const releasing = anAcceptance(stored, { messageId: newMessageId(), jti: newMessageId() })
    await store().transaction(async (tx) => {
      await accepted(tx, stored)
      await accepted(tx, other)
    })
    assert.deepEqual(await store().read.messages.get(stored.id), stored)
    await store().transaction(async (tx) => {
      await tx.messages.release(releasing, grown(1))
      assert.deepEqual(await tx.messages.get(stored.id), grown(1))
    })
    const again = { ...releasing, messageId: newMessageId(), jti: newMessageId(), idempotencyKey: newMessageId() }
    const undone = store().transaction(async (tx) => {
      await tx.messages.release(again, grown(2))
      throw new Error('undone')
    })
    await assert.rejects(undone, /undone/)
    assert.deepEqual(await store().read.messages.get(stored.id), grown(1))
    await store().transaction((tx) => tx.messages.release(again, grown(2)))
    assert.deepEqual(await store().read.messages.get(stored.id), grown(2))
    assert.deepEqual(await store().read.messages.ofCase(stored.caseId), [grown(2), other])
    assert.deepEqual(await store().read.messages.acceptanceByJti(releasing.issuer, releasing.jti), releasing)
    await assert.rejects(store().transaction((tx) => tx.messages.release(releasing, grown(3))))
  })

  it('gives back a message with the copies that it came in', async () => {
    const stored = aStored()
    const jwk = { kty: 'EC', crv: 'P-256', x: 'x'.repeat(43), y: 'y'.repeat(43) } as const
    const copy = {
      audienceClass: 'SP',
      jti: newMessageId(),
      ver: 3,
      caseHandle: 'a'.repeat(32),
      jwt: 'a.b.c',
      seed: 's',
    }
    const copies = { caseId: stored.caseId, presenter: jwk, copies: [copy] }
    await store().transaction((tx) => tx.messages.accept(anAcceptance(stored), { ...stored, copies }))
    assert.deepEqual((await store().read.messages.get(stored.id))?.copies, copies)
  })
}

function messagesContract(store: () => Store): void {
  it('finds an acceptance by jti, by key and by id, as it was given', async () => {
    const stored = aStored()
    const acceptance = anAcceptance(stored)
    await store().transaction((tx) => tx.messages.accept(acceptance, stored))
    const { messages } = store().read
    assert.deepEqual(await messages.acceptanceByJti(stored.issuer, stored.jti), acceptance)
    assert.deepEqual(await messages.acceptanceByKey(stored.issuer, acceptance.idempotencyKey), acceptance)
    assert.deepEqual(await messages.acceptance(stored.id), acceptance)
    assert.equal(await messages.acceptanceByJti(ASSOCIATION, stored.jti), undefined)
    assert.equal(await messages.acceptanceByKey(ASSOCIATION, acceptance.idempotencyKey), undefined)
    assert.equal(await messages.acceptance(newMessageId()), undefined)
  })

  it('gives a message back as it was stored', async () => {
    const stored = await store().transaction((tx) => accepted(tx))
    assert.deepEqual(await store().read.messages.get(stored.id), stored)
    assert.equal(await store().read.messages.get(newMessageId()), undefined)
  })

  it('refuses the same key of the same issuer, and takes it from another', async () => {
    const [first, second, third] = [aStored(), aStored(), aStored({ issuer: ASSOCIATION })]
    const { idempotencyKey } = anAcceptance(first)
    await store().transaction((tx) => tx.messages.accept(anAcceptance(first, { idempotencyKey }), first))
    await assert.rejects(
      store().transaction((tx) => tx.messages.accept(anAcceptance(second, { idempotencyKey }), second)),
    )
    await store().transaction((tx) => tx.messages.accept(anAcceptance(third, { idempotencyKey }), third))
    assert.equal(await store().read.messages.get(second.id), undefined)
  })

  it('lists the messages of a case, and of no other, oldest first', async () => {
    const inCase = newCaseId()
    const ids: MessageId[] = []
    for (let count = 0; count < 5; count++) {
      const stored = await store().transaction((tx) => accepted(tx, { caseId: inCase }))
      ids.push(stored.id)
      await store().transaction((tx) => accepted(tx))
    }
    const found = await store().read.messages.ofCase(inCase)
    assert.deepEqual(
      found.map(({ id }) => id),
      ids,
    )
  })

  it('forgets keys accepted before an instant, and no jti', async () => {
    const [old, young] = [aStored({ receivedAt: 1000 }), aStored({ receivedAt: 2000 })]
    const [oldKey, youngKey] = [anAcceptance(old), anAcceptance(young)]
    await store().transaction(async (tx) => {
      await tx.messages.accept(oldKey, old)
      await tx.messages.accept(youngKey, young)
    })
    assert.equal(await store().transaction((tx) => tx.messages.forgetKeys(2000)), 1)
    assert.equal(await store().transaction((tx) => tx.messages.forgetKeys(2000)), 0)
    assert.equal(await store().read.messages.acceptanceByKey(PRISON, oldKey.idempotencyKey), undefined)
    assert.equal((await store().read.messages.acceptanceByJti(PRISON, old.jti))?.messageId, old.id)
    assert.deepEqual(await store().read.messages.acceptanceByKey(PRISON, youngKey.idempotencyKey), youngKey)
  })

  it('takes the digest and reason of what was refused, the same twice too', () =>
    store().transaction(async (tx) => {
      const refused = { digest: 'f'.repeat(64), reason: 'signature-invalid', peer: 'prison-north', at: NOW }
      await tx.messages.quarantine(refused)
      await tx.messages.quarantine(refused)
    }))
}

function itemsContract(store: () => Store): void {
  it('names the message that brought an item, the first one if two did', async () => {
    const [inCase, itemId, first] = [newCaseId(), newItemId(), newMessageId()]
    await store().transaction(async (tx) => {
      await tx.cases.addItems(inCase, first, [{ itemId }], NOW)
      await tx.cases.addItems(inCase, newMessageId(), [{ itemId }], NOW)
    })
    assert.equal(await store().read.cases.messageOfItem(inCase, itemId), first)
    assert.equal(await store().read.cases.messageOfItem(newCaseId(), itemId), undefined)
    const many = [itemId, newItemId(), itemId]
    assert.deepEqual(await store().read.cases.messagesOfItems(inCase, many), [{ itemId, messageId: first }])
    assert.deepEqual(await store().read.cases.messagesOfItems(newCaseId(), many), [])
    assert.deepEqual(await store().read.cases.itemStates(inCase), [])
  })

  it('marks what an item supersedes, in its own message or an earlier one, and keeps the first instant', async () => {
    const [inCase, first, second, third] = [newCaseId(), newItemId(), newItemId(), newItemId()]
    await store().transaction(async (tx) => {
      await tx.cases.addItems(inCase, newMessageId(), [{ itemId: first }, { itemId: second, supersedes: first }], NOW)
      await tx.cases.addItems(inCase, newMessageId(), [{ itemId: third, supersedes: second }], NOW + 1)
      await tx.cases.addItems(inCase, newMessageId(), [{ itemId: newItemId(), supersedes: first }], NOW + 2)
    })
    const states = await store().read.cases.itemStates(inCase)
    assert.deepEqual(
      new Map(states.map((state) => [state.itemId, state])),
      new Map([
        [first, { itemId: first, supersededAt: NOW }],
        [second, { itemId: second, supersededAt: NOW + 1 }],
      ]),
    )
  })

  it('marks an item that comes after what superseded or recalled it', async () => {
    const [inCase, superseded, recalled, message] = [newCaseId(), newItemId(), newItemId(), newMessageId()]
    await store().transaction(async (tx) => {
      await tx.cases.addItems(inCase, newMessageId(), [{ itemId: newItemId(), supersedes: superseded }], NOW)
      await tx.cases.recallItems(inCase, [recalled, recalled], NOW)
      assert.equal(await tx.cases.messageOfItem(inCase, recalled), undefined)
      await tx.cases.addItems(inCase, message, [{ itemId: superseded }, { itemId: recalled }], NOW + 1)
    })
    const states = await store().read.cases.itemStates(inCase)
    assert.equal(states.find(({ itemId }) => itemId === superseded)?.supersededAt, NOW)
    assert.equal(states.find(({ itemId }) => itemId === recalled)?.recalledAt, NOW)
    assert.equal(await store().read.cases.messageOfItem(inCase, recalled), message)
  })

  it('holds as many items as a message may bring', async () => {
    const [inCase, message] = [newCaseId(), newMessageId()]
    const items = Array.from({ length: 2_001 }, () => ({ itemId: newItemId() }))
    await store().transaction((tx) => tx.cases.addItems(inCase, message, items, NOW))
    await store().transaction((tx) =>
      tx.cases.recallItems(
        inCase,
        items.map(({ itemId }) => itemId),
        NOW,
      ),
    )
    const states = await store().read.cases.itemStates(inCase)
    assert.deepEqual(new Set(states.map(({ itemId }) => itemId)), new Set(items.map(({ itemId }) => itemId)))
  })
}

function factsContract(store: () => Store): void {
  it('keeps what was stated of a case, oldest first', async () => {
    const inCase = newCaseId()
    const first = { by: PRISON, at: NOW + 5, facts: { site: 'site-a', minor: false } }
    const second = { by: ASSOCIATION, at: NOW, facts: { site: 'site-b' } }
    await store().transaction(async (tx) => {
      await tx.cases.stateFacts(inCase, first)
      await tx.cases.stateFacts(newCaseId(), first)
      await tx.cases.stateFacts(inCase, second)
    })
    assert.deepEqual(await store().read.cases.facts(inCase), [first, second])
  })

  it('keeps assignments by their beginning, and lets one be ended', async () => {
    const inCase = newCaseId()
    await store().transaction(async (tx) => {
      await tx.cases.assign(inCase, { mandate: MENTOR, from: NOW + 10 })
      await tx.cases.assign(inCase, { mandate: MENTOR, from: NOW })
      await tx.cases.assign(inCase, { mandate: MENTOR, from: NOW, until: NOW + 5 })
    })
    assert.deepEqual(await store().read.cases.assignments(inCase), [
      { mandate: MENTOR, from: NOW, until: NOW + 5 },
      { mandate: MENTOR, from: NOW + 10 },
    ])
    assert.deepEqual(await store().read.cases.assignments(newCaseId()), [])
  })

  it('counts the meetings of a mandate in a case, one for each message', async () => {
    const [inCase, message] = [newCaseId(), newMessageId()]
    const other = mandate('mentor-2')
    await store().transaction(async (tx) => {
      await tx.cases.recordMeeting(inCase, [MENTOR, other], message, NOW)
      await tx.cases.recordMeeting(inCase, [MENTOR], message, NOW)
      await tx.cases.recordMeeting(inCase, [MENTOR], newMessageId(), NOW)
      await tx.cases.recordMeeting(inCase, [], newMessageId(), NOW)
    })
    assert.equal(await store().read.cases.countMeetings(inCase, MENTOR), 2)
    assert.equal(await store().read.cases.countMeetings(inCase, other), 1)
    assert.equal(await store().read.cases.countMeetings(newCaseId(), MENTOR), 0)
  })
}
