/** Four eyes: an author submits what has passed all checks, another officer approves exactly that or sends it back (H115). */
import { checkSet } from '#policies/engine/statutes.ts'
import { printPolicy } from '#policies/language/text.ts'
import { changeHash, lapsesAt } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { approvalOf } from '#gateway/core/policy-change-states.ts'
import { blockedEdit } from './change-blocks.ts'
import { failingIn, made } from './change-draft.ts'
import { effectSeen, isUnread } from './change-look.ts'
import { isPossible } from './change-policy.ts'
import { after, found, refused, write } from './change-outcome.ts'
import type { ChangeDeps, ChangeOutcome, Officer, Read } from './change-outcome.ts'
import { keepSignature, signatureOf, signedEvent } from './change-signatures.ts'
import type { ProofGiven } from './change-signatures.ts'
import { putInForce } from './change-start.ts'
import { isAdopted } from './verify-version.ts'
import { isStale } from './replay-policy.ts'

/** The change as it is when it has been submitted once more, with its effect as it was run last: what its author signs. */
async function submitted(
  { store }: Pick<ChangeDeps, 'store'>,
  change: PolicyChange,
  at: number,
): Promise<PolicyChange> {
  const [latest] = await store.read.changes.effects(change.id)
  const effect = effectSeen(latest, change)
  const { effect: _before, ...bare } = change
  const members = { submissions: change.submissions + 1, submittedAt: at, at }
  return after(bare, 'submit', effect === undefined ? members : { ...members, effect })
}

/** What an author signs to submit the change as it stands. */
export const hashToSubmit = async (deps: Pick<ChangeDeps, 'store'>, change: PolicyChange): Promise<string> =>
  changeHash(await submitted(deps, change, 0))

export interface Signed {
  readonly officer: Officer
  readonly proof: ProofGiven
}

/** Whatever is wrong, it stays a draft. */
export async function submitChange(deps: ChangeDeps, read: Read, { officer, proof }: Signed): Promise<ChangeOutcome> {
  const toSubmit = await found(deps, read, 'submit')
  if (toSubmit.kind !== 'found') return toSubmit
  const { change } = toSubmit
  if (!change.authors.includes(officer.id)) return refused('not-author')
  const faulty = await faultOf(deps, change)
  if (faulty !== undefined) return faulty
  const next = await submitted(deps, change, deps.clock())
  const signature = await signatureOf(deps, { change: next, officer, as: 'submit', given: proof })
  if (signature === undefined) return refused('proof-refused')
  return write(deps, next, signedEvent(next, signature), (tx) => keepSignature(tx, signature))
}

/** All that a change has to pass before another officer is asked; undefined where it passes. */
async function faultOf(deps: ChangeDeps, change: PolicyChange): Promise<ChangeOutcome | undefined> {
  const { read } = deps.store
  const quick = await quickFaultOf(deps, change)
  if (quick !== undefined) return quick
  const making = await made(read, change)
  if (making.kind === 'refused') return making
  try {
    const { disagreements } = await deps.changing.judgeApart(printPolicy(making.set))
    return disagreements.length > 0 ? refused('engines-disagree') : undefined
  } catch {
    return refused('not-judged')
  }
}

/** The same without the long run of both engines: what the pages say while it is written. */
export async function quickFaultOf(
  deps: ChangeDeps,
  change: PolicyChange,
): Promise<Extract<ChangeOutcome, { kind: 'refused' }> | undefined> {
  const { read } = deps.store
  if (change.kind === 'adoption') {
    if (await isAdopted(deps, change.base)) return refused('adopted-already')
  } else if (change.edits.length === 0 && change.returnsTo === undefined) return refused('nothing-changed')
  if (!isPossible(change.start, deps.clock())) return refused('start-wrong')
  if ((await read.policies.digestInForce()) !== change.base) return refused('overtaken')
  const making = await made(read, change)
  if (making.kind === 'refused') return making
  const blocked = await blockedEdit(read, change, deps.clock())
  if (blocked !== undefined) return refused('edit-blocked', blocked)
  const faults = checkSet(making.set, change.title, { at: deps.clock() })
  if (faults.length > 0) return refused('set-faulty', { faults })
  const failing = await failingIn(deps, read, change, making.set)
  if (failing !== undefined) return failing
  const [effect] = await read.changes.effects(change.id)
  const isBroken = effect !== undefined && !isStale(effect, change) && effect.errors.length > 0
  if (isBroken) return refused('effect-failing')
  return isUnread(change, effect, making) ? refused('effect-unread') : undefined
}

/** The officer's signature is over exactly what is approved; whoever wrote any of it may not. */
export async function approveChange(deps: ChangeDeps, read: Read, { officer, proof }: Signed): Promise<ChangeOutcome> {
  const asked = await deps.store.read.changes.get(read.id)
  const toApprove = await found(deps, read, asked === undefined ? 'approve' : approvalOf(asked.start))
  if (toApprove.kind !== 'found') return toApprove
  const { change } = toApprove
  const at = deps.clock()
  if (change.authors.includes(officer.id)) return refused('own-change')
  if (at >= (lapsesAt(change) ?? 0)) return refused('lapsed')
  if (!isPossible(change.start, at)) return refused('start-wrong')
  if ((await deps.store.read.policies.digestInForce()) !== change.base) return refused('overtaken')
  const making = await made(deps.store.read, change)
  if (making.kind === 'refused') return making
  const failing = await failingIn(deps, deps.store.read, change, making.set)
  if (failing !== undefined) return failing
  const next = after(change, approvalOf(change.start), { approvedAt: at, at })
  const signature = await signatureOf(deps, { change: next, officer, as: 'approve', given: proof })
  if (signature === undefined) return refused('proof-refused')
  const written = await write(deps, next, signedEvent(next, signature), (tx) => keepSignature(tx, signature))
  // What is adopted is in force already: nothing is left to start.
  return written.kind === 'done' && next.kind === 'adoption' ? putInForce(deps, next, officer.id) : written
}

export const MOST_COMMENT_CHARS = 2000

/** With a word of why; also what was approved and has not begun. */
export async function sendBack(
  deps: ChangeDeps,
  read: Read,
  { officer, text }: { readonly officer: Officer; readonly text: string },
): Promise<ChangeOutcome> {
  const toSendBack = await found(deps, read, 'send-back')
  if (toSendBack.kind !== 'found') return toSendBack
  const comment = text.trim().slice(0, MOST_COMMENT_CHARS)
  if (comment === '') return refused('comment-missing')
  const at = deps.clock()
  const next = after(toSendBack.change, 'send-back', { comment: { by: officer.id, at, text: comment }, at })
  return write(deps, next, { act: 'change-sent-back', actor: officer.id })
}
