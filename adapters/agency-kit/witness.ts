/**
 * The witness in a member's gateway. It asks, so that it works behind a firewall: fetches the newest checkpoint with a proof that
 * it continues what it holds, remembers it, and only then signs and posts its cosignature.
 */
import { cosign } from '#gateway/core/log/cosignature.ts'
import type { NoteKey, NoteSigner, VerifyEd25519 } from '#gateway/core/log/note.ts'
import { judgeRequest } from '#gateway/core/log/witness.ts'
import type { WitnessedHead, WitnessOutcome } from '#gateway/core/log/witness.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { Clock } from '#gateway/core/time.ts'
import { jsonOf, problemSchema } from './client.ts'
import type { Answer, Call } from './client.ts'
import { Refused } from './refused.ts'
import type { Keep, WitnessState } from './witness-state.ts'

export interface WitnessOptions {
  readonly call: (call: Call) => Promise<Answer>
  readonly signer: NoteSigner
  readonly log: NoteKey
  readonly state: WitnessState
  readonly verify: VerifyEd25519
  readonly clock: Clock
}

/** What one round came to. `refused` is for a person to act on: the log is not what it was. */
export type Witnessed =
  | { readonly kind: 'cosigned'; readonly size: number }
  | { readonly kind: 'nothing-new'; readonly size: number }
  | { readonly kind: 'refused'; readonly problem: ProblemCode | 'unknown' }

export const WITNESS_REQUEST_PATH = '/v1/log/witness-request'
export const COSIGNATURES_PATH = '/v1/log/cosignatures'
const NOT_FOUND = 404

/** One round. Rejects where the gateway does not answer or the memory cannot be read or kept; then nothing was signed. */
export async function witnessOnce(options: WitnessOptions): Promise<Witnessed> {
  const judged = await options.state.exclusively((held, keep) => judgeAndKeep(options, held, keep))
  if (judged.kind !== 'accepted') return judged
  const line = await cosign(judged.text, options.signer, toNumericDate(options.clock()))
  const path = `${COSIGNATURES_PATH}?size=${judged.next.size}`
  const answer = await options.call({ method: 'POST', path, body: line, contentType: 'text/plain' })
  if (mayPass(answer)) throw new Refused(answer)
  return answer.status < 300
    ? { kind: 'cosigned', size: judged.next.size }
    : { kind: 'refused', problem: codeOf(answer) }
}

type Judged = Extract<WitnessOutcome, { readonly kind: 'accepted' }> | Exclude<Witnessed, { readonly kind: 'cosigned' }>

async function judgeAndKeep(
  { call, log, state, verify }: WitnessOptions,
  held: WitnessedHead,
  keep: Keep,
): Promise<Judged> {
  const answer = await call({ method: 'GET', path: `${WITNESS_REQUEST_PATH}?from=${held.size}` })
  if (answer.status === NOT_FOUND && held.size === 0) return { kind: 'nothing-new', size: 0 }
  if (mayPass(answer)) throw new Refused(answer)
  if (answer.status >= 300) return { kind: 'refused', problem: codeOf(answer) }
  const outcome = judgeRequest({ held, body: answer.text, log }, verify)
  if (outcome.kind === 'ask-again') return { kind: 'refused', problem: 'receipt-malformed' }
  if (outcome.kind === 'refused') {
    if (outcome.evidence !== undefined) await state.keepEvidence(outcome.evidence.held, outcome.evidence.offered)
    return { kind: 'refused', problem: outcome.problem }
  }
  // Kept before it is signed: a witness that is killed in between has forgotten nothing that it vouched for.
  await keep(outcome.next)
  return outcome
}

/** A gateway whose store does not answer, or that is asked too often, says nothing of its log: there is nothing to tell anybody. */
const mayPass = ({ status }: Answer): boolean => status >= 500 || status === 429 || status === 408

/** The problem that the gateway told; a gateway that says a size is not found to someone who holds one has lost entries. */
function codeOf(answer: Answer): ProblemCode | 'unknown' {
  const told = problemSchema.safeParse(jsonOf(answer)).data?.code
  if (answer.status === NOT_FOUND || told === 'log-rolled-back') return 'log-rolled-back'
  return told === 'cosignature-invalid' ? told : 'unknown'
}
