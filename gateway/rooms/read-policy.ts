/** Side room: a policy as officers read it: which version, since when and by whom, what each cell comes to, and what a draft would change. */
import type { Instant } from '#policies/language/instant.ts'
import { matrixOf } from '#policies/engine/cell.ts'
import type { CellKey } from '#policies/engine/cell-edit.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { OPEN_STATES } from '#gateway/core/policy-change-states.ts'
import type { PolicyVersion } from '#gateway/ports/stored.ts'
import { awaitedAdoption } from './adopt-version.ts'
import type { AwaitedAdoption } from './adopt-version.ts'
import { besideDefault } from './cell-default.ts'
import type { DefaultDeps, DefaultFrom, StandingCell } from './cell-default.ts'
import { setOf } from './change-draft.ts'
import { draftSet } from './change-policy.ts'
import { readSignatures } from './change-signatures.ts'
import type { Deps } from './deps.ts'
import { originOf } from './policy-origin.ts'
import type { Origin, OriginDeps } from './policy-origin.ts'
import { policyNow } from './policy-now.ts'

export type ReadDeps = Pick<Deps, 'store' | 'clock' | 'policy' | 'policyIn' | 'mayDecide'>

export interface PolicyRead {
  readonly set: PolicySet
  readonly digest: string
  readonly version: string
  /** When it came into force; absent for a draft. */
  readonly since?: Instant
  /** It was in force once, and another one is now. */
  readonly isEarlier?: true
  /** It decides nothing before two officers adopt it. */
  readonly isHeldBack?: true
  readonly signedBy: readonly string[]
  /** The draft that is read instead of the version in force. */
  readonly change?: PolicyChange
  /** A version that could not be put in force, or cannot be read: this one is the one before it. */
  readonly failed?: FailedVersion
  readonly at: Instant
}

export interface FailedVersion {
  readonly version: string
  readonly at: Instant | undefined
  /** Names of the people who were told. */
  readonly told: readonly string[]
}

/** The version in force, what the change of that id would make, or an earlier version by its digest; undefined where there is none. */
export async function readPolicy(deps: ReadDeps, wanted?: string): Promise<PolicyRead | undefined> {
  const { read } = deps.store
  if (wanted !== undefined && DIGEST.test(wanted) && wanted !== (await read.policies.digestInForce()))
    return readEarlier(deps, wanted)
  const at = deps.clock()
  if (wanted !== undefined && !DIGEST.test(wanted)) {
    const change = await read.changes.get(wanted)
    const set = change === undefined ? undefined : await draftSet(read, change)
    return change === undefined || set === undefined
      ? undefined
      : { set, digest: change.result, version: change.version, signedBy: [], change, at }
  }
  const now = await policyNow(deps, read)
  const held = now === undefined ? await heldBack(deps) : undefined
  const policy = now ?? held ?? deps.policy()
  if (policy === undefined) return undefined
  const stored = await read.policies.byDigest(policy.digest)
  const failed = now === undefined && held === undefined ? await unreadable(deps) : await notStarted(deps)
  return {
    set: policy.set,
    digest: policy.digest,
    version: policy.set.version,
    ...(stored === undefined ? {} : { since: stored.activatedAt }),
    ...(held === undefined ? {} : { isHeldBack: true as const }),
    signedBy: await signersOf(deps, policy.digest),
    ...(failed === undefined ? {} : { failed }),
    at,
  }
}

const DIGEST = /^[0-9a-f]{64}$/

async function readEarlier(deps: ReadDeps, digest: string): Promise<PolicyRead | undefined> {
  const { read } = deps.store
  const [stored, set] = [await read.policies.byDigest(digest), await setOf(read, digest)]
  if (stored === undefined || set === undefined) return undefined
  const signedBy = await signersOf(deps, digest)
  return { set, digest, version: set.version, since: stored.activatedAt, isEarlier: true, signedBy, at: deps.clock() }
}

/** The version in force where it is whole and may not decide: what officers have to read before they adopt it. */
async function heldBack({
  store: { read },
  mayDecide,
}: ReadDeps): Promise<{ readonly digest: string; readonly set: PolicySet } | undefined> {
  const digest = await read.policies.digestInForce()
  if (mayDecide === undefined || digest === undefined || (await mayDecide(digest))) return undefined
  const set = await setOf(read, digest)
  return set === undefined ? undefined : { digest, set }
}

/** Those whose signatures the audit knows, over the change as it stands. */
async function signersOf(deps: Pick<ReadDeps, 'store'>, digest: string): Promise<readonly string[]> {
  const makers = await deps.store.read.changes.ofResult(digest)
  const signatures = (await Promise.all(makers.map((maker) => readSignatures(deps, maker)))).flat()
  return [...new Set(signatures.flatMap(({ name, standing }) => (standing === 'counts' ? [name] : [])))]
}

/** The store names a version that this gateway cannot build: whoever operates it was told. */
async function unreadable({ store: { read } }: ReadDeps): Promise<FailedVersion | undefined> {
  const version = await read.policies.inForce()
  if (version === undefined) return undefined
  const operators = (await read.people.accounts()).filter(({ role }) => role === 'operator')
  return { version: version.version, at: version.activatedAt, told: operators.map(({ name }) => name) }
}

/** A change that was to start and could not. */
async function notStarted({ store: { read } }: ReadDeps): Promise<FailedVersion | undefined> {
  const change = (await read.changes.list(OPEN_STATES)).find(({ fault }) => fault !== undefined)
  if (change?.fault === undefined) return undefined
  const accounts = await read.people.accounts()
  const told = change.fault.told.flatMap((id) => accounts.find((account) => account.id === id)?.name ?? [])
  return { version: change.version, at: change.fault.at, told }
}

export interface MatrixCell extends StandingCell {
  /** The draft that changes it. */
  readonly isInDraft: boolean
}

export interface Matrix {
  readonly policy: PolicyRead
  /** Of a version that is or was in force: where it came from. */
  readonly origin?: Origin
  /** Of the version in force, where no two officers stand for the whole of it. */
  readonly awaited?: AwaitedAdoption
  /** What a cell that nobody changed follows. */
  readonly defaults?: DefaultFrom
  /** By section and then by recipient type. */
  readonly rows: readonly (readonly MatrixCell[])[]
  /** Changes on their way that could be shown instead. */
  readonly drafts: readonly Pick<PolicyChange, 'id' | 'title' | 'state'>[]
  /** Versions before the one in force that could be, what was in force last first. */
  readonly earlier: readonly Pick<PolicyVersion, 'digest' | 'version'>[]
}

const MOST_EARLIER = 50

/** All cells of the version in force, of a change, or of an earlier version. */
export async function readMatrix(
  deps: ReadDeps & DefaultDeps & OriginDeps,
  wanted?: string,
): Promise<Matrix | undefined> {
  const policy = await readPolicy(deps, wanted)
  if (policy === undefined) return undefined
  const open = await deps.store.read.changes.list(OPEN_STATES)
  const drafts = policy.change === undefined ? open : [policy.change]
  const edits = policy.isEarlier === true ? [] : drafts.flatMap((change) => change.edits)
  const isInDraft = (cell: CellKey): boolean =>
    edits.some(({ recipientType, section }) => recipientType === cell.recipientType && section === cell.section)
  const { from, standing } = await besideDefault(deps, policy)
  const rows = matrixOf(policy.set, policy.at).map((row) =>
    row.map((cell) => ({ ...standing(cell), isInDraft: isInDraft(cell) })),
  )
  const origin = policy.since === undefined ? undefined : await originOf(deps, { ...policy, id: policy.set.id })
  const isInForce = policy.since !== undefined && policy.isEarlier !== true
  const awaited = isInForce ? await awaitedAdoption(deps, policy.digest) : undefined
  const [, ...earlier] = await deps.store.read.policies.versions()
  return {
    policy,
    ...(origin === undefined ? {} : { origin }),
    ...(awaited === undefined ? {} : { awaited }),
    ...(from === undefined ? {} : { defaults: from }),
    rows,
    drafts: open.map(({ id, title, state }) => ({ id, title, state })),
    earlier: earlier.slice(0, MOST_EARLIER).map(({ digest, version }) => ({ digest, version })),
  }
}
