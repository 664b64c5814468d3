/** Whether a message costs the store more when there are many: one message's transactions, with ever more cases stored. */
import { randomUUID } from 'node:crypto'
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
  const rows: Row[] = []
  try {
    await using store = await openSqliteStore(path)
    const small = JSON.parse(benchWorld(1).stored) as Message
    const whole = JSON.parse(benchWorld(200).stored) as Message
    const model = await acceptOne(store, small)
    await finishAll(store, model)
    let first = 0
    let filled = 0
    await costOf(store, whole)
    for (const size of sizes) {
      fill(path, model, filled + 1, size)
      filled = size
      const ms = await costOf(store, whole)
      first = first === 0 ? ms : first
      const { size: bytes } = await stat(path)
      const detail = `${short(ms)} ms of store work for one message of 200 items and its five deliveries; file ${short(bytes / 1e6)} MB`
      rows.push({
        id: `cases ${size}`,
        what: `cost of a message with ${size} cases stored, against ${sizes[0] ?? 0}`,
        value: ms / first,
        unit: 'x',
        detail,
      })
    }
    return rows
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Copies one finished case under new names, straight into the file beside the store: a hundred thousand walks would take hours. */
export function fill(path: string, model: MessageId, first: number, last: number): void {
  using database = new DatabaseSync(path, { timeout: 10_000 })
  const numbers = `WITH RECURSIVE n(i) AS (SELECT ${first} UNION ALL SELECT i + 1 FROM n WHERE i < ${last})`
  const copy = (table: string, columns: string, values: string, from: string): void =>
    database.exec(
      `INSERT INTO ${table} (${columns}) ${numbers} SELECT ${values} FROM n, (SELECT * FROM ${table} WHERE ${from} = '${model}') m`,
    )
  database.exec('BEGIN IMMEDIATE')
  copy(
    'acceptances',
    '"messageId", "issuer", "jti", "messageDigest", "idempotencyKey", "bodyDigest", "receipt", "acceptedAt"',
    `'m' || i, m.issuer, 'j' || i, m."messageDigest", 'k' || i, m."bodyDigest", m.receipt, m."acceptedAt"`,
    '"messageId"',
  )
  copy(
    'messages',
    '"id", "issuer", "jti", "kind", "caseId", "position", "attested", "receivedAt", "message"',
    `'m' || i, m.issuer, 'j' || i, m.kind, 'c' || i, 1, m.attested, m."receivedAt", m.message`,
    '"id"',
  )
  copy('brought', '"caseId", "position", "messageId", "items"', `'c' || i, 1, 'm' || i, m."items"`, '"messageId"')
  copy(
    'outbox',
    '"id", "messageId", "caseId", "edge", "mandate", "cause", "dueAt", "visibleAt", "attempts", "state", "outcome", "endedAt"',
    `m.id || i, 'm' || i, 'c' || i, m.edge, m.mandate, m.cause, m."dueAt", m."visibleAt", 1, 'done', 'delivered', m."dueAt"`,
    '"messageId"',
  )
  database.exec('COMMIT')
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
