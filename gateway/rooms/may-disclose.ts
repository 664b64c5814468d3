/** Whether anything may be shown to anybody now: the clock, the policy, the trust list and the log can be relied on. */
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Deps, PolicyInForce } from './deps.ts'
import { policyNow } from './policy-now.ts'
import { standingOfStamps } from './stamp-log.ts'

/** The policy to judge by. Problems `clock-unreliable`, `policy-unavailable`, `timestamp-overdue`, and those of the trust list. */
export async function mayDisclose(deps: Deps): Promise<Result<PolicyInForce>> {
  const policy = await policyNow(deps, deps.store.read)
  if (deps.isClockReliable?.() === false) return fail('clock-unreliable')
  if (policy === undefined) return fail('policy-unavailable')
  const listed = deps.trustLists?.inForce()
  if (listed?.ok === false) return listed
  const stamped = await standingOfStamps(deps)
  return stamped.ok ? ok(policy) : stamped
}
