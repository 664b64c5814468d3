/** Ids that are used once: remembered until they expire, and no longer; refused where there is no room. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { createSpentIds } from '#gateway/core/spent-ids.ts'

describe('spent ids', () => {
  it('are spent once by each issuer, up to and at their end', () => {
    const ids = createSpentIds()
    assert.equal(ids.spend('pairs', 'one', 100, 0), true)
    assert.equal(ids.spend('pairs', 'one', 100, 0), false)
    assert.equal(ids.spend('pairs', 'one', 200, 100), false)
    assert.equal(ids.spend('pairs', 'two', 100, 0), true)
    assert.equal(ids.spend('prison', 'one', 100, 0), true)
  })
  it('may be used again once they have expired, and are then spent anew', () => {
    const ids = createSpentIds()
    ids.spend('pairs', 'one', 100, 0)
    assert.equal(ids.spend('pairs', 'one', 300, 101), true)
    assert.equal(ids.spend('pairs', 'one', 300, 102), false)
  })
  it('are refused where there is no room, until an older one has expired', () => {
    const ids = createSpentIds(2)
    assert.equal(ids.spend('pairs', 'one', 100, 0), true)
    assert.equal(ids.spend('pairs', 'two', 200, 0), true)
    assert.equal(ids.spend('pairs', 'three', 300, 0), false)
    assert.equal(ids.spend('pairs', 'three', 300, 100), false)
    assert.equal(ids.spend('pairs', 'three', 300, 101), true)
    assert.equal(ids.spend('pairs', 'two', 300, 101), false)
    assert.equal(ids.spend('pairs', 'four', 300, 101), false)
  })
})
