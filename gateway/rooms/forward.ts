/** The second walk for one job: judge, shape, seal, deliver; or say why it stopped, and keep it where an operator can act. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { DeliveryId } from '#gateway/core/ids.ts'
import type { ItemState, Job, StoredMessage } from '#gateway/ports/store.ts'
import type { Shaped } from '#gateway/core/stages.ts'
import { deliver, isUnchanged, replaceUnread } from './deliver.ts'
import type { Deps, PolicyInForce } from './deps.ts'
import { judge } from './judge.ts'
import { recipientKey } from './recipient-key.ts'
import { seal } from './seal.ts'
import { shape } from './shape.ts'
import { choicesFor, flowFault, questionFor, standing } from './situation.ts'
import type { Standing } from './situation.ts'

/** What became of a job. `retry`: the world was not ready; the job stays and is tried again. */
export type Forwarded =
  | { readonly kind: 'done'; readonly outcome: string; readonly deliveryId?: DeliveryId }
  | { readonly kind: 'stopped'; readonly outcome: string }
  | { readonly kind: 'retry'; readonly reason: string }

export async function forward(deps: Deps, job: Job): Promise<Forwarded> {
  const at = deps.clock()
  const policy = deps.policy()
  const stored = await deps.store.read.messages.get(job.messageId)
  if (policy === undefined) return { kind: 'retry', reason: 'policy-unavailable' }
  if (stored === undefined) return stop(deps, job, 'message-missing', at)
  const stands = standing(deps, job, at)
  if (typeof stands === 'string') return stop(deps, job, stands, at)
  const fault = stored.kind === 'Recall' ? undefined : await flowFault(deps.store.read, deps, stands, stored.caseId, at)
  if (fault !== undefined) return stop(deps, job, fault, at)
  const deliveryId = deps.newId() as DeliveryId
  const shaped = await judgeAndShape(deps, { job, policy, stored, stands, deliveryId, at })
  if (shaped.isEmpty) return nothingToSend(deps, job, at)
  if (await isUnchanged(deps.store.read, { job, shaped })) return finish(deps, job, 'unchanged', at)
  const key = recipientKey(stands, at)
  if (key === undefined) return { kind: 'retry', reason: 'recipient-key-missing' }
  const parcel = await seal({ keyRing: deps.keyRing, clock: deps.clock }, shaped.projection, key)
  const outcome = await deliver(deps, { job, stored, stands, shaped, deliveryId, policy, at }, parcel)
  deps.meter.count('deliveries', { outcome })
  return { kind: 'done', outcome, ...(outcome === 'delivered' ? { deliveryId } : {}) }
}

interface ToForward {
  readonly job: Job
  readonly policy: PolicyInForce
  readonly stored: StoredMessage
  readonly stands: Standing
  readonly deliveryId: DeliveryId
  readonly at: Instant
}

async function judgeAndShape(deps: Deps, { job, policy, stored, stands, deliveryId, at }: ToForward): Promise<Shaped> {
  const { read } = deps.store
  const { mandate } = stands.route
  const question = await questionFor(read, policy, stands, stored, at)
  const states = await read.cases.itemStates(stored.caseId)
  const { message, attested } = stored
  const toJudge = {
    message,
    attested,
    question,
    sender: stands.sender,
    route: stands.route,
    superseded: those(states, 'supersededAt'),
    recalled: those(states, 'recalledAt'),
  }
  const { judged, disagreements } = judge(policy, toJudge, deps.limits.sampleOneIn)
  for (const { itemId, planLevel, casbinLevel } of disagreements) {
    deps.log.alarm('plan and casbin disagree', {
      itemId,
      planLevel,
      casbinLevel,
      policy: policy.digest,
      messageId: job.messageId,
    })
    deps.meter.count('policy_disagreements')
  }
  for (const error of new Set(
    judged.items.flatMap(({ ceiling }) => ceiling.because.filter((reason) => reason.startsWith('error:'))),
  ))
    deps.log.alarm('a policy condition ended in an error', { error, policy: policy.digest, messageId: job.messageId })
  return shape({
    judged,
    choices: await choicesFor(read, mandate, stored.caseId),
    policy: { id: policy.set.id, version: policy.set.version, digest: policy.digest },
    messageId: stored.id,
    deliveryId,
    broker: deps.registry().broker.uri,
    receivedAt: stored.receivedAt,
    shownBefore: await shownBefore(deps, stored, mandate.id),
  })
}

const those = (states: readonly ItemState[], change: 'supersededAt' | 'recalledAt'): ReadonlySet<string> =>
  new Set(states.filter((state) => state[change] !== undefined).map(({ itemId }) => itemId))

/** Which of the versions this message names the mandate was shown by name: their ids are the only ones it may be told. */
async function shownBefore(
  deps: Deps,
  { message, caseId }: StoredMessage,
  mandate: string,
): Promise<ReadonlySet<string>> {
  const named =
    message.kind === 'Recall'
      ? message.recalled
      : 'items' in message
        ? (message.items ?? []).flatMap(({ supersedes }) => supersedes ?? [])
        : []
  if (named.length === 0) return new Set()
  const entries = await deps.store.read.ledger.ofItems(
    caseId,
    named as Parameters<typeof deps.store.read.ledger.ofItems>[1],
  )
  return new Set(
    entries.filter((entry) => entry.mandate === mandate && entry.level !== 'existence').map(({ itemId }) => itemId),
  )
}

async function finish(deps: Deps, job: Job, outcome: string, at: Instant): Promise<Forwarded> {
  await deps.store.transaction((tx) => tx.outbox.finish(job.id, 'done', outcome, at))
  return { kind: 'done', outcome }
}

/** The same whether something was withheld in silence or there was nothing: no delivery, and an older unread one is taken back. */
async function nothingToSend(deps: Deps, job: Job, at: Instant): Promise<Forwarded> {
  await deps.store.transaction(async (tx) => {
    await replaceUnread(tx, { job, at })
    await tx.outbox.finish(job.id, 'done', 'nothing-to-send', at)
  })
  return { kind: 'done', outcome: 'nothing-to-send' }
}

async function stop(deps: Deps, job: Job, outcome: string, at: Instant): Promise<Forwarded> {
  await deps.store.transaction(async (tx) => {
    await replaceUnread(tx, { job, at })
    await tx.outbox.finish(job.id, 'stopped', outcome, at)
    await tx.audit.append({
      at: printInstant(at),
      operation: 'denied',
      act: 'delivery-stopped',
      actor: 'gateway',
      recipients: [job.mandate],
      caseId: job.caseId,
      messageId: job.messageId,
      problem: outcome,
    })
  })
  return { kind: 'stopped', outcome }
}
