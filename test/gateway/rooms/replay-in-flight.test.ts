/** What a draft meets on its way, counted without a name and without a choice. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { Ask } from '#gateway/core/ask.ts'
import type { Mandate, Registry } from '#gateway/core/participants.ts'
import type { CellDifference } from '#gateway/rooms/compare-versions.ts'
import { inFlight } from '#gateway/rooms/replay-in-flight.ts'
import { openChangeWorld } from '#test/support/policy-changes.ts'

const SAID = { en: '', fr: '' }
const differs = (recipientType: string, section: string, direction: CellDifference['direction']): CellDifference => ({
  recipientType,
  section,
  direction,
  before: 'full',
  after: 'summary',
  was: SAID,
  is: SAID,
})
const mandate = (id: string, type: string, until = Number.POSITIVE_INFINITY) =>
  ({ id, type, from: 0, until }) as unknown as Mandate
const ask = (mandateId: string, ...sections: readonly string[]) => ({ mandate: mandateId, sections }) as unknown as Ask

describe('what a draft meets on its way', () => {
  it('is requests for what it changes for whoever asked, and people of the types whose ceiling falls', async () => {
    const mandates = [mandate('one', 'PS'), mandate('two', 'PS'), mandate('past', 'PS', 1), mandate('three', 'PP')]
    const registry = { mandates, participants: [], edges: [] } as unknown as Registry
    await using world = await openChangeWorld(registry)
    const { read } = world.store
    const open = async (): Promise<readonly Ask[]> => [
      ask('one', 'health', 'family'),
      ask('two', 'health'),
      ask('three', 'family'),
      ask('gone', 'family'),
    ]
    const deps = { ...world.deps, store: { ...world.store, read: { ...read, asks: { ...read.asks, open } } } }
    const less = differs('PS', 'family', 'less')
    assert.deepEqual(await inFlight(deps, [less]), { requests: 1, queued: 0, people: 2 })
    const more = differs('PP', 'family', 'more')
    assert.deepEqual(await inFlight(deps, [more]), { requests: 1, queued: 0, people: 0 })
    assert.deepEqual(await inFlight(deps, [less, more]), { requests: 2, queued: 0, people: 2 })
    assert.deepEqual(await inFlight(deps, []), { requests: 0, queued: 0, people: 0 })
  })
})
