/** The second walk for one job: judge, shape, seal, deliver; or say why it stopped, and keep it where an operator can act. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import { copyForClass } from '#gateway/core/case-copy/signed-copies.ts'
import type { DeliveryId } from '#gateway/core/ids.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import type { Projection } from '#gateway/core/projection.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Job, StoredMessage } from '#gateway/ports/stored.ts'
import { circumstancesOf, digestOfCircumstances } from './circumstances.ts'
import type { Asked, Circumstances } from './circumstances.ts'
import { deliver, entryFor, isUnchanged, replaceUnread, scheduleReveal, withdrawOther } from './deliver.ts'
import type { ToDeliver } from './deliver.ts'
import type { Deps, PolicyInForce } from './deps.ts'
import { endedMeanwhile } from './ended-meanwhile.ts'
import { mayDisclose } from './may-disclose.ts'
import { isPolicyOf } from './policy-now.ts'
import { presentCopy, presentReissued } from './present-copy.ts'
import type { Content } from './present-copy.ts'
import { reissue } from './reissue.ts'
import { signProjection, signTwice } from './seal.ts'
import { sealFor } from './seal-for.ts'
import { viewOf } from './view.ts'
import type { Viewed } from './view.ts'

/** What became of a job. `retry`: the world was not ready; the job stays and is tried again. */
export type Forwarded =
  | { readonly kind: 'done'; readonly outcome: string; readonly deliveryId?: DeliveryId }
  | { readonly kind: 'stopped'; readonly outcome: string }
  | { readonly kind: 'retry'; readonly reason: string }

export async function forward(deps: Deps, job: Job): Promise<Forwarded> {
  const at = deps.clock()
  const disclosing = await mayDisclose(deps)
  if (!disclosing.ok) return { kind: 'retry', reason: disclosing.problem.code }
  const policy = disclosing.value
  const stored = await deps.store.read.messages.get(job.messageId)
  if (stored === undefined) return stop(deps, job, 'message-missing', at)
  const asked = { job, policy, stored, at, readUntil: at }
  const circumstances = await circumstancesOf(deps, deps.store.read, asked)
  if (typeof circumstances === 'string') return stop(deps, job, circumstances, at)
  const deliveryId = deps.newId() as DeliveryId
  const viewed = view(deps, { policy, stored, circumstances, deliveryId })
  alarms(deps, { job, policy, viewed })
  deps.observing?.observe(viewed.judged, circumstances)
  return finish(deps, { asked, circumstances, viewed, deliveryId, job })
}

interface Finishing {
  readonly asked: Asked
  readonly circumstances: Circumstances
  readonly viewed: Viewed
  readonly deliveryId: DeliveryId
  readonly job: Job
}

async function finish(deps: Deps, finishing: Finishing): Promise<Forwarded> {
  const { asked, circumstances, viewed, deliveryId, job } = finishing
  const { policy, stored, at } = asked
  const { shaped, printed } = viewed
  const { stands, choices } = circumstances
  const { viewDigest } = printed
  const toDeliver: ToDeliver = { job, stored, stands, shaped, viewDigest, deliveryId, policy, at, choices }
  if (shaped.isEmpty) return nothingToSend(deps, toDeliver)
  if (await isUnchanged(deps.store.read, toDeliver)) return unchanged(deps, toDeliver)
  const sealing = sealFor(deps, stands, at)
  if (typeof sealing === 'string') return { kind: 'retry', reason: sealing }
  const signed = await contentFor(deps, stored, viewed, stands.route.mandate)
  if (signed === undefined) return { kind: 'retry', reason: 'present-key-missing' }
  const content = { ...signed, content: await signTwice(deps, signed.content, signed.begun) }
  const logged = entryFor(deps, toDeliver, content)
  const { evidence } = logged.entry
  const parcel = await sealing({ ...content, evidence })
  const outcome = await deliver(deps, { ...toDeliver, logged, holds: (tx) => holds(deps, tx, finishing) }, parcel)
  deps.meter.count('deliveries', { outcome })
  if (outcome === 'delivered') await deps.publication.wanted()
  if (outcome === 'changed-meanwhile') return CHANGED_MEANWHILE
  return { kind: 'done', outcome, ...(outcome === 'delivered' ? { deliveryId } : {}) }
}

/**
 * Under its sender's signature where there is a copy for the class of the recipient; else in the gateway's own name, which it says.
 * What holds no items is the gateway's word of what was signed to it.
 */
async function contentFor(
  deps: Deps,
  stored: StoredMessage,
  { shaped, printed }: Viewed,
  { type }: Pick<Mandate, 'type'>,
): Promise<Content | undefined> {
  const { copies, message } = stored
  const copy = copyForClass(copies, type)
  if (copies !== undefined && copy !== undefined) {
    const seen = await deps.store.read.cases.seenCopies(stored.caseId, stored.issuer)
    const isEarlier = (seen?.versions[type] ?? 0) > copy.ver
    return presentCopy(deps, { stored, copies, copy, shaped, isEarlier })
  }
  if (!isCopied(message)) return { content: await signProjection(deps, printed.text) }
  const caseHandle = shaped.projection.caseId
  const reissued = await reissue(deps, { stored, message, audienceClass: type, caseHandle })
  return reissued === undefined
    ? undefined
    : presentReissued(deps, reissued, { shaped, isMasked: copies !== undefined })
}

interface Viewing {
  readonly policy: PolicyInForce
  readonly stored: StoredMessage
  readonly circumstances: Circumstances
  readonly deliveryId: string
}

const view = (deps: Pick<Deps, 'registry' | 'limits' | 'kept'>, viewing: Viewing): Viewed =>
  viewOf({
    ...viewing,
    broker: deps.registry().broker.uri,
    sampleOneIn: deps.limits.sampleOneIn,
    memory: deps.kept?.memoryOf(viewing.stored),
  })

/** True while the judgement still stands: what was recalled, restricted, chosen or ended since it was made is not sent. */
async function holds(deps: Deps, tx: Tx, { asked, circumstances, viewed, deliveryId }: Finishing): Promise<boolean> {
  if (!(await isPolicyOf(deps, tx, asked.policy.digest))) return false
  const stored = await tx.messages.get(asked.stored.id)
  // A case erased meanwhile must not be begun anew by what was on its way; nor is what was released meanwhile covered by an older view.
  if (stored === undefined || stored.releases?.length !== asked.stored.releases?.length) return false
  const now = await circumstancesOf(deps, tx, asked)
  if (typeof now === 'string' || endedMeanwhile(deps, now.stands, asked.at)) return false
  if (digestOfCircumstances(now) === digestOfCircumstances(circumstances)) return true
  const again = view(deps, { ...asked, circumstances: now, deliveryId })
  return again.printed.viewDigest === viewed.printed.viewDigest
}

type ToOwe = Pick<Job, 'edge' | 'mandate' | 'messageId'> & {
  readonly policyDigest: string
  readonly projectionDigest: string
  readonly createdAt: Instant
}

/** Whether a parcel that nobody fetched yet is still what its recipient may have now. */
export const isStillOwed = async (deps: Deps, tx: Tx, row: ToOwe): Promise<boolean> =>
  (await owedNow(deps, tx, row)) !== undefined

/** What a delivery says, where it is still what its recipient may have now; derived anew, for it is kept nowhere in the open. */
export async function owedNow(deps: Deps, tx: Tx, row: ToOwe): Promise<Projection | undefined> {
  const policy = deps.policy()
  const stored = await tx.messages.get(row.messageId)
  if (policy?.digest !== row.policyDigest || stored === undefined) return undefined
  if (!(await isPolicyOf(deps, tx, policy.digest))) return undefined
  const asked = { job: row, policy, stored, at: deps.clock(), readUntil: row.createdAt }
  const circumstances = await circumstancesOf(deps, tx, asked)
  if (typeof circumstances === 'string') return undefined
  const { shaped, printed } = view(deps, { policy, stored, circumstances, deliveryId: '' })
  return !shaped.isEmpty && printed.viewDigest === row.projectionDigest ? shaped.projection : undefined
}

function alarms(
  deps: Deps,
  { job, policy, viewed }: { readonly job: Job; readonly policy: PolicyInForce; readonly viewed: Viewed },
): void {
  const about = { policy: policy.digest, messageId: job.messageId }
  for (const { itemId, planLevel, casbinLevel } of viewed.disagreements) {
    deps.log.alarm('plan and casbin disagree', { itemId, planLevel, casbinLevel, ...about })
    deps.meter.count('policy_disagreements')
  }
  const because = viewed.judged.items.flatMap(({ ceiling }) => ceiling.because)
  for (const error of new Set(because.filter((reason) => reason.startsWith('error:'))))
    deps.log.alarm('a policy condition ended in an error', { error, ...about })
  warnOfFloor(deps, viewed, { ...about, mandate: job.mandate })
}

/** The safety floor never passes what policy does not permit: then an officer has to know, and to weigh it. */
function warnOfFloor(
  deps: Deps,
  { judged }: Viewed,
  about: { readonly policy: string; readonly messageId: string; readonly mandate: string },
): void {
  const isTakenBack = (because: readonly string[]): boolean =>
    because.includes('recalled') || because.includes('no-agreed-flow')
  const shut = judged.items.filter(
    ({ isFloor, labelled, ceiling }) =>
      isFloor && !labelled.isPast && ceiling.level === 'nothing' && !isTakenBack(ceiling.because),
  )
  // One line, whatever their number: which they are stands in the decision record.
  if (shut.length > 0) deps.log.warn('items of the safety floor do not pass', { items: shut.length, ...about })
}

/** Between judgement and its transaction, in this process or another: judged again in a moment. */
const CHANGED_MEANWHILE: Forwarded = { kind: 'retry', reason: 'changed-meanwhile' }

async function unchanged(deps: Deps, toDeliver: ToDeliver): Promise<Forwarded> {
  const { job, at, policy } = toDeliver
  const isInForce = await deps.store.transaction(async (tx) => {
    if (!(await isPolicyOf(deps, tx, policy.digest)) || !(await isUnchanged(tx, toDeliver))) return false
    await scheduleReveal(deps, tx, toDeliver)
    await withdrawOther(tx, toDeliver)
    await tx.outbox.finish(job.id, 'done', 'unchanged', at)
    return true
  })
  return isInForce ? { kind: 'done', outcome: 'unchanged' } : CHANGED_MEANWHILE
}

/** The same whether something was withheld in silence or there was nothing: no delivery, and an older unread one is taken back. */
async function nothingToSend(deps: Deps, toDeliver: ToDeliver): Promise<Forwarded> {
  const { job, at, stored, policy, shaped, deliveryId } = toDeliver
  const isInForce = await deps.store.transaction(async (tx) => {
    if (!(await isPolicyOf(deps, tx, policy.digest))) return false
    await replaceUnread(tx, toDeliver)
    await scheduleReveal(deps, tx, toDeliver)
    await tx.deliveries.putRecord(deliveryId, shaped.record)
    await tx.outbox.finish(job.id, 'done', 'nothing-to-send', at)
    await tx.audit.append({
      at: printInstant(at),
      operation: 'denied',
      act: 'nothing-to-send',
      actor: 'gateway',
      recipients: [job.mandate],
      caseId: job.caseId,
      messageId: stored.id,
      deliveryId,
      policy: policy.digest,
      digest: digestOf(shaped.record),
    })
    return true
  })
  return isInForce ? { kind: 'done', outcome: 'nothing-to-send' } : CHANGED_MEANWHILE
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
