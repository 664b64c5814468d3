/** Room 5: message, audit event and one job per recipient in one transaction; answers a receipt. */
import { printInstant } from '#policies/language/instant.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { factsTogether } from '#gateway/core/case-facts.ts'
import type { ItemId, MandateId, MessageId } from '#gateway/core/ids.ts'
import { fail, ok, unreachable } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Participant } from '#gateway/core/participants.ts'
import type { RawSubmission, RoutedMessage } from '#gateway/core/stages.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import { parseInstant } from '#policies/language/instant.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { Acceptance, Tx } from '#gateway/ports/store.ts'
import { affectedItems, route } from './route.ts'
import { askAnew, askEveryoneAnew } from './ask-anew.ts'
import type { Deps } from './deps.ts'
import { choicesFor } from './situation.ts'

/** What the sender keeps: signed by the gateway, with the digest of exactly what it received. */
export interface Accepted {
  readonly messageId: MessageId
  readonly receipt: string
  readonly isRepeat: boolean
}

export interface RecordRequest {
  readonly routed: RoutedMessage
  readonly raw: Pick<RawSubmission, 'idempotencyKey'>
  readonly bodyDigest: string
  readonly messageDigest: string
}

/** The same message again answers the first receipt; the same id with other content, or the same key with another body, is refused. */
export async function record(deps: Deps, request: RecordRequest): Promise<Result<Accepted>> {
  const { routed, raw, bodyDigest, messageDigest } = request
  const { message, sender, receivedAt } = routed
  const messageId = deps.newId() as MessageId
  const receipt = await deps.keyRing.sign('gw-receipt+jws', receiptBytes(request, messageId), receivedAt)
  const acceptance: Acceptance = {
    messageId,
    issuer: sender.id,
    jti: message.jti,
    messageDigest,
    idempotencyKey: raw.idempotencyKey,
    bodyDigest,
    receipt,
    acceptedAt: receivedAt,
  }
  const outcome = await deps.store.transaction(async (tx) => {
    const repeated = await repeatOf(tx, acceptance)
    if (repeated !== undefined) return repeated
    // Asked again with the store held: a delivery or an assignment that came in between must not be missed.
    const now = await route(tx, deps.registry(), routed)
    if (!now.ok) return now
    await write(deps, tx, now.value, acceptance)
    return ok({ messageId, receipt, isRepeat: false })
  })
  deps.queue.nudge()
  return outcome
}

const receiptBytes = ({ routed, messageDigest, bodyDigest }: RecordRequest, messageId: MessageId): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({
      sub: messageId,
      iss: routed.message.aud,
      aud: routed.sender.uri,
      iat: toNumericDate(routed.receivedAt),
      jti: routed.message.jti,
      kind: routed.message.kind,
      messageDigest,
      bodyDigest,
    }),
  )

/** The first acceptance of the same thing, a refusal where only half of it is the same, or undefined for something new. */
export async function repeatOf(
  tx: Tx,
  { issuer, jti, idempotencyKey, bodyDigest, messageDigest }: Acceptance,
): Promise<Result<Accepted> | undefined> {
  const byKey = await tx.messages.acceptanceByKey(issuer, idempotencyKey)
  if (byKey !== undefined) return byKey.bodyDigest === bodyDigest ? repeat(byKey) : fail('idempotency-key-reused')
  const byJti = await tx.messages.acceptanceByJti(issuer, jti)
  if (byJti === undefined) return undefined
  return byJti.messageDigest === messageDigest ? repeat(byJti) : fail('submission-repeated')
}

/** The first answer to a verified message that was taken before, before anything of today is asked of it. */
export async function repeatOfMessage(
  read: Tx,
  sender: Pick<Participant, 'id'>,
  { payload, messageDigest }: { readonly payload: unknown; readonly messageDigest: string },
): Promise<Result<Accepted> | undefined> {
  const jti: unknown = typeof payload === 'object' && payload !== null && 'jti' in payload ? payload.jti : undefined
  const known = typeof jti === 'string' ? await read.messages.acceptanceByJti(sender.id, jti) : undefined
  if (known === undefined) return undefined
  return known.messageDigest === messageDigest ? repeat(known) : fail('submission-repeated')
}

export const repeat = ({ messageId, receipt }: Acceptance): Result<Accepted> =>
  ok({ messageId, receipt, isRepeat: true })

async function write(deps: Deps, tx: Tx, routed: RoutedMessage, acceptance: Acceptance): Promise<void> {
  const { message, sender, receivedAt, attested } = routed
  const { messageId } = acceptance
  const { kind, caseId, jti } = message
  await tx.messages.accept(acceptance, {
    id: messageId,
    issuer: sender.id,
    jti,
    kind,
    caseId,
    attested,
    receivedAt,
    message,
  })
  await writeCase(deps, tx, routed, messageId)
  const jobs = routed.routes.map(({ edge, mandate }) => ({
    id: deps.newId(),
    messageId,
    caseId,
    edge: edge.id,
    mandate: mandate.id,
    dueAt: receivedAt,
    cause: 'submission',
  }))
  await tx.outbox.add(jobs)
  await tx.audit.append({
    at: printInstant(receivedAt),
    operation: kind === 'Correction' || kind === 'Recall' ? 'alteration' : 'collection',
    act: 'submission-accepted',
    actor: sender.id,
    caseId,
    messageId,
    purpose: message.purpose,
    legalBasis: [message.legalBasisId],
    digest: acceptance.messageDigest,
    recipients: routed.routes.map(({ mandate }) => mandate.id),
  })
}

/** What the message changes about its case, by kind. */
async function writeCase(deps: Deps, tx: Tx, routed: RoutedMessage, messageId: MessageId): Promise<void> {
  const { message, sender, receivedAt: at } = routed
  const { caseId } = message
  if ('items' in message && message.items !== undefined) {
    const items = message.items.map(({ itemId, supersedes }) => ({
      itemId: itemId as ItemId,
      ...(supersedes === undefined ? {} : { supersedes: supersedes as ItemId }),
    }))
    await tx.cases.addItems(caseId, messageId, items, at)
  }
  if ('facts' in message && message.facts !== undefined) await stateFacts(deps, tx, routed, messageId)
  switch (message.kind) {
    case 'Recall':
      await tx.cases.recallItems(caseId, message.recalled, at)
      await expectAnswers(deps, tx, routed, messageId)
      await withdrawUnread(deps, tx, routed)
      return
    case 'Correction':
      await expectAnswers(deps, tx, routed, messageId)
      await withdrawUnread(deps, tx, routed)
      return
    case 'ReferralAccepted':
      for (const mandate of message.mandates) await tx.cases.assign(caseId, { mandate: mandate as MandateId, from: at })
      await openFor(deps, tx, routed)
      return
    case 'MonthlyMeetingRecord':
      await tx.cases.recordMeeting(caseId, message.attendees as readonly MandateId[], messageId, at)
      await revealTo(deps, tx, routed, message.attendees)
      return
    case 'InformationResponse':
      await grant(deps, tx, routed)
      return
    case 'RecallAck':
      if (message.inReplyTo !== undefined)
        await tx.recalls.answer({ recallId: message.inReplyTo, organisation: sender.id, action: message.action, at })
      return
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
async function stateFacts(deps: Deps, tx: Tx, routed: RoutedMessage, messageId: MessageId): Promise<void> {
  const { message, sender, receivedAt: at } = routed
  const { caseId } = message
  const facts = 'facts' in message ? message.facts : undefined
  if (facts === undefined) return
  const known = digestOf(factsTogether(await tx.cases.facts(caseId)))
  await tx.cases.stateFacts(caseId, { by: sender.id, at, facts })
  if (digestOf(factsTogether(await tx.cases.facts(caseId))) === known) return
  await askEveryoneAnew(deps, tx, { caseId, except: messageId, dueAt: at, cause: 're-judge' })
}

const expectAnswers = async (
  deps: Deps,
  tx: Tx,
  { routes, receivedAt }: RoutedMessage,
  recallId: MessageId,
): Promise<void> =>
  tx.recalls.expect(
    routes.map(({ mandate }) => ({
      recallId,
      organisation: mandate.organisation,
      mandate: mandate.id,
      state: 'waiting' as const,
      dueAt: receivedAt + deps.limits.recallDueMs,
    })),
  )

/** Parcels that nobody fetched yet and that hold what was taken back are withdrawn and judged anew without it. */
async function withdrawUnread(deps: Deps, tx: Tx, { message, receivedAt }: RoutedMessage): Promise<void> {
  const entries = await tx.ledger.ofItems(message.caseId, affectedItems(message))
  for (const id of new Set(entries.map(({ deliveryId }) => deliveryId))) {
    const delivery = await tx.deliveries.get(id)
    if (delivery?.state !== 'in-mailbox') continue
    await tx.deliveries.setState(id, 'withdrawn', receivedAt)
    await tx.outbox.add([
      {
        id: deps.newId(),
        messageId: delivery.messageId,
        caseId: delivery.caseId,
        edge: delivery.edge,
        mandate: delivery.mandate,
        dueAt: receivedAt,
        cause: 're-judge',
      },
    ])
  }
}

/** A granted request opens what the holder sent before: each earlier message of the case is judged anew for the requester. */
async function grant(deps: Deps, tx: Tx, routed: RoutedMessage): Promise<void> {
  const { message, sender, receivedAt } = routed
  if (message.kind !== 'InformationResponse' || message.inReplyTo === undefined) return
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
async function revealTo(
  deps: Deps,
  tx: Tx,
  { message: { caseId }, receivedAt: at }: RoutedMessage,
  attendees: readonly string[],
): Promise<void> {
  for (const id of new Set(attendees)) {
    const mandate = mandateOf(deps.registry(), id)
    if (mandate === undefined) continue
    const { organisation, practitioner } = await choicesFor(tx, mandate, caseId, at)
    const waits = [organisation, practitioner].some(({ delayedReveal }) => delayedReveal?.meetings !== undefined)
    if (waits)
      await askAnew(deps, tx, { caseId, organisation: mandate.organisation, mandate, dueAt: at, cause: 'reveal' })
  }
}

/** A mandate opened for the case by name gets what the referring service sent before. */
async function openFor(deps: Deps, tx: Tx, routed: RoutedMessage): Promise<void> {
  const { message, sender, receivedAt } = routed
  const referral = message.inReplyTo === undefined ? undefined : await tx.messages.get(message.inReplyTo)
  if (referral === undefined) return
  const again = { caseId: message.caseId, issuer: referral.issuer, organisation: sender.id }
  await askAnew(deps, tx, { ...again, dueAt: receivedAt, cause: 'grant' })
}
