/** Side room: how far a recall or correction is closed, told only to its sender: per organisation, what it did, signed by itself. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { furthest } from '#gateway/core/escalation.ts'
import type { EscalationStep } from '#gateway/core/escalation.ts'
import type { MessageId, OrganisationId } from '#gateway/core/ids.ts'
import { membershipFault } from '#gateway/core/membership.ts'
import type { MembershipFault } from '#gateway/core/membership.ts'
import type { Participant } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Attestation, RecallTarget } from '#gateway/ports/recalls.ts'
import type { DeliveryEntry } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'

/** One organisation, its mandates taken together: an instant stands where all of them have come so far, the latest of theirs. */
export interface OrganisationClosure {
  readonly organisation: string
  /** The least that any of its mandates did. */
  readonly state: RecallTarget['state']
  readonly dueAt: string
  readonly reachedAt?: string
  readonly collectedAt?: string
  readonly answeredAt?: string
  readonly escalation?: { readonly step: EscalationStep; readonly at: string }
  /** Whom to write to where it does not answer: its data protection officer, as the registry has it. */
  readonly dpo?: string
  /** Why it is out of the network now. */
  readonly out?: MembershipFault
  readonly attestations: readonly { readonly digest: string; readonly at: string; readonly signed?: string }[]
}

export interface ClosureView {
  readonly id: string
  readonly kind: string
  readonly caseId: string
  readonly acceptedAt: string
  readonly isClosed: boolean
  readonly organisations: readonly OrganisationClosure[]
}

/** What somebody else took back, and what is neither recall nor correction, is as if it were not there. */
export async function lookUpClosure(
  deps: Pick<Deps, 'store' | 'registry' | 'clock'>,
  sender: Participant,
  id: MessageId,
): Promise<Result<ClosureView>> {
  const { read } = deps.store
  const stored = await read.messages.get(id)
  const isTakenBack = stored?.kind === 'Recall' || stored?.kind === 'Correction'
  if (stored === undefined || !isTakenBack || stored.issuer !== sender.id) return fail('not-found')
  const [targets, deliveries, attestations] = await Promise.all([
    read.recalls.targets(id),
    read.deliveries.ofMessage(id),
    read.recalls.attestations(id),
  ])
  const at = deps.clock()
  const { kind, caseId, receivedAt } = stored
  return ok({
    id,
    kind,
    caseId,
    acceptedAt: printInstant(receivedAt),
    isClosed: targets.every(isAnswered),
    organisations: [...Map.groupBy(targets, ({ organisation }) => organisation)].map(([organisation, own]) =>
      closureOf({
        organisation,
        targets: own,
        deliveries,
        attestations,
        out: membershipFault(deps.registry(), organisation, at),
        dpo: deps.registry().participants.find((participant) => participant.id === organisation)?.dpo,
      }),
    ),
  })
}

const isAnswered = ({ state }: RecallTarget): boolean => state === 'deleted' || state === 'locked'

/** From the least to the most. */
const STATES: readonly RecallTarget['state'][] = ['unreachable', 'waiting', 'locked', 'deleted']

interface Concerned {
  readonly organisation: OrganisationId
  readonly targets: readonly RecallTarget[]
  readonly deliveries: readonly DeliveryEntry[]
  readonly attestations: readonly Attestation[]
  readonly out: MembershipFault | undefined
  readonly dpo: string | undefined
}

function closureOf({ organisation, targets, deliveries, attestations, out, dpo }: Concerned): OrganisationClosure {
  const notices = targets.map(({ mandate }) => deliveries.findLast((delivery) => delivery.mandate === mandate))
  const [reachedAt, collectedAt, answeredAt] = [
    lastOfAll(notices.map((notice) => notice?.createdAt)),
    lastOfAll(notices.map((notice) => notice?.collectedAt)),
    lastOfAll(targets.map((target) => target.answeredAt)),
  ]
  const escalation = escalationOf(targets)
  return {
    organisation,
    state: STATES.find((state) => targets.some((target) => target.state === state)) ?? 'waiting',
    dueAt: printInstant(Math.max(...targets.map(({ dueAt }) => dueAt))),
    ...(reachedAt === undefined ? {} : { reachedAt }),
    ...(collectedAt === undefined ? {} : { collectedAt }),
    ...(answeredAt === undefined ? {} : { answeredAt }),
    ...(escalation === undefined ? {} : { escalation }),
    ...(dpo === undefined ? {} : { dpo }),
    ...(out === undefined ? {} : { out }),
    attestations: attestations.filter((one) => one.organisation === organisation).map(toEvidence),
  }
}

function lastOfAll(instants: readonly (Instant | undefined)[]): string | undefined {
  const known = instants.flatMap((instant) => instant ?? [])
  return known.length === instants.length ? printInstant(Math.max(...known)) : undefined
}

function escalationOf(targets: readonly RecallTarget[]): OrganisationClosure['escalation'] {
  const step = furthest(targets.flatMap(({ escalation }) => escalation ?? []))
  const at = targets.find(({ escalation }) => escalation === step)?.escalatedAt
  return step === undefined || at === undefined ? undefined : { step, at: printInstant(at) }
}

const toEvidence = ({ digest, at, signed }: Attestation): OrganisationClosure['attestations'][number] => ({
  digest,
  at: printInstant(at),
  ...(signed === undefined ? {} : { signed }),
})
