/** What the figures were measured on: without it an absolute figure says nothing. */
import { cpus, totalmem } from 'node:os'
import { DatabaseSync } from 'node:sqlite'

export interface Machine {
  readonly cores: number
  readonly processor: string
  readonly memoryGb: number
  readonly node: string
  readonly v8: string
  readonly openssl: string
  readonly sqlite: string
}

export function machine(): Machine {
  const { node, v8, openssl } = process.versions
  const database = new DatabaseSync(':memory:')
  const row = database.prepare('SELECT sqlite_version() AS version').get()
  database.close()
  const [first] = cpus()
  return {
    cores: cpus().length,
    processor: first?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node,
    v8,
    openssl,
    sqlite: String(row?.['version'] ?? 'unknown'),
  }
}
