/**
 * What a member's gateway was told, kept by digest: each delivery is held against all before it, and two words on one thing are kept as
 * a report that anybody can check, since both stand in the log under the gateway's signature.
 */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Canaries } from './canaries.ts'
import { writeJsonFile } from './json-file.ts'
import { factsOf, problemOf } from './told-facts.ts'
import type { Fact, Told } from './told-facts.ts'

/** Below the folder of an organisation. */
export const TOLD_PATHS = { book: 'copies/told.db', reports: 'contradictions' } as const

export interface ToldBook {
  /**
   * Takes note of a delivery that was proven. Problems `delivery-contradicted` and `log-forked`, with what was said otherwise before;
   * then a report is kept. `presentation-refused` with `canary` where it shows what must never come here, with a report too. Rejects where
   * the book cannot be read or written.
   */
  readonly hear: (told: Told) => Promise<Result<undefined>>
}

/** The book of the organisation in that folder, made when first used; any number of processes write in it. */
export const openToldBook = (folder: string, isCanaryIn: Canaries = () => false): ToldBook => ({
  hear: async (told) => {
    if (isCanaryIn(told.projection)) {
      await keepReport(folder, `canary-${sha256Hex(told.evidence.leaf).slice(0, 16)}`, {
        problem: 'presentation-refused',
        of: 'canary',
        delivery: proofOf(told),
      })
      return fail('presentation-refused', [{ pointer: '/presentation', code: 'canary' }])
    }
    const path = join(folder, TOLD_PATHS.book)
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
    const found = keep(path, told)
    if (found === undefined) return ok(undefined)
    await report(folder, found, told)
    return fail(problemOf(found.fact.of), [{ pointer: '', code: found.fact.of }])
  },
})

/** The names of the reports that were kept; none where nothing was ever contradicted. */
export const contradictionsIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(join(folder, TOLD_PATHS.reports)).catch(() => [])).filter((name) => name.endsWith('.json'))

interface Contradicted {
  readonly fact: Fact
  /** What was said first, as `evidence` and `receipt` of its delivery; no content. */
  readonly first: unknown
}

const WAIT_MS = 10_000
const TABLES =
  'CREATE TABLE IF NOT EXISTS proofs (id INTEGER PRIMARY KEY, proof TEXT NOT NULL) STRICT;' +
  'CREATE TABLE IF NOT EXISTS told (about TEXT PRIMARY KEY, says TEXT NOT NULL, proof INTEGER NOT NULL) STRICT, WITHOUT ROWID'

/** In one transaction: all of what it says, or, where something was said otherwise before, nothing. */
function keep(path: string, told: Told): Contradicted | undefined {
  using book = new DatabaseSync(path, { timeout: WAIT_MS })
  book.exec('BEGIN IMMEDIATE')
  book.exec(TABLES)
  const before = book.prepare('SELECT says, proof FROM told WHERE about = ?')
  const facts = factsOf(told).map((fact) => ({ fact, known: before.get(fact.about) }))
  const other = facts.find(({ fact, known }) => known !== undefined && known['says'] !== fact.says)
  if (other !== undefined) {
    const first = book.prepare('SELECT proof FROM proofs WHERE id = ?').get(other.known?.['proof'] ?? null)
    return { fact: other.fact, first: JSON.parse(String(first?.['proof'])) }
  }
  const news = facts.filter(({ known }) => known === undefined)
  if (news.length > 0) {
    const { lastInsertRowid } = book.prepare('INSERT INTO proofs (proof) VALUES (?)').run(JSON.stringify(proofOf(told)))
    const insert = book.prepare('INSERT INTO told (about, says, proof) VALUES (?, ?, ?)')
    for (const { fact } of news) insert.run(fact.about, fact.says, lastInsertRowid)
  }
  book.exec('COMMIT')
  return undefined
}

const proofOf = ({ evidence, receipt }: Told): Pick<Told, 'evidence' | 'receipt'> => ({ evidence, receipt })

/** Under one name however often it is told again. */
async function report(folder: string, { fact, first }: Contradicted, told: Told): Promise<void> {
  const name = `${fact.of}-${sha256Hex(`${fact.about} ${fact.says}`).slice(0, 16)}`
  await keepReport(folder, name, { problem: problemOf(fact.of), of: fact.of, first, second: proofOf(told) })
}

/** For its owner alone, and never half written. */
async function keepReport(folder: string, name: string, content: object): Promise<void> {
  const reports = join(folder, TOLD_PATHS.reports)
  await mkdir(reports, { recursive: true, mode: 0o700 })
  await writeJsonFile(join(reports, `${name}.json`), content)
}
