/** What PASSERELLE_POLICY_APPROVAL asks of a version: whether it may decide anything, and whether a gateway may start with a file. */
import type { Changing } from '#gateway/rooms/change-outcome.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { isAdopted, isVouchedFor, verifyVersion } from '#gateway/rooms/verify-version.ts'
import type { Config } from './config.ts'

export interface ApprovalDeps extends Pick<Deps, 'store'> {
  readonly changing: Pick<Changing, 'verifyEvidence'>
}

type Approval = Config['policyApproval']

/** Whether officers stand for a version as strictly as is asked. */
export const isApproved = async (approval: Approval, deps: ApprovalDeps, digest: string): Promise<boolean> =>
  approval === 'adopted' ? isAdopted(deps, digest) : isVouchedFor(await verifyVersion(deps, digest))

/** Asked of each version before it decides anything; undefined where every one may. */
export const decidingBy = (approval: Approval, deps: ApprovalDeps): Deps['mayDecide'] =>
  approval === 'off' ? undefined : (digest) => isApproved(approval, deps, digest)

export interface FileBesideStore {
  /** Officers stand for what is in force. */
  readonly isOurs: boolean
  /** The text of the file is that of what is in force. */
  readonly isSame: boolean
  /** It is, or once was. */
  readonly isKnown: boolean
}

/**
 * Whether a gateway may start with the file. Before officers have put anything in force it may be any; where nothing decides before it is adopted,
 * also that of what is in force, for officers to adopt it.
 */
export async function mayBegin(
  approval: Approval,
  { store }: ApprovalDeps,
  { isOurs, isSame, isKnown }: FileBesideStore,
): Promise<boolean> {
  if (approval === 'off') return true
  if (isOurs) return isKnown
  if (approval === 'adopted' && isSame) return true
  const changes = await store.read.changes.list()
  return changes.every(({ startedAt }) => startedAt === undefined)
}
