/** A release beside its message: what it brought is checked as it would be in a message, kept, and everyone is judged anew. In one transaction. */
import { printInstant } from '#policies/language/instant.ts'
import { uuidFrom } from '#gateway/core/canonical-json.ts'
import { checkParts } from '#gateway/core/case-copy/read-copy.ts'
import { growthOf } from '#gateway/core/case-copy/release.ts'
import type { Growth } from '#gateway/core/case-copy/release.ts'
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import type { SignedCopies } from '#gateway/core/case-copy/signed-copies.ts'
import { itemsOf } from '#gateway/core/message.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Participant } from '#gateway/core/participants.ts'
import type { RoutedMessage, UnderstoodMessage } from '#gateway/core/stages.ts'
import { follows } from '#gateway/core/workflow.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Acceptance, StoredMessage } from '#gateway/ports/stored.ts'
import { before } from './before.ts'
import type { Deps } from './deps.ts'
import { keepsLineage } from './lineage.ts'
import { grown, nothingHeld } from './release-text.ts'
import type { VerifiedRelease } from './release-text.ts'
import { route } from './route.ts'
import { understand } from './understand.ts'

export interface ToRecord {
  readonly sender: Participant
  readonly verified: VerifiedRelease
  readonly acceptance: Acceptance
}

/**
 * Problems: `not-found`; `disclosure-refused`, `copies-differ`, `ladder-contradicted` and those of room 3 for what was released;
 * `message-out-of-turn` for a correction, for a message of which anything was recalled, and for items that do not follow; `edge-missing`.
 */
export async function recordRelease(deps: Deps, tx: Tx, toRecord: ToRecord): Promise<Result<undefined>> {
  const { verified, sender, acceptance } = toRecord
  const stored = await tx.messages.get(verified.release.messageId)
  if (stored === undefined || stored.issuer !== sender.id) return fail('not-found')
  const read = readAnew(deps, stored, toRecord)
  if (!read.ok) return read
  const { understood, growth, copies } = read.value
  const standing = await stands(tx, stored)
  if (!standing.ok) return standing
  const routed = await route(tx, deps.registry(), understood)
  if (!routed.ok) return routed
  const inTurn = await followsOn(deps, tx, routed.value, growth)
  if (!inTurn.ok) return inTurn
  const at = acceptance.acceptedAt
  const items = [...growth.came.map(({ itemId }) => itemId), ...growth.finer]
  const releases = [...(stored.releases ?? []), { at, items }]
  await tx.messages.release(acceptance, { ...stored, message: understood.message, copies, releases })
  await tx.cases.addItems(stored.caseId, stored.id, growth.came, at)
  await askAll(deps, tx, { stored, routed: routed.value, acceptance })
  return ok(undefined)
}

interface ReadAnew {
  readonly understood: UnderstoodMessage
  readonly growth: Growth
  readonly copies: SignedCopies
}

/** The message as its copies say it now, under the names that it has here. */
function readAnew(
  deps: Pick<Deps, 'policy' | 'dialects' | 'clock'>,
  { message, copies, attested }: StoredMessage,
  { sender, verified: { release: said, digest, kid } }: ToRecord,
): Result<ReadAnew> {
  const policy = deps.policy()
  if (policy === undefined) return fail('policy-unavailable')
  if (copies === undefined || !isCopied(message)) return nothingHeld()
  const whole = grown(copies, said.copies)
  if (!whole.ok) return whole
  const { payload, revealed } = whole.value
  const understood = understand(
    { dialects: deps.dialects, set: policy.set, now: deps.clock(), idOf: uuidFrom },
    { sender, payload, bytesDigest: digest, kid, attested },
  )
  if (!understood.ok) return understood
  for (const one of revealed) {
    const checked = checkParts(understood.value.message, one)
    if (!checked.ok) return checked
  }
  const { caseId, inReplyTo } = message
  const named = { ...understood.value.message, caseId, ...(inReplyTo === undefined ? {} : { inReplyTo }) }
  if (!isCopied(named)) return nothingHeld()
  const growth = growthOf(message, named)
  if (!growth.ok) return growth
  return ok({
    understood: { ...understood.value, message: named, copies: whole.value.copies },
    growth: growth.value,
    copies: whole.value.copies,
  })
}

const outOfTurn = (code: string): ReturnType<typeof fail> =>
  fail('message-out-of-turn', [{ pointer: '/messageId', code }])

/** What was taken back is not given anew under its old signature; what is still good is sent in a message of its own. */
async function stands(tx: Tx, { caseId, kind, message }: StoredMessage): Promise<Result<undefined>> {
  // Whoever answered for what a correction replaced has answered for what it named then.
  if (kind === 'Correction') return outOfTurn('correction')
  const own = new Set<string>(itemsOf(message).map(({ itemId }) => itemId))
  const states = await tx.cases.itemStates(caseId)
  return states.some(({ itemId, recalledAt }) => recalledAt !== undefined && own.has(itemId))
    ? outOfTurn('recalled')
    : ok(undefined)
}

/** Of the items that came, what is asked of those of a message. */
async function followsOn(
  deps: Pick<Deps, 'registry'>,
  tx: Tx,
  routed: RoutedMessage,
  { came }: Growth,
): Promise<Result<RoutedMessage>> {
  const { message, sender } = routed
  if (!isCopied(message) || message.kind === 'Correction') return outOfTurn('correction')
  const alone = { ...message, items: came }
  const registry = deps.registry()
  const inTurn = follows(alone, sender.id, await before(tx, registry, sender, alone))
  return inTurn.ok ? keepsLineage(tx, registry, { ...routed, message: alone }) : inTurn
}

interface ToAsk {
  readonly stored: StoredMessage
  readonly routed: RoutedMessage
  readonly acceptance: Acceptance
}

/** Whoever the message would come to now, and whoever it came to: who may have more of it gets it, and an unchanged view is not sent again. */
async function askAll(deps: Pick<Deps, 'newId'>, tx: Tx, { stored, routed, acceptance }: ToAsk): Promise<void> {
  const { id: messageId, caseId, issuer, message } = stored
  const { acceptedAt: dueAt, messageDigest: digest } = acceptance
  const earlier = (await tx.outbox.ofMessage(messageId)).map(({ job: { edge, mandate } }) => ({ edge, mandate }))
  const now = routed.routes.map(({ edge, mandate }) => ({ edge: edge.id, mandate: mandate.id }))
  const ends = new Map([...earlier, ...now].map((end) => [`${end.edge} ${end.mandate}`, end]))
  const cause = 'release'
  await tx.outbox.add([...ends.values()].map((end) => ({ id: deps.newId(), messageId, caseId, ...end, dueAt, cause })))
  await tx.audit.append({
    at: printInstant(dueAt),
    operation: 'collection',
    act: 'submission-released',
    actor: issuer,
    caseId,
    messageId,
    purpose: message.purpose,
    legalBasis: [message.legalBasisId],
    digest,
    recipients: [...new Set([...ends.values()].map(({ mandate }) => mandate))],
  })
}
