/** A version that came without officers, adopted as it stands: one begins it and signs, another signs the same, and nothing of it changes. */
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { OPEN_STATES } from '#gateway/core/policy-change-states.ts'
import { openDraft } from './change-policy.ts'
import { changeEvent, refused } from './change-outcome.ts'
import type { ChangeDeps, ChangeOutcome, Officer } from './change-outcome.ts'
import type { SignatureDeps } from './change-signatures.ts'
import { isAdopted } from './verify-version.ts'

/** The adoption of that version that is on its way. */
async function openAdoption({ store }: Pick<ChangeDeps, 'store'>, digest: string): Promise<PolicyChange | undefined> {
  const open = await store.read.changes.list(OPEN_STATES)
  return open.find(({ kind, base }) => kind === 'adoption' && base === digest)
}

export interface AwaitedAdoption {
  /** Begun by an officer. */
  readonly open?: PolicyChange
}

/** Of a version for whose whole no two officers stand; undefined where two do. */
export async function awaitedAdoption(deps: SignatureDeps, digest: string): Promise<AwaitedAdoption | undefined> {
  if (await isAdopted(deps, digest)) return undefined
  const open = await openAdoption(deps, digest)
  return open === undefined ? {} : { open }
}

interface ToAdopt {
  readonly officer: Officer
  /** Of the version as its page showed it. */
  readonly digest: string
  readonly title: string
}

/** Begun, or the one that an officer began already. Refused where another version is in force, or two officers stand for this one. */
export async function beginAdoption(deps: ChangeDeps, { officer, digest, title }: ToAdopt): Promise<ChangeOutcome> {
  const awaited = await awaitedAdoption(deps, digest)
  if (awaited === undefined) return refused('adopted-already')
  return awaited.open === undefined
    ? openDraft(deps, { officer, title, adopts: digest })
    : { kind: 'done', change: awaited.open }
}

/** The version stays where and since when it is; that two officers stand for it is written with its audit row. `next`: as it is once this is done. */
export async function keepAdoption(
  { store }: Pick<ChangeDeps, 'store'>,
  next: PolicyChange,
  actor: string,
): Promise<'in-force' | 'overtaken'> {
  const isKept = await store.transaction(async (tx) => {
    if ((await tx.policies.digestInForce()) !== next.base || !(await tx.changes.put(next))) return false
    await tx.audit.append(changeEvent(next, { act: 'change-started', actor }))
    return true
  })
  return isKept ? 'in-force' : 'overtaken'
}
