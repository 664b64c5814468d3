/** `backup` and `restore` beside gateways at work, on both databases and from one to the other; and what is refused. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { openBackup, rowsOf } from '#adapters/backup/read-backup.ts'
import { printHeader, printTrailer, printCounts } from '#adapters/backup/backup-format.ts'
import { openNoteKey } from '#adapters/keys/note-key.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { signCheckpoint } from '#gateway/core/log/checkpoint.ts'
import { EMPTY_ROOT } from '#gateway/core/log/tree.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { runCommand } from '#test/support/command-child.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'
import { aHandover } from '#test/support/messages.ts'
import { hasPostgres, needsPostgres, postgresServer } from '#test/support/postgres-server.ts'

const SENDERS = 3
const BACKUPS = 2

describe('backup and restore', function () {
  this.timeout(180_000)
  let serving: Serving
  /** Cases of one round of sending are none of another's: a gateway that was put back has forgotten what its members have not. */
  let rounds = 0
  const at = (name: string): string => join(serving.folder, name)
  /** Commands over the database at that place. */
  const run = (place: string, ...args: readonly string[]): ReturnType<typeof runCommand> =>
    runCommand([...args, '--database', place], {
      PASSERELLE_NETWORK: serving.folder,
      PASSERELLE_KEK: join(serving.folder, EXAMPLE_PATHS.kek),
    })
  const done = async (place: string, ...args: readonly string[]): Promise<string> => {
    const { code, text } = await run(place, ...args)
    assert.equal(code, 0, text)
    return text
  }

  before(async () => {
    serving = await openServing()
  })
  after(() => serving[Symbol.asyncDispose]())

  /** Sends as fast as it can until told to stop; answers how many were taken. */
  const keepSending = async (signal: AbortSignal, name: string): Promise<number> => {
    using member = await serving.member('prison-paris')
    let taken = 0
    for (; !signal.aborted; taken += 1)
      await member.send({
        sch: 'passerelle/1',
        ...aHandover({ caseId: `DEMO-${rounds}-${name}-${taken % 5}` }),
        iss: 'spiffe://demo.passerelle.example/org/prison-paris',
        aud: serving.audience,
        iat: toNumericDate(Date.now()),
        jti: randomUUID(),
      })
    return taken
  }

  const whileSending = async (work: () => Promise<void>): Promise<number> => {
    rounds += 1
    const stopping = new AbortController()
    const senders = Array.from({ length: SENDERS }, (_, name) => keepSending(stopping.signal, `${name}`))
    try {
      await work()
    } finally {
      stopping.abort()
    }
    return (await Promise.all(senders)).reduce((sum, taken) => sum + taken, 0)
  }

  /** What only holds at one moment: a chain without a gap, no delivery without ledger row and parcel, no message without its acceptance. */
  const refuseTorn = async (file: string): Promise<number> => {
    const seen = new Map<string, Set<unknown>>()
    const backup = await openBackup(file)
    for await (const { table, columns, rows } of rowsOf(backup)) {
      const key = columns.indexOf(KEYS[table] ?? '')
      if (key === -1) continue
      const ids = seen.get(table) ?? new Set()
      for (const row of rows) ids.add(row[key])
      seen.set(table, ids)
    }
    const without = (one: string, other: string): readonly unknown[] =>
      [...(seen.get(one) ?? [])].filter((id) => seen.get(other)?.has(id) !== true)
    assert.deepEqual(without('deliveries', 'ledger'), [])
    assert.deepEqual(without('deliveries', 'parcels'), [])
    assert.deepEqual(without('messages', 'acceptances'), [])
    assert.equal(seen.get('audit')?.size, Math.max(0, ...[...(seen.get('audit') ?? [])].map(Number)))
    assert.equal(backup.trailer.rows['log_leaves'], backup.trailer.rows['audit'])
    return seen.get('deliveries')?.size ?? 0
  }

  it('takes one moment of a gateway that works, again and again, and puts each back', async () => {
    await serving.start()
    const taken = await whileSending(async () => {
      for (let count = 0; count < BACKUPS; count += 1)
        await done(serving.database, 'backup', '--out', at(`${count}.pb`))
      await done(serving.database, 'backup', '--keys', '--out', at('keys.pb'))
    })
    assert.ok(taken > 0)
    let deliveries = 0
    for (let count = 0; count < BACKUPS; count += 1) {
      deliveries += await refuseTorn(at(`${count}.pb`))
      const place = at(`put-back-${count}/passerelle.db`)
      await done(place, 'restore', at('keys.pb'))
      await done(place, 'restore', at(`${count}.pb`))
      const audited = await runCommand(['check', 'audit', place])
      assert.match(audited.text, /the chain is whole/)
    }
    assert.ok(deliveries > 0)
    console.log(`    ${taken} messages taken during ${BACKUPS} backups`)
  })

  it('wants the keys first, and puts nothing where something is', async () => {
    const place = at('in-turn/passerelle.db')
    const early = await run(place, 'restore', at('0.pb'))
    assert.deepEqual([early.code, existsSync(place)], [1, false], early.text)
    assert.match(early.text, /restore the backup of the keys first/)
    await done(place, 'restore', at('keys.pb'))
    assert.match((await run(place, 'restore', at('keys.pb'))).text, /holds keys already/)
    await done(place, 'restore', at('0.pb'))
    assert.match((await run(place, 'restore', at('0.pb'))).text, /holds something already/)
    assert.match((await run(serving.database, 'restore', at('0.pb'))).text, /another gateway already writes/)
  })

  it('tells the keys of another gateway before anything is put back', async () => {
    const place = at('other-keys/passerelle.db')
    const kek = at('other-kek')
    await runCommand(['vault', 'key', kek])
    const settings = { PASSERELLE_NETWORK: serving.folder, PASSERELLE_KEK: kek }
    await runCommand(['vault', 'status', '--database', place], settings)
    const { code, text } = await runCommand(['restore', at('0.pb'), '--database', place], settings)
    assert.equal(code, 1)
    assert.match(text, /the keys do not open what the backup holds/)
    const audited = await runCommand(['check', 'audit', place])
    assert.match(audited.text, /^0 rows/)
  })

  it('tells a KEK that does not wrap the keys that were put back', async () => {
    const { code, text } = await runCommand(['restore', at('keys.pb'), '--database', at('no-kek/passerelle.db')], {
      PASSERELLE_NETWORK: serving.folder,
      PASSERELLE_KEK: at('other-kek'),
    })
    assert.equal(code, 1)
    assert.match(text, /which is not configured/)
  })

  it('H084 refuses a backup of the keys that is older than was promised', async () => {
    const backup = await openBackup(at('keys.pb'))
    const whole = readFileSync(at('keys.pb'))
    const header = printHeader({ ...backup.header, at: new Date(Date.now() - 31 * 86_400_000).toISOString() })
    const body = Buffer.concat([Buffer.from(header), whole.subarray(backup.from, backup.to), Buffer.from('\n')])
    const sha256 = sha256Hex(Buffer.concat([body, Buffer.from(printCounts(backup.trailer.rows))]))
    const trailer = printTrailer({ rows: backup.trailer.rows, sha256 })
    writeFileSync(at('old-keys.pb'), Buffer.concat([body, Buffer.from(trailer)]))
    const { code, text } = await run(at('too-old/passerelle.db'), 'restore', at('old-keys.pb'))
    assert.equal(code, 1)
    assert.match(text, /promised to be gone by/)
    assert.equal(existsSync(at('too-old/keys.db')), false)
  })

  it('holds no key that is not wrapped, and nothing of any case', async () => {
    const plain = /DEMO-\d-|registrar|first-appointment/
    for (const name of ['0.pb', 'keys.pb']) {
      const backup = await openBackup(at(name))
      for await (const { table, rows } of rowsOf(backup))
        for (const row of table === 'policies' ? [] : rows)
          for (const cell of row)
            assert.doesNotMatch(
              cell instanceof Uint8Array ? Buffer.from(cell).toString('latin1') : String(cell),
              plain,
              table,
            )
    }
  })

  it('says that the start will be refused where the log is behind its head, and how far', async () => {
    await serving.kill()
    const folder = dirname(serving.database)
    rmSync(folder, { recursive: true })
    await done(serving.database, 'restore', at('keys.pb'))
    const signer = await openNoteKey(join(serving.folder, EXAMPLE_PATHS.logKey))
    const head = at('head-of-data/checkpoint')
    writeFileSync(head, await signCheckpoint({ size: 999_999, root: EMPTY_ROOT }, signer))
    const told = await done(serving.database, 'restore', at('0.pb'))
    assert.match(told, /published head is at 999999 .*log-rolled-back/)
    await assert.rejects(serving.start(), /log-rolled-back/)
  })

  describe('across databases', () => {
    needsPostgres()

    it('moves an embedded gateway to PostgreSQL, which goes on there, is backed up there, and back', async () => {
      assert.ok(hasPostgres())
      const url = await (await postgresServer()).database()
      await done(url, 'restore', at('keys.pb'))
      await done(url, 'restore', at('1.pb'))
      rmSync(join(serving.folder, 'head-of-data'), { recursive: true })
      await serving.start({ DATABASE_URL: url })
      const taken = await whileSending(() => done(url, 'backup', '--out', at('there.pb')).then(() => {}))
      await done(url, 'backup', '--out', at('later.pb'))
      await done(url, 'backup', '--keys', '--out', at('keys-there.pb'))
      await serving.kill()
      assert.ok(taken > 0)
      await refuseTorn(at('there.pb'))
      const place = at('back/passerelle.db')
      await done(place, 'restore', at('keys-there.pb'))
      await done(place, 'restore', at('later.pb'))
      await done(place, 'backup', '--out', at('again.pb'))
      const [there, again] = [await openBackup(at('later.pb')), await openBackup(at('again.pb'))]
      assert.deepEqual(again.trailer.rows, there.trailer.rows)
    })
  })
})

/** By which column rows of two tables are brought together. */
const KEYS: Readonly<Record<string, string>> = {
  deliveries: 'id',
  ledger: 'deliveryId',
  parcels: 'deliveryId',
  messages: 'id',
  acceptances: 'messageId',
  audit: 'seq',
}
