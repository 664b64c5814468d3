/** Backups of a store: the same rows to the byte in both databases and across, nothing half, and no file that was touched. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'mocha'
import { BackupRefused, printHeader, readHeader } from '#adapters/backup/backup-format.ts'
import { openBackup } from '#adapters/backup/read-backup.ts'
import type { Snapshot } from '#adapters/backup/snapshot.ts'
import { openSqliteSnapshot } from '#adapters/backup/sqlite-snapshot.ts'
import { openPostgresSnapshot } from '#adapters/postgres/snapshot.ts'
import { backupStore } from '#adapters/store/backup-store.ts'
import { MIGRATIONS } from '#adapters/store/migrations.ts'
import { openPostgresStore, openStore } from '#adapters/store/open-postgres.ts'
import { openSqliteStore } from '#adapters/store/open.ts'
import { restoreStore } from '#adapters/store/restore-store.ts'
import { TABLE_NAMES } from '#adapters/store/table-keys.ts'
import { accepted } from '#test/contract/stored-things.ts'
import { fillStore, linesOfBackup } from '#test/support/filled-store.ts'
import { needsPostgres, postgresServer } from '#test/support/postgres-server.ts'

const STAMP = { version: '0.1.0', at: '2026-11-21T12:00:00.000Z' }
const ROWS = 130
const MUTATIONS = 500
const NO_CHECK = async (): Promise<void> => {}

const restore = async (file: string, place: string, check = NO_CHECK): Promise<unknown> =>
  restoreStore(await openBackup(file), place, check)

describe('a backup of a store', function () {
  this.timeout(60_000)
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-backup-'))
  const at = (name: string): string => join(folder, name)
  const source = at('source.db')
  const file = at('first.backup')

  before(async () => {
    await fillStore(source, ROWS)
    await backupStore(source, file, STAMP)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('holds every table that the migrations make, and every row of it', async () => {
    using database = new DatabaseSync(source, { readOnly: true })
    const made = database
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'kysely_%' AND name NOT LIKE 'sqlite_%'`,
      )
      .all()
      .map(({ name }) => String(name))
    assert.deepEqual([...TABLE_NAMES].toSorted(), made.toSorted())
    const { header, trailer } = await openBackup(file)
    assert.deepEqual(trailer.rows, Object.fromEntries(TABLE_NAMES.map((name) => [name, ROWS])))
    assert.deepEqual(header, {
      format: 'passerelle-backup/1',
      kind: 'store',
      migrations: Object.keys(MIGRATIONS),
      ...STAMP,
    })
  })

  it('is for its owner alone, and leaves nothing beside it', () => {
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('.part')),
      [],
    )
  })

  it('is put back into SQLite to the byte', async () => {
    await restore(file, at('second.db'))
    await backupStore(at('second.db'), at('second.backup'), STAMP)
    assert.deepEqual(readFileSync(at('second.backup')), readFileSync(file))
  })

  it('does not write over a file that is there', async () => {
    await assert.rejects(backupStore(source, file, STAMP), /first\.backup: is there already/)
  })

  it('clears away what a backup that was killed left of this name', async () => {
    // No process has this number: it is past the greatest that Linux gives.
    writeFileSync(at('third.backup.4999999.part'), 'half')
    await backupStore(source, at('third.backup'), STAMP)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('.part')),
      [],
    )
  })

  it('is not put where something is, and changes nothing there', async () => {
    const held = at('held.db')
    {
      await using store = await openSqliteStore(held)
      await store.transaction((tx) => accepted(tx))
    }
    const before = readFileSync(held)
    await assert.rejects(restore(file, held), /holds something already \(acceptances\)/)
    assert.deepEqual(readFileSync(held), before)
  })

  it('is not put into a store that a gateway writes to', async () => {
    await using _store = await openSqliteStore(at('written.db'))
    await assert.rejects(restore(file, at('written.db')), /another gateway already writes/)
  })

  it('leaves the store empty where what looks at it finds a fault', async () => {
    const place = at('faulty.db')
    let seen: number | undefined
    const check = async (tx: Parameters<Parameters<typeof restoreStore>[2]>[0]): Promise<void> => {
      seen = (await tx.audit.head())?.seq
      throw new Error('a fault')
    }
    await assert.rejects(restoreStore(await openBackup(file), place, check), /a fault/)
    assert.equal(seen, ROWS)
    await restore(file, place)
  })

  it(`is refused after any of ${MUTATIONS} random changes, and then nothing is made`, async () => {
    const whole = readFileSync(file)
    const mutant = at('mutant.backup')
    for (let round = 0; round < MUTATIONS; round += 1) {
      const changed = mutated(whole)
      writeFileSync(mutant, changed)
      await assert.rejects(restore(mutant, at('never.db')), BackupRefused, `round ${round}`)
    }
    assert.equal(existsSync(at('never.db')), false)
  })

  it('says in its own words what is wrong with a file', async () => {
    const whole = readFileSync(file)
    const end = whole.indexOf('\n') + 1
    const header = readHeader(whole.subarray(0, end).toString())
    const told = async (bytes: Uint8Array | string): Promise<string> => {
      writeFileSync(at('told.backup'), bytes)
      return restore(at('told.backup'), at('never.db')).then(
        () => 'restored',
        (cause: unknown) => (cause instanceof Error ? cause.message : ''),
      )
    }
    const flipped = Buffer.from(whole)
    flipped[end + 100] = 255 - (flipped[end + 100] ?? 0)
    assert.match(await told(whole.subarray(0, -500)), /is cut short/)
    assert.match(await told(flipped), /was altered/)
    assert.match(await told('SQLite format 3\n'), /is no backup of this program/)
    assert.match(await told(''), /is no backup of this program/)
    const later = whole.toString('latin1').replace('passerelle-backup/1', 'passerelle-backup/2')
    assert.match(await told(Buffer.from(later, 'latin1')), /newer version/)
    assert.equal(printHeader(header), whole.subarray(0, end).toString())
  })

  it('of a later version is refused, since its tables may be others', async () => {
    const backup = await openBackup(file)
    const later = { ...backup, header: { ...backup.header, migrations: [...backup.header.migrations, '999-later'] } }
    await assert.rejects(restoreStore(later, at('never.db'), NO_CHECK), /newer version/)
    const keys = { ...backup, header: { ...backup.header, kind: 'keys' as const } }
    await assert.rejects(restoreStore(keys, at('never.db'), NO_CHECK), /no backup of this program/)
  })

  /** How many messages a snapshot sees before and after another was taken. */
  const seenIn = async (place: string, open: () => Promise<Snapshot>): Promise<readonly unknown[]> => {
    await using store = await openStore(place)
    await store.transaction((tx) => accepted(tx))
    await using snapshot = await open()
    await store.transaction((tx) => accepted(tx))
    const seen: unknown[] = []
    for (const table of ['acceptances', 'messages'])
      for await (const { n } of snapshot.rows(`SELECT count(*) AS n FROM ${table}`)) seen.push(n)
    return [...seen, (await linesOfTable(place)).length]
  }
  const linesOfTable = async (place: string): Promise<readonly string[]> => {
    const out = at(`lines-${(files += 1)}.backup`)
    await backupStore(place, out, STAMP)
    return (await linesOfBackup(out)).filter((line) => line.startsWith('messages '))
  }
  let files = 0

  it('sees one moment of a SQLite file that is written to meanwhile', async () => {
    const place = at('moving.db')
    assert.deepEqual(await seenIn(place, async () => openSqliteSnapshot(place)), [1, 1, 2])
  })

  describe('that moves to PostgreSQL and back', () => {
    needsPostgres()

    it('sees one moment of a database that is written to meanwhile', async () => {
      const url = await (await postgresServer()).database()
      assert.deepEqual(await seenIn(url, () => openPostgresSnapshot({ url, schema: 'passerelle' })), [1, 1, 2])
    })

    it('has every row to the byte on both ways', async () => {
      const url = await (await postgresServer()).database()
      await restore(file, url)
      await backupStore(url, at('postgres.backup'), STAMP)
      assert.deepEqual(await linesOfBackup(at('postgres.backup')), await linesOfBackup(file))
      await restore(at('postgres.backup'), at('back.db'))
      await backupStore(at('back.db'), at('back.backup'), STAMP)
      assert.deepEqual(readFileSync(at('back.backup')), readFileSync(file))
    })

    it('is not put where something is, and undone where a fault is found', async () => {
      const url = await (await postgresServer()).database()
      const fault = async (): Promise<void> => {
        throw new Error('a fault')
      }
      await assert.rejects(restore(file, url, fault), /a fault/)
      await restore(file, url)
      await assert.rejects(restore(file, url), /holds something already/)
    })

    it('goes on counting where the backup ended', async () => {
      const url = await (await postgresServer()).database()
      await restore(file, url)
      await using store = await openPostgresStore(url)
      const seq = await store.transaction((tx) =>
        tx.audit.append({ at: STAMP.at, operation: 'collection', act: 'tested', actor: 'a-test' }),
      )
      assert.equal(seq, ROWS)
      const [next] = await (
        await postgresServer()
      ).ask(`SELECT nextval(pg_get_serial_sequence('passerelle.case_names', 'position')) AS next`, url)
      assert.equal(Number(next?.['next']), ROWS + 1)
    })
  })
})

/** A byte changed, bytes taken out, bytes put in, or the end cut off. */
function mutated(whole: Buffer): Buffer {
  const place = randomInt(whole.length)
  const kind = randomInt(4)
  if (kind === 0) {
    const changed = Buffer.from(whole)
    changed[place] = (changed[place] ?? 0) ^ (1 << randomInt(8))
    return changed
  }
  if (kind === 1) return Buffer.concat([whole.subarray(0, place), whole.subarray(place + 1 + randomInt(40))])
  if (kind === 2) return Buffer.concat([whole.subarray(0, place), Buffer.from('x'), whole.subarray(place)])
  return whole.subarray(0, place)
}
