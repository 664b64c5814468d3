/** What only SQLite's store shows: kill -9, one writer, readers beside it, migrations, triggers and tampering. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { openDatabase } from '#adapters/store/sqlite.ts'
import { firstBreak } from '#gateway/core/audit.ts'
import { toMessageId } from '#gateway/core/ids.ts'
import { sampledMs, samples } from '#test/support/samples.ts'
import { aLedgerEntry, accepted, anEvent } from '#test/contract/stored-things.ts'

const folder = mkdtempSync(join(tmpdir(), 'passerelle-sqlite-'))
let count = 0
const newPath = (): string => join(folder, `store-${count++}.db`)

/** Runs statements on the file behind the store's back; answers whether it is `ok`. */
function behind(path: string, statements: string): unknown {
  const database = new DatabaseSync(path)
  try {
    database.exec(statements)
    return database.prepare('PRAGMA integrity_check').get()?.['integrity_check']
  } finally {
    database.close()
  }
}

after(() => rmSync(folder, { recursive: true, force: true }))

describe('SQLite store after kill -9', () => {
  it('has everything that was acknowledged, and no half of anything', async () => {
    const path = newPath()
    const acknowledged = new Set<string>()
    for (let kill = 0; kill < samples(5); kill++) {
      const killed = await writeAndKill(path)
      assert(killed.length > 0, 'the writer got as far as writing')
      for (const id of killed) acknowledged.add(id)
      await checkStore(path, acknowledged)
    }
  }).timeout(sampledMs(60_000))
})

/** Lets a process write until a random moment after its first row; answers the ids that it acknowledged. */
async function writeAndKill(path: string): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'sqlite-writer.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  const ended = new Promise((resolve) => writer.once('close', resolve))
  const begun = new Promise((resolve) => writer.stdout.once('data', resolve))
  writer.stdout.on('data', (text: Buffer) => (output += text.toString()))
  await Promise.race([begun, ended])
  await sleep(50 + Math.random() * 150)
  writer.kill('SIGKILL')
  await ended
  return output.split('\n').slice(0, -1)
}

async function checkStore(path: string, acknowledged: ReadonlySet<string>): Promise<void> {
  await using store = await openSqliteStore(path)
  const rows = await store.read.audit.rows(1, 1_000_000)
  assert.equal(firstBreak(rows), undefined)
  const audited = new Set(rows.map(({ event }) => event.messageId))
  for (const id of acknowledged) assert(audited.has(id), 'what was acknowledged is in the audit log')
  for (const audit of audited) {
    const id = toMessageId(audit ?? '')
    assert(id !== undefined)
    assert((await store.read.messages.get(id)) !== undefined)
    assert((await store.read.messages.acceptance(id)) !== undefined)
    assert.equal((await store.read.outbox.ofMessage(id)).length, 2)
  }
  assert.equal((await store.read.outbox.count()).waiting, 2 * audited.size)
  assert.equal(behind(path, ''), 'ok')
}

describe('SQLite store in a shared file', () => {
  it('refuses a second writer, in this process and in another, until the first closes', async () => {
    const path = newPath()
    const first = await openSqliteStore(path)
    await assert.rejects(openSqliteStore(path), /another gateway already writes/)
    const output = spawn(process.execPath, [join(import.meta.dirname, 'sqlite-writer.ts'), path])
    let complaint = ''
    output.stderr.on('data', (text: Buffer) => (complaint += text.toString()))
    assert.equal(await new Promise((resolve) => output.once('close', resolve)), 1)
    assert.match(complaint, /another gateway already writes/)
    await first[Symbol.asyncDispose]()
    await (await openSqliteStore(path))[Symbol.asyncDispose]()
  })

  it('lets readers look beside the writer, who see what is committed and cannot write', async () => {
    const path = newPath()
    await using writer = await openSqliteStore(path)
    const { id } = await writer.transaction((tx) => accepted(tx))
    await using reader = await openSqliteStore(path, { readonly: true })
    assert.equal((await reader.read.messages.get(id))?.id, id)
    const later = await writer.transaction((tx) => accepted(tx))
    assert.equal((await reader.read.messages.get(later.id))?.id, later.id)
    await assert.rejects(
      reader.transaction(async () => 1),
      /opened for reading/,
    )
  })

  it('opens for reading with no writer about, and leaves the file to the next writer', async () => {
    const path = newPath()
    const writer = await openSqliteStore(path)
    const { id } = await writer.transaction((tx) => accepted(tx))
    await writer[Symbol.asyncDispose]()
    const reader = await openSqliteStore(path, { readonly: true })
    assert.equal((await reader.read.messages.get(id))?.id, id)
    await using next = await openSqliteStore(path)
    assert.equal((await next.read.messages.get(id))?.id, id)
    await reader[Symbol.asyncDispose]()
  })

  it('refuses to read where there is no store', async () => {
    await assert.rejects(openSqliteStore(newPath(), { readonly: true }), /could not open the store/)
  })

  it('opens again what it closed, with nothing left in the log', async () => {
    const path = newPath()
    const first = await openSqliteStore(path)
    const { id } = await first.transaction((tx) => accepted(tx))
    await first[Symbol.asyncDispose]()
    await using second = await openSqliteStore(path)
    assert.equal((await second.read.messages.get(id))?.id, id)
  })

  it('refuses a file that a newer gateway has brought further', async () => {
    const path = newPath()
    await (await openSqliteStore(path))[Symbol.asyncDispose]()
    behind(path, `INSERT INTO kysely_migration VALUES ('999-later', '2030-01-01T00:00:00Z')`)
    await assert.rejects(openSqliteStore(path), /could not open the store/)
    behind(path, `DELETE FROM kysely_migration WHERE name = '999-later'`)
    await (await openSqliteStore(path))[Symbol.asyncDispose]()
  })

  it('syncs every commit, keeps a write-ahead log and holds foreign keys', () => {
    const database = openDatabase(newPath(), 'write')
    const setting = (name: string): unknown => database.prepare(`PRAGMA ${name}`).get()?.[name]
    const FULL = 2
    assert.deepEqual([setting('synchronous'), setting('journal_mode'), setting('foreign_keys')], [FULL, 'wal', 1])
    database.close()
  })
})

describe('SQLite audit log and ledger', () => {
  it('refuse to be changed, replaced or emptied', async () => {
    const path = newPath()
    const store = await openSqliteStore(path)
    await store.transaction(async (tx) => {
      await tx.audit.append(anEvent())
      await tx.ledger.add([aLedgerEntry()])
    })
    await store[Symbol.asyncDispose]()
    for (const table of ['audit', 'ledger']) {
      assert.throws(() => behind(path, `DELETE FROM ${table}`), new RegExp(`the ${table} only grows`))
      const column = table === 'audit' ? 'hash' : 'said'
      assert.throws(() => behind(path, `UPDATE ${table} SET ${column} = 'x'`), new RegExp(`the ${table} only grows`))
    }
  })

  const TAMPERINGS: readonly { readonly name: string; readonly statement: string; readonly firstBroken: number }[] = [
    {
      name: 'an event changed',
      statement: `UPDATE audit SET event = replace(event, 'prison-north', 'someone') WHERE seq = 5`,
      firstBroken: 5,
    },
    { name: 'a row removed', statement: 'DELETE FROM audit WHERE seq = 5', firstBroken: 6 },
    { name: 'the first row removed', statement: 'DELETE FROM audit WHERE seq = 1', firstBroken: 2 },
    {
      name: 'two rows exchanged',
      statement:
        'UPDATE audit SET seq = 99 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = 99',
      firstBroken: 5,
    },
    {
      name: 'a row put in',
      statement: `INSERT INTO audit SELECT 11, event, hash, previous FROM audit WHERE seq = 10`,
      firstBroken: 11,
    },
  ]
  for (const { name, statement, firstBroken } of TAMPERINGS) {
    it(`show where they were tampered with: ${name}`, async () => {
      const path = newPath()
      const store = await openSqliteStore(path)
      for (let event = 0; event < 10; event++) await store.transaction((tx) => tx.audit.append(anEvent()))
      await store[Symbol.asyncDispose]()
      behind(path, 'DROP TRIGGER audit_refuses_update; DROP TRIGGER audit_refuses_delete')
      behind(path, statement)
      await using tampered = await openSqliteStore(path, { readonly: true })
      assert.equal(firstBreak(await tampered.read.audit.rows(1, 100)), firstBroken)
    })
  }
})
