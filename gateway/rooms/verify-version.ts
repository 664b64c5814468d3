/** How a version came into force: by two officers, by one in an emergency, or by a file alone (H117). */
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { fourEyes, heldSignatures } from './change-signatures.ts'
import type { SignatureDeps } from './change-signatures.ts'

export type Verified =
  | { readonly kind: 'approved'; readonly change: PolicyChange; readonly by: readonly [string, string] }
  /** One officer signed, and another has not looked at it yet. */
  | { readonly kind: 'emergency'; readonly change: PolicyChange; readonly by: string }
  /** Two officers signed a change of it, which was undone in time. */
  | { readonly kind: 'returned-to'; readonly change: PolicyChange }
  /** No two officers signed it: it came by a file, a command, or the database. */
  | { readonly kind: 'unapproved' }
  /** What is stored is not what its digest says, or there is no such version. */
  | { readonly kind: 'altered' }

/** Every signature is checked again, and held against the audit. */
export async function verifyVersion(deps: SignatureDeps, digest: string): Promise<Verified> {
  const { read } = deps.store
  if (!(await isWhole(read, digest))) return { kind: 'altered' }
  for (const change of await read.changes.ofResult(digest)) {
    const eyes = await fourEyes(deps, change)
    if (eyes !== undefined) return { kind: 'approved', change, by: [eyes.author.name, eyes.approver.name] }
    if (change.kind !== 'emergency') continue
    const signed = (await heldSignatures(deps, change)).find(({ as }) => as === 'submit')
    if (signed !== undefined) return { kind: 'emergency', change, by: signed.name }
  }
  for (const change of await read.changes.list(['withdrawn'])) {
    const isUndone = change.base === digest && change.startedAt !== undefined
    if (isUndone && (await fourEyes(deps, change)) !== undefined) return { kind: 'returned-to', change }
  }
  return { kind: 'unapproved' }
}

/**
 * Whether two officers signed the whole of it. An emergency withholds from the version that it was put upon: whoever signed that signed no more, so
 * it counts as that version does. Nor does a change that was undone speak for the version that came back.
 */
export async function isAdopted(deps: SignatureDeps, digest: string): Promise<boolean> {
  const { read } = deps.store
  if (!(await isWhole(read, digest))) return false
  const makers = await read.changes.ofResult(digest)
  for (const change of makers)
    if (change.kind !== 'emergency' && (await fourEyes(deps, change)) !== undefined) return true
  for (const change of makers)
    if (change.kind === 'emergency' && (await isSigned(deps, change)) && (await isAdopted(deps, change.base)))
      return true
  return false
}

const isSigned = async (deps: SignatureDeps, change: PolicyChange): Promise<boolean> =>
  (await heldSignatures(deps, change)).some(({ as }) => as === 'submit')

/** Whether officers stand for it. */
export const isVouchedFor = ({ kind }: Verified): boolean => kind !== 'unapproved' && kind !== 'altered'

async function isWhole(read: Pick<Tx, 'policies'>, digest: string): Promise<boolean> {
  const version = await read.policies.byDigest(digest)
  return version !== undefined && sha256Hex(version.text) === digest
}
