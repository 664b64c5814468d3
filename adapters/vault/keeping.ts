/** What an operator does with the keys: count them, wrap them under a new KEK, hold a case, erase a case. */
import type { DatabaseSync } from 'node:sqlite'
import type { CaseId } from '#gateway/core/ids.ts'
import type { Erasure, ErasureOutcome, KekCount, VaultKeeping, VaultStatus } from '#gateway/ports/vault.ts'
import { unwrapCaseKey, wrapCaseKey } from './case-keys.ts'
import type { CaseKeys, Keks } from './case-keys.ts'
import { rewrapFieldKey } from './field-keys.ts'
import type { FieldKeys } from './field-keys.ts'
import { filesHolding, leaveNoTrace } from './key-file.ts'

const BATCH = 256

export interface KeepingParts {
  readonly path: string
  readonly database: DatabaseSync
  readonly keks: Keks
  readonly cases: CaseKeys
  readonly fields: FieldKeys
}

/** The keeping of one key file. */
export function keepingOf(parts: KeepingParts): VaultKeeping {
  const blind = (caseId: CaseId): string => parts.fields.blind('case', caseId)
  const held = parts.database.prepare('UPDATE case_keys SET heldSince = ?, heldReason = ? WHERE blind = ?')
  return {
    status: () => statusOf(parts),
    rotate: ({ batch = BATCH, onBatch } = {}) => rotate(parts, batch, onBatch),
    erase: (caseId, at, backupDays) => {
      const erasure = { commitment: parts.fields.blind('erasure', caseId), erasedAt: at, backupDays }
      return erase(parts, blind(caseId), erasure)
    },
    hold: (caseId, reason, at) => held.run(at, reason, blind(caseId)).changes > 0,
    unreported: () => {
      parts.cases.heedOthers()
      const rows = parts.database.prepare(`${ERASURES} WHERE reportedAt IS NULL ORDER BY erasedAt`).all()
      return rows.map(toErasure)
    },
    reported: (erasures, at) => {
      const mark = parts.database.prepare('UPDATE erasures SET reportedAt = ? WHERE commitment = ? AND erasedAt = ?')
      for (const { commitment, erasedAt } of erasures) mark.run(at, commitment, erasedAt)
    },
    release: (caseId) => held.run(null, null, blind(caseId)).changes > 0,
  }
}

/** Empties the log, zeroes what is unwrapped, and looks for the bytes before anyone is told that they are gone. */
function erase(parts: KeepingParts, blind: string, erasure: Erasure): ErasureOutcome {
  const { path, database, cases } = parts
  const { outcome, destroyed } = inTransaction(database, () => destroy(database, blind, erasure))
  if (outcome.kind !== 'erased') return outcome
  if (destroyed !== undefined) cases.forget(destroyed.alias)
  cases.heedErasures()
  // An erasure that was killed before it ended is ended now.
  leaveNoTrace(database)
  const still = destroyed === undefined ? [] : filesHolding(path, [destroyed.wrapped])
  if (still.length > 0) throw new Error(`the erased key is still to be found in ${still.join(', ')}`)
  return outcome
}

interface Destroyed {
  readonly outcome: ErasureOutcome
  /** Where a key was there to be destroyed. */
  readonly destroyed?: { readonly alias: string; readonly wrapped: Uint8Array }
}

/** Within one transaction: a hold or a change of KEK by another process comes before all of it, or after. */
function destroy(database: DatabaseSync, blind: string, erasure: Erasure): Destroyed {
  const row = database.prepare('SELECT * FROM case_keys WHERE blind = ?').get(blind)
  if (row === undefined) {
    const earlier = earlierErasure(database, erasure.commitment)
    return {
      outcome: earlier === undefined ? { kind: 'unknown' } : { kind: 'erased', erasure: earlier, isRepeat: true },
    }
  }
  if (row['heldSince'] !== null)
    return { outcome: { kind: 'held', since: Number(row['heldSince']), reason: String(row['heldReason']) } }
  const [alias, wrapped] = [String(row['alias']), row['wrapped']]
  if (!(wrapped instanceof Uint8Array)) throw new Error('a row of the key file is not ours')
  database.prepare('DELETE FROM case_keys WHERE alias = ?').run(alias)
  database
    .prepare('INSERT INTO erasures (alias, commitment, erasedAt, backupDays) VALUES (?, ?, ?, ?)')
    .run(alias, erasure.commitment, erasure.erasedAt, erasure.backupDays)
  return { outcome: { kind: 'erased', erasure, isRepeat: false }, destroyed: { alias, wrapped } }
}

const ERASURES = 'SELECT commitment, erasedAt, backupDays FROM erasures'

const toErasure = (row: Readonly<Record<string, unknown>>): Erasure => ({
  commitment: String(row['commitment']),
  erasedAt: Number(row['erasedAt']),
  backupDays: Number(row['backupDays']),
})

function earlierErasure(database: DatabaseSync, commitment: string): Erasure | undefined {
  const row = database.prepare(`${ERASURES} WHERE commitment = ? ORDER BY erasedAt DESC LIMIT 1`).get(commitment)
  return row === undefined ? undefined : toErasure(row)
}

/** Batches are durable one by one; every row names its KEK, so that whoever begins again goes on where it ended. */
function rotate({ database, keks, cases }: KeepingParts, batch: number, onBatch?: (done: number) => void): number {
  const { current } = keks
  const due = database.prepare('SELECT id, alias, kek, wrapped FROM case_keys WHERE kek <> ? LIMIT ?')
  const update = database.prepare('UPDATE case_keys SET kek = ?, wrapped = ? WHERE id = ? AND kek = ?')
  let done = inTransaction(database, () => rotateFields(database, keks))
  for (;;) {
    const wrapped = inTransaction(database, () => {
      const rows = due.all(current.id, batch)
      for (const row of rows) {
        const [id, alias, kek] = [Number(row['id']), String(row['alias']), String(row['kek'])]
        if (!(row['wrapped'] instanceof Uint8Array)) throw new Error('a row of the key file is not ours')
        const plain = unwrapCaseKey(keks, { alias, kek, wrapped: row['wrapped'] })
        update.run(current.id, wrapCaseKey(current, alias, plain), id, kek)
        plain.fill(0)
      }
      return rows.length
    })
    if (wrapped === 0) break
    done += wrapped
    onBatch?.(done)
  }
  cases.forget()
  leaveNoTrace(database)
  return done
}

function rotateFields(database: DatabaseSync, keks: Keks): number {
  const { current } = keks
  const rows = database.prepare('SELECT field, kek, wrapped FROM field_keys WHERE kek <> ?').all(current.id)
  for (const row of rows) {
    const field = String(row['field'])
    database
      .prepare('UPDATE field_keys SET kek = ?, wrapped = ? WHERE field = ?')
      .run(current.id, rewrapFieldKey(keks, current, field, row), field)
  }
  return rows.length
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const value = work()
    database.exec('COMMIT')
    return value
  } catch (cause) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw cause
  }
}

/** Keys by the KEK that wraps them. */
export const kekCounts = (database: DatabaseSync): ReadonlyMap<string, number> =>
  new Map(
    database
      .prepare(
        'SELECT kek, count(*) AS keys FROM (SELECT kek FROM case_keys UNION ALL SELECT kek FROM field_keys) GROUP BY kek ORDER BY kek',
      )
      .all()
      .map((row) => [String(row['kek']), Number(row['keys'])]),
  )

function statusOf({ database, keks, fields }: KeepingParts): VaultStatus {
  const count = (what: string, ...values: readonly string[]): number =>
    Number(database.prepare(`SELECT count(*) AS rows FROM ${what}`).get(...values)?.['rows'])
  const counts = kekCounts(database)
  const live = [...new Set([...counts.keys(), ...keks.byId.keys()])]
  const toCount = (kek: string): KekCount => ({ kek, keys: counts.get(kek) ?? 0, isCurrent: kek === keks.current.id })
  return {
    cases: count('case_keys WHERE blind <> ?', fields.blind('case', '')),
    held: count('case_keys WHERE heldSince IS NOT NULL'),
    erased: count('erasures'),
    keks: live.map(toCount),
  }
}
