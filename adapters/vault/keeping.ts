/** What an operator does with the keys: count them, wrap them under a new KEK, hold a case, erase a case. */
import type { CaseId } from '#gateway/core/ids.ts'
import type { Erasure, ErasureOutcome, KekCount, VaultKeeping, VaultStatus } from '#gateway/ports/vault.ts'
import { unwrapCaseKey, wrapCaseKey } from './case-keys.ts'
import type { CaseKeys, Keks } from './case-keys.ts'
import { ERASURES, toErasure } from './erasures.ts'
import { rewrapFieldKey } from './field-keys.ts'
import type { FieldKeys } from './field-keys.ts'
import type { KeyDatabase, KeyStatements } from './key-database.ts'

const BATCH = 256

export interface KeepingParts {
  readonly database: KeyDatabase
  readonly keks: Keks
  readonly cases: CaseKeys
  readonly fields: FieldKeys
}

/** The keeping of one database of keys. */
export function keepingOf(parts: KeepingParts): VaultKeeping {
  const blind = (caseId: CaseId): string => parts.fields.blind('case', caseId)
  const held = async (caseId: CaseId, since: number | null, reason: string | null): Promise<boolean> =>
    (await parts.database.run(HOLD, since, reason, blind(caseId))) > 0
  return {
    status: () => statusOf(parts),
    rotate: ({ batch = BATCH, onBatch } = {}) => rotate(parts, batch, onBatch),
    erase: (caseId, at, backupDays) => {
      const commitment = parts.fields.blind('erasure', caseId)
      const erasure = { commitment, erasedAt: at, backupDays, destroyed: parts.database.destroys }
      return erase(parts, blind(caseId), erasure)
    },
    hold: (caseId, reason, at) => held(caseId, at, reason),
    unreported: async () => {
      await parts.cases.heedOthers()
      const rows = await parts.database.all(`${ERASURES} WHERE "reportedAt" IS NULL ORDER BY "erasedAt"`)
      return rows.map((row) => toErasure(row, parts.database.destroys))
    },
    reported: async (erasures, at) => {
      for (const { commitment, erasedAt } of erasures)
        await parts.database.run(
          'UPDATE erasures SET "reportedAt" = ? WHERE commitment = ? AND "erasedAt" = ?',
          at,
          commitment,
          erasedAt,
        )
    },
    release: (caseId) => held(caseId, null, null),
  }
}

/** Empties the log, zeroes what is unwrapped, and looks for the bytes before anyone is told that they are gone. */
async function erase(parts: KeepingParts, blind: string, erasure: Erasure): Promise<ErasureOutcome> {
  const { database, cases } = parts
  const { outcome, destroyed } = await database.transaction((within) => destroy(within, blind, erasure))
  if (outcome.kind !== 'erased') return outcome
  if (destroyed !== undefined) cases.forget(destroyed.alias)
  await cases.heedErasures()
  // An erasure that was killed before it ended is ended now.
  await database.leaveNoTrace()
  const still = destroyed === undefined ? [] : database.filesHolding([destroyed.wrapped])
  if (still.length > 0) throw new Error(`the erased key is still to be found in ${still.join(', ')}`)
  return outcome
}

interface Destroyed {
  readonly outcome: ErasureOutcome
  /** Where a key was there to be destroyed. */
  readonly destroyed?: { readonly alias: string; readonly wrapped: Uint8Array }
}

/** A hold by another process comes before the one statement that deletes, or after it. */
async function destroy(within: KeyStatements, blind: string, erasure: Erasure): Promise<Destroyed> {
  const [gone] = await within.all(
    'DELETE FROM case_keys WHERE blind = ? AND "heldSince" IS NULL RETURNING alias, wrapped',
    blind,
  )
  if (gone === undefined) return { outcome: await notDestroyed(within, blind, erasure) }
  const { alias, wrapped } = gone
  if (typeof alias !== 'string' || !(wrapped instanceof Uint8Array))
    throw new Error('a row of the key file is not ours')
  await within.run(
    'INSERT INTO erasures (alias, commitment, "erasedAt", "backupDays") VALUES (?, ?, ?, ?)',
    alias,
    erasure.commitment,
    erasure.erasedAt,
    erasure.backupDays,
  )
  return { outcome: { kind: 'erased', erasure, isRepeat: false }, destroyed: { alias, wrapped } }
}

async function notDestroyed(
  within: KeyStatements,
  blind: string,
  { commitment, destroyed }: Erasure,
): Promise<ErasureOutcome> {
  const [row] = await within.all('SELECT "heldSince", "heldReason" FROM case_keys WHERE blind = ?', blind)
  if (row !== undefined) return { kind: 'held', since: Number(row['heldSince']), reason: String(row['heldReason']) }
  const [earlier] = await within.all(`${ERASURES} WHERE commitment = ? ORDER BY "erasedAt" DESC LIMIT 1`, commitment)
  return earlier === undefined
    ? { kind: 'unknown' }
    : { kind: 'erased', erasure: toErasure(earlier, destroyed), isRepeat: true }
}

const HOLD = 'UPDATE case_keys SET "heldSince" = ?, "heldReason" = ? WHERE blind = ?'

/** Batches are durable one by one; every row names its KEK, so that whoever begins again goes on where it ended. */
async function rotate(
  { database, keks, cases }: KeepingParts,
  batch: number,
  onBatch?: (done: number) => void,
): Promise<number> {
  let done = await database.transaction((within) => rotateFields(within, keks))
  for (;;) {
    const wrapped = await database.transaction((within) => rotateCases(within, keks, batch))
    if (wrapped === 0) break
    done += wrapped
    onBatch?.(done)
  }
  cases.forget()
  await database.leaveNoTrace()
  return done
}

async function rotateCases(within: KeyStatements, keks: Keks, batch: number): Promise<number> {
  const { current } = keks
  const rows = await within.all(
    'SELECT id, alias, kek, wrapped FROM case_keys WHERE kek <> ? LIMIT ?',
    current.id,
    batch,
  )
  for (const row of rows) {
    const [id, alias, kek, before] = [Number(row['id']), String(row['alias']), String(row['kek']), row['wrapped']]
    if (!(before instanceof Uint8Array)) throw new Error('a row of the key file is not ours')
    const plain = unwrapCaseKey(keks, { alias, kek, wrapped: before })
    const wrapped = wrapCaseKey(current, alias, plain)
    plain.fill(0)
    await within.run('UPDATE case_keys SET kek = ?, wrapped = ? WHERE id = ? AND kek = ?', current.id, wrapped, id, kek)
  }
  return rows.length
}

async function rotateFields(within: KeyStatements, keks: Keks): Promise<number> {
  const { current } = keks
  const rows = await within.all('SELECT field, kek, wrapped FROM field_keys WHERE kek <> ?', current.id)
  for (const row of rows) {
    const field = String(row['field'])
    const wrapped = rewrapFieldKey(keks, current, field, row)
    await within.run('UPDATE field_keys SET kek = ?, wrapped = ? WHERE field = ?', current.id, wrapped, field)
  }
  return rows.length
}

/** Keys by the KEK that wraps them. */
export async function kekCounts(database: KeyStatements): Promise<ReadonlyMap<string, number>> {
  const rows = await database.all(
    `SELECT kek, count(*) AS keys FROM (SELECT kek FROM case_keys UNION ALL SELECT kek FROM field_keys) AS wrapped
      GROUP BY kek ORDER BY kek`,
  )
  return new Map(rows.map((row) => [String(row['kek']), Number(row['keys'])]))
}

async function statusOf({ database, keks, fields }: KeepingParts): Promise<VaultStatus> {
  const count = async (what: string, ...values: readonly string[]): Promise<number> =>
    Number((await database.all(`SELECT count(*) AS rows FROM ${what}`, ...values))[0]?.['rows'])
  const counts = await kekCounts(database)
  const live = [...new Set([...counts.keys(), ...keks.byId.keys()])]
  const toCount = (kek: string): KekCount => ({ kek, keys: counts.get(kek) ?? 0, isCurrent: kek === keks.current.id })
  return {
    cases: await count('case_keys WHERE blind <> ?', fields.blind('case', '')),
    held: await count('case_keys WHERE "heldSince" IS NOT NULL'),
    erased: await count('erasures'),
    keks: live.map(toCount),
  }
}
