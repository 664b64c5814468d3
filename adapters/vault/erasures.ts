/** The erasures that a database of keys tells of: the newest first, for whoever held something of an erased case. */
import type { ErasedCase, Erasure, Vault } from '#gateway/ports/vault.ts'
import { SealBroken } from '#gateway/ports/vault.ts'
import { toAlias } from './case-keys.ts'
import type { KeyDatabase, KeyRow } from './key-database.ts'

export const ERASURES = 'SELECT alias, commitment, "erasedAt", "backupDays" FROM erasures'

/** `destroyed`: what this database destroys with a key. */
export const toErasure = (row: KeyRow, destroyed: readonly string[]): Erasure => ({
  commitment: String(row['commitment']),
  erasedAt: Number(row['erasedAt']),
  backupDays: Number(row['backupDays']),
  destroyed,
})

/** The `erased` part of a vault. */
export const erasedIn =
  (database: Pick<KeyDatabase, 'all' | 'destroys'>): Vault['erased'] =>
  async ({ before = Number.MAX_SAFE_INTEGER, limit }) => {
    const rows = await database.all(
      `${ERASURES} WHERE "erasedAt" < ? ORDER BY "erasedAt" DESC, commitment LIMIT ?`,
      before,
      limit,
    )
    const found = rows.map((row) => toErasedCase(row, database.destroys))
    const last = found.at(-1)?.erasedAt
    if (last === undefined || rows.length < limit) return found
    const ofLast = await database.all(`${ERASURES} WHERE "erasedAt" = ? ORDER BY commitment`, last)
    return [
      ...found.filter(({ erasedAt }) => erasedAt > last),
      ...ofLast.map((row) => toErasedCase(row, database.destroys)),
    ]
  }

function toErasedCase(row: KeyRow, destroyed: readonly string[]): ErasedCase {
  const alias = toAlias(String(row['alias']))
  if (alias === undefined) throw new SealBroken('a row of the key file is not ours')
  return { alias, ...toErasure(row, destroyed) }
}
