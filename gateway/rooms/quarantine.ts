/** What is refused at the door leaves a digest and a reason, an audit row, and nothing of what it held. */
import { printInstant } from '#policies/language/instant.ts'
import type { Problem } from '#gateway/core/problem.ts'
import type { Deps } from './deps.ts'

export interface Refusal {
  readonly problem: Problem
  /** The member, or `unidentified`. */
  readonly peer: string
  /** SHA-256 of the body as it came. */
  readonly bodyDigest: string
}

/** Never throws: a refusal stands whether or not the store could take note of it. */
export async function quarantine(
  deps: Pick<Deps, 'store' | 'clock' | 'log' | 'meter'>,
  { problem, peer, bodyDigest }: Refusal,
): Promise<void> {
  const at = deps.clock()
  deps.meter.count('refusals', { code: problem.code })
  try {
    await deps.store.transaction(async (tx) => {
      await tx.messages.quarantine({ digest: bodyDigest, reason: problem.code, peer, at })
      await tx.audit.append({
        at: printInstant(at),
        operation: 'denied',
        act: 'submission-refused',
        actor: peer,
        problem: problem.code,
        digest: bodyDigest,
      })
    })
  } catch {
    deps.log.alarm('a refusal could not be recorded', { code: problem.code, peer })
  }
}
