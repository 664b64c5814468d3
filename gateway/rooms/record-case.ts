/** What an accepted message changes about its case, by kind; in the transaction that records it. */
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import type { AuditEvent } from '#gateway/core/audit.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { factsTogether } from '#gateway/core/case-facts.ts'
import type { MandateId, MessageId } from '#gateway/core/ids.ts'
import { factsOf, itemsOf } from '#gateway/core/message.ts'
import type { CaseFacts, Message } from '#gateway/core/message.ts'
import { unreachable } from '#gateway/core/problem.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { RoutedMessage } from '#gateway/core/stages.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { askAnew, askEveryoneAnew } from './ask-anew.ts'
import type { Deps } from './deps.ts'
import { answerRecall, takeBack } from './recall.ts'
import { choicesFor } from './situation.ts'

/** The message under the id that the gateway gave it, and the transaction that records it. */
export interface Recording {
  readonly tx: Tx
  readonly routed: RoutedMessage
  readonly messageId: MessageId
  /** The message as its sender signed it; kept where it is evidence. */
  readonly signed?: string | undefined
}

type CaseDeps = Pick<Deps, 'registry' | 'newId' | 'limits'>
type OfKind<Kind extends Message['kind']> = Extract<Message, { readonly kind: Kind }>

/** Items, facts, and what the kind says beside them; adds the jobs that judge anew what it opens or shuts. */
export async function recordCase(deps: CaseDeps, recording: Recording): Promise<void> {
  const { tx, routed, messageId } = recording
  const { message, receivedAt } = routed
  await tx.cases.addItems(message.caseId, messageId, itemsOf(message), receivedAt)
  const facts = factsOf(message)
  if (facts !== undefined) await stateFacts(deps, recording, facts)
  await recordKind(deps, recording)
}

async function recordKind(deps: CaseDeps, recording: Recording): Promise<void> {
  const { tx, routed } = recording
  const { message, receivedAt } = routed
  switch (message.kind) {
    case 'Recall':
      await tx.cases.recallItems(message.caseId, message.recalled, receivedAt)
      return takeBack(deps, recording)
    case 'Correction':
      return takeBack(deps, recording)
    case 'ReferralAccepted':
      return openFor(deps, recording, message)
    case 'MonthlyMeetingRecord':
      return meet(deps, recording, message)
    case 'InformationResponse':
      return grant(deps, recording, message)
    case 'RecallAck':
      return answerRecall({ ...recording, message })
    case 'CaseHandover':
    case 'HandoverAck':
    case 'Referral':
    case 'ReferralDeclined':
    case 'QuarterlyReport':
    case 'IncidentAlert':
    case 'EndOfCustodyNote':
    case 'InformationRequest':
    case 'IntelligenceRequest':
      return
    default:
      unreachable(message)
  }
}

/** What was said of the case before and is said again changes nothing; another fact has what was sent before judged anew. */
async function stateFacts(deps: CaseDeps, { tx, routed, messageId }: Recording, facts: CaseFacts): Promise<void> {
  const { message, sender, receivedAt: at } = routed
  const { caseId } = message
  const stated = await tx.cases.facts(caseId)
  await tx.cases.stateFacts(caseId, { by: sender.id, at, facts })
  if (digestOf(factsTogether(await tx.cases.facts(caseId))) === digestOf(factsTogether(stated))) return
  const isOfOthers = stated.some(({ by }) => by !== sender.id)
  if (isOfOthers) await note(tx, routed, { operation: 'combination', act: 'facts-combined', messageId })
  await askEveryoneAnew(deps, tx, { caseId, except: messageId, dueAt: at, cause: 're-judge' })
}

/** Beside the row of the submission itself, what it did to the case (LED Art. 25). */
const note = (
  tx: Tx,
  { message, sender, receivedAt }: RoutedMessage,
  done: Pick<AuditEvent, 'operation' | 'act' | 'messageId'>,
): Promise<number> =>
  tx.audit.append({
    at: printInstant(receivedAt),
    ...done,
    actor: sender.id,
    caseId: message.caseId,
    purpose: message.purpose,
    legalBasis: [message.legalBasisId],
  })

/** A mandate opened for the case by name gets what the referring service sent before. */
async function openFor(deps: CaseDeps, { tx, routed }: Recording, message: OfKind<'ReferralAccepted'>): Promise<void> {
  const { sender, receivedAt } = routed
  const { caseId } = message
  for (const mandate of message.mandates) await tx.cases.assign(caseId, { mandate, from: receivedAt })
  const referral = await tx.messages.get(message.inReplyTo)
  if (referral === undefined) return
  const again = { caseId, issuer: referral.issuer, organisation: sender.id }
  await askAnew(deps, tx, { ...again, dueAt: receivedAt, cause: 'grant' })
}

/** A granted request opens what the holder sent before: each earlier message of the case is judged anew for the requester. */
async function grant(deps: CaseDeps, { tx, routed }: Recording, message: OfKind<'InformationResponse'>): Promise<void> {
  const { sender, receivedAt } = routed
  const request = await tx.messages.get(message.inReplyTo)
  if (request === undefined || !('necessity' in request.message)) return
  const ends = [parseInstant(message.until), parseInstant(request.message.until)]
  // In force for as long as the request says it needs it and the answer gives it.
  const until = Math.min(...ends.map((end) => end ?? Number.NEGATIVE_INFINITY))
  const { caseId } = message
  await tx.requests.grant({
    requestId: request.id,
    kind: request.message.kind,
    caseId,
    requester: request.issuer,
    holder: sender.id,
    sections: message.granted,
    until,
  })
  const again = { caseId, issuer: sender.id, organisation: request.issuer }
  await askAnew(deps, tx, { ...again, dueAt: receivedAt, cause: 'grant' })
}

/** Whoever waits for an n-th meeting before seeing more has the case judged anew: this may have been it. */
async function meet(
  deps: CaseDeps,
  { tx, routed, messageId }: Recording,
  { caseId, attendees }: OfKind<'MonthlyMeetingRecord'>,
): Promise<void> {
  const at = routed.receivedAt
  await tx.cases.recordMeeting(caseId, attendees, messageId, at)
  const met = [...new Set<MandateId>(attendees)].flatMap((id) => mandateOf(deps.registry(), id) ?? [])
  for (const mandate of met) {
    const { organisation, practitioner } = await choicesFor(tx, mandate, caseId, at)
    const waits = [organisation, practitioner].some(({ delayedReveal }) => delayedReveal?.meetings !== undefined)
    const again = { caseId, organisation: mandate.organisation, mandate }
    if (waits) await askAnew(deps, tx, { ...again, dueAt: at, cause: 'reveal' })
  }
}
