/** What every store does with errands that operators hand to the officers. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'mocha'
import type { HandedErrand } from '#gateway/core/handed-errand.ts'
import type { Store } from '#gateway/ports/store.ts'
import { MENTOR, NOW, newMessageId } from './stored-things.ts'

type Handed = Omit<HandedErrand, 'state' | 'dealtBy' | 'dealtAt'>

const aHanded = (changes: Partial<Handed> = {}): Handed => ({
  id: randomUUID(),
  errand: randomUUID(),
  messageId: newMessageId(),
  mandate: MENTOR,
  organisation: 'association',
  reason: 'must-not-reach',
  account: 'operator-1',
  handedAt: NOW,
  ...changes,
})

/** What is handed over and dealt with, on one store. */
export function handedTablesContract(store: () => Store): void {
  const add = (...handed: readonly Handed[]): Promise<void> =>
    store().transaction(async (tx) => {
      for (const one of handed) await tx.handedErrands.add(one)
    })
  const dealt = { outcome: 'policy-changes', by: 'officer-1', at: NOW + 9 } as const
  const deal = (id: string) => store().transaction((tx) => tx.handedErrands.dealWith(id, dealt))

  it('keeps what was handed over as it was written, and what came of it, once', async () => {
    const { organisation: _, ...handed } = aHanded()
    await add(handed)
    assert.deepEqual(await store().read.handedErrands.get(handed.id), { ...handed, state: 'open' })
    assert.deepEqual([await deal(handed.id), await deal(handed.id)], [true, false])
    const done = { ...handed, state: 'policy-changes', dealtBy: 'officer-1', dealtAt: NOW + 9 }
    assert.deepEqual(await store().read.handedErrands.get(handed.id), done)
    assert.equal(await store().read.handedErrands.get(randomUUID()), undefined)
    assert.equal(await deal(randomUUID()), false)
  })

  it('lists what waits for an officer, the longest waiting first, and of errands all that ever was, in that order', async () => {
    const errand = randomUUID()
    const [late, early, over] = [
      aHanded({ handedAt: NOW - 5 }),
      aHanded({ errand, handedAt: NOW - 10 }),
      aHanded({ errand, handedAt: NOW - 20, reason: 'asks-what' }),
    ]
    await add(late, early, over)
    await deal(over.id)
    const idsOf = (found: readonly HandedErrand[]): readonly string[] => found.map(({ id }) => id)
    const { open, ofErrands } = store().read.handedErrands
    assert.deepEqual(idsOf(await open()), [early.id, late.id])
    assert.deepEqual(idsOf(await ofErrands([errand])), [over.id, early.id])
    assert.deepEqual(idsOf(await ofErrands([errand, late.errand])), [over.id, early.id, late.id])
    assert.deepEqual(await ofErrands([]), [])
    assert.deepEqual(await ofErrands([randomUUID()]), [])
  })
}
