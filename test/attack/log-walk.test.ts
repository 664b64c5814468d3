/** The log in the walk: nothing is delivered unlogged or unpublished, and what stood still goes on by itself. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'mocha'
import type { Response } from 'supertest'
import { proveDelivery, receiptIn } from '#adapters/agency-kit/prove-delivery.ts'
import type { OpenedParcel } from '#adapters/agency-kit/open-parcel.ts'
import { verifyExported } from '#cli/verify.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import type { CaseId, OrganisationId } from '#gateway/core/ids.ts'
import { readLeaf } from '#gateway/core/log/leaf.ts'
import { readReceipt } from '#gateway/core/log/receipt.ts'
import { problemSchema } from '#gateway/http/agency/schemas.ts'
import { forward } from '#gateway/rooms/forward.ts'
import { checkpointIfDue } from '#gateway/rooms/publish.ts'
import { readiness } from '#gateway/rooms/readiness.ts'
import { bootGateway, expectStatus, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { codeOf } from '#test/support/problem-code.ts'
import { aCaseId, employment, handover, openStage, PRISON, PROBATION } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

function toCase(text: string): CaseId {
  const id = toCaseId(text)
  assert.ok(id !== undefined)
  return id
}

describe('H133 while the witnesses of the members are silent', () => {
  let stage: Stage
  let gateway: TestGateway
  let caseId: string
  beforeEach(async () => {
    stage = await openStage()
    ;({ gateway } = stage)
    caseId = aCaseId()
    await gateway.letWitness(false)
    await stage.send(PRISON, handover(caseId, [employment()]))
  })
  afterEach(() => stage[Symbol.asyncDispose]())

  const waiting = async (): Promise<number> => (await gateway.deliveries(PROBATION)).length

  it('H133 a delivery is neither listed nor handed out, and is as if it were not there', async () => {
    assert.equal(await waiting(), 0)
    const [row] = await gateway.deps.store.read.deliveries.ofCase(toCase(caseId))
    assert.ok(row !== undefined)
    assert.equal(refusal(404, await gateway.collect(PROBATION, row.id)).code, 'not-found')
    assert.equal(refusal(404, await gateway.acknowledge(PROBATION, row.id)).code, 'not-found')
  })

  it('H133 it comes by itself when they are back', async () => {
    await gateway.letWitness(true)
    assert.equal(await waiting(), 1)
    assert.equal((await stage.read(PROBATION, caseId)).length, 1)
  })

  it('H133 readiness says so after a minute, in words, and no longer once they are back', async () => {
    const asked = (): Promise<Response> =>
      gateway.ask({ organisation: 'city-paris' }, 'get', '/v1/log/witness-request', { query: { from: '0' } })
    assert.equal(refusal(404, await asked()).code, 'not-found')
    const standing = async (): Promise<string> => codeOf(await readiness(gateway.deps))
    await checkpointIfDue(gateway.deps)
    assert.match(expectStatus(200, await asked()).text, /^old 0\n\nnet\.test\/log\n/)
    assert.equal(await standing(), 'ok')
    gateway.advance(MINUTE_MS + 1_000)
    assert.equal(await standing(), 'witnesses-silent')
    await gateway.letWitness(true)
    assert.equal(await standing(), 'ok')
  })
})

describe('H132 a log that nobody has time-stamped for three days', () => {
  it('H132 stops what is to be forwarded, says so, and lets it go on once it is stamped', async () => {
    await using stage = await openStage()
    const { gateway } = stage
    const deps = { ...gateway.deps, grace: { warnMs: DAY_MS, stopMs: 3 * DAY_MS } }
    const caseId = aCaseId()
    await stage.send(PRISON, handover(caseId, [employment()]))
    gateway.advance(3 * DAY_MS + 2 * 60 * MINUTE_MS)
    assert.equal(codeOf(await readiness(deps)), 'timestamp-overdue')
    const { deliveries, outbox } = gateway.deps.store.read
    const [row] = await deliveries.ofCase(toCase(caseId))
    assert.ok(row !== undefined)
    const [status] = await outbox.ofMessage(row.messageId)
    assert.ok(status !== undefined)
    assert.deepEqual(await forward(deps, status.job), { kind: 'retry', reason: 'timestamp-overdue' })
    const size = await gateway.deps.store.read.log.size()
    await gateway.deps.store.transaction(({ log }) =>
      log.stamp({ size, token: new Uint8Array(1), stampedAt: gateway.now() }),
    )
    assert.equal(codeOf(await readiness(deps)), 'ok')
    assert.notEqual((await forward(deps, status.job)).kind, 'retry')
  })
})

describe('H09X a log that cannot be written', () => {
  const folder = mkdtemp(join(tmpdir(), 'passerelle-h09x-'))
  let stage: Stage
  let gateway: TestGateway
  let beside: DatabaseSync
  before(async () => {
    const database = join(await folder, 'gateway.db')
    stage = await openStage({ database })
    ;({ gateway } = stage)
    beside = new DatabaseSync(database)
  })
  after(async () => {
    beside.close()
    await stage[Symbol.asyncDispose]()
    rmSync(await folder, { recursive: true, force: true })
  })

  const lock = (): void =>
    beside.exec("CREATE TRIGGER locked BEFORE INSERT ON log_leaves BEGIN SELECT RAISE(ABORT, 'locked'); END")
  const unlock = (): void => beside.exec('DROP TRIGGER IF EXISTS locked')
  const counts = async (): Promise<readonly number[]> => {
    const { log, audit, deliveries } = gateway.deps.store.read
    return [await log.size(), (await audit.head())?.seq ?? 0, (await deliveries.list(everything)).length]
  }
  const everything = { organisation: PROBATION.organisation as OrganisationId, after: 0, limit: 200 }

  it('H09X takes nothing: no 202, no row, no entry; readiness says which, and the same message is taken afterwards', async () => {
    const message = handover(aCaseId(), [employment()])
    const earlier = await counts()
    lock()
    try {
      const refused = await gateway.send(PRISON.organisation, message)
      assert.equal(refusal(503, refused).code, 'log-unwritable')
      assert.ok(problemSchema.parse(refused.body).retryable)
      assert.equal(codeOf(await readiness(gateway.deps)), 'log-unwritable')
      assert.deepEqual(await counts(), earlier)
    } finally {
      unlock()
    }
    assert.equal(codeOf(await readiness(gateway.deps)), 'ok')
    await stage.send(PRISON, message)
  })

  it('H09X delivers nothing of what was taken before, and all of it afterwards by itself', async () => {
    const caseId = aCaseId()
    const { store } = gateway.deps
    await gateway.settled()
    const earlier = await counts()
    let isLocked = false
    // Locked between the acceptance and the delivery: the trigger lets the entry of the submission through.
    beside.exec(
      "CREATE TRIGGER locked BEFORE INSERT ON log_leaves WHEN NEW.leaf LIKE '%delivery-sealed%' BEGIN SELECT RAISE(ABORT, 'locked'); END",
    )
    try {
      isLocked = (await gateway.send(PRISON.organisation, handover(caseId, [employment()]))).status === 202
      await new Promise((later) => setTimeout(later, 300))
      assert.ok(isLocked)
      assert.equal((await counts())[2], earlier[2])
      assert.equal((await store.read.deliveries.ofCase(toCase(caseId))).length, 0)
    } finally {
      unlock()
    }
    gateway.advance(60 * MINUTE_MS)
    await gateway.settled()
    assert.equal((await stage.read(PROBATION, caseId)).length, 1)
  })

  it('H09X hands out no parcel whose handing out cannot be logged', async () => {
    const caseId = aCaseId()
    await stage.send(PRISON, handover(caseId, [employment()]))
    const row = (await gateway.deliveries(PROBATION)).findLast(({ state }) => state === 'in-mailbox')
    assert.ok(row !== undefined)
    lock()
    try {
      assert.equal(refusal(503, await gateway.collect(PROBATION, row.id)).code, 'log-unwritable')
    } finally {
      unlock()
    }
    assert.equal((await gateway.collect(PROBATION, row.id)).status, 200)
  })

  it('H09X a disk that is full stops it the same way, and it goes on when there is room', async () => {
    const full = await bootGateway()
    try {
      const { store } = full.deps
      const log = { ...store.read.log, append: () => Promise.reject(new Error('database or disk is full')) }
      let isFull = true
      const deps = {
        ...full.deps,
        store: {
          ...store,
          transaction: ((work, options) =>
            store.transaction((tx) => work(isFull ? { ...tx, log } : tx), options)) as typeof store.transaction,
        },
      }
      assert.equal(codeOf(await readiness(deps)), 'log-unwritable')
      isFull = false
      assert.equal(codeOf(await readiness(deps)), 'ok')
    } finally {
      await full.stop()
    }
  })
})

describe('H089 the software of a recipient', () => {
  let stage: Stage
  let gateway: TestGateway
  const taken: { readonly id: string; readonly opened: OpenedParcel; readonly receipt: string | undefined }[] = []
  before(async () => {
    stage = await openStage()
    ;({ gateway } = stage)
    const caseId = aCaseId()
    for (let message = 0; message < 2; message += 1) await stage.send(PRISON, handover(caseId, [employment()]))
    for (const { id } of await gateway.deliveries(PROBATION)) {
      const response = await gateway.collect(PROBATION, id)
      taken.push({ id, opened: await gateway.openParcel(response.text), receipt: receiptIn(response.headers) })
    }
  })
  after(() => stage[Symbol.asyncDispose]())

  it('H089 takes a delivery with its receipt, and none without, with another’s, or under another’s name', () => {
    const [first, second] = taken
    assert.ok(first !== undefined && second !== undefined)
    const log = gateway.logTrust()
    const judged = (claimed: Partial<Parameters<typeof proveDelivery>[1]>): string =>
      codeOf(proveDelivery(first.opened, { id: first.id, log, receipt: first.receipt, ...claimed }))
    assert.equal(judged({}), 'ok')
    assert.equal(judged({ receipt: undefined }), 'receipt-missing')
    assert.equal(judged({ log: undefined }), 'receipt-missing')
    assert.equal(judged({ receipt: second.receipt }), 'receipt-of-another')
    assert.equal(judged({ id: second.id }), 'evidence-mismatch')
    assert.equal(judged({ log: { ...log, quorum: 3 } }), 'checkpoint-unwitnessed')
  })

  it('H089 exports what an offline check holds to be that delivery, and no other', () => {
    const [first, second] = taken
    assert.ok(first !== undefined && second !== undefined)
    const { content, evidence } = first.opened
    const exported = { content, evidence, receipt: first.receipt }
    const verified = verifyExported(exported, gateway.logTrust())
    assert.equal(verified.ok ? verified.value.delivery : verified.problem.code, first.id)
    const swapped = { ...exported, content: second.opened.content }
    assert.equal(codeOf(verifyExported(swapped, gateway.logTrust())), 'evidence-mismatch')
  })

  it('H090 two deliveries to one recipient with different content are two entries, each with a receipt of its own', async () => {
    const places = taken.map(({ receipt }) => readReceipt(receipt ?? '')?.index)
    assert.equal(new Set(places).size, 2)
    const leaves = await gateway.deps.store.read.log.leaves(0, 10_000)
    for (const [at, { opened }] of taken.entries()) {
      assert.equal(leaves[places[at] ?? -1], opened.evidence.leaf)
      assert.equal(readLeaf(opened.evidence.leaf)?.act, 'delivery-sealed')
    }
    const digests = taken.map(({ opened }) => (JSON.parse(opened.evidence.body) as { readonly digest: string }).digest)
    assert.equal(new Set(digests).size, 2)
  })

  it('every row of the audit is an entry of the log, and says the same act', async () => {
    const { audit, log } = gateway.deps.store.read
    const rows = await audit.rows(1, 10_000)
    const leaves = await log.leaves(0, 10_000)
    assert.ok(rows.length > 5)
    assert.deepEqual(
      leaves.map((leaf) => readLeaf(leaf)?.act),
      rows.map(({ event }) => event.act),
    )
  })
})
