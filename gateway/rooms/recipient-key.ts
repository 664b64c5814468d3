/** Which key opens a parcel: the mandate's own where it has one, else the organisation's for the role, else its general one. */
import type { Instant } from '#policies/language/instant.ts'
import { keysInForce } from '#gateway/core/participants.ts'
import type { PublicKeyEntry } from '#gateway/core/participants.ts'
import type { Standing } from './situation.ts'

/** undefined: no key in force, and nothing may be sealed. A key of another role is never used. */
export function recipientKey(
  { route, recipient }: Pick<Standing, 'route' | 'recipient'>,
  at: Instant,
): PublicKeyEntry | undefined {
  const own = keysInForce(route.mandate.keys, 'seal', at)
  const organisations = keysInForce(recipient.keys, 'seal', at)
  return (
    own[0] ??
    organisations.find(({ role }) => role === route.mandate.role) ??
    organisations.find(({ role }) => role === undefined)
  )
}
