/** Side room: a member that is out, for a while or for good: what is queued for it stops, what it has not fetched is withdrawn, what it holds is reported. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { MandateId, OrganisationId } from '#gateway/core/ids.ts'
import { MEMBERSHIP_FAULTS, mandatesOf, membershipFault } from '#gateway/core/membership.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { MembershipEnd } from '#gateway/ports/memberships.ts'
import type { DeliveryEntry, Job } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'
import { heldBy } from './held.ts'

type EndingDeps = Pick<Deps, 'store' | 'clock' | 'isClockReliable' | 'registry' | 'newId' | 'queue' | 'log' | 'meter'>

/**
 * Every member held against the registry and its trust list as they are now. Begun again after a stop it goes on where it was: each
 * step is a transaction, and an end without a report is not over. Rejects where the store does not answer.
 */
export async function endMemberships(deps: EndingDeps): Promise<void> {
  if (deps.isClockReliable?.() === false) return
  const { read } = deps.store
  const at = deps.clock()
  const registry = deps.registry()
  const open = new Map((await read.memberships.open()).map((end) => [end.organisation, end]))
  const known = [
    ...registry.participants.map(({ id }) => id),
    ...(await read.deliveries.organisations()),
    ...open.keys(),
  ]
  for (const organisation of new Set(known)) {
    const reason = membershipFault(registry, organisation, at)
    const end = open.get(organisation)
    if (reason === undefined && end !== undefined) await takeBackIn(deps, end, at)
    if (reason === undefined || end?.report !== undefined) continue
    await close(deps, end ?? { organisation, foundAt: at, reason, stopped: 0, withdrawn: 0 })
  }
}

/** The end is written first, and its report last: whatever lies between is done again until then, and finds less to do. */
async function close(deps: EndingDeps, end: MembershipEnd): Promise<void> {
  const { organisation, foundAt, reason } = end
  await deps.store.transaction(async (tx) => {
    if (await tx.memberships.end({ organisation, foundAt, reason }))
      await tx.audit.append({ ...eventOf(end, foundAt), act: 'membership-ended' })
  })
  while ((await withdrawSome(deps, end)) > 0);
  while ((await stopSome(deps, end)) > 0);
  await report(deps, end)
}

const eventOf = (
  { organisation, reason }: MembershipEnd,
  at: Instant,
): Omit<Parameters<Tx['audit']['append']>[0], 'act'> => ({
  at: printInstant(at),
  operation: 'alteration',
  actor: 'gateway',
  recipients: [organisation],
  justification: reason,
})

const AT_ONCE = 100

/** Unfetched parcels, some at a time; what each was is kept as a stopped job, from which it is judged anew if the member comes back. */
async function withdrawSome(deps: EndingDeps, end: MembershipEnd): Promise<number> {
  const { organisation, reason } = end
  return deps.store.transaction(async (tx) => {
    const at = deps.clock()
    const unread = await unreadOf(tx, end)
    for (const { id, kind, messageId, caseId, edge, mandate } of unread) {
      await tx.deliveries.setState(id, 'withdrawn', at)
      const job = { id: deps.newId(), messageId, caseId, edge, mandate, dueAt: at, cause: 're-judge' }
      await tx.outbox.add([job])
      // Judged anew while its recipient is out, a correction becomes the notice that it is, without what it brought.
      if (kind !== 'Correction') await tx.outbox.finish(job.id, 'stopped', reason, at)
    }
    if (unread.length > 0) await tx.memberships.count(organisation, { stopped: 0, withdrawn: unread.length })
    return unread.length
  })
}

/** A notice of a recall stays: it takes back, and waits for whoever holds a copy. What came after the end is nothing but notices. */
async function unreadOf(tx: Tx, { organisation, foundAt }: MembershipEnd): Promise<readonly DeliveryEntry[]> {
  const unread: DeliveryEntry[] = []
  for (let after = 0; unread.length < AT_ONCE;) {
    const page = await tx.deliveries.everOf({ organisation, after, limit: AT_ONCE })
    unread.push(
      ...page.filter((entry) => entry.state === 'in-mailbox' && entry.createdAt <= foundAt && entry.kind !== 'Recall'),
    )
    const last = page.at(-1)
    if (last === undefined || page.length < AT_ONCE) break
    after = last.seq
  }
  return unread
}

async function stopSome(deps: EndingDeps, { organisation, reason }: MembershipEnd): Promise<number> {
  const mandates = await everyMandateOf(deps, organisation)
  return deps.store.transaction(async (tx) => {
    const at = deps.clock()
    const stopped = (await stoppable(tx, mandates)).slice(0, AT_ONCE)
    for (const { id } of stopped) await tx.outbox.finish(id, 'stopped', reason, at)
    if (stopped.length > 0) await tx.memberships.count(organisation, { stopped: stopped.length, withdrawn: 0 })
    return stopped.length
  })
}

/** A recall goes on, and so does a correction: of that, who holds a copy gets the notice and nothing more (circumstances.ts). */
async function stoppable(tx: Tx, mandates: readonly MandateId[]): Promise<readonly Job[]> {
  const jobs = await tx.outbox.waitingFor(mandates)
  const kinds = await Promise.all(jobs.map(async ({ messageId }) => (await tx.messages.get(messageId))?.kind))
  return jobs.filter((_, index) => kinds[index] !== 'Recall' && kinds[index] !== 'Correction')
}

/** Those of the registry, and those it was ever sent something for: a mandate that was removed has jobs all the same. */
async function everyMandateOf(
  { store, registry }: Pick<Deps, 'store' | 'registry'>,
  organisation: OrganisationId,
): Promise<readonly MandateId[]> {
  const mandates = new Set(mandatesOf(registry(), organisation))
  for (let after = 0; ;) {
    const page = await store.read.deliveries.everOf({ organisation, after, limit: AT_ONCE })
    for (const { mandate } of page) mandates.add(mandate)
    const last = page.at(-1)
    if (last === undefined || page.length < AT_ONCE) return [...mandates]
    after = last.seq
  }
}

/** Counts and the digest of what it holds as of now; the report itself is read anew whenever it is asked for. */
async function report(deps: EndingDeps, end: MembershipEnd): Promise<void> {
  const { organisation } = end
  const holdings = await heldBy(deps.store.read, organisation)
  const at = deps.clock()
  const sum = (of: 'deliveries' | 'items'): number => holdings.reduce((total, holding) => total + holding[of], 0)
  const held = { deliveries: sum('deliveries'), items: sum('items') }
  const digest = digestOf(holdings)
  const isFirst = await deps.store.transaction(async (tx) => {
    const open = (await tx.memberships.open()).find((one) => one.organisation === organisation)
    if (open === undefined || open.report !== undefined) return false
    await tx.memberships.report(organisation, { at, digest, ...held })
    await tx.audit.append({ ...eventOf(end, at), act: 'membership-reported', digest })
    deps.log.alarm('a member is out: what it still holds is in its report', {
      organisation,
      reason: end.reason,
      cases: new Set(holdings.map(({ caseId }) => caseId)).size,
      ...held,
    })
    return true
  })
  if (isFirst) deps.meter.count('membership_ends', { reason: end.reason })
}

/** Back in: what was stopped or withdrawn because it was out waits again, and is judged by what is in force now. */
async function takeBackIn(deps: EndingDeps, end: MembershipEnd, at: Instant): Promise<void> {
  const { organisation, foundAt: since } = end
  const mandates = await everyMandateOf(deps, organisation)
  const reopened = await deps.store.transaction(async (tx) => {
    const jobs = await tx.outbox.reopen({ mandates, outcomes: MEMBERSHIP_FAULTS, since, dueAt: at })
    await tx.memberships.restore(organisation, at)
    await tx.audit.append({ ...eventOf(end, at), act: 'membership-restored' })
    return jobs
  })
  deps.queue.nudge()
  deps.log.info('a member is back', { organisation, reopened })
}
