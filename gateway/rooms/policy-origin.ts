/** Side room: where a version came from, and who stands for it: two officers, one in an emergency, or nobody yet. */
import type { PolicySet } from '#policies/language/policy.ts'
import { digestOfSet } from './change-draft.ts'
import type { Changing } from './change-outcome.ts'
import type { SignatureDeps } from './change-signatures.ts'
import { verifyVersion } from './verify-version.ts'
import type { Verified } from './verify-version.ts'

export type OriginDeps = SignatureDeps & { readonly changing: Pick<Changing, 'shippedPack'> }

export type Origin =
  | Exclude<Verified, { readonly kind: 'unapproved' }>
  /** As this release ships it; no two officers signed it. */
  | { readonly kind: 'shipped' }
  /** By a file of whoever operates, a command, or the database; no two officers signed it. */
  | { readonly kind: 'file' }

/** Every signature is checked again. */
export async function originOf(
  deps: OriginDeps,
  { id, digest }: Pick<PolicySet, 'id'> & { readonly digest: string },
): Promise<Origin> {
  const verified = await verifyVersion(deps, digest)
  if (verified.kind !== 'unapproved') return verified
  const shipped = await deps.changing.shippedPack(id)
  return { kind: shipped !== undefined && digestOfPack(shipped) === digest ? 'shipped' : 'file' }
}

const DIGESTS = new WeakMap<PolicySet, string>()

/** Printed once, not for each version of a list. */
function digestOfPack(pack: PolicySet): string {
  const digest = DIGESTS.get(pack) ?? digestOfSet(pack)
  DIGESTS.set(pack, digest)
  return digest
}
