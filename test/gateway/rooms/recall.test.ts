/** Taking back, room by room: who has an answer to give, who tells a step first, and how far corrections lead back. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import type { MessageId } from '#gateway/core/ids.ts'
import { escalateRecalls } from '#gateway/rooms/escalate.ts'
import { keepsLineage } from '#gateway/rooms/lineage.ts'
import { answerRecall } from '#gateway/rooms/recall.ts'
import { mandate, newMessageId, organisation } from '#test/contract/stored-things.ts'
import { aHandover, anItemText } from '#test/support/messages.ts'
import { aSeat } from '#test/support/routed.ts'
import type { Seat } from '#test/support/routed.ts'

const ON_RELEASE = { purpose: 'release-preparation', legalBasisId: 'fr.cpen.r113-49' }

describe('taking back', () => {
  let seat: Seat
  before(async () => {
    seat = await aSeat()
  })
  after(() => seat[Symbol.asyncDispose]())

  const expectOf = (recallId: MessageId, dueAt: number): Promise<void> =>
    seat.store.transaction((tx) =>
      tx.recalls.expect([
        {
          recallId,
          organisation: organisation('probation-paris'),
          mandate: mandate('counsellor-gone'),
          state: 'waiting',
          dueAt,
        },
      ]),
    )

  /** The answer of probation, and how many targets are answered then, with the acts in the audit. */
  const answered = async (recallId: MessageId, rest: object): Promise<readonly unknown[]> => {
    const routed = seat.routed('probation-paris', {
      kind: 'RecallAck',
      caseId: `C-${randomUUID()}`,
      ...ON_RELEASE,
      inReplyTo: recallId,
      action: 'deleted',
      ...rest,
    })
    const { message } = routed
    assert.ok(message.kind === 'RecallAck')
    const messageId = newMessageId()
    await seat.store.transaction((tx) => answerRecall({ tx, routed, messageId, message, signed: 'a.b.c' }))
    const rows = await seat.store.read.audit.rows(1, 1000)
    return [
      (await seat.store.read.recalls.targets(recallId)).map(({ state }) => state),
      (await seat.store.read.recalls.attestations(recallId)).length,
      rows.filter(({ event }) => event.messageId === messageId).map(({ event }) => event.act),
    ]
  }

  it('keeps no answer, and writes no erasure, of whoever names a delivery that is not there', async () => {
    const recallId = newMessageId()
    await expectOf(recallId, seat.at + 1000)
    assert.deepEqual(await answered(recallId, { deliveries: [randomUUID()] }), [['waiting'], 0, []])
    assert.deepEqual(await answered(recallId, {}), [['deleted'], 1, ['copy-erased']])
  })

  it('tells a step once where two find it at the same time', async () => {
    const recallId = newMessageId()
    await expectOf(recallId, seat.at - 1)
    const told: unknown[] = []
    const counted: unknown[] = []
    const deps = {
      store: seat.store,
      clock: () => seat.at,
      log: { info: () => {}, warn: () => {}, alarm: (_: string, fields?: object) => void told.push(fields) },
      meter: { count: (name: string) => void counted.push(name), observe: () => {} },
    }
    await Promise.all([escalateRecalls(deps), escalateRecalls(deps)])
    assert.equal(told.length, 1)
    assert.deepEqual(counted, ['recall_escalations'])
    const rows = await seat.store.read.audit.rows(1, 1000)
    assert.equal(rows.filter(({ event }) => event.messageId === recallId).length, 1)
  })

  describe('a version of what was corrected', () => {
    /** Whether a handover may bring the next version after these corrections, routed to nobody. */
    const holdsFor = async (
      versions: readonly (readonly [id: string, of: string])[],
      next: string,
    ): Promise<boolean> => {
      const caseId = `C-${randomUUID()}`
      for (const [itemId, supersedes] of versions) {
        const items = [anItemText({ itemId, supersedes })]
        const stored = await seat.stored('prison-paris', {
          kind: 'Correction',
          caseId,
          ...ON_RELEASE,
          reason: 'inaccurate',
          items,
        })
        await seat.store.transaction((tx) =>
          tx.cases.addItems(stored.caseId, stored.id, [{ itemId: itemId as never }], seat.at),
        )
      }
      const items = [anItemText({ supersedes: next })]
      const routed = seat.routed('prison-paris', aHandover({ caseId, items }))
      return (await keepsLineage(seat.store.read, seat.registry, routed)).ok
    }

    it('holds where corrections lead back to what nobody here brought', async () => {
      const [first, second] = [randomUUID(), randomUUID()]
      assert.equal(await holdsFor([[second, first]], second), true)
    })

    it('holds, and comes to an end, where corrections lead back to themselves', async () => {
      const [first, second] = [randomUUID(), randomUUID()]
      const versions = [
        [first, second],
        [second, first],
      ] as const
      assert.equal(await holdsFor(versions, second), true)
    })
  })
})
