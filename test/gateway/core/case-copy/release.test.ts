/** Hold: what the sender keeps back is not in what it sends, and what it lets go of later stands under the old signature. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { messageOf } from '#gateway/core/case-copy/read-copy.ts'
import { growthOf, heldItems, releaseOf, withReleased } from '#gateway/core/case-copy/release.ts'
import type { HeldCopy } from '#gateway/core/case-copy/release.ts'
import type { CopiedMessage } from '#gateway/core/case-copy/schema.ts'
import { aCopiedMessage, aRandomMessage } from '#test/support/arbitrary-messages.ts'
import { gained, oneCopy, revealed, verdictOf } from '#test/support/case-copies.ts'
import { samples } from '#test/support/samples.ts'

const heldCopy = (message: CopiedMessage, holdOf: Parameters<typeof oneCopy>[1]): HeldCopy => {
  const { payload, disclosures, held } = oneCopy(message, holdOf)
  return { payload: JSON.parse(payload), disclosures, held }
}
const idsOf = ({ items = [] }: CopiedMessage): ReadonlySet<string> => new Set(items.map(({ itemId }) => itemId))
const readOf = ({ payload, disclosures }: Omit<HeldCopy, 'held'>): ReturnType<typeof messageOf> =>
  messageOf(revealed({ payload: JSON.stringify(payload) }, disclosures))

const note = aCopiedMessage({
  kind: 'Correction',
  reason: 'inaccurate',
  items: ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'].map((itemId) => ({
    itemId,
    section: 'identity',
    term: 'birth-date',
    value: '1987-03-14',
    nature: 'fact',
    subjectCategory: 'convicted',
    author: { role: 'registrar', service: 'prison-paris' },
    observedAt: '2026-11-01',
    evidenceFor: ['told by Bo Exemple'],
    supersedes: itemId.replace('-8000-', '-9000-'),
  })),
})
const [first, second] = note.items ?? []

describe('what a sender holds back', () => {
  it('an item held whole is not in what is sent, nor is that there is one', () => {
    assert.ok(first && second)
    const copy = heldCopy(note, { holdOf: ({ itemId }) => (itemId === second.itemId ? 'item' : undefined) })
    const text = copy.disclosures.map((one) => Buffer.from(one, 'base64url').toString()).join('\n')
    assert.equal(text.includes(second.itemId) || text.includes(second.supersedes ?? ''), false)
    const read = gained(readOf(copy))
    assert.deepEqual('items' in read && read.items, [first])
    const open = heldCopy(note, {})
    assert.equal(JSON.stringify(copy.payload).length, JSON.stringify(open.payload).length)
  })

  it('a value held down to a rung leaves the gateway that rung, and no finer one', () => {
    const copy = heldCopy(note, { holdOf: () => 'g2' })
    const text = copy.disclosures.map((one) => Buffer.from(one, 'base64url').toString()).join('\n')
    for (const secret of ['1987-03', 'Bo Exemple']) assert.equal(text.includes(secret), false, secret)
    const read = gained(readOf(copy))
    const [item] = 'items' in read ? (read.items ?? []) : []
    assert.deepEqual([item?.value, item?.rungs], [undefined, { g2: '1987', g3: '1980s' }])
  })

  it('a value held is not quoted in the labels either, where the ladder would say it otherwise', () => {
    const other = aCopiedMessage({ ...note, items: [{ ...first, value: 'told in confidence', rungs: { g2: '1987' } }] })
    const copy = heldCopy(other, { holdOf: () => 'g2' })
    const text = copy.disclosures.map((one) => Buffer.from(one, 'base64url').toString()).join('\n')
    assert.equal(text.includes('told in confidence'), false)
    assert.equal(text.includes('1987'), true)
  })

  it('all of it released, the message is what it was: under the same payload', () => {
    fc.assert(
      fc.property(
        aRandomMessage(4),
        fc.infiniteStream(fc.constantFrom(undefined, 'item', 'g1', 'g4')),
        (message, holds) => {
          const drawn = new Map((message.items ?? []).map(({ itemId }) => [itemId, holds.next().value]))
          const copy = heldCopy(message, {
            holdOf: ({ itemId }) => drawn.get(itemId) as 'item' | 'g1' | 'g4' | undefined,
          })
          const released = gained(releaseOf(copy, idsOf(message)))
          const whole = gained(withReleased(copy, released))
          assert.deepEqual(gained(messageOf(whole)), message)
          assert.equal(readOf(copy).ok, true)
        },
      ),
      { numRuns: samples(100) },
    )
  })

  it('one item released says nothing of another', () => {
    assert.ok(first && second)
    const copy = heldCopy(note, { holdOf: () => 'item' })
    const released = gained(releaseOf(copy, new Set([second.itemId])))
    const read = gained(messageOf(gained(withReleased(copy, released))))
    assert.deepEqual('items' in read && read.items, [second])
    assert.deepEqual(gained(releaseOf(copy, new Set())), [])
    assert.deepEqual(new Set(gained(heldItems(copy))), idsOf(note))
  })

  it('H040 what the signature does not know, or what is there already, is no release', () => {
    const copy = heldCopy(note, { holdOf: () => 'item' })
    const released = gained(releaseOf(copy, idsOf(note)))
    const other = Buffer.from('["c2FsdC1vZi0xMjgtYml0cw",1]').toString('base64url')
    assert.equal(verdictOf(withReleased(copy, [...released, other])), 'disclosure-refused /sd-jwt unreferenced')
    assert.equal(verdictOf(withReleased(copy, [...released, ...released])), 'disclosure-refused /sd-jwt sent-twice')
    const [, ...orphans] = released
    assert.equal(verdictOf(withReleased(copy, orphans)), 'disclosure-refused /sd-jwt unreferenced')
  })

  it('a release is the items that came and those that are finer now, and nothing else may be other than before', () => {
    assert.ok(first && second)
    const told = (before: CopiedMessage, after: CopiedMessage): unknown => {
      const growth = growthOf(before, after)
      return growth.ok
        ? [growth.value.came.map(({ itemId }) => itemId), growth.value.finer]
        : growth.problem.errors?.[0]?.code
    }
    const of = (...items: readonly object[]): CopiedMessage => aCopiedMessage({ ...note, items })
    const { value: _value, evidenceFor: _evidence, ...coarse } = first
    const held = { ...coarse, rungs: { g2: '1987' } }
    assert.deepEqual(told(of(first), of(first, second)), [[second.itemId], []])
    assert.deepEqual(told(of(held), of(first)), [[], [first.itemId]])
    assert.equal(told(of(first), of(first)), 'nothing-released')
    const { items: _none, ...answer } = of(first)
    assert.equal(told(answer as CopiedMessage, answer as CopiedMessage), 'nothing-released')
    assert.equal(told(of(first, second), of(first)), 'another-part')
    assert.equal(told(of(held), of({ ...first, nature: 'assessment' })), 'another-part')
    assert.equal(
      told(of(first), aCopiedMessage({ ...note, reason: 'disputed', items: [first, second] })),
      'another-part',
    )
  })
})
