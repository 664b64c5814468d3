/** Side room: whether this gateway can take work now: its store answers, its clock can be relied on, its door can be opened, and a policy and a trust list are in force. */
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Deps } from './deps.ts'

/** Problems `store-unavailable`, `clock-unreliable`, what keeps the door shut, `trust-list-missing`, `trust-list-expired` and `policy-unavailable`. */
export async function readiness({
  store,
  policy,
  isClockReliable,
  doorFault,
  trustLists,
}: Pick<Deps, 'policy' | 'isClockReliable' | 'doorFault' | 'trustLists'> & {
  readonly store: Pick<Deps['store'], 'ping'>
}): Promise<Result<'ready'>> {
  const answers = await store.ping().then(
    () => true,
    () => false,
  )
  if (!answers) return fail('store-unavailable')
  if (isClockReliable?.() === false) return fail('clock-unreliable')
  const shut = doorFault?.()
  if (shut !== undefined) return fail(shut)
  const listed = trustLists?.inForce()
  if (listed?.ok === false) return listed
  return policy() === undefined ? fail('policy-unavailable') : ok('ready')
}
