/** Who reads at a hosted inbox: the mandate of an account, as the registry has it now. */
import type { Account, Session } from '#gateway/core/account.ts'
import { membershipFault } from '#gateway/core/membership.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { mandateOf, participantOf } from '#gateway/core/routing.ts'
import type { Deps } from './deps.ts'
import type { Reader } from './own-delivery.ts'

/** A person who reads for a mandate, in one session. */
export interface HostedReader extends Reader {
  readonly mandate: Mandate
  /** Id of the account: whose look it is. */
  readonly account: string
  readonly session: string
}

/** What has ended opens nothing. Problems `mandate-unknown`, `participant-suspended`, `competence-expired`. */
export function hostedReader(
  { registry, clock }: Pick<Deps, 'registry' | 'clock'>,
  { account, session }: { readonly account: Account; readonly session: Pick<Session, 'id'> },
): Result<HostedReader> {
  const [known, at] = [registry(), clock()]
  const participant = participantOf(known, account.organisation)
  const mandate = mandateOf(known, account.mandate ?? '')
  if (participant === undefined || mandate?.organisation !== participant.id) return fail('mandate-unknown')
  const fault = membershipFault(known, participant.id, at)
  if (fault !== undefined) return fail(fault)
  if (!isInForce(mandate, at)) return fail('mandate-unknown')
  return ok({ participant, mandate, account: account.id, session: session.id })
}
