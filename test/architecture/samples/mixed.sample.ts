/** A test file for run.test.ts to run: one fact that holds and one that does not. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'

describe('a mixed sample', () => {
  it('holds', () => assert.equal(1 + 1, 2))
  it('does not hold', () => assert.equal(1 + 1, 3))
})
