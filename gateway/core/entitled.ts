/** Whether an account opens anything now: its own time, and for a reader the mandate and the member that it stands on. */
import type { Instant } from '#policies/language/instant.ts'
import type { Account } from './account.ts'
import { isInForce } from './participants.ts'
import type { Registry } from './participants.ts'

/** `mandate-ended`: it is not in the registry in force, or not of that organisation, or the organisation is out. */
export type Closed = 'account-ended' | 'mandate-ended'

/** Why it opens nothing at that instant; undefined where it does. */
export function closedBy(account: Account, registry: Registry, at: Instant): Closed | undefined {
  if (at < account.from || (account.endedAt !== undefined && account.endedAt <= at)) return 'account-ended'
  return account.role !== 'reader' || hasMandate(account, registry, at) ? undefined : 'mandate-ended'
}

function hasMandate({ mandate, organisation }: Account, registry: Registry, at: Instant): boolean {
  const member = registry.participants.find(({ id }) => id === organisation)
  const isIn =
    member !== undefined && isInForce(member, at) && (member.suspendedAt === undefined || at < member.suspendedAt)
  return (
    isIn &&
    registry.mandates.some((one) => one.id === mandate && one.organisation === organisation && isInForce(one, at))
  )
}
