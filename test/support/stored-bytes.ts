/** All that a thief of the files could read: every file as it lies there, and every packed cell of every table unpacked. */
import { existsSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { zstdDecompressSync } from 'node:zlib'

const BESIDE = ['', '-wal', '-shm', '-journal', '.lock']

/** Bytes of the database files at the paths, what lies beside them, and what their packed cells say. */
export const storedBytes = (paths: readonly string[]): readonly Buffer[] => [
  ...paths.flatMap((path) =>
    BESIDE.map((end) => path + end)
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file)),
  ),
  ...paths.filter((path) => existsSync(path)).flatMap(unpackedCells),
]

/** Which of the words stand in any of the bytes. */
export function wordsIn(bytes: readonly Buffer[], words: Iterable<string>): readonly string[] {
  const all = Buffer.concat(bytes)
  return [...words].filter((word) => all.includes(word))
}

function unpackedCells(path: string): readonly Buffer[] {
  using database = new DatabaseSync(path, { timeout: 5000 })
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  return tables.flatMap(({ name }) =>
    database
      .prepare(`SELECT * FROM "${String(name)}"`)
      .all()
      .flatMap((row) => Object.values(row).flatMap((cell) => (cell instanceof Uint8Array ? unpacked(cell) : []))),
  )
}

/** What a packed cell says; nothing for other bytes. */
export function unpacked(cell: Uint8Array): readonly Buffer[] {
  try {
    return [zstdDecompressSync(cell)]
  } catch {
    return []
  }
}
