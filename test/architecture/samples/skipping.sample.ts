/** A test file for run.test.ts to run: one fact that needs fixtures, beside one that does not. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { hasFixtures, needsFixtures } from '#test/support/fixtures.ts'

describe('a sample that needs fixtures', () => {
  needsFixtures()
  it('finds them', () => assert.ok(hasFixtures()))
})

describe('a sample that is skipped by hand', () => {
  it('holds', () => assert.equal(1 + 1, 2))
  it('is skipped', function () {
    if (process.env['PASSERELLE_SAMPLE_SKIPS'] === 'yes') this.skip()
  })
})
