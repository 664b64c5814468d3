/** What an accepted message changes about its case where what it speaks of is not there. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { recordCase } from '#gateway/rooms/record-case.ts'
import { newMessageId } from '#test/contract/stored-things.ts'
import { aHandover, aReferral } from '#test/support/messages.ts'
import { aSeat } from '#test/support/routed.ts'
import type { Seat } from '#test/support/routed.ts'

const bare = (body: object): object =>
  Object.fromEntries(Object.entries(aReferral(body)).filter(([name]) => name !== 'items' && name !== 'to'))

describe('recordCase', () => {
  let seat: Seat
  before(async () => {
    seat = await aSeat()
  })
  after(() => seat[Symbol.asyncDispose]())

  const recorded = async (sender: string, body: object): Promise<void> => {
    const deps = { registry: () => seat.registry, newId: randomUUID, limits: { recallDueMs: 1 } as never }
    const routed = seat.routed(sender, body)
    await seat.store.transaction((tx) => recordCase(deps, { tx, routed, messageId: newMessageId() }))
  }
  const jobsOf = (caseId: string): Promise<readonly unknown[]> => seat.store.read.outbox.waitingOfCase(caseId as never)

  it('assigns the mandates of an acceptance whose referral is not there, and asks nothing anew', async () => {
    const caseId = `C-${randomUUID()}`
    const body = bare({ kind: 'ReferralAccepted', caseId, inReplyTo: randomUUID(), mandates: ['pairs-mediator'] })
    await recorded('pairs-paris', body)
    const assigned = await seat.store.read.cases.assignments(caseId as never)
    assert.deepEqual(
      assigned.map(({ mandate }) => mandate),
      ['pairs-mediator'],
    )
    assert.deepEqual(await jobsOf(caseId), [])
  })

  const ANSWERED: readonly { readonly name: string; readonly asked: object | undefined }[] = [
    { name: 'a request that is not there', asked: undefined },
    { name: 'what was no request', asked: aHandover() },
  ]
  for (const { name, asked } of ANSWERED)
    it(`grants nothing in answer to ${name}`, async () => {
      const caseId = `C-${randomUUID()}`
      const inReplyTo = asked === undefined ? randomUUID() : (await seat.stored('court-paris', asked)).id
      const answer = { kind: 'InformationResponse', granted: ['identity'], refused: [], until: '2099-01-01' }
      await recorded('prison-paris', bare({ ...answer, caseId, inReplyTo }))
      assert.deepEqual(await seat.store.read.requests.inForce('court-paris' as never, caseId as never, seat.at), [])
    })

  it('counts a meeting with a mandate that the registry does not know, and asks nothing anew', async () => {
    const caseId = `C-${randomUUID()}`
    const meeting = { kind: 'MonthlyMeetingRecord', meetingOn: '2026-11-01', attendees: ['nobody-now'] }
    await recorded('probation-paris', { ...bare({ ...meeting, caseId }), items: [] })
    assert.equal(await seat.store.read.cases.countMeetings(caseId as never, 'nobody-now' as never), 1)
    assert.deepEqual(await jobsOf(caseId), [])
  })
})
