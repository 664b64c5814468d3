/** Where a flow stands when a job is done: what has gone from the registry, and what was read when. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import type { Registry } from '#gateway/core/participants.ts'
import { choicesFor, flowFault, standing } from '#gateway/rooms/situation.ts'
import type { Standing } from '#gateway/rooms/situation.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import { aDelivery, newCaseId } from '#test/contract/stored-things.ts'
import { aHandover } from '#test/support/messages.ts'
import { aSeat, parsedMessage } from '#test/support/routed.ts'
import type { Seat } from '#test/support/routed.ts'

const JOB = { edge: 'prison-to-court', mandate: 'sentence-judge' }

describe('a flow as it stands', () => {
  let seat: Seat
  before(async () => {
    seat = await aSeat()
  })
  after(() => seat[Symbol.asyncDispose]())

  const without = (organisation: string): Registry => ({
    ...seat.registry,
    participants: seat.registry.participants.filter(({ id }) => id !== organisation),
  })
  const GONE: readonly {
    readonly name: string
    readonly job?: Partial<typeof JOB>
    readonly gone?: string
    readonly fault: string
  }[] = [
    { name: 'its edge', job: { edge: 'no-edge' }, fault: 'edge-missing' },
    { name: 'its sender', gone: 'prison-paris', fault: 'edge-missing' },
    { name: 'its mandate', job: { mandate: 'nobody-now' }, fault: 'mandate-unknown' },
    { name: 'the organisation of its mandate', gone: 'court-paris', fault: 'mandate-unknown' },
  ]
  for (const { name, job, gone = '', fault } of GONE)
    it(`is ${fault} without ${name}`, () => {
      assert.equal(standing({ registry: () => without(gone) }, { ...JOB, ...job }), fault)
    })

  it('has ended for a mandate whose scope the case has left', async () => {
    const stands = standing({ registry: () => seat.registry }, JOB)
    assert.ok(typeof stands !== 'string')
    const elsewhere: Standing = {
      ...stands,
      route: { ...stands.route, mandate: { ...stands.route.mandate, cases: ['C-OTHER'] } },
    }
    const asked = { message: parsedMessage(aHandover({ caseId: `C-${randomUUID()}` })), at: seat.at }
    const registry = { registry: () => seat.registry }
    assert.equal(await flowFault(seat.store.read, registry, elsewhere, asked), 'mandate-ended')
    assert.equal(await flowFault(seat.store.read, registry, stands, asked), undefined)
  })

  it('counts as read only what was acknowledged up to the instant asked about', async () => {
    const judge = mandateOf(seat.registry, JOB.mandate)
    assert.ok(judge !== undefined)
    const caseId = newCaseId()
    const read = async (at: number): Promise<number | undefined> =>
      (await choicesFor(seat.store.read, judge, caseId, at)).lastReadAt
    assert.equal(await read(seat.at), undefined)
    const acknowledged = async (at: number): Promise<void> => {
      const row = aDelivery({ caseId, mandate: judge.id, organisation: judge.organisation })
      await seat.store.transaction(async (tx) => {
        await tx.deliveries.add(row)
        await tx.deliveries.setState(row.id, 'collected', at)
        await tx.deliveries.setState(row.id, 'acknowledged', at)
      })
    }
    await acknowledged(seat.at + 2000)
    assert.equal(await read(seat.at), undefined)
    await acknowledged(seat.at - 1000)
    await acknowledged(seat.at - 3000)
    assert.equal(await read(seat.at), seat.at - 1000)
    assert.equal(await read(seat.at + 2000), seat.at + 2000)
  })
})
