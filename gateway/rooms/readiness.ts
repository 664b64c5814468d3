/** Side room: whether this gateway can take work now: its store answers and a policy is in force. */
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Deps } from './deps.ts'

/** Problems `store-unavailable` and `policy-unavailable`. */
export async function readiness({ store, policy }: Pick<Deps, 'store' | 'policy'>): Promise<Result<'ready'>> {
  const answers = await store.ping().then(
    () => true,
    () => false,
  )
  if (!answers) return fail('store-unavailable')
  return policy() === undefined ? fail('policy-unavailable') : ok('ready')
}
