/** Read this first: the two walks of a message, ingest and forward, as two lists of the rooms below. */
import { uuidFrom, sha256Hex } from '#gateway/core/canonical-json.ts'
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Participant } from '#gateway/core/participants.ts'
import { retryDelayMs, UNENDING_DELAYS } from '#gateway/core/retry.ts'
import type { RawSubmission, UnderstoodMessage } from '#gateway/core/stages.ts'
import { follows } from '#gateway/core/workflow.ts'
import type { PeerCertificate } from '#gateway/ports/trust.ts'
import type { Job } from '#gateway/ports/stored.ts'
import { before } from './before.ts'
import { carry } from './carry.ts'
import { CARRY_CAUSE } from './plan-carries.ts'
import { asNamedHere } from './case-names.ts'
import type { Deps } from './deps.ts'
import { forward } from './forward.ts'
import { identify } from './identify.ts'
import { keepsLineage } from './lineage.ts'
import { policyNow } from './policy-now.ts'
import { quarantine } from './quarantine.ts'
import { record } from './record.ts'
import { repeat, repeatOfMessage } from './repeat.ts'
import type { Accepted } from './repeat.ts'
import { route } from './route.ts'
import { traced } from './traced.ts'
import { understand } from './understand.ts'
import { verify } from './verify.ts'
import type { Verified } from './verify.ts'
import { settleCopies } from './verify-copies.ts'

/** First walk: identify, verify, understand, route, record. Ends in a receipt, or in a problem with a quarantine record and nothing else stored. */
export async function ingest(
  deps: Deps,
  certificate: PeerCertificate | undefined,
  raw: RawSubmission,
): Promise<Result<Accepted>> {
  const bodyDigest = sha256Hex(raw.bytes)
  const sender = identify(deps, certificate)
  const outcome = sender.ok ? await ingestFrom(deps, sender.value, raw, bodyDigest) : sender
  if (!outcome.ok)
    await quarantine(deps, { problem: outcome.problem, peer: sender.ok ? sender.value.id : 'unidentified', bodyDigest })
  return outcome
}

async function ingestFrom(
  deps: Deps,
  sender: Participant,
  raw: RawSubmission,
  bodyDigest: string,
): Promise<Result<Accepted>> {
  const { read } = deps.store
  const known = await read.messages.acceptanceByKey(sender.id, raw.idempotencyKey)
  if (known !== undefined) return known.bodyDigest === bodyDigest ? repeat(known) : fail('idempotency-key-reused')
  if (deps.isClockReliable?.() === false) return fail('clock-unreliable')
  const registry = deps.registry()
  const policy = await policyNow(deps, read)
  if (policy === undefined) return fail('policy-unavailable')
  const { keyRing, clock, limits } = deps
  const verified = await traced(deps, 'verify', { bytes: raw.bytes.length }, () =>
    verify({ keyRing, clock, broker: registry.broker, maxBytes: limits.maxBodyBytes }, sender, raw),
  )
  if (!verified.ok) return verified
  const repeated = await repeatOfMessage(read, sender, verified.value)
  if (repeated !== undefined) return repeated
  const understood = understand(
    { dialects: deps.dialects, set: policy.set, now: deps.clock(), idOf: uuidFrom },
    verified.value,
  )
  if (!understood.ok) return understood
  const inCopies = copiesFor(deps, verified.value, understood.value)
  if (!inCopies.ok) return inCopies
  const message = await asNamedHere(read, registry, sender.id, understood.value.message)
  const inTurn = follows(message, sender.id, await before(read, registry, sender, message))
  if (!inTurn.ok) return inTurn
  const routed = await route(read, registry, { ...understood.value, ...inCopies.value, message })
  if (!routed.ok) return routed
  const kept = await keepsLineage(read, registry, routed.value)
  if (!kept.ok) return kept
  const { messageDigest, signed } = verified.value
  const said = understood.value.message.caseId
  return traced(deps, 'record', { kind: message.kind }, () =>
    record(deps, { routed: kept.value, said, raw, bodyDigest, messageDigest, signed }),
  )
}

/** What holds items comes in copies, so that what is shown of it is shown under its sender's signature; a mapped record cannot. */
function copiesFor(
  { limits, kept }: Pick<Deps, 'limits' | 'kept'>,
  { copies }: Verified,
  understood: UnderstoodMessage,
): Result<Pick<UnderstoodMessage, 'copies'>> {
  if (copies === undefined) {
    const isDue =
      isCopied(understood.message) && understood.attested === 'originator' && limits.takesPlainItems !== true
    return isDue ? fail('copies-missing', [{ pointer: '/jwe/cty', code: 'copies-needed' }]) : ok({})
  }
  const settled = settleCopies(understood, copies, kept?.copies.keep)
  return settled.ok ? ok({ copies: settled.value }) : settled
}

/** Second walk, for each job of the outbox, at least once: judge, shape, seal, deliver (forward.ts), or carry onward (carry.ts); or a later try. */
export async function work(deps: Deps, job: Job): Promise<void> {
  if (job.cause === CARRY_CAUSE) return carry(deps, job)
  const forwarded = await traced(deps, 'deliver', { job: job.id, attempts: job.attempts }, async (tell) => {
    const outcome = await forward(deps, job)
    tell({ state: outcome.kind, outcome: outcome.kind === 'retry' ? outcome.reason : outcome.outcome })
    return outcome
  })
  deps.meter.count('jobs', { outcome: forwarded.kind })
  if (forwarded.kind !== 'retry') return deps.kept?.ended(job.messageId)
  const dueAt = deps.clock() + retryDelayMs(job.attempts, UNENDING_DELAYS)
  await deps.store.transaction((tx) => tx.outbox.retry(job.id, dueAt, forwarded.reason))
}
