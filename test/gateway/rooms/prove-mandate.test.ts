/** A mandate proves that it asks: by its own key, for this gateway, for five minutes, once. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, describe, it } from 'mocha'
import { toMandateId } from '#gateway/core/ids.ts'
import type { Mandate, PublicKeyEntry } from '#gateway/core/participants.ts'
import { createSpentIds } from '#gateway/core/spent-ids.ts'
import type { SpentIds } from '#gateway/core/spent-ids.ts'
import { proveMandate } from '#gateway/rooms/prove-mandate.ts'
import { makeAssertion } from '#adapters/agency-kit/assertion.ts'
import { aKey, aKeyEntry, aParticipant, TEST_BROKER_URI } from '#test/support/certificates.ts'
import type { TestKey } from '#test/support/certificates.ts'
import { AT, signRaw } from '#test/support/envelopes.ts'

const SECOND = AT / 1000

describe('proveMandate', () => {
  let key: TestKey
  let stranger: TestKey
  before(async () => {
    ;[key, stranger] = await Promise.all([aKey('assert'), aKey('assert')])
  })
  const mandateOf = (changes: Partial<Mandate> = {}, entry: Partial<PublicKeyEntry> = {}): Mandate => {
    const id = toMandateId('pairs-psychologist')
    assert.ok(id !== undefined)
    const { from, until, id: organisation } = aParticipant('pairs', AT)
    const lists = { careTeams: [], secrecies: [], groups: [] }
    const keys = [aKeyEntry(key, 'assert', AT, entry)]
    return {
      id,
      organisation,
      type: 'pp',
      role: 'psychologist',
      clinician: true,
      ...lists,
      from,
      until,
      keys,
      keysHeldBy: 'mandate',
      ...changes,
    }
  }
  const claims = (changes: object = {}): object => ({
    iss: 'pairs-psychologist',
    sub: 'pairs-psychologist',
    aud: TEST_BROKER_URI,
    iat: SECOND,
    exp: SECOND + 300,
    jti: randomUUID(),
    ...changes,
  })
  const signed = (payload: object, header: object = {}, by = key): string =>
    signRaw(
      JSON.stringify({ alg: 'ES256', typ: 'gw-assertion+jws', kid: by.kid, ...header }),
      JSON.stringify(payload),
      by,
    )
  const reasonOf = async (
    assertion: string,
    mandate = mandateOf(),
    at = AT,
    spentIds: SpentIds = createSpentIds(),
  ): Promise<string> => {
    const proven = await proveMandate(
      { clock: () => at, broker: { uri: TEST_BROKER_URI }, spentIds },
      mandate,
      assertion,
    )
    if (proven.ok) return proven.value
    assert.equal(proven.problem.code, 'mandate-unproven')
    return proven.problem.errors?.[0]?.code ?? ''
  }

  it('accepts what makeAssertion makes, once', async () => {
    const spentIds = createSpentIds()
    const assertion = await makeAssertion({ mandateId: 'pairs-psychologist', audience: TEST_BROKER_URI, at: AT }, key)
    assert.equal(await reasonOf(assertion, mandateOf(), AT, spentIds), 'pairs-psychologist')
    assert.equal(await reasonOf(assertion, mandateOf(), AT, spentIds), 'used-before')
  })

  const CLAIMS: readonly (readonly [string, object, string])[] = [
    ['another issuer', { iss: 'pairs-mediator' }, 'issuer-mismatch'],
    ['another subject', { sub: 'pairs-mediator' }, 'issuer-mismatch'],
    ['another audience', { aud: 'spiffe://net.test/broker/2' }, 'audience-wrong'],
    ['more than five minutes', { exp: SECOND + 301 }, 'too-long'],
    ['an end before its beginning', { iat: SECOND + 30, exp: SECOND + 20 }, 'too-long'],
    ['an end that is now', { iat: SECOND - 100, exp: SECOND }, 'expired'],
    ['a date in the future', { iat: SECOND + 61, exp: SECOND + 100 }, 'issued-in-future'],
    ['no id', { jti: undefined }, 'claims-malformed'],
    ['a further claim', { scope: 'all' }, 'claims-malformed'],
  ]
  for (const [name, changes, reason] of CLAIMS)
    it(`refuses ${name}`, async () => assert.equal(await reasonOf(signed(claims(changes))), reason))

  it('refuses another key, another type, a header that chooses a key, and a broken signature', async () => {
    assert.equal(await reasonOf(signed(claims(), {}, stranger)), 'key-unknown')
    assert.equal(await reasonOf(signed(claims(), { kid: key.kid }, stranger)), 'signature-invalid')
    assert.equal(await reasonOf(signed(claims(), { typ: 'gw-case+jws' })), 'header-refused')
    assert.equal(await reasonOf(signed(claims(), { alg: 'none' })), 'header-refused')
    assert.equal(await reasonOf(signed(claims(), { jwk: stranger.jwk })), 'header-refused')
    assert.equal(await reasonOf('a.b.c'), 'envelope-malformed')
    assert.equal(await reasonOf(`${signed(claims())}${'A'.repeat(5_000)}`), 'too-large')
  })

  it('refuses what is signed and is no JSON', async () => {
    const header = JSON.stringify({ alg: 'ES256', typ: 'gw-assertion+jws', kid: key.kid })
    assert.equal(await reasonOf(signRaw(header, '{"iss":', key)), 'claims-malformed')
  })

  it('refuses a key of another use, out of its time or revoked, and a mandate that has ended', async () => {
    const assertion = signed(claims())
    assert.equal(await reasonOf(assertion, mandateOf({}, { use: 'sign' })), 'key-unknown')
    assert.equal(await reasonOf(assertion, mandateOf({}, { until: AT })), 'key-unknown')
    assert.equal(await reasonOf(assertion, mandateOf({}, { revokedAt: AT })), 'key-unknown')
    assert.equal(await reasonOf(assertion, mandateOf({ until: AT })), 'mandate-not-in-force')
    assert.equal(await reasonOf(assertion), 'pairs-psychologist')
  })
})

describe('createSpentIds', () => {
  it('spends an id once for each issuer, and again only after its time', () => {
    const ids = createSpentIds()
    assert.equal(ids.spend('a', '1', 100, 0), true)
    assert.equal(ids.spend('a', '1', 100, 100), false)
    assert.equal(ids.spend('b', '1', 100, 0), true)
    assert.equal(ids.spend('a', '1', 300, 101), true)
  })

  it('refuses when there is no room to remember, and forgets what has expired', () => {
    const ids = createSpentIds(2)
    assert.deepEqual(
      [ids.spend('a', '1', 100, 0), ids.spend('a', '2', 200, 0), ids.spend('a', '3', 100, 0)],
      [true, true, false],
    )
    assert.equal(ids.spend('a', '3', 300, 150), true)
    assert.equal(ids.spend('a', '2', 200, 150), false)
  })
})
