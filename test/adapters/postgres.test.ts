/** What only PostgreSQL's store shows: several gateways at once, an older one beside a newer, guards, and how bytes and numbers are kept. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { before, describe, it } from 'mocha'
import { openPostgresStore, openStore } from '#adapters/store/open-postgres.ts'
import { WRITERS_LOCK } from '#adapters/store/postgres-tables.ts'
import { openVault } from '#adapters/vault/open.ts'
import { firstBreak } from '#gateway/core/audit.ts'
import { completingLeaf, neededFor } from '#gateway/core/log/tree.ts'
import { BLIND_FIELDS, SealBroken } from '#gateway/ports/vault.ts'
import type { Store } from '#gateway/ports/store.ts'
import { NOW, aDelivery, aJob, aLedgerEntry, accepted, anEvent } from '#test/contract/stored-things.ts'
import { needsPostgres, postgresServer } from '#test/support/postgres-server.ts'
import type { PostgresServer } from '#test/support/postgres-server.ts'
import { aCase, aKek } from './vault/vaults.ts'

const PLACE = { table: 'messages', row: 'm-1' }

describe('PostgreSQL store of several gateways', () => {
  needsPostgres()
  let server: PostgresServer
  before(async () => {
    server = await postgresServer()
  })

  it('keeps one audit chain and one log, dense and in one order, whoever writes', async () => {
    const url = await server.database()
    await using first = await openPostgresStore(url)
    await using second = await openPostgresStore(url)
    await using third = await openStore(url)
    const write = (store: Store): Promise<unknown> =>
      store.transaction(async (tx) => {
        const { id: messageId, caseId } = await accepted(tx)
        await tx.outbox.add([aJob({ messageId, caseId }), aJob({ messageId, caseId })])
        await tx.deliveries.add(aDelivery({ messageId, caseId }))
        await tx.audit.append(anEvent({ messageId }))
        await tx.log.append(messageId)
      })
    await Promise.all(Array.from({ length: 90 }, (_, index) => write([first, second, third][index % 3] ?? first)))
    const rows = await first.read.audit.rows(1, 1000)
    assert.equal(rows.length, 90)
    assert.equal(firstBreak(rows), undefined)
    assert.equal(await second.read.log.size(), 90)
    const places = Array.from({ length: 90 }, (_, index) => neededFor(index)).flat()
    assert.equal((await third.read.log.nodes(places)).length, places.length)
    assert(places.every((place) => completingLeaf(place) < 90))
    assert.deepEqual(await first.read.outbox.count(), { waiting: 180, done: 0, stopped: 0, stuck: 0 })
  })

  it('hands each job to one gateway alone, all of them to some, and again once its lease is over', async () => {
    const url = await server.database()
    await using first = await openPostgresStore(url)
    await using second = await openPostgresStore(url)
    const jobs = Array.from({ length: 60 }, () => aJob())
    await first.transaction((tx) => tx.outbox.add(jobs))
    const claim = async (store: Store): Promise<readonly string[]> => {
      const claimed = await store.transaction((tx) => tx.outbox.claim({ now: NOW, leaseMs: 1000, limit: 7 }))
      return claimed.map(({ id }) => id)
    }
    const turns = Array.from({ length: 20 }, (_, index) => claim(index % 2 === 0 ? first : second))
    const claimed = (await Promise.all(turns)).flat()
    assert.equal(claimed.length, 60)
    assert.equal(new Set(claimed).size, 60)
    const again = await second.transaction((tx) => tx.outbox.claim({ now: NOW + 1000, leaseMs: 1000, limit: 100 }))
    assert.deepEqual(new Set(again.map(({ attempts }) => attempts)), new Set([2]))
  })

  it('shows each what another has committed, though it has read it before', async () => {
    const url = await server.database()
    await using first = await openPostgresStore(url)
    await using second = await openPostgresStore(url)
    const { id } = await first.transaction((tx) => accepted(tx))
    assert.equal((await second.read.messages.get(id))?.id, id)
    const delivery = aDelivery({ messageId: id })
    await first.transaction((tx) => tx.deliveries.add(delivery))
    assert.equal((await second.read.deliveries.get(delivery.id))?.state, 'in-mailbox')
    await second.transaction((tx) => tx.deliveries.setState(delivery.id, 'collected', NOW))
    assert.equal((await first.read.deliveries.get(delivery.id))?.state, 'collected')
  })

  it('lets an older gateway go on while a newer one adds to the tables, and start again after it', async () => {
    const url = await server.database()
    await using older = await openPostgresStore(url)
    const { id } = await older.transaction((tx) => accepted(tx))
    assert.equal((await older.read.messages.get(id))?.id, id)
    await server.ask(
      `SET search_path = passerelle;
       ALTER TABLE messages ADD COLUMN "laterOn" text NOT NULL DEFAULT 'x';
       ALTER TABLE outbox ADD COLUMN "laterOn" bigint;
       INSERT INTO kysely_migration VALUES ('900-later', '2030-01-01T00:00:00Z')`,
      url,
    )
    const later = await older.transaction(async (tx) => {
      const stored = await accepted(tx)
      await tx.outbox.add([aJob({ messageId: stored.id })])
      return stored.id
    })
    assert.equal((await older.read.messages.get(later))?.id, later)
    assert.equal((await older.transaction((tx) => tx.outbox.claim({ now: NOW, leaseMs: 1, limit: 5 }))).length, 1)
    await using again = await openPostgresStore(url)
    assert.equal(
      (await again.read.messages.ofCase((await again.read.messages.get(id))?.caseId ?? aCase('x'))).length,
      1,
    )
  })

  it('refuses to start once a newer gateway has taken away what this one needs', async () => {
    const url = await server.database()
    await (await openPostgresStore(url))[Symbol.asyncDispose]()
    await server.ask(`INSERT INTO passerelle.kysely_migration VALUES ('901-contract-x', '2030-01-01T00:00:00Z')`, url)
    await assert.rejects(openPostgresStore(url), /has taken away what this one needs \(901-contract-x\)/)
  })

  it('makes its tables once, however many gateways start at the same time', async () => {
    const url = await server.database()
    const stores = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore(url)))
    await Promise.all(stores.map((store) => store.transaction((tx) => tx.audit.append(anEvent()))))
    assert.equal((await stores[0]?.read.audit.rows(1, 10))?.length, 4)
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()))
  })

  it('waits for another that makes its schema at the same moment', async () => {
    const url = await server.database()
    const other = server.ask(
      `BEGIN; SELECT pg_advisory_xact_lock(${WRITERS_LOCK}); CREATE SCHEMA passerelle; SELECT pg_sleep(1); COMMIT`,
      url,
    )
    await sleep(300)
    await using store = await openPostgresStore(url)
    await other
    assert.equal(await store.read.audit.head(), undefined)
  })

  it('opens for reading beside the others, and never writes then', async () => {
    const url = await server.database()
    await assert.rejects(openPostgresStore(url, { readonly: true }), /could not open the store/)
    await using writer = await openPostgresStore(url)
    const { id } = await writer.transaction((tx) => accepted(tx))
    await using reader = await openPostgresStore(url, { readonly: true })
    assert.equal((await reader.read.messages.get(id))?.id, id)
    await reader.ping()
    await assert.rejects(
      reader.transaction(async () => 1),
      /opened for reading/,
    )
  })

  it('refuses to change, empty or replace what only grows', async () => {
    const url = await server.database()
    await using store = await openPostgresStore(url)
    await store.transaction(async (tx) => {
      await tx.audit.append(anEvent())
      await tx.log.append('leaf')
      await tx.ledger.add([aLedgerEntry()])
    })
    const counts = async (): Promise<unknown> =>
      server.ask(
        `SELECT (SELECT count(*) FROM passerelle.audit) + (SELECT count(*) FROM passerelle.ledger)
          + (SELECT count(*) FROM passerelle.log_leaves) AS rows`,
        url,
      )
    for (const table of ['audit', 'ledger', 'log_leaves'])
      for (const change of [
        `DELETE FROM passerelle.${table}`,
        `TRUNCATE passerelle.${table}`,
        `UPDATE passerelle.${table} SET ${table === 'audit' ? 'hash' : table === 'ledger' ? 'said' : 'leaf'} = 'x'`,
      ])
        await assert.rejects(server.ask(change, url), new RegExp(`the ${table} only grows`))
    assert.deepEqual(await counts(), [{ rows: '3' }])
  })

  it('stores sealed bytes as they are, whole numbers of 64 bits, and text in the order of its bytes', async () => {
    const url = await server.database()
    await using store = await openPostgresStore(url)
    await store.ping()
    const columns = await server.ask(
      `SELECT attname, attstorage::text AS storage, atttypid::regtype::text AS type, coalesce(collname, '') AS collation
       FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_collation ON pg_collation.oid = attcollation
       WHERE relnamespace = 'passerelle'::regnamespace AND relkind = 'r' AND attnum > 0 AND relname NOT LIKE 'kysely%'`,
      url,
    )
    const ofType = (type: string): readonly Readonly<Record<string, unknown>>[] =>
      columns.filter((one) => one['type'] === type)
    assert(ofType('bytea').length >= 6)
    assert(ofType('bytea').every(({ storage }) => storage === 'e'))
    assert(ofType('text').every(({ collation }) => collation === 'C'))
    assert.deepEqual(new Set(columns.map(({ type }) => type)), new Set(['bigint', 'bytea', 'text']))
  })

  it('never answers a number that it cannot hold', async () => {
    const url = await server.database()
    await using store = await openPostgresStore(url)
    await store.transaction((tx) => tx.outbox.add([aJob()]))
    await server.ask(`UPDATE passerelle.outbox SET "visibleAt" = 9007199254740993`, url)
    await assert.rejects(store.read.outbox.nextDueAt(), RangeError)
  })
})

describe('keys in PostgreSQL', () => {
  needsPostgres()
  const open = (url: string, kek = 'first'): ReturnType<typeof openVault> =>
    openVault({ path: url, keks: [aKek(kek), ...(kek === 'first' ? [] : [aKek()])] })

  it('are one for a case, whichever gateway makes it, and open what any of them sealed', async () => {
    const url = await (await postgresServer()).database()
    await using first = await open(url)
    await using second = await open(url)
    const aliases = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? first : second).aliasFor(aCase(`${index % 5}`))),
    )
    assert.equal(new Set(aliases).size, 5)
    assert.deepEqual([first.own, await first.caseOf(aliases[3] ?? '')], [second.own, aCase('3')])
    const [alias] = aliases
    assert(alias !== undefined)
    const sealed = await first.seal(alias, PLACE, 'secret')
    assert.equal(Buffer.from((await second.open(PLACE, sealed, alias)) ?? []).toString(), 'secret')
    assert.equal((await second.status()).cases, 5)
  })

  it('are let go of by every gateway soon after one destroys them, told to each, and made anew under another name', async () => {
    const url = await (await postgresServer()).database()
    let told = 0
    await using gateway = await openVault({ path: url, keks: [aKek()], onErased: () => (told += 1) })
    const alias = await gateway.aliasFor(aCase('a'))
    const sealed = await gateway.seal(alias, PLACE, 'secret')
    await using operator = await open(url)
    assert.equal(await operator.hold(aCase('a'), 'court-order', NOW), true)
    assert.deepEqual(await operator.erase(aCase('a'), NOW, 30), { kind: 'held', since: NOW, reason: 'court-order' })
    assert.equal(await operator.release(aCase('a')), true)
    assert.equal((await operator.erase(aCase('a'), NOW, 30)).kind, 'erased')
    await new Promise((resolve) => setTimeout(resolve, 60))
    assert.equal(await gateway.open(PLACE, sealed), undefined)
    assert.equal(told, 1)
    await assert.rejects(() => gateway.seal(alias, PLACE, 'more'), /was erased/)
    assert.notEqual(await gateway.aliasFor(aCase('a')), alias)
    const [erasure, ...others] = await gateway.unreported()
    assert(erasure !== undefined && others.length === 0)
    await gateway.reported([erasure], NOW)
    assert.deepEqual(await operator.unreported(), [])
  })

  it('are wrapped under another KEK while gateways go on, and do not open where a row was changed', async () => {
    const server = await postgresServer()
    const url = await server.database()
    await using gateway = await openVault({ path: url, keks: [aKek(), aKek('second')] })
    const alias = await gateway.aliasFor(aCase('a'))
    const sealed = await gateway.seal(alias, PLACE, 'secret')
    {
      await using rotating = await open(url, 'second')
      assert.equal(await rotating.rotate({ batch: 1 }), 2 + BLIND_FIELDS.length)
    }
    await new Promise((resolve) => setTimeout(resolve, 60))
    assert.equal(Buffer.from((await gateway.open(PLACE, sealed)) ?? []).toString(), 'secret')
    await assert.rejects(open(url), /which is not configured/)
    await server.ask(`UPDATE passerelle_keys.case_keys SET wrapped = wrapped || '\\x00' WHERE alias = '${alias}'`, url)
    await using later = await open(url, 'second')
    await assert.rejects(() => later.open(PLACE, sealed), SealBroken)
  })
})
