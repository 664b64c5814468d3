/** Room 5: message, audit event and one job per recipient in one transaction; answers a receipt. */
import { printInstant } from '#policies/language/instant.ts'
import type { CaseId, MessageId } from '#gateway/core/ids.ts'
import { digestOfCopies, follow } from '#gateway/core/case-copy/case-handle.ts'
import { leavesAt } from '#gateway/core/delivery-window.ts'
import { replacedBy } from '#gateway/core/message.ts'
import { ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { participantOf } from '#gateway/core/routing.ts'
import type { RawSubmission, RoutedMessage } from '#gateway/core/stages.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Acceptance, CaseName, SeenCopies } from '#gateway/ports/stored.ts'
import { namesFrom } from './case-names.ts'
import type { Deps } from './deps.ts'
import { recordCase } from './record-case.ts'
import type { Recording } from './record-case.ts'
import { repeatOf } from './repeat.ts'
import type { Accepted } from './repeat.ts'
import { route } from './route.ts'
import { signReceipt } from './seal.ts'

export interface RecordRequest {
  readonly routed: RoutedMessage
  readonly raw: Pick<RawSubmission, 'idempotencyKey'>
  readonly bodyDigest: string
  readonly messageDigest: string
  /** The compact JWS; kept where it is evidence. */
  readonly signed?: string
  /** What its sender calls the case, where that is not its name in here. */
  readonly said?: CaseId
}

/** The same message again answers the first receipt; the same id with other content, or the same key with another body, is refused. */
export async function record(deps: Deps, request: RecordRequest): Promise<Result<Accepted>> {
  const { routed, raw, bodyDigest, messageDigest } = request
  const { message, sender, receivedAt } = routed
  const messageId = deps.newId() as MessageId
  const receipt = await signReceipt({ keyRing: deps.keyRing, clock: () => receivedAt }, receiptOf(request, messageId))
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
    const said = await whatIsSaid(deps, tx, now.value, { caseId: request.said ?? message.caseId, messageId })
    if (!said.ok) return said
    await write(deps, { tx, routed: now.value, messageId, signed: request.signed }, acceptance)
    await tx.cases.addNames(message.caseId, said.value.names)
    if (said.value.seen !== undefined) await tx.cases.keepSeenCopies(message.caseId, said.value.seen)
    return ok({ messageId, receipt, isRepeat: false })
  })
  // What was replaced or taken back is not kept in memory either.
  if (message.kind === 'Recall' || replacedBy(message).length > 0) deps.kept?.forget(message.caseId)
  if (outcome.ok && !outcome.value.isRepeat)
    deps.kept?.expect(messageId, {
      jobs: routed.routes.length,
      copies: (routed.copies?.copies ?? []).map(({ jti }) => jti),
    })
  deps.queue.nudge()
  return outcome
}

interface Said {
  readonly names: readonly CaseName[]
  readonly seen: SeenCopies | undefined
}

/** The case's new names; and copies follow on those that the same sender sent before in this case, so that none is left out or put in another order. */
async function whatIsSaid(
  deps: Pick<Deps, 'registry' | 'newId'>,
  tx: Tx,
  { message, sender, copies, routes }: RoutedMessage,
  said: { readonly caseId: CaseId; readonly messageId: MessageId },
): Promise<Result<Said>> {
  const names = await namesFrom(tx, message.caseId, {
    organisation: sender.id,
    ...said,
    copies,
    types: new Set(deps.registry().mandates.map(({ type }) => type)),
    newHandle: () => deps.newId().replaceAll('-', ''),
    reached: new Set(routes.map(({ mandate: { type } }) => type)),
    newName: deps.newId,
  })
  if (!names.ok) return names
  if (copies === undefined) return ok({ names: names.value, seen: undefined })
  const followed = follow(await tx.cases.seenCopies(message.caseId, sender.id), {
    versions: Object.fromEntries(copies.copies.map(({ audienceClass, ver }) => [audienceClass, ver])),
    digest: digestOfCopies(copies.copies.map(({ jwt }) => jwt)),
    prev: copies.prev,
  })
  if (!followed.ok) return followed
  return ok({ names: names.value, seen: { ...followed.value, issuer: sender.id } })
}

const receiptOf = (
  { routed: { message, sender, receivedAt }, messageDigest, bodyDigest }: RecordRequest,
  messageId: MessageId,
): Parameters<typeof signReceipt>[1] => ({
  sub: messageId,
  iss: message.aud,
  aud: sender.uri,
  iat: toNumericDate(receivedAt),
  jti: message.jti,
  kind: message.kind,
  messageDigest,
  bodyDigest,
})

async function write(deps: Deps, recording: Recording, acceptance: Acceptance): Promise<void> {
  const { tx, routed, messageId } = recording
  const { message, sender, receivedAt, attested } = routed
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
    ...(routed.copies === undefined ? {} : { copies: routed.copies }),
    ...(routed.copies?.copies.some(({ disclosures }) => disclosures !== undefined) === true ? { mayGrow: true } : {}),
  })
  await recordCase(deps, recording)
  const jobs = routed.routes.map(({ edge, mandate }) => ({
    id: deps.newId(),
    messageId,
    caseId,
    edge: edge.id,
    mandate: mandate.id,
    dueAt: leavesAt(receivedAt, kind, participantOf(deps.registry(), mandate.organisation) ?? {}),
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
