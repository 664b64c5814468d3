/** What every store does with what was signed about a recall, with its escalation, and with ends of memberships. */
import assert from 'node:assert/strict'
import { it } from 'mocha'
import type { Store } from '#gateway/ports/store.ts'
import type { Attestation, RecallTarget } from '#gateway/ports/recalls.ts'
import {
  ASSOCIATION,
  MENTOR,
  NOW,
  PRISON,
  aDelivery,
  aJob,
  accepted,
  mandate,
  newCaseId,
  newMessageId,
  organisation,
} from './stored-things.ts'

/** Attestations, escalation, memberships, and what is found by organisation, on one store. */
export function recallTablesContract(store: () => Store): void {
  attestationsContract(store)
  forwardContract(store)
  escalationContract(store)
  membershipsContract(store)
  byOrganisationContract(store)
}

const aTarget = (changes: Partial<RecallTarget> = {}): RecallTarget => ({
  recallId: newMessageId(),
  organisation: ASSOCIATION,
  mandate: MENTOR,
  state: 'waiting',
  dueAt: NOW,
  ...changes,
})

function attestationsContract(store: () => Store): void {
  it('keeps what was signed as it was signed, by recall, oldest first', async () => {
    const { caseId } = await store().transaction((tx) => accepted(tx))
    const recallId = newMessageId()
    const one = (at: number, signed: string): Attestation => ({
      messageId: newMessageId(),
      recallId,
      caseId,
      organisation: ASSOCIATION,
      at,
      digest: `${at}`.padStart(64, '0'),
      signed,
    })
    const [second, first] = [one(NOW + 1, 'head.payload.signature-2'), one(NOW, 'head.payload.signature-1')]
    await store().transaction(async (tx) => {
      for (const each of [second, first]) await tx.recalls.attest(each)
    })
    assert.deepEqual(await store().read.recalls.attestations(recallId), [first, second])
    assert.deepEqual(await store().read.recalls.attestations(newMessageId()), [])
    await assert.rejects(store().transaction((tx) => tx.recalls.attest(first)))
  })

  it('names the message that answered each target, and the targets of one mandate', async () => {
    const target = aTarget()
    const { recallId } = target
    const other = aTarget({ recallId, mandate: mandate('mentor-2') })
    const attestation = newMessageId()
    await store().transaction(async (tx) => {
      await tx.recalls.expect([target, other])
      await tx.recalls.answer({ ...target, action: 'locked', at: NOW, attestation })
    })
    assert.deepEqual(await store().read.recalls.targets(recallId, MENTOR), [
      { ...target, state: 'locked', answeredAt: NOW, attestation },
    ])
    assert.deepEqual(await store().read.recalls.targets(recallId, other.mandate), [other])
  })
}

function forwardContract(store: () => Store): void {
  it('takes what was locked as deleted later, and never back', async () => {
    const target = aTarget()
    const { recallId } = target
    await store().transaction((tx) => tx.recalls.expect([target]))
    const answer = (action: 'deleted' | 'locked', at: number): Promise<number> =>
      store().transaction((tx) => tx.recalls.answer({ ...target, action, at }))
    const states = async (): Promise<readonly unknown[]> =>
      (await store().read.recalls.targets(recallId)).map(({ state, answeredAt }) => [state, answeredAt])
    assert.equal(await answer('locked', NOW), 1)
    assert.equal(await answer('locked', NOW + 1), 0)
    assert.deepEqual(await states(), [['locked', NOW]])
    assert.equal(await answer('deleted', NOW + 2), 1)
    assert.equal(await answer('deleted', NOW + 3), 0)
    assert.equal(await answer('locked', NOW + 4), 0)
    assert.deepEqual(await states(), [['deleted', NOW + 2]])
  })
}

function escalationContract(store: () => Store): void {
  const escalate = (target: RecallTarget, step: 'recipient' | 'dpo'): Promise<boolean> =>
    store().transaction((tx) => tx.recalls.escalate(target, step, NOW + 1))

  it('writes each step of an escalation once, from the step before, and none once it was answered', async () => {
    const target = aTarget()
    await store().transaction((tx) => tx.recalls.expect([target]))
    assert.deepEqual(await Promise.all([escalate(target, 'recipient'), escalate(target, 'recipient')]), [true, false])
    const told = { ...target, escalation: 'recipient', escalatedAt: NOW + 1 } as const
    assert.deepEqual(await store().read.recalls.targets(target.recallId), [told])
    assert.equal(await escalate(target, 'dpo'), false)
    assert.equal(await escalate(told, 'dpo'), true)
    await store().transaction((tx) => tx.recalls.answer({ ...target, action: 'deleted', at: NOW + 2 }))
    assert.equal(await escalate({ ...told, escalation: 'dpo' }, 'recipient'), false)
  })

  it('counts who cannot be reached among those without an answer, and takes an answer all the same', async () => {
    const target = aTarget({ state: 'unreachable' })
    const { recallId } = target
    await store().transaction((tx) => tx.recalls.expect([target]))
    const overdue = async (): Promise<readonly RecallTarget[]> =>
      (await store().read.recalls.overdue(NOW + 1)).filter((one) => one.recallId === recallId)
    assert.deepEqual(await overdue(), [target])
    await store().transaction((tx) => tx.recalls.answer({ ...target, action: 'deleted', at: NOW + 2 }))
    assert.deepEqual(await overdue(), [])
  })
}

function membershipsContract(store: () => Store): void {
  it('has one open end of a membership at most, with what was done of it, until the member is back', async () => {
    const member = organisation('leaver')
    const end = { organisation: member, foundAt: NOW, reason: 'participant-suspended' } as const
    const found = async (): Promise<readonly unknown[]> =>
      (await store().read.memberships.open()).filter((one) => one.organisation === member)
    const ended = (): Promise<boolean> => store().transaction((tx) => tx.memberships.end(end))
    assert.deepEqual(await Promise.all([ended(), ended()]), [true, false])
    const report = { at: NOW + 1, digest: 'f'.repeat(64), deliveries: 4, items: 9 }
    await store().transaction(async (tx) => {
      await tx.memberships.count(member, { stopped: 2, withdrawn: 1 })
      await tx.memberships.count(member, { stopped: 1, withdrawn: 0 })
      await tx.memberships.count(organisation('stranger'), { stopped: 7, withdrawn: 7 })
    })
    assert.deepEqual(await found(), [{ ...end, stopped: 3, withdrawn: 1 }])
    await store().transaction((tx) => tx.memberships.report(member, report))
    assert.deepEqual(await found(), [{ ...end, stopped: 3, withdrawn: 1, report }])
    await store().transaction((tx) => tx.memberships.restore(member, NOW + 2))
    assert.deepEqual(await found(), [])
    assert.equal(await ended(), true)
    assert.deepEqual(await found(), [{ ...end, stopped: 0, withdrawn: 0 }])
  })
}

function byOrganisationContract(store: () => Store): void {
  it('names who was ever sent anything, and all of it, withdrawn or not', async () => {
    const [one, other] = [organisation('sent-to-1'), organisation('sent-to-2')]
    const [first, second, foreign] = [
      aDelivery({ organisation: one }),
      aDelivery({ organisation: one, mandate: mandate('mentor-3') }),
      aDelivery({ organisation: other }),
    ]
    await store().transaction(async (tx) => {
      for (const delivery of [first, second, foreign]) await tx.deliveries.add(delivery)
      await tx.deliveries.setState(first.id, 'withdrawn', NOW + 1)
    })
    const { deliveries } = store().read
    const all = await deliveries.everOf({ organisation: one, after: 0, limit: 10 })
    assert.deepEqual(
      all.map(({ id, state }) => [id, state]),
      [
        [first.id, 'withdrawn'],
        [second.id, 'in-mailbox'],
      ],
    )
    const [page] = await deliveries.everOf({ organisation: one, after: all[0]?.seq ?? 0, limit: 1 })
    assert.equal(page?.id, second.id)
    const names = (await deliveries.organisations()).filter((name) => name === one || name === other)
    assert.deepEqual(names, [one, other])
  })

  it('finds what waits for mandates, and lets what was stopped while they were out wait again', async () => {
    const [owner, stranger] = [mandate('out-1'), mandate('out-2')]
    const [waiting, stopped, early, refused, foreign] = [
      aJob({ mandate: owner }),
      aJob({ mandate: owner }),
      aJob({ mandate: owner }),
      aJob({ mandate: owner }),
      aJob({ mandate: stranger }),
    ]
    await store().transaction(async (tx) => {
      await tx.outbox.add([waiting, stopped, early, refused, foreign])
      await tx.outbox.finish(stopped.id, 'stopped', 'participant-suspended', NOW + 5)
      await tx.outbox.finish(early.id, 'stopped', 'participant-suspended', NOW + 4)
      await tx.outbox.finish(refused.id, 'stopped', 'edge-ended', NOW + 5)
      await tx.outbox.finish(foreign.id, 'stopped', 'participant-suspended', NOW + 5)
    })
    const found = async (): Promise<readonly string[]> =>
      (await store().read.outbox.waitingFor([owner])).map(({ id }) => id)
    assert.deepEqual(await found(), [waiting.id])
    const reopened = await store().transaction((tx) =>
      tx.outbox.reopen({ mandates: [owner], outcomes: ['participant-suspended'], since: NOW + 5, dueAt: NOW + 9 }),
    )
    assert.equal(reopened, 1)
    assert.deepEqual(await found(), [waiting.id, stopped.id])
    assert.equal((await store().read.outbox.ofMessage(stopped.messageId))[0]?.state, 'waiting')
    assert.deepEqual(await store().read.outbox.waitingFor([]), [])
  })

  it('answers an organisation nothing of a case that nobody sent it', async () => {
    const caseId = newCaseId()
    await store().transaction((tx) => tx.deliveries.add(aDelivery({ caseId, organisation: PRISON })))
    const found = await store().read.deliveries.everOf({ organisation: organisation('nobody'), after: 0, limit: 10 })
    assert.deepEqual(found, [])
  })
}
