/** Side room: an invented case as somebody at a hosted inbox would get it now: for their mandate, by the policy in force, under what their organisation chose. Writes nothing. */
import type { PolicySet } from '#policies/language/policy.ts'
import { UNNARROWED } from '#gateway/core/choice.ts'
import type { Depth } from '#gateway/core/choice.ts'
import type { InventedCases } from '#gateway/core/invented-case.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Projection } from '#gateway/core/projection.ts'
import type { Deps } from './deps.ts'
import { policyNow } from './policy-now.ts'
import { depthOf } from './read-inbox-depth.ts'
import type { HostedReader } from './read-inbox-reader.ts'
import { seeAs } from './see-as.ts'

export interface TrainingDeps extends Deps {
  readonly changing: { readonly inventedCases: InventedCases }
}

/** What is not said, or not known, is what the person would begin with. */
export interface TrainingAsked {
  /** Reference of an invented case. */
  readonly name?: string
  readonly depth?: Depth
  readonly isFactsOnly?: boolean
}

export interface TrainingCase {
  /** References of all invented cases. Not what they are called: that tells what is in them, whatever policy shows. */
  readonly names: readonly string[]
  readonly name: string
  /** Up to what the organisation lets its people read, as of a real case. */
  readonly depths: readonly Depth[]
  readonly depth: Depth
  readonly isFactsOnly: boolean
  /** All that is shown of it; what is withheld is not in it. */
  readonly projection: Projection
}

/** Problems `policy-unavailable`; `not-found` where the gateway came without invented cases. */
export async function trainingCase(
  deps: TrainingDeps,
  reader: HostedReader,
  asked: TrainingAsked,
): Promise<Result<TrainingCase>> {
  const { read } = deps.store
  const at = deps.clock()
  const policy = await policyNow(deps, read)
  if (policy === undefined) return fail('policy-unavailable')
  const cases = await deps.changing.inventedCases(at)
  const chosen = cases.find(({ id }) => id === asked.name) ?? cases[0]
  if (chosen === undefined) return fail('not-found')
  const { choice, depths } = await depthOf(deps, reader, undefined)
  const depth = depthIn(depths, asked.depth ?? choice.depth)
  const isFactsOnly = asked.isFactsOnly ?? choice.factsOnly
  const ofOrganisation = await read.choices.get({ organisation: reader.participant.id })
  const seen = await seeAs({
    ...policy,
    of: { items: chosen.items, facts: chosen.facts, rest: { caseId: chosen.id, kind: 'Referral' } },
    recipientType: reader.mandate.type,
    role: reader.mandate.role,
    purpose: purposeFor(deps, reader, policy.set),
    depth,
    isFactsOnly,
    organisation: ofOrganisation?.choice ?? UNNARROWED,
    at,
    requested: [],
  })
  const names = cases.map(({ id }) => id)
  return ok({ names, name: chosen.id, depths, depth, isFactsOnly, projection: seen.projection })
}

/** The deepest there is, where a deeper one was asked for. */
const depthIn = (depths: readonly Depth[], wanted: Depth): Depth =>
  depths.find((depth) => depth === wanted) ?? depths.at(-1) ?? 'D0'

/** For which the person's organisation is sent cases; undefined: the first that the policy knows. */
const purposeFor = (
  { registry }: Pick<Deps, 'registry'>,
  { participant }: HostedReader,
  { vocabulary }: PolicySet,
): string | undefined =>
  registry()
    .edges.filter(({ to }) => to === participant.id)
    .flatMap(({ purposes }) => purposes)
    .find((purpose) => vocabulary.purposes.includes(purpose))
