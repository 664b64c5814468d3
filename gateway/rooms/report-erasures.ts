/** Side room: what an operator erased, in this process or beside it, is told in the audit; the keys of it leave this process's memory. */
import { printInstant } from '#policies/language/instant.ts'
import type { VaultKeeping } from '#gateway/ports/vault.ts'
import type { Deps } from './deps.ts'

export const REPORT_EVERY_MS = 10_000

/**
 * Never throws: an erasure that could not be told is told the next time. Of several gateways each lets go of its keys, and the one
 * that `isMine` names tells.
 */
export async function reportErasures(
  { store, clock, log }: Pick<Deps, 'store' | 'clock' | 'log'>,
  vault: Pick<VaultKeeping, 'unreported' | 'reported'>,
  isMine: () => boolean = () => true,
): Promise<void> {
  try {
    const erasures = await vault.unreported()
    if (erasures.length === 0 || !isMine()) return
    await store.transaction(async (tx) => {
      for (const { commitment, erasedAt } of erasures)
        await tx.audit.append({
          at: printInstant(erasedAt),
          operation: 'erasure',
          act: 'case-erased',
          actor: 'operator',
          digest: commitment,
        })
    })
    await vault.reported(erasures, clock())
    log.info('erasures told in the audit', { cases: erasures.length })
  } catch {
    log.alarm('an erasure could not be told in the audit')
  }
}
