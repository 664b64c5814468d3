/** Idempotency keys of the small requests: the same key answers the same again, and with another body is refused. */
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { fail } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Answer } from './operation.ts'

export interface KeyedRequest {
  readonly owner: string
  readonly key: string
  /** Method, path and query. */
  readonly target: string
  readonly bytes: Uint8Array
}

export interface Repeats {
  /** Runs the work once for each key; problem `idempotency-key-reused`. What failed may be tried again. */
  readonly once: (request: KeyedRequest, work: () => Promise<Result<Answer>>) => Promise<Result<Answer>>
}

const MAX_REMEMBERED = 10_000

/**
 * In memory, the oldest forgotten first: each of these requests does no harm when it is done twice, so a restart may
 * forget. Submissions are different, and have their keys in the store.
 */
export function createRepeats(maxRemembered: number = MAX_REMEMBERED): Repeats {
  const seen = new Map<string, { readonly digest: string; readonly outcome: Promise<Result<Answer>> }>()
  return {
    async once({ owner, key, target, bytes }, work) {
      const place = `${owner} ${key}`
      const digest = sha256Hex(`${target} ${sha256Hex(bytes)}`)
      const before = seen.get(place)
      if (before !== undefined) return before.digest === digest ? before.outcome : fail('idempotency-key-reused')
      const outcome = work()
      seen.set(place, { digest, outcome })
      forgetOldest(seen, maxRemembered)
      const hasFailed = await outcome.then(
        (result) => !result.ok,
        () => true,
      )
      if (hasFailed) seen.delete(place)
      return outcome
    },
  }
}

function forgetOldest(seen: Map<string, unknown>, maxRemembered: number): void {
  const [oldest] = seen.keys()
  if (seen.size > maxRemembered && oldest !== undefined) seen.delete(oldest)
}
