/** What was given up and cannot be done anew, since its case or its delivery is gone. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'mocha'
import type { StuckJob } from '#gateway/ports/carries.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { replayCarry } from '#gateway/rooms/replay-carry.ts'

const id = randomUUID()
const stuck = {
  id,
  position: 1,
  messageId: randomUUID(),
  edge: 'e',
  mandate: 'm',
  state: 'stuck',
  dueAt: 0,
  attempts: 20,
}
const carry = { id, deliveryId: randomUUID(), organisation: 'o', way: 'https', cause: 'delivery', root: id }

/** A store in which that job alone was given up. */
const replay = async (job: object | undefined): Promise<string> => {
  const tx = {
    carries: { stuck: async () => (job === undefined ? [] : [job as StuckJob]), get: async () => undefined },
    outbox: { ofMessage: async () => [] },
    deliveries: { get: async () => undefined },
  } as unknown as Tx
  const store = { transaction: (work: (tx: Tx) => Promise<unknown>) => work(tx) } as never
  const deps = { store, clock: () => 1, newId: randomUUID, queue: { nudge: () => assert.fail('nudged') } as never }
  const replayed = await replayCarry(deps, id)
  return replayed.ok ? 'ok' : replayed.problem.code
}

describe('what was given up', () => {
  it('is not judged anew once its case was erased, nor carried anew once its delivery is gone', async () => {
    assert.equal(await replay(stuck), 'not-found')
    assert.equal(await replay({ ...stuck, carry }), 'not-found')
    assert.equal(await replay(undefined), 'not-found')
    assert.equal(await replay({ ...stuck, state: 'waiting' }), 'message-out-of-turn')
  })
})
