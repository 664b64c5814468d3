/** Changes of policy as officers and auditors read them: lists by whom they wait for, one change with all that stands for and against it, and versions. */
import type { Example } from '#policies/engine/case-text.ts'
import type { Outcome } from '#policies/engine/cases.ts'
import type { EffectCell } from '#gateway/core/effect-counts.ts'
import { OPEN_STATES } from '#gateway/core/policy-change-states.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { Difference, Effect } from '#gateway/ports/changes.ts'
import type { PolicyVersion } from '#gateway/ports/stored.ts'
import { examplesBefore, made, runExamples, setOf } from './change-draft.ts'
import { quickFaultOf } from './change-approval.ts'
import type { ChangeDeps, ChangeOutcome } from './change-outcome.ts'
import { originOf } from './policy-origin.ts'
import type { Origin, OriginDeps } from './policy-origin.ts'
import { cellDifferences, partsThatDiffer } from './compare-versions.ts'
import type { CellDifference, ComparedPart } from './compare-versions.ts'
import { readSignatures } from './change-signatures.ts'
import type { ReadSignature } from './change-signatures.ts'
import { isStale } from './replay-policy.ts'
import { isAdopted } from './verify-version.ts'

export type Names = (account: string) => string

export async function namesOf({ store }: Pick<ChangeDeps, 'store'>): Promise<Names> {
  const names = new Map((await store.read.people.accounts()).map(({ id, name }) => [id, name]))
  return (account) => names.get(account) ?? account
}

export interface ChangeLists {
  readonly names: Names
  /** Emergencies that nobody else has looked at, and what another officer submitted. */
  readonly waiting: readonly PolicyChange[]
  readonly mine: readonly PolicyChange[]
  readonly others: readonly PolicyChange[]
  readonly closed: readonly PolicyChange[]
}

const MOST_CLOSED = 50

const isToReview = ({ kind, state, reviewedAt }: PolicyChange): boolean =>
  kind === 'emergency' && state === 'in-force' && reviewedAt === undefined

/** Each change in one list alone. */
export async function listChanges(deps: Pick<ChangeDeps, 'store'>, officer: string): Promise<ChangeLists> {
  const all = await deps.store.read.changes.list()
  const isMine = ({ authors }: PolicyChange): boolean => authors.includes(officer)
  const isOpen = (change: PolicyChange): boolean =>
    OPEN_STATES.includes(change.state) || isToReview(change) || change.state === 'overtaken'
  const isWaiting = (change: PolicyChange): boolean =>
    !isMine(change) && (change.state === 'submitted' || isToReview(change))
  const open = all.filter(isOpen)
  return {
    names: await namesOf(deps),
    waiting: open.filter(isWaiting),
    mine: open.filter(isMine),
    others: open.filter((change) => !isMine(change) && !isWaiting(change)),
    closed: all.filter((change) => !isOpen(change)).slice(0, MOST_CLOSED),
  }
}

export interface ChangeDesk {
  readonly change: PolicyChange
  /** Two officers stand for the whole of the version that it changes. */
  readonly isBaseAdopted: boolean
  readonly names: Names
  readonly signatures: readonly ReadSignature[]
  /** What the cells come to: of edits as their authors said, of a return as the versions say. */
  readonly cells: readonly CellDifference[]
  readonly outcomes: readonly Outcome[]
  /** What had to come out before it, by its own examples or others. */
  readonly examplesBefore: readonly Example[]
  /** Why it cannot be submitted as it is. */
  readonly fault: Extract<ChangeOutcome, { kind: 'refused' }> | undefined
  readonly effect: EffectRead | undefined
  readonly observed: readonly EffectCell[]
  /** Jobs that wait to be judged, by whatever is in force then. */
  readonly queued: number
}

export interface EffectRead {
  readonly effect: Effect
  readonly isStale: boolean
  /** How many jobs came since it was begun. */
  readonly moved: number
}

const MOST_DIFFERENCES = 200

export async function changeDesk(deps: ChangeDeps, id: string): Promise<ChangeDesk | undefined> {
  const { read } = deps.store
  const change = await read.changes.get(id)
  if (change === undefined) return undefined
  const making = await made(read, change)
  const isWritten = change.state === 'draft' || change.state === 'sent-back'
  return {
    change,
    isBaseAdopted: await isAdopted(deps, change.base),
    names: await namesOf(deps),
    signatures: await readSignatures(deps, change),
    cells: making.kind === 'made' ? cellDifferences(making.base, making.set, deps.clock()) : [],
    outcomes: making.kind === 'made' ? await runExamples(deps, read, change, making.set) : [],
    examplesBefore: await examplesBefore(deps, read, change),
    fault: isWritten ? await quickFaultOf(deps, change) : undefined,
    effect: await effectOf(deps, change),
    observed: await read.changes.observed(id),
    queued: (await read.outbox.count()).waiting,
  }
}

async function effectOf({ store }: ChangeDeps, change: PolicyChange): Promise<EffectRead | undefined> {
  const { read } = store
  const [effect] = await read.changes.effects(change.id)
  if (effect === undefined) return undefined
  const moved = effect.scope === 'real' ? (await read.outbox.lastPosition()) - effect.last : 0
  return { effect, isStale: isStale(effect, change), moved }
}

/** What would disclose more first. */
export const differencesOf = ({ store }: Pick<ChangeDeps, 'store'>, { id }: Effect): Promise<readonly Difference[]> =>
  store.read.changes.differences(id, MOST_DIFFERENCES)

export interface VersionRead {
  readonly version: Omit<PolicyVersion, 'text'>
  readonly isInForce: boolean
  readonly origin: Origin
}

export interface VersionsRead {
  /** All that ever were in force, what was put in force last first. */
  readonly all: readonly Omit<PolicyVersion, 'text'>[]
  /** Those of the page, each with who stands for it. */
  readonly shown: readonly VersionRead[]
}

export const VERSIONS_A_PAGE = 25

/** Of so many at most all that are looked for are shown at once. */
const MOST_VERSIONS = 1000

/** Every signature of what is shown is checked again. `skip`: so many are on pages before; `isFound`: those that are looked for, on one page. */
export async function listVersions(
  deps: OriginDeps,
  {
    skip = 0,
    isFound,
  }: { readonly skip?: number; readonly isFound?: ((one: StoredVersion) => boolean) | undefined } = {},
): Promise<VersionsRead> {
  const all = await deps.store.read.policies.versions()
  const page =
    isFound === undefined ? all.slice(skip, skip + VERSIONS_A_PAGE) : all.filter(isFound).slice(0, MOST_VERSIONS)
  const shown: VersionRead[] = []
  for (const version of page)
    shown.push({ version, isInForce: version === all[0], origin: await originOf(deps, version) })
  return { all, shown }
}

type StoredVersion = Omit<PolicyVersion, 'text'>

export interface Compared {
  readonly from: string
  readonly to: string
  readonly cells: readonly CellDifference[]
  /** What differs beside the cells. */
  readonly parts: readonly ComparedPart[]
}

/** Undefined where one of them never was in force. */
export async function compareVersions(
  { store, clock }: Pick<ChangeDeps, 'store' | 'clock'>,
  from: string,
  to: string,
): Promise<Compared | undefined> {
  const [before, after] = [await setOf(store.read, from), await setOf(store.read, to)]
  if (before === undefined || after === undefined) return undefined
  const cells = cellDifferences(before, after, clock())
  const parts = partsThatDiffer(before, after).filter((part) => part !== 'rules' || cells.length === 0)
  return { from: before.version, to: after.version, cells, parts }
}
