/** What a closure report names, held against the ledger: whoever could read what was taken back, whole or generalised, and nobody else. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import fc from 'fast-check'
import type { CaseId, ItemId, MessageId } from '#gateway/core/ids.ts'
import type { Registry } from '#gateway/core/participants.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { closureSchema } from '#gateway/http/agency/schemas.ts'
import { makeRound, meetMembers } from '#gateway/rooms/round.ts'
import { expectStatus } from '#test/support/gateway.ts'
import type { Asking } from '#test/support/gateway.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import {
  COURT,
  DAY_MS,
  INTERIOR,
  MINISTRY,
  ON_SENTENCE,
  PRISON,
  PROBATION,
  aCaseId,
  correction,
  employment,
  handover,
  identity,
  openStage,
  recall,
} from './stage.ts'
import type { Stage } from './stage.ts'

/** Of the handover: whole to probation and court, that it exists to the prefecture; to the ministry nothing of it. */
const RECIPIENTS = [PROBATION, COURT, INTERIOR, MINISTRY] as const

describe('a closure report against the ledger', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  const reportOf = async (id: string) =>
    closureSchema.parse(
      expectStatus(
        200,
        await stage.gateway.ask({ organisation: PRISON.organisation }, 'get', `/v1/submissions/${id}/closure`),
      ).body,
    )

  /** Organisation and level, of all who could read the item: of its deliveries those that stand, or were fetched before they were withdrawn. */
  const readersOf = async (caseId: string, { itemId }: ItemText): Promise<ReadonlyMap<string, string>> => {
    const { ledger, deliveries } = stage.gateway.deps.store.read
    const readers = new Map<string, string>()
    for (const entry of await ledger.ofItems(caseId as CaseId, [itemId as ItemId])) {
      const delivery = await deliveries.get(entry.deliveryId)
      if (delivery?.state === 'withdrawn' && delivery.collectedAt === undefined) continue
      readers.set(entry.organisation, entry.level)
    }
    return readers
  }

  const namesIn = (lines: Iterable<string>): readonly string[] => [...lines].toSorted()

  it('Law 13: names exactly those whom the ledger names, whoever fetched it and whatever is taken back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...RECIPIENTS], { minLength: 1 }),
        fc.subarray([...RECIPIENTS]),
        fc.constantFrom('recall', 'correction'),
        async (addressed, readBy, how) => {
          const caseId = aCaseId()
          const [job, name] = [employment(), identity()]
          const to = addressed.map(({ organisation }) => organisation)
          await stage.send(PRISON, handover(caseId, [job, name], { to }))
          for (const asking of readBy) await stage.read(asking, caseId)
          const readers = await readersOf(caseId, job)
          const id = await stage.send(
            PRISON,
            how === 'recall'
              ? recall(caseId, [job])
              : correction(caseId, [employment({ value: 'cook', supersedes: job.itemId })]),
          )
          const { organisations } = await reportOf(id)
          assert.deepEqual(namesIn(organisations.map(({ organisation }) => organisation)), namesIn(readers.keys()))
          assert.ok(!readers.has(MINISTRY.organisation))
        },
      ),
      { numRuns: lawRuns(6) },
    )
  })

  /** Read by all, with `change` in the registry before it is recalled. */
  const recalled = async (change: (old: Registry) => Registry) => {
    const { gateway } = stage
    const caseId = aCaseId()
    const item = employment()
    await stage.send(PRISON, handover(caseId, [item]))
    for (const asking of RECIPIENTS) await stage.read(asking, caseId)
    const readers = await readersOf(caseId, item)
    const registry = gateway.deps.registry()
    gateway.changeRegistry(change)
    await meetMembers(gateway.deps)
    const id = await stage.send(PRISON, recall(caseId, [item]))
    const putBack = async (): Promise<void> => {
      gateway.changeRegistry(() => registry)
      await meetMembers(gateway.deps)
    }
    return { caseId, id, readers, putBack }
  }

  it('names who has a generalised copy beside who has a whole one, and no level', async () => {
    const { id, readers } = await recalled((registry) => registry)
    assert.deepEqual(readers.get(INTERIOR.organisation), 'existence')
    assert.notEqual(readers.get(COURT.organisation), 'existence')
    const report = await reportOf(id)
    assert.deepEqual(namesIn(report.organisations.map(({ organisation }) => organisation)), namesIn(readers.keys()))
    assert.ok(!JSON.stringify(report).includes('existence'))
  })

  for (const [how, change] of [
    ['is suspended', suspended],
    ['is in the registry no more', removed],
  ] as const)
    it(`names a member that ${how} since it read, as one that is out, and is not closed without it`, async () => {
      const { caseId, id, readers, putBack } = await recalled((registry) =>
        change(registry, COURT, stage.gateway.now()),
      )
      for (const asking of [PROBATION, INTERIOR]) await stage.send(asking, acknowledgement(caseId, id))
      const { organisations, isClosed } = await reportOf(id)
      const court = organisations.find(({ organisation }) => organisation === COURT.organisation)
      assert.deepEqual(namesIn(organisations.map(({ organisation }) => organisation)), namesIn(readers.keys()))
      assert.ok(court?.out !== undefined && court.state !== 'deleted')
      assert.equal(isClosed, false)
      await putBack()
    })

  it('names who is overdue, with the step that was told, until all that the ledger names have answered', async () => {
    const { caseId, id, readers } = await recalled((registry) => registry)
    await stage.send(PROBATION, acknowledgement(caseId, id))
    await stage.pass(3 * DAY_MS + 60_000)
    await makeRound(stage.gateway.deps)
    const overdue = await reportOf(id)
    assert.deepEqual(namesIn(overdue.organisations.map(({ organisation }) => organisation)), namesIn(readers.keys()))
    const waiting = overdue.organisations.filter(({ escalation }) => escalation?.step === 'recipient')
    assert.deepEqual(
      namesIn(waiting.map(({ organisation }) => organisation)),
      namesIn([...readers.keys()].filter((name) => name !== PROBATION.organisation)),
    )
    for (const asking of [COURT, INTERIOR]) await stage.send(asking, acknowledgement(caseId, id))
    const closed = await reportOf(id)
    assert.deepEqual([closed.isClosed, closed.organisations.every(({ state }) => state === 'deleted')], [true, true])
    const targets = await stage.gateway.deps.store.read.recalls.targets(id as MessageId)
    assert.deepEqual(namesIn(new Set(targets.map(({ organisation }) => organisation))), namesIn(readers.keys()))
  })
})

const acknowledgement = (caseId: string, id: string): object => ({
  kind: 'RecallAck',
  caseId,
  ...ON_SENTENCE,
  inReplyTo: id,
  action: 'deleted',
})

function suspended(registry: Registry, { organisation }: Asking, at: number): Registry {
  const participants = registry.participants.map((entry) =>
    entry.id === organisation ? { ...entry, suspendedAt: at } : entry,
  )
  return { ...registry, participants }
}

function removed(registry: Registry, { organisation }: Asking): Registry {
  return {
    ...registry,
    participants: registry.participants.filter(({ id }) => id !== organisation),
    mandates: registry.mandates.filter((mandate) => mandate.organisation !== organisation),
  }
}
