/** A short walk of its own: what a sender held back of a message it lets go of, under the signature that it gave at first. */
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { MessageId } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Participant } from '#gateway/core/participants.ts'
import type { RawSubmission } from '#gateway/core/stages.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { PeerCertificate } from '#gateway/ports/trust.ts'
import type { Acceptance } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'
import { identify } from './identify.ts'
import { policyNow } from './policy-now.ts'
import { quarantine } from './quarantine.ts'
import { recordRelease } from './release-record.ts'
import { verifyRelease } from './release-text.ts'
import type { VerifiedRelease } from './release-text.ts'
import { repeat, repeatOf } from './repeat.ts'
import type { Accepted } from './repeat.ts'
import { signReceipt } from './seal.ts'

export interface Releasing {
  /** As the gateway named the message. */
  readonly messageId: MessageId
  readonly raw: RawSubmission
}

/**
 * Ends in a receipt, or in a problem with a quarantine record and nothing else stored. A message of another member, one that is not
 * there and one whose case was erased are all `not-found`. The id in the answer is of the release.
 */
export async function release(
  deps: Deps,
  certificate: PeerCertificate | undefined,
  releasing: Releasing,
): Promise<Result<Accepted>> {
  const bodyDigest = sha256Hex(releasing.raw.bytes)
  const sender = identify(deps, certificate)
  const outcome = sender.ok ? await releaseFrom(deps, sender.value, releasing, bodyDigest) : sender
  if (!outcome.ok)
    await quarantine(deps, { problem: outcome.problem, peer: sender.ok ? sender.value.id : 'unidentified', bodyDigest })
  return outcome
}

async function releaseFrom(
  deps: Deps,
  sender: Participant,
  { messageId, raw }: Releasing,
  bodyDigest: string,
): Promise<Result<Accepted>> {
  const { keyRing, clock, store, limits } = deps
  const { idempotencyKey, bytes } = raw
  const known = await store.read.messages.acceptanceByKey(sender.id, idempotencyKey)
  if (known !== undefined) return known.bodyDigest === bodyDigest ? repeat(known) : fail('idempotency-key-reused')
  if (deps.isClockReliable?.() === false) return fail('clock-unreliable')
  const verifying = { keyRing, clock, broker: deps.registry().broker, maxBytes: limits.maxBodyBytes }
  const verified = await verifyRelease(verifying, sender, bytes)
  if (!verified.ok) return verified
  if (verified.value.release.messageId !== messageId)
    return fail('message-malformed', [{ pointer: '/messageId', code: 'another' }])
  // Met before the transaction, in which what is released is understood by it.
  if ((await policyNow(deps, store.read)) === undefined) return fail('policy-unavailable')
  const acceptance = await acceptanceOf(deps, sender, { verified: verified.value, idempotencyKey, bodyDigest })
  const outcome = await store.transaction(async (tx): Promise<Result<Accepted>> => {
    const repeated = await repeatOf(tx, acceptance)
    if (repeated !== undefined) return repeated
    const recorded = await recordRelease(deps, tx, { sender, verified: verified.value, acceptance })
    return recorded.ok
      ? ok({ messageId: acceptance.messageId, receipt: acceptance.receipt, isRepeat: false })
      : recorded
  })
  deps.queue.nudge()
  return outcome
}

/** With its receipt, which says the same of a release as of a message. */
async function acceptanceOf(
  { keyRing, clock, newId }: Pick<Deps, 'keyRing' | 'clock' | 'newId'>,
  sender: Participant,
  came: { readonly verified: VerifiedRelease } & Pick<Acceptance, 'idempotencyKey' | 'bodyDigest'>,
): Promise<Acceptance> {
  const { verified, ...rest } = came
  const { release: said, digest: messageDigest } = verified
  const { aud: iss, jti } = said
  const [acceptedAt, messageId] = [clock(), newId() as MessageId]
  const { bodyDigest } = rest
  const iat = toNumericDate(acceptedAt)
  const text = { sub: messageId, iss, aud: sender.uri, iat, jti, kind: 'Release', messageDigest, bodyDigest }
  const receipt = await signReceipt({ keyRing, clock: () => acceptedAt }, text)
  return { messageId, issuer: sender.id, jti, messageDigest, receipt, acceptedAt, ...rest }
}
