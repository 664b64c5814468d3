/** What a sender and a recipient are told where there is little to tell, or the registry has moved on. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { lookUpSubmission } from '#gateway/rooms/look-up.ts'
import type { EdgeState } from '#gateway/rooms/look-up.ts'
import { listDeliveries } from '#gateway/rooms/read-mailbox.ts'
import type { Deps } from '#gateway/rooms/deps.ts'
import { publishOne } from '#test/support/log-world.ts'
import { aDelivery, aJob, mandate, organisation } from '#test/contract/stored-things.ts'
import { aHandover } from '#test/support/messages.ts'
import { aSeat } from '#test/support/routed.ts'
import type { Seat } from '#test/support/routed.ts'

const JUDGE = mandate('sentence-judge')

describe('looking up a submission', () => {
  let seat: Seat
  let deps: Deps
  before(async () => {
    seat = await aSeat()
    deps = { store: seat.store, registry: () => seat.registry, clock: () => seat.at, cursorSecret: 'x' } as never
  })
  after(() => seat[Symbol.asyncDispose]())

  const edgesOf = async (holder: string, finished?: 'stopped' | 'stuck'): Promise<readonly EdgeState[]> => {
    const { id } = await seat.stored('prison-paris', aHandover())
    const job = aJob({ messageId: id, mandate: mandate(holder) })
    await seat.store.transaction(async (tx) => {
      await tx.outbox.add([job])
      if (finished !== undefined) await tx.outbox.finish(job.id, finished, 'mandate-ended', seat.at)
    })
    const found = await lookUpSubmission(deps, seat.member('prison-paris'), id)
    assert.ok(found.ok)
    return found.value.edges
  }

  it('says that a job waits, without a reason where none is known', async () => {
    const [edge] = await edgesOf(JUDGE)
    assert.deepEqual(
      { ...edge, at: '', timeline: edge?.timeline.map(({ state }) => state) },
      { organisation: 'court-paris', state: 'waiting', at: '', timeline: ['accepted'] },
    )
  })

  for (const state of ['stopped', 'stuck'] as const)
    it(`says why a job is ${state}`, async () => {
      const [edge] = await edgesOf(JUDGE, state)
      assert.deepEqual([edge?.state, edge?.reason], [state, 'mandate-ended'])
    })

  it('names no organisation for a mandate that the registry no longer has', async () => {
    assert.equal((await edgesOf('nobody-now'))[0]?.organisation, '')
  })

  it('lists a delivery of a mandate that the registry no longer has, as one that its organisation opens', async () => {
    const court = organisation('court-paris')
    const row = aDelivery({ organisation: court, mandate: mandate('nobody-now') })
    await seat.store.transaction(async (tx) => {
      await tx.deliveries.add(row)
      await publishOne(tx.log)
      await tx.deliveries.putParcel(row.id, 'parcel')
    })
    const page = await listDeliveries(deps, { participant: seat.member('court-paris') }, { limit: 10 })
    assert.ok(page.ok)
    assert.deepEqual(
      page.value.items.map(({ keysHeldBy, sender }) => [keysHeldBy, sender]),
      [['organisation', '']],
    )
  })
})
