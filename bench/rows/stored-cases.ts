/** Whether a message costs the store more when there are many: one message's transactions, with ever more cases stored. */
import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteStore } from '#adapters/store/open.ts'
import type { CaseId, DeliveryId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import type { Message } from '#gateway/core/message.ts'
import type { Store } from '#gateway/ports/store.ts'
import { median, short } from '#bench/measure.ts'
import type { Row, Section } from '#bench/measure.ts'
import { RECIPIENTS, SENDER, benchWorld } from '#bench/workload/network.ts'
import { acceptOne } from './durable.ts'

export const storedCasesSection: Section = {
  name: 'stored cases',
  measure: ({ isQuick }) => measureStored(isQuick ? [10, 100] : [100, 1000, 10_000, 100_000]),
}

/** As many as a country has in decades: some gigabytes, and minutes to fill. */
export const millionCasesSection: Section = {
  name: 'million cases',
  measure: async ({ isQuick }) => {
    const rows = await measureStored(isQuick ? [10, 20] : [100, 10_000, 1_000_000])
    return rows.map((row) => ({ ...row, id: row.id.replace('cases', 'million') }))
  },
}

async function measureStored(sizes: readonly number[]): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-bench-'))
  const path = join(folder, 'bench.db')
  const whole = JSON.parse(benchWorld(200).stored) as Message
  const rows: Row[] = []
  try {
    const model = await firstCase(path)
    let first = 0
    let filled = 0
    for (const size of sizes) {
      const startedAt = performance.now()
      fillAlone(path, model, { from: filled + 1, upTo: size })
      const fillSeconds = (performance.now() - startedAt) / 1000
      filled = size
      const ms = await costAmongAll(path, whole)
      first = first === 0 ? ms : first
      const { size: bytes } = await stat(path)
      rows.push({
        id: `cases ${size}`,
        what: `cost of a message with ${size} cases stored, against ${sizes[0] ?? 0}`,
        value: ms / first,
        unit: 'x',
        detail: `${short(ms)} ms of store work for one message of 200 items and its five deliveries; file ${short(bytes / 1e6)} MB, filled in ${short(fillSeconds)} s`,
      })
    }
    return rows
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Made in a new store, with all that was to be done for it done. */
async function firstCase(path: string): Promise<MessageId> {
  await using store = await openSqliteStore(path)
  const model = await acceptOne(store, JSON.parse(benchWorld(1).stored) as Message)
  await finishAll(store, model)
  return model
}

async function costAmongAll(path: string, whole: Message): Promise<number> {
  await using store = await openSqliteStore(path)
  const rounds: number[] = []
  for (let round = 0; round < 4; round += 1) rounds.push(await costOf(store, whole))
  return median(rounds.slice(1))
}

/** Nobody else has the file open, and if the power goes it is made anew: nothing is written twice. All is on the disk before anything is measured. */
function fillAlone(path: string, model: MessageId, cases: Cases): void {
  using database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000')
  fill(database, model, cases)
  const file = openSync(path, 'r+')
  fsyncSync(file)
  closeSync(file)
}

export interface Cases {
  /** Numbers of the first and the last. */
  readonly from: number
  readonly upTo: number
}

const FILLED = ['acceptances', 'messages', 'brought', 'outbox'] as const

/**
 * Copies one finished case under new names, row by row of each table: a hundred thousand walks would take hours. Names are drawn by chance, as
 * those of life are, so that what comes after lands anywhere among them; each table is written in the order of its key, its indexes after it.
 */
export function fill(database: DatabaseSync, model: MessageId, { from, upTo }: Cases): void {
  database.exec('BEGIN IMMEDIATE')
  database.exec(`CREATE TEMP TABLE fresh AS WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${upTo})
    SELECT ${randomName} AS m, 'c' || ${randomName} AS c, ${randomName} AS j FROM n`)
  const indexes = indexesOf(database)
  for (const { name } of indexes) database.exec(`DROP INDEX "${name}"`)
  for (const table of FILLED) database.exec(copyInto(table, model))
  for (const { sql } of indexes) database.exec(sql)
  database.exec('DROP TABLE fresh')
  database.exec('COMMIT')
}

const randomName = 'lower(hex(randomblob(16)))'

/** Those that a statement made; of keys there is no text. */
const indexesOf = (database: DatabaseSync): readonly { readonly name: string; readonly sql: string }[] =>
  database
    .prepare(
      `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (${FILLED.map(() => '?').join()})`,
    )
    .all(...FILLED)
    .map(({ name, sql }) => ({ name: String(name), sql: String(sql) }))

const COPIED: Readonly<
  Record<
    (typeof FILLED)[number],
    { readonly columns: string; readonly values: string; readonly of: string; readonly order: string }
  >
> = {
  acceptances: {
    columns: '"messageId", "issuer", "jti", "messageDigest", "idempotencyKey", "bodyDigest", "receipt", "acceptedAt"',
    values: `f.m, t.issuer, f.j, t."messageDigest", f.j, t."bodyDigest", t.receipt, t."acceptedAt"`,
    of: '"messageId"',
    order: 'f.m',
  },
  messages: {
    columns: '"id", "issuer", "jti", "kind", "caseId", "position", "attested", "receivedAt", "message"',
    values: `f.m, t.issuer, f.j, t.kind, f.c, 1, t.attested, t."receivedAt", t.message`,
    of: '"id"',
    order: 'f.m',
  },
  brought: {
    columns: '"caseId", "position", "messageId", "items"',
    values: `f.c, 1, f.m, t."items"`,
    of: '"messageId"',
    order: 'f.c',
  },
  outbox: {
    columns:
      '"id", "messageId", "caseId", "edge", "mandate", "cause", "dueAt", "visibleAt", "attempts", "state", "outcome", "endedAt"',
    values: `${randomName}, f.m, f.c, t.edge, t.mandate, t.cause, t."dueAt", t."visibleAt", 1, 'done', 'delivered', t."dueAt"`,
    of: '"messageId"',
    order: 'f.m',
  },
}

function copyInto(table: (typeof FILLED)[number], model: MessageId): string {
  const { columns, values, of, order } = COPIED[table]
  const rows = `SELECT * FROM ${table} WHERE ${of} = '${model}'`
  return `INSERT INTO ${table} (${columns}) SELECT ${values} FROM fresh f, (${rows}) t ORDER BY ${order}`
}

/** The jobs of the model are done, as they would be. */
export const finishAll = (store: Store, id: MessageId): Promise<void> =>
  store.transaction(async (tx) => {
    for (const { job } of await tx.outbox.ofMessage(id)) await tx.outbox.finish(job.id, 'done', 'delivered', Date.now())
  })

async function costOf(store: Store, message: Message): Promise<number> {
  const times: number[] = []
  for (let index = 0; index < 12; index += 1) {
    const start = performance.now()
    const id = await acceptOne(store, message)
    const jobs = await store.transaction((tx) =>
      tx.outbox.claim({ now: Date.now() + 1, leaseMs: 60_000, limit: RECIPIENTS.length }),
    )
    for (const job of jobs) await deliverOne(store, id, job.id, job.mandate)
    times.push(performance.now() - start)
  }
  return median(times)
}

/** The reads and writes of one delivery, as the forward walk makes them. */
async function deliverOne(store: Store, id: MessageId, jobId: string, mandate: MandateId): Promise<void> {
  const { read } = store
  const stored = await read.messages.get(id)
  if (stored === undefined) throw new Error('a message of the bench is gone')
  const { caseId } = stored
  await Promise.all([
    read.cases.itemStates(caseId),
    read.cases.facts(caseId),
    read.cases.assignments(caseId),
    read.cases.countMeetings(caseId, mandate),
  ])
  await read.deliveries.lastAcknowledgedAt(caseId, mandate)
  await store.transaction(async (tx) => {
    const deliveryId = randomUUID() as DeliveryId
    if ((await tx.deliveries.latest({ messageId: id, mandate })) !== undefined) throw new Error('delivered already')
    await tx.deliveries.add({
      id: deliveryId,
      messageId: id,
      caseId: caseId as CaseId,
      kind: stored.kind,
      edge: 'bench-edge',
      organisation: SENDER as OrganisationId,
      mandate,
      kid: 'k'.repeat(43),
      projectionDigest: 'd'.repeat(64),
      policyDigest: 'e'.repeat(64),
      depth: 'D4',
      cause: 'submission',
      logIndex: 0,
      createdAt: Date.now(),
    })
    await tx.deliveries.putParcel(deliveryId, 'A'.repeat(112_000))
    await tx.audit.append({
      at: '2027-03-14T09:30:00.000Z',
      operation: 'disclosure',
      act: 'delivery-sealed',
      actor: SENDER,
      caseId,
      messageId: id,
      deliveryId,
    })
    await tx.outbox.finish(jobId, 'done', 'delivered', Date.now())
  })
}
