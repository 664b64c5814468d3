/**
 * A witness (c2sp.org/tlog-witness): keeps the newest size and root of each log it knows and cosigns only what continues them.
 * It answers with the statuses of that protocol, whether it is called or, as here, does the calling.
 */
import { unreachable } from '#gateway/core/problem.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { countFrom, toBase64 } from './base64.ts'
import { isOfLog, readCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { sameBytes } from './hash.ts'
import type { Hash } from './hash.ts'
import type { NoteKey, VerifyEd25519 } from './note.ts'
import { readHashes } from './receipt.ts'
import { EMPTY_ROOT } from './tree.ts'
import { verifyConsistency } from './verify-proof.ts'
import type { TreeHead } from './verify-proof.ts'

/** What a log asks of a witness: to go from the size it holds to this checkpoint. */
export interface WitnessRequest {
  readonly from: number
  readonly proof: readonly Hash[]
  /** Signed by the log. */
  readonly checkpoint: string
}

/** What a witness holds of one log: the newest head it vouched for, and the signed checkpoint it read it from. */
export interface WitnessedHead extends TreeHead {
  readonly checkpoint: string
}

export type WitnessOutcome =
  /** To be kept durably before anything is signed. */
  | { readonly kind: 'accepted'; readonly next: WitnessedHead; readonly text: string }
  /** The question was put from a size that the witness does not hold: ask again from this one. */
  | { readonly kind: 'ask-again'; readonly status: 409; readonly from: number }
  | {
      readonly kind: 'refused'
      readonly status: 400 | 403 | 409 | 422
      readonly problem: ProblemCode
      /** Two checkpoints under the log's own signature. Of one size they alone prove its fork to anybody; else its entries do. */
      readonly evidence?: { readonly held: string; readonly offered: string }
    }

const FROM = 'old '
/** What a witness holds of a log that it has never met. */
export const NOTHING_YET: WitnessedHead = { size: 0, root: EMPTY_ROOT, checkpoint: '' }

export const printWitnessRequest = ({ from, proof, checkpoint }: WitnessRequest): string =>
  `${FROM}${from}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`

/** Takes a request apart without believing it; undefined where it is malformed. */
export function readWitnessRequest(body: string): WitnessRequest | undefined {
  const cut = body.indexOf('\n\n')
  const [first = '', ...lines] = body.slice(0, Math.max(cut, 0)).split('\n')
  const from = first.startsWith(FROM) ? countFrom(first.slice(FROM.length)) : undefined
  const proof = readHashes(lines)
  return from === undefined || proof === undefined ? undefined : { from, proof, checkpoint: body.slice(cut + 2) }
}

/** What the witness that holds this head does with the request. Pure: it neither keeps nor signs. */
export function judgeRequest(
  { held, body, log }: { readonly held: WitnessedHead; readonly body: string; readonly log: NoteKey },
  verify: VerifyEd25519,
): WitnessOutcome {
  const request = readWitnessRequest(body)
  const checkpoint = request === undefined ? undefined : readCheckpoint(request.checkpoint)
  if (request === undefined || checkpoint === undefined) return refuse('malformed')
  if (!isOfLog(checkpoint, log, verify)) return refuse('unsigned')
  const evidence = { held: held.checkpoint, offered: request.checkpoint }
  if (checkpoint.size < held.size) return refuse('shorter')
  if (request.from > checkpoint.size) return refuse('malformed')
  if (request.from !== held.size) return { kind: 'ask-again', status: 409, from: held.size }
  if (checkpoint.size === held.size && !sameBytes(checkpoint.root, held.root)) return refuse('other-root', evidence)
  if (!verifyConsistency(held, checkpoint, request.proof)) return refuse('inconsistent', evidence)
  return accept(checkpoint, request.checkpoint)
}

const accept = ({ size, root, note }: Checkpoint, checkpoint: string): WitnessOutcome => ({
  kind: 'accepted',
  next: { size, root, checkpoint },
  text: note.text,
})

type Reason = 'malformed' | 'unsigned' | 'shorter' | 'other-root' | 'inconsistent'

function refuse(reason: Reason, evidence?: { readonly held: string; readonly offered: string }): WitnessOutcome {
  return { kind: 'refused', ...rowOf(reason), ...(evidence === undefined ? {} : { evidence }) }
}

function rowOf(reason: Reason): { readonly status: 400 | 403 | 409 | 422; readonly problem: ProblemCode } {
  switch (reason) {
    case 'malformed':
      return { status: 400, problem: 'receipt-malformed' }
    case 'unsigned':
      return { status: 403, problem: 'checkpoint-unsigned' }
    case 'shorter':
      return { status: 409, problem: 'log-rolled-back' }
    case 'other-root':
      return { status: 409, problem: 'log-forked' }
    case 'inconsistent':
      return { status: 422, problem: 'log-forked' }
    default:
      return unreachable(reason)
  }
}
