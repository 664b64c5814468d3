/** The audit row of what is done to somebody's account. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Account } from '#gateway/core/account.ts'
import type { Tx } from '#gateway/ports/store.ts'

interface Done {
  readonly at: Instant
  readonly act: string
  readonly by: Pick<Account, 'role'> & { readonly id: string }
  readonly account: Account
}

/** Names the account by its role and id, never the person. */
export async function auditAccount(tx: Pick<Tx, 'audit'>, { at, act, by, account }: Done): Promise<void> {
  await tx.audit.append({
    at: printInstant(at),
    operation: 'alteration',
    act,
    actor: by.id,
    role: by.role,
    justification: `${account.role} ${account.id}`,
  })
}
