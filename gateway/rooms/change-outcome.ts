/** What comes of an act on a change of policy, and the one way in which a change is written: its next revision, with an audit row. */
import { printInstant } from '#policies/language/instant.ts'
import type { Agreement } from '#policies/engine/agreement.ts'
import type { Example } from '#policies/engine/case-text.ts'
import type { Block } from '#policies/engine/cell-blocks.ts'
import type { Outcome } from '#policies/engine/cases.ts'
import type { Fault, PolicySet } from '#policies/language/policy.ts'
import type { Account } from '#gateway/core/account.ts'
import type { AuditEvent } from '#gateway/core/audit.ts'
import type { InventedCases } from '#gateway/core/invented-case.ts'
import type { ChangeEdit, PolicyChange } from '#gateway/core/policy-change.ts'
import { stateAfter } from '#gateway/core/policy-change-states.ts'
import type { ChangeAct } from '#gateway/core/policy-change-states.ts'
import type { Passkeys } from '#gateway/ports/sign-in.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Deps } from './deps.ts'

/** What changing policy needs beside the store. */
export interface Changing {
  /** Asks plan and casbin the same random questions, apart from this process. Rejects where no answer comes. */
  readonly judgeApart: (text: string) => Promise<Agreement>
  /** Example decisions that came with the policy of that id. */
  readonly shipped: (policyId: string) => Promise<readonly Example[]>
  /** The policy of that id as this release ships it. */
  readonly shippedPack: (policyId: string) => Promise<PolicySet | undefined>
  readonly verifyEvidence: Passkeys['verifyEvidence']
  /** To look at a policy with. */
  readonly inventedCases: InventedCases
}

export interface ChangeDeps extends Pick<Deps, 'store' | 'clock' | 'newId' | 'log'> {
  readonly changing: Changing
}

/** Why an act was not done. Each has its sentence in `words/LANGUAGE/changes.json`. */
export const REFUSALS = [
  'not-found',
  'out-of-turn',
  'own-change',
  'not-author',
  'nothing-changed',
  'beyond-rules',
  'edit-conflicts',
  'edit-blocked',
  'reason-short',
  'title-missing',
  'title-unwritable',
  'start-wrong',
  'set-faulty',
  'examples-failing',
  'engines-disagree',
  'not-judged',
  'effect-failing',
  'effect-unread',
  'overtaken',
  'lapsed',
  'proof-refused',
  'unsigned',
  'undo-late',
  'comment-missing',
  'version-unknown',
  'recipient-unknown',
  'adopted-already',
  'adopts-as-is',
] as const
export type Refusal = (typeof REFUSALS)[number]

export type ChangeOutcome =
  | { readonly kind: 'done'; readonly change: PolicyChange }
  /** Somebody else wrote it since it was read: as it stands now. */
  | { readonly kind: 'stale'; readonly change: PolicyChange }
  | {
      readonly kind: 'refused'
      readonly code: Refusal
      readonly faults?: readonly Fault[]
      readonly failing?: readonly Outcome[]
      readonly edit?: Pick<ChangeEdit, 'recipientType' | 'section'>
      readonly blocks?: readonly Block[]
    }

export const refused = (
  code: Refusal,
  more: Omit<Extract<ChangeOutcome, { kind: 'refused' }>, 'kind' | 'code'> = {},
): Extract<ChangeOutcome, { kind: 'refused' }> => ({ kind: 'refused', code, ...more })

export type Officer = Pick<Account, 'id' | 'name'>

/** Which change, as it was read. */
export interface Read {
  readonly id: string
  readonly revision: number
}

export type Found = { readonly kind: 'found'; readonly change: PolicyChange } | Exclude<ChangeOutcome, { kind: 'done' }>

/** The change where it is still as it was read, and the act may be done to it. */
export async function found(deps: Pick<Deps, 'store'>, { id, revision }: Read, act: ChangeAct): Promise<Found> {
  const change = await deps.store.read.changes.get(id)
  if (change === undefined) return refused('not-found')
  if (change.revision !== revision) return { kind: 'stale', change }
  return stateAfter(change.state, act) === undefined ? refused('out-of-turn') : { kind: 'found', change }
}

/** The next revision of a change, in the state after the act. */
export const after = (
  change: PolicyChange,
  act: ChangeAct,
  { at, ...members }: Partial<PolicyChange> & { readonly at: number },
): PolicyChange => ({
  ...change,
  ...members,
  state: stateAfter(change.state, act) ?? change.state,
  revision: change.revision + 1,
  changedAt: at,
})

/** What the audit says of it: ids and digests. */
export const changeEvent = (
  change: PolicyChange,
  event: Pick<AuditEvent, 'act' | 'actor'> & Partial<AuditEvent>,
): AuditEvent => ({
  at: printInstant(change.changedAt),
  operation: 'alteration',
  policy: change.result,
  justification: change.id,
  ...event,
})

/** Writes the next revision where nobody wrote one since, with its audit row, and what belongs to it. */
export async function write(
  deps: Pick<Deps, 'store'>,
  change: PolicyChange,
  event: Pick<AuditEvent, 'act' | 'actor'> & Partial<AuditEvent>,
  beside: (tx: Tx) => Promise<void> = async () => {},
): Promise<ChangeOutcome> {
  const isWritten = await deps.store.transaction(async (tx) => {
    if (!(await tx.changes.put(change))) return false
    await tx.audit.append(changeEvent(change, event))
    await beside(tx)
    return true
  })
  return isWritten ? { kind: 'done', change } : staleOf(deps, change.id)
}

export async function staleOf(deps: Pick<Deps, 'store'>, id: string): Promise<ChangeOutcome> {
  const change = await deps.store.read.changes.get(id)
  return change === undefined ? refused('not-found') : { kind: 'stale', change }
}
