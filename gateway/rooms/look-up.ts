/** Side room: what became of a submission, told only to its sender: a state per recipient organisation, without content or choices. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { MessageId } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Participant } from '#gateway/core/participants.ts'
import type { InboxAnswer } from '#gateway/ports/asks.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { RecallTarget } from '#gateway/ports/recalls.ts'
import type { DeliveryEntry, JobStatus } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'

/** `delivered` says that the flow did its part; what passed, and what a recipient chose, the sender does not learn. */
export interface EdgeState {
  readonly organisation: string
  readonly state: 'waiting' | 'delivered' | 'acknowledged' | 'stopped' | 'stuck'
  /** Why it stopped or waits, as a code; only where the sender or an operator can act on it. */
  readonly reason?: string
  readonly at: string
  /** How it came there, oldest first. */
  readonly timeline: readonly TimelineEntry[]
}

/** `unread`: its sender was told that nobody has acknowledged it in its time. `taken-on`, `declined`: said at a hosted inbox, of a referral. */
export interface TimelineEntry {
  readonly state: 'accepted' | 'delivered' | 'stopped' | 'stuck' | 'unread' | 'acknowledged' | 'taken-on' | 'declined'
  readonly at: string
  /** Why it was declined. */
  readonly reason?: string
}

export interface SubmissionView {
  readonly id: string
  readonly kind: string
  readonly caseId: string
  readonly jti: string
  readonly acceptedAt: string
  readonly receipt: string
  readonly edges: readonly EdgeState[]
  /** For a recall or correction: who has answered. */
  readonly answers?: readonly { readonly organisation: string; readonly state: string; readonly dueAt: string }[]
}

/** A submission of somebody else is as if it were not there. */
export async function lookUpSubmission(
  deps: Deps,
  sender: Participant,
  id: MessageId,
): Promise<Result<SubmissionView>> {
  const { read } = deps.store
  const stored = await read.messages.get(id)
  const acceptance = await read.messages.acceptance(id)
  if (stored === undefined || acceptance === undefined || stored.issuer !== sender.id) return fail('not-found')
  const jobs = await read.outbox.ofMessage(id)
  const deliveries = await read.deliveries.ofMessage(id)
  const unread = await unreadAmong(read, deliveries)
  const answers = await read.inbox.answersTo(id)
  const targets = stored.kind === 'Recall' || stored.kind === 'Correction' ? await read.recalls.targets(id) : undefined
  return ok({
    id,
    kind: stored.kind,
    caseId: stored.caseId,
    jti: stored.jti,
    acceptedAt: printInstant(stored.receivedAt),
    receipt: acceptance.receipt,
    edges: edgesOf(deps, { jobs, deliveries, unread, answers, acceptedAt: stored.receivedAt }),
    ...(targets === undefined ? {} : { answers: targets.map(answerOf) }),
  })
}

const answerOf = ({ organisation, state, dueAt }: RecallTarget): NonNullable<SubmissionView['answers']>[number] => ({
  organisation,
  state,
  dueAt: printInstant(dueAt),
})

/**
 * One line per organisation, the least advanced of its mandates; pull-ups and choices stay out, so that their jobs do not show.
 * `nothing-to-send` reads as delivered: whether anything passed is the recipient's and the policy's business.
 */
function edgesOf(deps: Deps, known: Known): readonly EdgeState[] {
  const registry = deps.registry()
  const submitted = known.jobs.filter(({ job }) => job.cause === 'submission')
  const organisationOf = (mandate: string): string =>
    registry.mandates.find(({ id }) => id === mandate)?.organisation ?? ''
  const organisations = [...new Set(submitted.map(({ job }) => organisationOf(job.mandate)))].toSorted()
  return organisations.map((organisation) => {
    const own = submitted.filter(({ job }) => organisationOf(job.mandate) === organisation)
    const states = own.map((status) => stateOf(status, known.deliveries))
    const least = states.reduce((a, b) => (ORDER.indexOf(a.state) <= ORDER.indexOf(b.state) ? a : b))
    return { organisation, ...least, timeline: timelineOf(organisation, { own, least, known }) }
  })
}

interface Known {
  readonly jobs: readonly JobStatus[]
  readonly deliveries: readonly DeliveryEntry[]
  readonly unread: ReadonlyMap<string, Instant>
  readonly answers: readonly InboxAnswer[]
  readonly acceptedAt: Instant
}

interface Coming {
  readonly own: readonly JobStatus[]
  readonly least: Pick<EdgeState, 'state' | 'at'>
  readonly known: Known
}

/** Delivered is said once every flow to the organisation has done its part, and reads the same whether or not anything passed. */
function timelineOf(organisation: string, { own, least, known }: Coming): readonly TimelineEntry[] {
  const isDone = own.every(({ state }) => state === 'done')
  const told = known.deliveries
    .filter((delivery) => delivery.organisation === organisation)
    .flatMap(({ id }) => known.unread.get(id) ?? [])
  const endings = least.state === 'stopped' || least.state === 'stuck' || least.state === 'acknowledged'
  return [
    { state: 'accepted' as const, at: printInstant(known.acceptedAt) },
    ...(isDone ? [{ state: 'delivered' as const, at: printInstant(Math.max(...own.map(({ at }) => at))) }] : []),
    ...(told.length > 0 ? [{ state: 'unread' as const, at: printInstant(Math.min(...told)) }] : []),
    ...(endings ? [{ state: least.state, at: least.at }] : []),
    ...known.answers.filter((answer) => answer.organisation === organisation).map(toEntry),
  ].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

const toEntry = ({ kind, reason, at }: InboxAnswer): TimelineEntry => ({
  state: kind === 'accepted' ? 'taken-on' : 'declined',
  at: printInstant(at),
  ...(reason === undefined ? {} : { reason }),
})

/** Deliveries of which the sender was told that nobody reads them, and when. */
async function unreadAmong(read: Tx, deliveries: readonly DeliveryEntry[]): Promise<ReadonlyMap<string, Instant>> {
  const told = new Map<string, Instant>()
  for (const { id } of deliveries) {
    const unread = await read.carries.unreadOf(id)
    if (unread?.step === 'sender' && unread.steppedAt !== undefined) told.set(id, unread.steppedAt)
  }
  return told
}

const ORDER: readonly EdgeState['state'][] = ['stuck', 'stopped', 'waiting', 'delivered', 'acknowledged']

function stateOf(
  { job, state, outcome, at }: JobStatus,
  deliveries: readonly DeliveryEntry[],
): Omit<EdgeState, 'organisation' | 'timeline'> {
  const when = printInstant(at)
  if (state === 'waiting') return { state, at: when, ...(outcome === undefined ? {} : { reason: outcome }) }
  if (state === 'stopped' || state === 'stuck')
    return { state, at: when, ...(outcome === undefined ? {} : { reason: outcome }) }
  const acknowledged = deliveries.find(
    (delivery) => delivery.mandate === job.mandate && delivery.acknowledgedAt !== undefined,
  )
  return acknowledged?.acknowledgedAt === undefined
    ? { state: 'delivered', at: when }
    : { state: 'acknowledged', at: printInstant(acknowledged.acknowledgedAt) }
}
