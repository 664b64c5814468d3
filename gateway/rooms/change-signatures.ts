/** Who signed a change with a passkey, and whether that still counts: checked anew whenever something hangs on it (D25, H115, H117). */
import { z } from 'zod'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { AuditEvent } from '#gateway/core/audit.ts'
import { APPROVAL_LIFE_MS, changeHash } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { ChangeSignature, SignedAs, SignedProof } from '#gateway/ports/changes.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { ChangeDeps, Officer } from './change-outcome.ts'

/** What a form brought (`readProof`), and the pages it was made on. */
export interface ProofGiven {
  readonly credentialId: string
  readonly evidence: string
  /** `https://…`. */
  readonly origin: string
}

/** What checks a signature. */
export type SignatureDeps = Pick<ChangeDeps, 'store'> & {
  readonly changing: Pick<ChangeDeps['changing'], 'verifyEvidence'>
}

export type NewSignature = Omit<ChangeSignature, 'auditSeq'>

interface Signing {
  /** As it is once it is signed. */
  readonly change: PolicyChange
  readonly officer: Officer
  readonly as: SignedAs
  readonly given: ProofGiven
}

/** A signature of the officer's own passkey over exactly this change; undefined for any other, and for one that was given before. */
export async function signatureOf(
  deps: SignatureDeps,
  { change, officer, as, given }: Signing,
): Promise<NewSignature | undefined> {
  const { read } = deps.store
  const credential = await read.people.credential(given.credentialId)
  if (credential?.account !== officer.id) return undefined
  const { publicKey } = credential
  const proof: SignedProof = { ...given, publicKey }
  const hash = changeHash(change)
  if (!(await isProof(deps, proof, hash))) return undefined
  const before = await read.changes.signatures(change.id)
  if (before.some((one) => one.account === officer.id && one.hash === hash)) return undefined
  return {
    changeId: change.id,
    account: officer.id,
    name: officer.name,
    as,
    hash,
    at: change.changedAt,
    proof: JSON.stringify(proof),
  }
}

const isProof = async (
  { changing }: SignatureDeps,
  { credentialId, publicKey, origin, evidence }: SignedProof,
  hash: string,
) =>
  (
    await changing.verifyEvidence({
      evidence,
      challengeHash: hash,
      credential: { id: credentialId, publicKey },
      origin,
    })
  ).ok

/** The audit row that holds the digest of such a signature. */
function rowOf({ kind }: Pick<PolicyChange, 'kind'>, as: SignedAs): Pick<AuditEvent, 'act'> {
  if (as === 'approve') return { act: 'change-approved' }
  if (as === 'review') return { act: 'emergency-reviewed' }
  return kind === 'emergency' ? { act: 'emergency-withheld' } : { act: 'change-submitted' }
}

/** What the audit says of a signature: its digest, so that none can be put in its place. */
export const signedEvent = (
  change: PolicyChange,
  signature: NewSignature,
): Pick<AuditEvent, 'act' | 'actor' | 'digest'> => ({
  ...rowOf(change, signature.as),
  actor: signature.account,
  digest: digestOf(signature),
})

/** Keeps it with the number of its audit row, which must be the one that was appended last. */
export async function keepSignature(tx: Tx, signature: NewSignature): Promise<void> {
  const head = await tx.audit.head()
  await tx.changes.sign({ ...signature, auditSeq: head?.seq ?? 0 })
}

const proofSchema = z.strictObject({
  credentialId: z.string(),
  publicKey: z.string(),
  origin: z.string(),
  evidence: z.string(),
})

/** Whether the signature is over the change as it stands, of the passkey that it says, and in the audit. */
async function holds(deps: SignatureDeps, change: PolicyChange, kept: ChangeSignature): Promise<boolean> {
  if ((await standingOf(deps, change, kept)) !== 'counts') return false
  // The row of the audit vouches for every letter of it.
  return isProof(deps, proofSchema.parse(JSON.parse(kept.proof)), kept.hash)
}

/** `earlier`: over the change as it was before. `unknown`: the audit does not know of it, so nobody stands for it. */
export type SignatureStanding = 'counts' | 'earlier' | 'unknown'

/** As the audit says; the passkey itself is not asked again. */
async function standingOf(
  { store }: Pick<SignatureDeps, 'store'>,
  change: PolicyChange,
  { auditSeq, ...signature }: ChangeSignature,
): Promise<SignatureStanding> {
  const [row] = await store.read.audit.rows(auditSeq, 1)
  const isAudited =
    row?.seq === auditSeq &&
    row.event.act === rowOf(change, signature.as).act &&
    row.event.digest === digestOf(signature)
  if (!isAudited) return 'unknown'
  return signature.hash === changeHash(change) ? 'counts' : 'earlier'
}

export interface ReadSignature extends ChangeSignature {
  readonly standing: SignatureStanding
}

/** All that are stored for it, oldest first, each with what it counts for: to be shown. What hangs on one asks `heldSignatures`. */
export async function readSignatures(
  deps: Pick<SignatureDeps, 'store'>,
  change: PolicyChange,
): Promise<readonly ReadSignature[]> {
  const kept = await deps.store.read.changes.signatures(change.id)
  return Promise.all(kept.map(async (one) => ({ ...one, standing: await standingOf(deps, change, one) })))
}

/** Those of its signatures that hold, oldest first. */
export async function heldSignatures(deps: SignatureDeps, change: PolicyChange): Promise<readonly ChangeSignature[]> {
  const kept = await deps.store.read.changes.signatures(change.id)
  const checked = await Promise.all(kept.map(async (one) => ((await holds(deps, change, one)) ? [one] : [])))
  return checked.flat()
}

export interface FourEyes {
  readonly author: ChangeSignature
  readonly approver: ChangeSignature
}

/** An author's and another officer's signature over exactly this change; undefined where one is missing. */
export async function fourEyes(deps: SignatureDeps, change: PolicyChange): Promise<FourEyes | undefined> {
  const signatures = await heldSignatures(deps, change)
  const author = signatures.find(({ as, account }) => as === 'submit' && change.authors.includes(account))
  const approver = signatures.find(
    ({ as, account }) =>
      as === (change.kind === 'emergency' ? 'review' : 'approve') && !change.authors.includes(account),
  )
  if (author === undefined || approver === undefined) return undefined
  // Whoever looks at an emergency may come late; an approval may not.
  const isInTime = change.kind === 'emergency' || approver.at < author.at + APPROVAL_LIFE_MS
  return isInTime ? { author, approver } : undefined
}
