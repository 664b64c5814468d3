/**
 * Side room: whether this gateway can take work now: its store answers and its log can be written, its clock can be relied on, its door
 * can be opened, a policy and a trust list are in force, and the log is published and time-stamped.
 */
import { fail, ok } from '#gateway/core/problem.ts'
import type { ProblemCode, Result } from '#gateway/core/problem.ts'
import { StoreUnavailable } from '#gateway/ports/store.ts'
import type { Deps } from './deps.ts'
import { policyNow } from './policy-now.ts'
import { publicationState } from './publish.ts'
import { standingOfStamps } from './stamp-log.ts'

export interface ReadinessDeps extends Pick<
  Deps,
  'policy' | 'policyIn' | 'isClockReliable' | 'doorFault' | 'trustLists' | 'clock' | 'grace'
> {
  readonly store: Pick<Deps['store'], 'ping' | 'transaction' | 'read'>
  /** Whether this gateway is about to stop. */
  readonly isEnding?: () => boolean
}

/**
 * Problems `gateway-stopping`, `store-unavailable`, `log-unwritable`, `clock-unreliable`, what keeps the door shut, `trust-list-missing`,
 * `trust-list-expired`, `policy-unavailable`, `witnesses-silent` and `timestamp-overdue`.
 */
export async function readiness(deps: ReadinessDeps): Promise<Result<'ready'>> {
  const { isClockReliable, doorFault, trustLists } = deps
  if (deps.isEnding?.() === true) return fail('gateway-stopping')
  const stored = await storeStanding(deps.store)
  if (!stored.ok) return stored
  if (isClockReliable?.() === false) return fail('clock-unreliable')
  const shut = doorFault?.()
  if (shut !== undefined) return fail(shut)
  const listed = trustLists?.inForce()
  if (listed?.ok === false) return listed
  if ((await policyNow(deps, deps.store.read)) === undefined) return fail('policy-unavailable')
  const published = await publicationState(deps)
  if (!published.ok) return published
  const stamped = await standingOfStamps(deps)
  return stamped.ok ? ok('ready') : stamped
}

/** Problems `store-unavailable`, and `log-unwritable` where it answers and yet takes no entry: then nothing else is done either. */
export async function storeStanding(store: ReadinessDeps['store']): Promise<Result<'writes'>> {
  const answers = await store.ping().then(
    () => true,
    () => false,
  )
  if (!answers) return fail('store-unavailable')
  return (await takesEntries(store)) ? ok('writes') : fail('log-unwritable')
}

/** What is told of an operation that threw: the store's fault where it does not answer or took nothing, else ours. */
export async function codeOfThrown(store: ReadinessDeps['store'], thrown: unknown): Promise<ProblemCode> {
  const stored = await storeStanding(store)
  if (!stored.ok) return stored.problem.code
  // It may answer again by now, and yet it took nothing of this.
  return thrown instanceof StoreUnavailable ? 'log-unwritable' : 'internal-fault'
}

const UNDO = new Error('undone')

/** By an entry that is undone at once. */
async function takesEntries(store: Pick<ReadinessDeps['store'], 'transaction'>): Promise<boolean> {
  try {
    await store.transaction(async ({ log }) => {
      await log.append('')
      throw UNDO
    })
  } catch (thrown) {
    return thrown === UNDO
  }
  return false
}
