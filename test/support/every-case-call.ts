/** Every call of the store's port that is about cases, once each. */
import { DEFAULT_CHOICE } from '#gateway/core/choice.ts'
import type { Tx } from '#gateway/ports/store.ts'
import {
  NOW,
  aDelivery,
  aJob,
  aLedgerEntry,
  aRecord,
  aStored,
  accepted,
  anAcceptance,
  newItemId,
  newMessageId,
} from '#test/contract/stored-things.ts'

/** Messages, cases, outbox, deliveries, ledger, choices, requests, recalls, memberships, asks, inbox, carries and what is handed over of an empty store. */
export async function callOfCases(tx: Tx): Promise<void> {
  const { id: messageId, caseId, issuer, jti } = await accepted(tx)
  const delivery = aDelivery({ caseId, messageId })
  const { id, organisation, mandate } = delivery
  const [itemId, job, at] = [newItemId(), aJob({ caseId, messageId }), NOW]
  const facts = { by: issuer, at, facts: {} }
  const grant = { requestId: messageId, caseId, requester: organisation, holder: issuer, sections: [], until: at }
  const target = { recallId: messageId, organisation, mandate, state: 'waiting' as const, dueAt: at }
  const growing = aStored({ mayGrow: true })
  await tx.messages.accept(anAcceptance(growing), growing)
  await tx.messages.release({ ...anAcceptance(growing), messageId: newMessageId(), jti: 'j' }, growing)
  await tx.messages.acceptanceByJti(issuer, jti)
  await tx.messages.acceptanceByKey(issuer, 'key')
  await tx.messages.acceptance(messageId)
  await tx.messages.get(messageId)
  await tx.messages.ofCase(caseId)
  await tx.messages.forgetKeys(at)
  await tx.messages.quarantine({ digest: 'd', reason: 'r', peer: 'p', at })
  await tx.cases.addItems(caseId, messageId, [{ itemId }], at)
  await tx.cases.itemStates(caseId)
  await tx.cases.messageOfItem(caseId, itemId)
  await tx.cases.messagesOfItems(caseId, [itemId])
  await tx.cases.addNames(caseId, [{ name: 'called' }])
  await tx.cases.names(caseId)
  await tx.cases.casesNamed('called')
  await tx.cases.keepSeenCopies(caseId, { issuer, versions: {}, digest: 'd' })
  await tx.cases.seenCopies(caseId, issuer)
  await tx.cases.recallItems(caseId, [itemId], at)
  await tx.cases.stateFacts(caseId, facts)
  await tx.cases.facts(caseId)
  await tx.cases.assign(caseId, { mandate, from: at })
  await tx.cases.assignments(caseId)
  await tx.cases.recordMeeting(caseId, [mandate], messageId, at)
  await tx.cases.countMeetings(caseId, mandate)
  await tx.outbox.add([job])
  await tx.outbox.due({ now: at, limit: 1 })
  await tx.outbox.claimOne({ id: job.id, now: at, leaseMs: 1 })
  await tx.outbox.release()
  await tx.outbox.claim({ now: at, leaseMs: 1, limit: 1 })
  await tx.outbox.retry(job.id, at, 'code')
  await tx.outbox.finish(job.id, 'done', 'code', at)
  await tx.outbox.ofMessage(messageId)
  await tx.outbox.waitingOfCase(caseId)
  await tx.outbox.waitingOfCase(caseId, mandate)
  await tx.outbox.nextDueAt()
  await tx.outbox.count()
  await tx.outbox.lastPosition()
  await tx.outbox.judged({ after: 0, upTo: 1, since: at, limit: 1 })
  await tx.deliveries.add(delivery)
  await tx.deliveries.putParcel(id, 'sealed')
  await tx.deliveries.get(id)
  await tx.deliveries.list({ organisation, after: 0, limit: 1 })
  await tx.deliveries.list({ organisation, mandate, after: 0, limit: 1 })
  await tx.deliveries.latest({ messageId, mandate })
  await tx.deliveries.ofCase(caseId)
  await tx.deliveries.ofCase(caseId, mandate)
  await tx.deliveries.ofCases([caseId], mandate)
  await tx.deliveries.erased({ organisation, mandate, limit: 1 })
  await tx.deliveries.ofMessage(messageId)
  for (const state of ['collected', 'acknowledged', 'withdrawn'] as const) await tx.deliveries.setState(id, state, at)
  await tx.deliveries.lastAcknowledgedAt(caseId, mandate)
  await tx.deliveries.recordOf(id)
  await tx.deliveries.putRecord(id, aRecord())
  await tx.ledger.add([aLedgerEntry({ caseId, itemId })])
  await tx.ledger.ofItems(caseId, [itemId])
  await tx.ledger.ofDelivery(id)
  await tx.choices.put({ organisation }, DEFAULT_CHOICE, 0, at)
  await tx.choices.put({ organisation }, DEFAULT_CHOICE, 1, at)
  await tx.choices.get({ organisation, mandate, caseId })
  await tx.requests.grant({ ...grant, kind: 'InformationRequest' })
  await tx.requests.inForce(organisation, caseId, at)
  await tx.recalls.expect([target])
  await tx.recalls.answer({ recallId: messageId, organisation, action: 'deleted', at })
  await tx.recalls.answer({ recallId: messageId, organisation, mandate, action: 'deleted', at })
  await tx.recalls.targets(messageId)
  await tx.recalls.targets(messageId, mandate)
  await tx.recalls.overdue(at)
  await tx.recalls.escalate(target, 'recipient', at)
  await tx.recalls.attest({ messageId, recallId: messageId, caseId, organisation, at, digest: 'd', signed: 's' })
  await tx.recalls.attestations(messageId)
  await tx.memberships.end({ organisation, foundAt: at, reason: 'participant-suspended' })
  await tx.memberships.count(organisation, { stopped: 1, withdrawn: 1 })
  await tx.memberships.report(organisation, { at, digest: 'd', deliveries: 1, items: 1 })
  await tx.memberships.open()
  await tx.memberships.restore(organisation, at)
  await tx.outbox.waitingFor([mandate])
  await tx.outbox.reopen({ mandates: [mandate], outcomes: ['code'], since: at, dueAt: at })
  await tx.deliveries.everOf({ organisation, after: 0, limit: 1 })
  await tx.deliveries.inState({ organisation, mandate, state: 'collected', before: 1, limit: 1 })
  await tx.deliveries.organisations()
  const ask = { id: messageId, caseId, organisation, mandate, account: 'a', holder: issuer, caseName: 'n', askedAt: at }
  await tx.asks.add({ ...ask, sections: [], purpose: 'p', urgency: 'week', text: 't', dueAt: at })
  await tx.asks.get(messageId)
  await tx.asks.ofCase(caseId, mandate)
  await tx.asks.ofMandate({ organisation, mandate, limit: 1 })
  await tx.asks.open(1)
  await tx.asks.overdue(at, 1)
  await tx.asks.escalate(ask, at)
  const answered = { state: 'refused' as const, answer: { decisions: [], text: 't', by: 'b' }, at }
  await tx.asks.answer(ask, answered)
  await tx.inbox.answer({ messageId, mandate, organisation, caseId, kind: 'declined', referents: [], at })
  await tx.inbox.answersTo(messageId)
  await tx.inbox.deepen({ caseId, mandate, session: 's', before: DEFAULT_CHOICE, setAt: at })
  await tx.inbox.deepened(caseId, mandate)
  await tx.inbox.endDeepening(caseId, mandate)
  await tx.labels.put({ caseId, organisation, text: 't', key: 'k', setAt: at })
  await tx.labels.of(caseId, organisation)
  await tx.labels.found(organisation, 'k')
  await tx.labels.remove(caseId, organisation)
  const handed = { id: 'h', errand: job.id, messageId, mandate, organisation, account: 'a', handedAt: at } as const
  await tx.handedErrands.add({ ...handed, reason: 'asks-what' })
  await tx.handedErrands.get(handed.id)
  await tx.handedErrands.open()
  await tx.handedErrands.ofErrands([job.id])
  await tx.handedErrands.dealWith(handed.id, { outcome: 'redeliver', by: 'o', at })
  await tx.carries.add({
    id: job.id,
    deliveryId: id,
    organisation,
    way: 'https',
    cause: 'delivery',
    root: 'r',
    plannedAt: at,
  })
  await tx.carries.get(job.id)
  await tx.carries.ofDelivery(id)
  await tx.carries.begin(job.id, at)
  await tx.carries.mark(job.id, { fault: 'failed', handedAt: at, takenAt: at })
  await tx.carries.stuck({ after: 0, limit: 1, id: job.id })
  await tx.carries.putWayState({ organisation, way: 'https', failures: 0 })
  await tx.carries.wayState(organisation, 'https')
  await tx.carries.awaitReading({ deliveryId: id, nextAt: at, dueAt: at })
  await tx.carries.unreadDue(at, 1)
  await tx.carries.unreadOf(id)
  await tx.carries.stepUnread({ deliveryId: id, nextAt: at, dueAt: at }, 'reminder', { at, nextAt: at })
  await tx.carries.forgetUnread(id)
}
