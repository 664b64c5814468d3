/** kill -9 in the middle of a backup or a restore: a file that is whole or none, a store that is whole or empty. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'mocha'
import { openBackup } from '#adapters/backup/read-backup.ts'
import { backupStore } from '#adapters/store/backup-store.ts'
import { openStore } from '#adapters/store/open-postgres.ts'
import { restoreStore } from '#adapters/store/restore-store.ts'
import { fillStore } from '#test/support/filled-store.ts'
import { needsPostgres, postgresServer } from '#test/support/postgres-server.ts'
import { sampledMs, samples } from '#test/support/samples.ts'

const CHILD = join(import.meta.dirname, 'backing-up.ts')
const ROWS = 1200
const KILLS = samples(3)
const LONGEST_MS = 400

/** Runs the child and kills it so long after it began; true where it had ended by itself. */
async function killed(afterMs: number, ...args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  await Promise.race([sleep(afterMs), ended])
  const hadEnded = child.exitCode !== null
  child.kill('SIGKILL')
  await ended
  return hadEnded
}

describe('a backup or restore that is killed', function () {
  this.timeout(sampledMs(60_000))
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-killed-'))
  const [source, file] = [join(folder, 'source.db'), join(folder, 'whole.backup')]
  let midway = 0

  before(async () => {
    await fillStore(source, ROWS)
    await backupStore(source, file, { version: '0.1.0', at: '2026-11-21T12:00:00.000Z' })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('leaves a file that is whole, or none of that name', async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const out = join(folder, `killed-${kill}.backup`)
      const hadEnded = await killed(randomInt(LONGEST_MS), 'backup', source, out)
      if (existsSync(out)) await openBackup(out)
      else assert.equal(hadEnded, false)
      if (!hadEnded) midway += 1
      if (!existsSync(out)) await backupStore(source, out, { version: '0.1.0', at: '2026-11-21T12:00:00.000Z' })
    }
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.part')),
      [],
    )
    console.log(`    ${midway} of ${KILLS} killed before the end`)
  })

  const emptyOrWhole = async (place: (kill: number) => Promise<string>): Promise<void> => {
    let before = 0
    for (let kill = 0; kill < KILLS; kill += 1) {
      const to = await place(kill)
      const hadEnded = await killed(randomInt(LONGEST_MS), 'restore', file, to)
      if (!hadEnded) before += 1
      const rows = await auditRows(to)
      assert.ok(rows === ROWS || (rows === 0 && !hadEnded), `${rows} rows`)
      if (rows === 0) await restoreStore(await openBackup(file), to, async () => {})
      assert.equal(await auditRows(to), ROWS)
    }
    console.log(`    ${before} of ${KILLS} killed before the end`)
  }

  it('leaves a SQLite store that is whole or empty, and may be put back again', () =>
    emptyOrWhole(async (kill) => join(folder, `restored-${kill}.db`)))

  describe('on PostgreSQL', () => {
    needsPostgres()
    it('leaves a store that is whole or empty, and may be put back again', () =>
      emptyOrWhole(async () => (await postgresServer()).database()))
  })
})

async function auditRows(place: string): Promise<number> {
  await using store = await openStore(place)
  return (await store.read.audit.head())?.seq ?? 0
}
