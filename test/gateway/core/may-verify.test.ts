/** Whose key may speak when: for what was signed, and logged, while it was in force. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { mayVerify } from '#gateway/core/trust-list/may-verify.ts'
import { DAY_MS } from '#test/support/trust-list.ts'

const AT = Date.parse('2026-11-21T09:00:00Z')

describe('mayVerify', () => {
  const KEY = { from: AT, until: AT + 365 * DAY_MS }
  const END = KEY.until
  const ROWS: readonly (readonly [string, boolean, { readonly revokedAt?: number }, number, number])[] = [
    ['refuses what was signed before the key began', false, {}, AT - 1, AT + DAY_MS],
    ['refuses what was signed at its end', false, {}, END, END],
    ['refuses what was signed in time and logged after its end', false, {}, END - 1, END],
    [
      'refuses what was logged after it was revoked, however early it says it was signed',
      false,
      { revokedAt: AT + DAY_MS },
      AT,
      AT + DAY_MS,
    ],
    ['refuses what says it was signed after it was logged', false, {}, AT + DAY_MS, AT + 60_000],
    ['takes what was logged before it was revoked', true, { revokedAt: AT + DAY_MS }, AT, AT + DAY_MS - 1],
    ['takes what was logged before its end, for ever', true, {}, END - 2, END - 1],
    ['takes what was signed at its beginning', true, {}, AT, AT],
  ]
  for (const [name, expected, changes, signedAt, loggedAt] of ROWS)
    it(`H027 ${name}`, () => assert.equal(mayVerify({ ...KEY, ...changes }, signedAt, loggedAt), expected))

  it('H027 a later revocation never unsays what was logged before it', () =>
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.nat(1000), (signed, logged, gap) => {
        const at = AT + signed
        const loggedAt = at + logged
        assert.equal(mayVerify({ ...KEY, revokedAt: loggedAt + 1 + gap }, at, loggedAt), mayVerify(KEY, at, loggedAt))
      }),
    ))

  it('H027 no earlier date helps what arrives after the revocation', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 364 * DAY_MS }), fc.nat(), (signed, late) => {
        const revokedAt = AT + signed
        assert.equal(mayVerify({ ...KEY, revokedAt }, AT + signed, revokedAt + late), false)
      }),
    ))
})
