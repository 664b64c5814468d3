/** Side room: a policy as officers read it: which version, since when and by whom, what each cell comes to, and what a draft would change. */
import type { Instant } from '#policies/language/instant.ts'
import { matrixOf } from '#policies/engine/cell.ts'
import type { CellView } from '#policies/engine/cell.ts'
import type { CellKey } from '#policies/engine/cell-edit.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { OPEN_STATES } from '#gateway/core/policy-change-states.ts'
import { draftSet } from './change-policy.ts'
import type { Deps } from './deps.ts'
import { policyNow } from './policy-now.ts'

export type ReadDeps = Pick<Deps, 'store' | 'clock' | 'policy' | 'policyIn'>

export interface PolicyRead {
  readonly set: PolicySet
  readonly digest: string
  readonly version: string
  /** When it came into force; absent for a draft. */
  readonly since?: Instant
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

/** The version in force, or what a change on its way would make; undefined where there is none. */
export async function readPolicy(deps: ReadDeps, changeId?: string): Promise<PolicyRead | undefined> {
  const { read } = deps.store
  const at = deps.clock()
  if (changeId !== undefined) {
    const change = await read.changes.get(changeId)
    const set = change === undefined ? undefined : await draftSet(read, change)
    return change === undefined || set === undefined
      ? undefined
      : { set, digest: change.result, version: change.version, signedBy: [], change, at }
  }
  const now = await policyNow(deps, read)
  const policy = now ?? deps.policy()
  if (policy === undefined) return undefined
  const stored = await read.policies.byDigest(policy.digest)
  const failed = now === undefined ? await unreadable(deps) : await notStarted(deps)
  return {
    set: policy.set,
    digest: policy.digest,
    version: policy.set.version,
    ...(stored === undefined ? {} : { since: stored.activatedAt }),
    signedBy: await signersOf(deps, policy.digest),
    ...(failed === undefined ? {} : { failed }),
    at,
  }
}

async function signersOf({ store: { read } }: ReadDeps, digest: string): Promise<readonly string[]> {
  const [maker] = await read.changes.ofResult(digest)
  if (maker === undefined) return []
  const signatures = await read.changes.signatures(maker.id)
  return [...new Set(signatures.map(({ name }) => name))]
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

export interface MatrixCell extends CellView {
  /** The draft that changes it. */
  readonly isInDraft: boolean
}

export interface Matrix {
  readonly policy: PolicyRead
  /** By section and then by recipient type. */
  readonly rows: readonly (readonly MatrixCell[])[]
  /** Changes on their way that could be shown instead. */
  readonly drafts: readonly Pick<PolicyChange, 'id' | 'title' | 'state'>[]
}

/** All cells of the version in force, or of a change. */
export async function readMatrix(deps: ReadDeps, changeId?: string): Promise<Matrix | undefined> {
  const policy = await readPolicy(deps, changeId)
  if (policy === undefined) return undefined
  const open = await deps.store.read.changes.list(OPEN_STATES)
  const edits = (policy.change === undefined ? open : [policy.change]).flatMap((change) => change.edits)
  const isInDraft = (cell: CellKey): boolean =>
    edits.some(({ recipientType, section }) => recipientType === cell.recipientType && section === cell.section)
  const rows = matrixOf(policy.set, policy.at).map((row) =>
    row.map((cell) => ({ ...cell, isInDraft: isInDraft(cell) })),
  )
  return { policy, rows, drafts: open.map(({ id, title, state }) => ({ id, title, state })) }
}
