/** Receipts (c2sp.org/tlog-proof): one entry's place in the log, its inclusion proof, and the cosigned checkpoint it leads to. */
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { countFrom, hashFrom, toBase64 } from './base64.ts'
import { isOfLog, readCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { cosigners } from './cosignature.ts'
import type { Hash } from './hash.ts'
import type { NoteKey, VerifyEd25519 } from './note.ts'
import { leafHash } from './tree.ts'
import { verifyInclusion } from './verify-proof.ts'

/** What an offline check believes: the log's key, the witnesses' keys, and how many of them must have cosigned. */
export interface LogTrust {
  readonly log: NoteKey
  readonly witnesses: readonly NoteKey[]
  /** At least 1 is demanded, whatever it says. */
  readonly quorum: number
  /** True where the officers of a network have listed a quorum of 0: the log alone vouches for itself. A trust file cannot say it. */
  readonly mayBeUnwitnessed?: boolean
}

export interface Receipt {
  readonly index: number
  readonly proof: readonly Hash[]
  /** The cosigned checkpoint, as published. */
  readonly checkpoint: string
}

/** What a sound receipt says. */
export interface Proven {
  readonly index: number
  readonly size: number
  readonly root: Hash
  readonly witnesses: readonly string[]
}

const HEADER = 'c2sp.org/tlog-proof@v1'
const INDEX = 'index '
/** As deep as a tree of 2^63 leaves; ours ends at 2^53. */
export const MAX_PROOF_HASHES = 63

export const printReceipt = ({ index, proof, checkpoint }: Receipt): string =>
  `${HEADER}\n${INDEX}${index}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`

/** Takes a receipt apart without believing it. The optional `extra` line is refused: no receipt of ours has one. */
export function readReceipt(text: string): Receipt | undefined {
  const cut = text.indexOf('\n\n')
  const [header, indexLine = '', ...hashes] = text.slice(0, Math.max(cut, 0)).split('\n')
  const index = indexLine.startsWith(INDEX) ? countFrom(indexLine.slice(INDEX.length)) : undefined
  const proof = readHashes(hashes)
  if (header !== HEADER || index === undefined || proof === undefined) return undefined
  return { index, proof, checkpoint: text.slice(cut + 2) }
}

/** Hashes, one a line, at most 63; undefined where one is malformed. */
export function readHashes(lines: readonly string[]): readonly Hash[] | undefined {
  const hashes = lines.slice(0, MAX_PROOF_HASHES + 1).map(hashFrom)
  const read = hashes.filter((hash) => hash !== undefined)
  return read.length === lines.length && read.length <= MAX_PROOF_HASHES ? read : undefined
}

/**
 * The checkpoint, believed: of this log, under its signature, with enough cosignatures.
 * Problems `receipt-malformed`, `checkpoint-unsigned`, `checkpoint-unwitnessed`.
 */
export function verifyCheckpoint(
  text: string,
  { log, witnesses, quorum, mayBeUnwitnessed = false }: LogTrust,
  verify: VerifyEd25519,
): Result<Checkpoint & { readonly witnesses: readonly string[] }> {
  const checkpoint = readCheckpoint(text)
  if (checkpoint === undefined) return fail('receipt-malformed')
  if (!isOfLog(checkpoint, log, verify)) return fail('checkpoint-unsigned')
  const signed = cosigners(checkpoint.note, witnesses, verify)
  if (signed.length < Math.max(quorum, mayBeUnwitnessed ? 0 : 1)) return fail('checkpoint-unwitnessed')
  return ok({ ...checkpoint, witnesses: signed.map(({ name }) => name) })
}

/** Whether the receipt proves the leaf. Problems of verifyCheckpoint, and `receipt-of-another` where the proof is not of this leaf. */
export function verifyReceipt(
  { leaf, receipt }: { readonly leaf: string; readonly receipt: string },
  trust: LogTrust,
  verify: VerifyEd25519,
): Result<Proven> {
  const read = readReceipt(receipt)
  if (read === undefined) return fail('receipt-malformed')
  const believed = verifyCheckpoint(read.checkpoint, trust, verify)
  if (!believed.ok) return believed
  const { size, root, witnesses } = believed.value
  const { index, proof } = read
  return verifyInclusion({ leaf: leafHash(leaf), index, size, root }, proof)
    ? ok({ index, size, root, witnesses })
    : fail('receipt-of-another')
}
