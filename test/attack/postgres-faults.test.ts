/** Faults of the real server: killed, stopped, read-only, cut off, locked: nothing acknowledged is lost, nothing is half done, and what was erased is in no file. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, it } from 'mocha'
import { openPostgresStore } from '#adapters/store/open-postgres.ts'
import { openVault } from '#adapters/vault/open.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import { firstBreak } from '#gateway/core/audit.ts'
import { toMessageId } from '#gateway/core/ids.ts'
import { neededFor } from '#gateway/core/log/tree.ts'
import { StoreUnavailable } from '#gateway/ports/store.ts'
import type { Store } from '#gateway/ports/store.ts'
import { aCase, aKek } from '#test/adapters/vault/vaults.ts'
import {
  NOW,
  aDelivery,
  aJob,
  aLedgerEntry,
  aMessage,
  aStored,
  accepted,
  anAcceptance,
  anEvent,
} from '#test/contract/stored-things.ts'
import { bootGateway, refusal } from '#test/support/gateway.ts'
import { hasPostgres, needsPostgres, openPostgresServer } from '#test/support/postgres-server.ts'
import type { PostgresServer } from '#test/support/postgres-server.ts'
import { sampledMs, samples } from '#test/support/samples.ts'
import { runCommand } from '#test/support/command-child.ts'
import { unpacked } from '#test/support/stored-bytes.ts'

/** Messages that are looked through at once. */
const READERS = 8
const PAUSE_MS = 5
/** 50 in a full run. */
const KILLS = samples(5)

/** A server that the suite may kill. */
function ownServer(settings: Readonly<Record<string, string>> = {}): () => PostgresServer {
  let server: PostgresServer | undefined
  needsPostgres()
  before(async () => {
    if (hasPostgres()) server = await openPostgresServer(settings)
  })
  after(() => server?.stop())
  return () => {
    assert(server !== undefined)
    return server
  }
}

/** A message with its jobs, its delivery, its lines of ledger and audit, and its leaf: all of it or none. */
async function submit(store: Store): Promise<string> {
  return store.transaction(async (tx) => {
    const { id: messageId, caseId } = await accepted(tx)
    await tx.outbox.add([aJob({ messageId, caseId }), aJob({ messageId, caseId })])
    const delivery = aDelivery({ messageId, caseId, logIndex: await tx.log.append(messageId) })
    await tx.deliveries.add(delivery)
    await tx.ledger.add([aLedgerEntry({ deliveryId: delivery.id, caseId })])
    await tx.audit.append(anEvent({ messageId }))
    return messageId
  })
}

/** Writes until it is told to stop; answers what was acknowledged, and how many were refused as unavailable. */
async function load(store: Store, until: AbortSignal): Promise<{ acknowledged: readonly string[]; refused: number }> {
  const acknowledged: string[] = []
  let refused = 0
  while (!until.aborted) {
    const outcomes = await Promise.allSettled([submit(store), submit(store), submit(store)])
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') acknowledged.push(outcome.value)
      else if (outcome.reason instanceof StoreUnavailable) refused += 1
      else throw outcome.reason
    }
    // So that a fast machine does not write in an instant what takes minutes to look through.
    await sleep(outcomes.some(({ status }) => status === 'rejected') ? 20 : PAUSE_MS)
  }
  return { acknowledged, refused }
}

/** Ledger, log, audit, outbox and deliveries say the same of every message, and every acknowledged one is there. */
async function agrees(url: string, acknowledged: Iterable<string>): Promise<number> {
  await using store = await openPostgresStore(url)
  const rows = await store.read.audit.rows(1, 1_000_000)
  assert.equal(firstBreak(rows), undefined)
  const audited = new Set(rows.map(({ event }) => event.messageId ?? ''))
  for (const id of acknowledged) assert(audited.has(id), 'what was acknowledged is in the audit')
  const leaves = await store.read.log.leaves(0, 1_000_000)
  assert.deepEqual(
    leaves,
    rows.map(({ event }) => event.messageId),
  )
  await store.read.log.nodes(neededFor(leaves.length))
  const waiting = [...audited]
  const lane = async (): Promise<void> => {
    for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) await isWhole(store, text)
  }
  await Promise.all(Array.from({ length: READERS }, lane))
  assert.equal((await store.read.outbox.count()).waiting, 2 * audited.size)
  return audited.size
}

/** Everything that `submit` writes of one message is there. */
async function isWhole({ read }: Store, text: string): Promise<void> {
  const id = toMessageId(text)
  assert(id !== undefined)
  const [message, acceptance, jobs, [delivery, ...others]] = await Promise.all([
    read.messages.get(id),
    read.messages.acceptance(id),
    read.outbox.ofMessage(id),
    read.deliveries.ofMessage(id),
  ])
  assert(message !== undefined && acceptance !== undefined)
  assert.equal(jobs.length, 2)
  assert(delivery !== undefined && others.length === 0)
  assert.equal((await read.ledger.ofDelivery(delivery.id)).length, 1)
}

describe('PostgreSQL under load', () => {
  const server = ownServer()

  it('killed -9 and started again, has all that was acknowledged and no half of anything, and gateways go on by themselves', async () => {
    const url = await server().database()
    await using first = await openPostgresStore(url)
    await using second = await openPostgresStore(url)
    const acknowledged: string[] = []
    let refused = 0
    for (let kill = 0; kill < KILLS; kill += 1) {
      const stopping = new AbortController()
      const loads = [load(first, stopping.signal), load(second, stopping.signal)]
      await sleep(150 + Math.random() * 250)
      await server().kill()
      await sleep(50)
      await server().start()
      await sleep(150)
      stopping.abort()
      for (const one of await Promise.all(loads)) {
        acknowledged.push(...one.acknowledged)
        refused += one.refused
      }
    }
    assert(refused > 0, 'the kills were noticed')
    const kept = await agrees(url, acknowledged)
    assert(kept >= acknowledged.length)
    console.log(`    ${KILLS} kills, ${acknowledged.length} acknowledged, ${kept} kept, ${refused} refused, 0 lost`)
    const checked = await runCommand(['check', 'audit', url])
    assert.equal(checked.code, 0, checked.text)
    assert.match(checked.text, new RegExp(`^${kept} rows, the chain is whole`))
    const bySetting = await runCommand(['check', 'audit', '--json'], { DATABASE_URL: url })
    assert.equal((JSON.parse(bySetting.text) as { readonly rows: number }).rows, kept)
  }).timeout(sampledMs(60_000))

  it('cut off in the middle of a transaction, has nothing of it, and the next one goes through', async () => {
    const url = await server().database()
    await using store = await openPostgresStore(url)
    const stored = aStored()
    const cut = store.transaction(async (tx) => {
      await tx.messages.accept(anAcceptance(stored), stored)
      await server().ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'passerelle'`)
      await tx.audit.append(anEvent())
    })
    await assert.rejects(cut, StoreUnavailable)
    assert.equal(await store.read.messages.get(stored.id), undefined)
    const id = await submit(store)
    assert.equal(await agrees(url, [id]), 1)
  })

  it('cut off while others of a group wait, tells nobody of success whose work is not there', async () => {
    const url = await server().database()
    await using store = await openPostgresStore(url)
    const first = store.transaction(async (tx) => {
      await tx.audit.append(anEvent())
      await server().ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'passerelle'`)
    })
    const outcomes = await Promise.allSettled([first, submit(store), submit(store)])
    const told = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value ?? ''] : []))
    assert.equal(outcomes[0]?.status, 'rejected')
    assert.equal(await agrees(url, told), told.length)
  })

  it('is not told of success where a statement of the transaction failed and nobody heeded it', async () => {
    const url = await server().database()
    await using store = await openPostgresStore(url)
    const stored = aStored()
    await store.transaction((tx) => tx.messages.accept(anAcceptance(stored), stored))
    const careless = store.transaction(async (tx) => {
      await tx.messages.accept(anAcceptance(stored), stored).catch(() => {})
    })
    const [outcome, beside] = await Promise.allSettled([careless, submit(store)])
    assert.deepEqual([outcome.status, beside.status], ['rejected', 'fulfilled'])
  })

  it('H09X with the table of the log locked by another, accepts nothing and does no half', async () => {
    const url = await server().database()
    await (await openPostgresStore(url))[Symbol.asyncDispose]()
    await using store = await openPostgresStore(`${url}?options=${encodeURIComponent('-c lock_timeout=200ms')}`)
    const locking = server().ask(
      `BEGIN; LOCK TABLE passerelle.log_leaves IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(1.5); COMMIT`,
      url,
    )
    await sleep(300)
    await assert.rejects(submit(store), StoreUnavailable)
    await locking
    assert.deepEqual(await store.read.outbox.count(), { waiting: 0, done: 0, stopped: 0, stuck: 0 })
    const id = await submit(store)
    assert.equal(await agrees(url, [id]), 1)
  })

  for (const [name, settings] of Object.entries({
    'read-only by order': { default_transaction_read_only: 'on' },
    'a standby after failing over': { hot_standby: 'on' },
  }))
    it(`H09X restarted as ${name}, shows what there is, takes nothing, and says that it does not answer`, async () => {
      const url = await server().database()
      await using store = await openPostgresStore(url)
      const id = await submit(store)
      await server().halt()
      const standby = join(server().data, 'standby.signal')
      if (name.includes('standby')) writeFileSync(standby, '')
      await server().start(settings)
      await assert.rejects(store.ping(), StoreUnavailable)
      await assert.rejects(submit(store), StoreUnavailable)
      assert.equal((await store.read.audit.rows(1, 10)).length, 1)
      await server().halt()
      rmSync(standby, { force: true })
      await server().start()
      await store.ping()
      assert.equal(await agrees(url, [id, await submit(store)]), 2)
    }).timeout(60_000)

  it('H09X answers a member 503 store-unavailable while it is down, and the same request with a receipt once it is back', async () => {
    await using gateway = await bootGateway({ database: await server().database() })
    const payload = gateway.message('prison-paris', NOTE)
    const envelope = await gateway.envelope('prison-paris', payload)
    const key = randomUUID()
    await server().kill()
    const problem = refusal(503, await gateway.post('prison-paris', envelope, key))
    assert.match(problem.type, /store-unavailable$/)
    await server().start()
    const taken = await gateway.post('prison-paris', envelope, key)
    assert([202, 422].includes(taken.status), taken.text)
    const again = await gateway.post('prison-paris', envelope, key)
    assert.equal(again.status, taken.status)
  }).timeout(60_000)
})

const NOTE = {
  kind: 'EndOfCustodyNote',
  caseId: 'DEMO-PG',
  purpose: 'reintegration',
  legalBasisId: 'eu.led.8',
  items: [],
}

/** Files of the server whose name does not match, that hold one of the byte strings. */
function filesHolding(folder: string, secrets: readonly Uint8Array[], except = /(?!)/): readonly string[] {
  const files = globSync('**/*', { cwd: folder }).filter((file) => !except.test(file))
  return files.filter((file) => {
    const path = join(folder, file)
    if (!statSync(path).isFile()) return false
    const bytes = readFileSync(path)
    return secrets.some((secret) => bytes.includes(secret))
  })
}

describe('files of PostgreSQL', () => {
  const archive = mkdtempSync(join(tmpdir(), 'passerelle-archive-'))
  mkdirSync(join(archive, 'kept'), { mode: 0o777 })
  after(() => rmSync(archive, { recursive: true, force: true }))
  // What docs/decisions/0019-postgresql.md asks of the server that keeps the keys.
  const server = ownServer({ wal_recycle: 'off', min_wal_size: '32MB', autovacuum: 'off' })

  it('H086 hold an erased key nowhere: not in its table from then on, not in the log of writes once that is ended', async () => {
    const { data, ask, database } = server()
    const url = await database()
    await using vault = await openVault({ path: url, keks: [aKek()] })
    for (let index = 0; index < 300; index += 1) await vault.aliasFor(aCase(`${index}`))
    const wrappedOf = async (name: string): Promise<Uint8Array> => {
      const alias = await vault.aliasOf(aCase(name))
      const [row] = await ask(`SELECT wrapped FROM passerelle_keys.case_keys WHERE alias = '${alias ?? ''}'`, url)
      assert(row?.['wrapped'] instanceof Uint8Array)
      return row['wrapped']
    }
    const names = ['3', '77', '150', '298']
    const secrets = await Promise.all(names.map(wrappedOf))
    await ask('CHECKPOINT')
    assert(filesHolding(data, secrets, /^pg_wal\//).length > 0, 'the search finds them in the table')
    assert(filesHolding(join(data, 'pg_wal'), secrets).length > 0, 'and in the log of writes')
    for (const name of names) assert.equal((await vault.erase(aCase(name), NOW, 30)).kind, 'erased')
    assert.deepEqual(filesHolding(data, secrets, /^pg_wal\//), [])
    for (let turn = 0; turn < 2; turn += 1) await ask('SELECT pg_switch_wal(); CHECKPOINT')
    assert.deepEqual(filesHolding(data, secrets), [])
    assert.equal((await vault.status()).cases, 296)
    assert.equal(await vault.caseOf((await vault.aliasOf(aCase('4'))) ?? ''), aCase('4'))
  }).timeout(60_000)

  it('H086 would be seen to hold it after a deletion alone, vacuumed and checkpointed', async () => {
    const { data, ask, database } = server()
    const url = await database()
    const secret = Buffer.from(randomUUID())
    await ask(`CREATE TABLE k (id int, w text); INSERT INTO k VALUES (1, '${secret.toString()}'); CHECKPOINT`, url)
    await ask('DELETE FROM k', url)
    await ask('CHECKPOINT')
    assert(filesHolding(data, [secret], /^pg_wal\//).length > 0)
  })

  it('H081 hold no content, no id of a case or message of the sender and no key, in tables or log of writes', async () => {
    const { data, ask, database } = server()
    const url = await database()
    const secret = 'a story that nobody else may read'
    const caseId = aCase('plain-to-see')
    const stored = aStored({ caseId, message: aMessage(caseId) })
    const acceptance = anAcceptance(stored, { receipt: secret })
    const words = [secret, caseId, stored.jti, acceptance.idempotencyKey]
    const keep = async (store: Store): Promise<void> =>
      store.transaction(async (tx) => {
        await tx.messages.accept(acceptance, stored)
        await tx.cases.stateFacts(caseId, { by: stored.issuer, at: NOW, facts: {} })
        await tx.audit.append(anEvent({ messageId: stored.id, caseId }))
      })
    const found = async (where: string): Promise<readonly string[]> => {
      await ask('CHECKPOINT')
      const raw = globSync('**/*', { cwd: data })
        .map((file) => join(data, file))
        .filter((file) => statSync(file).isFile())
        .map((file) => readFileSync(file))
      const cells = await ask(`SELECT message FROM passerelle.messages`, where)
      const packed = cells.flatMap(({ message }) => (message instanceof Uint8Array ? unpacked(message) : []))
      const all = Buffer.concat([...raw, ...packed])
      return words.filter((word) => all.includes(word))
    }
    await using store = sealStore(await openPostgresStore(url), await openVault({ path: url, keks: [aKek()] }), {
      alarm: () => {},
    })
    await keep(store)
    assert.deepEqual(await found(url), [])
    assert.equal((await store.read.messages.get(stored.id))?.caseId, caseId)
    const open = await database()
    await using bare = await openPostgresStore(open)
    await keep(bare)
    assert.deepEqual(await found(open), words, 'without a vault the search finds them')
  }).timeout(60_000)
})
