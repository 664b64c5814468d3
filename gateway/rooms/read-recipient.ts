/** Side room: one recipient type as officers see it: who stands behind it, under which agreements, what it receives and what it was sent. */
import type { Instant } from '#policies/language/instant.ts'
import { isWithin } from '#policies/engine/cell-sum.ts'
import { cellAt } from '#policies/engine/cell.ts'
import type { Reach } from '#policies/language/policy.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Edge, Mandate, Participant } from '#gateway/core/participants.ts'
import { besideDefault } from './cell-default.ts'
import type { DefaultDeps, StandingCell } from './cell-default.ts'
import type { Deps } from './deps.ts'
import { readPolicy } from './read-policy.ts'
import type { PolicyRead, ReadDeps } from './read-policy.ts'

const DAY_MS = 86_400_000
const COUNTED_DAYS = 90
const SOON_DAYS = 30
const MOST_ASKS = 1000

export type RecipientState = 'invited' | 'active' | 'suspended' | 'ended'

export interface Agreed {
  readonly id: string
  readonly until: Instant
  readonly state: 'in-force' | 'ends-soon' | 'ended'
}

export interface RecipientOrganisation {
  readonly participant: Participant
  readonly state: RecipientState
  readonly agreements: readonly Agreed[]
  readonly purposes: readonly string[]
  readonly sites: readonly string[]
  /** Mandates of the type in force. */
  readonly people: number
  readonly deliveries: number
  /** Of an ended one: deliveries that were never withdrawn. */
  readonly holds: number
}

export interface RecipientRead {
  readonly policy: PolicyRead
  readonly recipientType: string
  readonly organisations: readonly RecipientOrganisation[]
  readonly column: readonly StandingCell[]
  /** The deepest history of any section; `all`: some section without a limit. */
  readonly ceiling: 'none' | 'all' | Reach
  readonly openRequests: number
}

/** By recipient type, or by an organisation that has mandates of one; undefined for neither. */
export async function readRecipient(
  deps: ReadDeps & DefaultDeps & Pick<Deps, 'registry'>,
  name: string,
): Promise<RecipientRead | undefined> {
  const policy = await readPolicy(deps)
  if (policy === undefined) return undefined
  const { mandates, participants } = deps.registry()
  const known = policy.set.vocabulary.recipientTypes
  const recipientType = known.includes(name) ? name : mandates.find(({ organisation }) => organisation === name)?.type
  if (recipientType === undefined || !known.includes(recipientType)) return undefined
  const own = mandates.filter(({ type }) => type === recipientType)
  const behind = participants.filter(({ id }) => own.some(({ organisation }) => organisation === id))
  const organisations: RecipientOrganisation[] = []
  for (const participant of behind) organisations.push(await organisationOf(deps, participant, own))
  const { standing } = await besideDefault(deps, policy)
  const column = policy.set.vocabulary.sections.map((section) =>
    standing(cellAt(policy.set, { recipientType, section }, policy.at)),
  )
  const open = await deps.store.read.asks.open(MOST_ASKS)
  return {
    policy,
    recipientType,
    organisations,
    column,
    ceiling: ceilingOf(column),
    openRequests: open.filter(({ mandate }) => own.some(({ id }) => id === mandate)).length,
  }
}

async function organisationOf(
  deps: ReadDeps & Pick<Deps, 'registry'>,
  participant: Participant,
  mandates: readonly Mandate[],
): Promise<RecipientOrganisation> {
  const at = deps.clock()
  const own = mandates.filter((mandate) => mandate.organisation === participant.id && isInForce(mandate, at))
  const edges = deps.registry().edges.filter(({ to }) => to === participant.id)
  const state = stateOf(participant, at)
  const { sent, held } = await countDeliveries(deps, participant, own)
  return {
    participant,
    state,
    agreements: agreementsOf(edges, at),
    purposes: [...new Set(edges.flatMap(({ purposes }) => purposes))].toSorted(),
    sites: [...new Set(own.flatMap(({ sites }) => sites ?? []))].toSorted(),
    people: own.length,
    deliveries: sent,
    holds: state === 'ended' ? held : 0,
  }
}

function stateOf({ joining, suspendedAt, from, until }: Participant, at: Instant): RecipientState {
  if (until <= at) return 'ended'
  if (suspendedAt !== undefined && suspendedAt <= at) return 'suspended'
  return joining === true || at < from ? 'invited' : 'active'
}

/** Agreements and authorisations to leave the Directive, once each; what ends first comes first. */
function agreementsOf(edges: readonly Edge[], at: Instant): readonly Agreed[] {
  const byId = new Map(
    edges
      .flatMap(({ agreement, art9 }) => [agreement, art9])
      .flatMap((one) => (one === undefined ? [] : [[one.id, one] as const])),
  )
  return [...byId.values()]
    .toSorted((a, b) => a.until - b.until)
    .map(({ id, until }) => ({
      id,
      until,
      state: until <= at ? 'ended' : until < at + SOON_DAYS * DAY_MS ? 'ends-soon' : 'in-force',
    }))
}

interface Counted {
  readonly sent: number
  readonly held: number
}

/** Metadata alone: what was sent lately to mandates of the type, and what was never withdrawn. */
async function countDeliveries(deps: ReadDeps, { id }: Participant, mandates: readonly Mandate[]): Promise<Counted> {
  const sentTo = await deps.store.read.flows.sentTo(id, deps.clock() - COUNTED_DAYS * DAY_MS)
  const isOwn = new Set(mandates.map((mandate) => mandate.id))
  return {
    sent: sentTo.reduce((sum, { mandate, lately }) => sum + (isOwn.has(mandate) ? lately : 0), 0),
    held: sentTo.reduce((sum, { held }) => sum + held, 0),
  }
}

function ceilingOf(column: readonly StandingCell[]): RecipientRead['ceiling'] {
  const full = column.filter(({ level }) => level === 'full')
  if (full.length === 0) return 'none'
  return full.reduce<Reach | 'all'>((deepest, { reach }) => {
    if (deepest === 'all' || reach === undefined) return 'all'
    return isWithin(reach, deepest) ? deepest : isWithin(deepest, reach) ? reach : 'all'
  }, full[0]?.reach ?? 'all')
}
