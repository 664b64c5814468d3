/** Side room: what became of a submission, told only to its sender: a state per recipient organisation, without content or choices. */
import { printInstant } from '#policies/language/instant.ts'
import type { MessageId } from '#gateway/core/ids.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Participant } from '#gateway/core/participants.ts'
import type { DeliveryEntry, JobStatus, RecallTarget } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'

/** `delivered` says that the flow did its part; what passed, and what a recipient chose, the sender does not learn. */
export interface EdgeState {
  readonly organisation: string
  readonly state: 'waiting' | 'delivered' | 'acknowledged' | 'stopped' | 'stuck'
  /** Why it stopped or waits, as a code; only where the sender or an operator can act on it. */
  readonly reason?: string
  readonly at: string
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
  const targets = stored.kind === 'Recall' || stored.kind === 'Correction' ? await read.recalls.targets(id) : undefined
  return ok({
    id,
    kind: stored.kind,
    caseId: stored.caseId,
    jti: stored.jti,
    acceptedAt: printInstant(stored.receivedAt),
    receipt: acceptance.receipt,
    edges: edgesOf(deps, jobs, deliveries),
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
function edgesOf(deps: Deps, jobs: readonly JobStatus[], deliveries: readonly DeliveryEntry[]): readonly EdgeState[] {
  const registry = deps.registry()
  const submitted = jobs.filter(({ job }) => job.cause === 'submission')
  const organisationOf = (mandate: string): string =>
    registry.mandates.find(({ id }) => id === mandate)?.organisation ?? ''
  const organisations = [...new Set(submitted.map(({ job }) => organisationOf(job.mandate)))].toSorted()
  return organisations.map((organisation) => {
    const states = submitted
      .filter(({ job }) => organisationOf(job.mandate) === organisation)
      .map((status) => stateOf(status, deliveries))
    return { organisation, ...states.reduce((a, b) => (ORDER.indexOf(a.state) <= ORDER.indexOf(b.state) ? a : b)) }
  })
}

const ORDER: readonly EdgeState['state'][] = ['stuck', 'stopped', 'waiting', 'delivered', 'acknowledged']

function stateOf(
  { job, state, outcome, at }: JobStatus,
  deliveries: readonly DeliveryEntry[],
): Omit<EdgeState, 'organisation'> {
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
