/** Instants as other standards write them. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { fromNumericDate, toNumericDate } from '#gateway/core/time.ts'

describe('a NumericDate', () => {
  it('is whole seconds since 1970, rounded down', () => {
    assert.deepEqual([0, 999, 1000, 1999, -1].map(toNumericDate), [0, 0, 1, 1, -1])
  })
  it('is read as the first instant of its second', () =>
    assert.deepEqual([0, 1, 90].map(fromNumericDate), [0, 1000, 90_000]))
})
