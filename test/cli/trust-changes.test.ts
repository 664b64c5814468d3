/** What an officer is shown before it signs: no difference between two lists goes without a line. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import { changesBetween } from '#cli/trust-changes.ts'
import { LOG_KEY, printNoteKey } from '#gateway/core/log/note.ts'
import type { TrustList, TrustListText } from '#gateway/core/trust-list/list.ts'
import { trustListSchema } from '#gateway/core/trust-list/list.ts'
import { propose } from '#gateway/core/trust-list/propose.ts'
import { printInstant } from '#policies/language/instant.ts'
import { aKey } from '#test/support/certificates.ts'
import { aFirstList, anOfficer, DAY_MS, keyText, someOfficers } from '#test/support/trust-list.ts'

const AT = Date.parse('2026-11-21T09:00:00Z')
const NOTHING = 'nothing else changes'
/** Said by the first line, or bound to the thumbprint by which a key is named. */
const SAID_ELSEWHERE = new Set(['sch', 'version', 'issued', 'expires', 'prev', 'jwk'])

/** The value with each of its leaves changed in turn, and where. */
function* eachChanged(value: unknown, at = ''): Generator<readonly [string, unknown]> {
  if (Array.isArray(value)) {
    yield [`${at} gets shorter`, value.slice(1)]
    for (const [index, item] of value.entries())
      for (const [where, changed] of eachChanged(item, `${at}/${index}`)) yield [where, value.with(index, changed)]
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      if (SAID_ELSEWHERE.has(name)) continue
      for (const [where, changed] of eachChanged(inner, `${at}/${name}`)) yield [where, { ...value, [name]: changed }]
      if (['role', 'witnessKey', 'logKey', 'revokedAt'].includes(name))
        yield [`${at} without ${name}`, { ...value, [name]: undefined }]
    }
  } else yield [at, typeof value === 'number' ? value + 1 : `${String(value)}x`]
}

describe('what an officer is shown of a proposed list', () => {
  let text: TrustListText
  let list: TrustList

  before(async () => {
    const { body } = await aFirstList(await someOfficers('ana', 'ben'), AT)
    const revoked = { revokedAt: printInstant(AT), reason: 'ceased' as const }
    const key = async () => ({
      ...keyText(await aKey('sign'), 'sign', AT),
      alg: 'ES256',
      role: 'care-team',
      ...revoked,
    })
    const logKey = printNoteKey({ name: 'log', type: LOG_KEY, publicKey: new Uint8Array(32) })
    text = propose(
      undefined,
      {
        ...body,
        organisations: [
          { ...body.organisations[0], keys: [await key()], ...revoked } as TrustListText['organisations'][number],
        ],
        mandates: [{ id: 'pairs-mediator', organisation: 'pairs-paris', keys: [await key()] }],
        gateway: { ...body.gateway, keys: [await key()], logKey },
        timestamping: ['0'.repeat(64)],
      },
      { issued: AT },
    )
    list = trustListSchema.parse(text)
  })

  it('says that nothing changes where nothing but version and dates does', () => {
    const renewed = { ...list, version: 2, issued: AT + DAY_MS, expires: AT + 8 * DAY_MS }
    assert.deepEqual(changesBetween(list, renewed), ['list 1 becomes 2, until 2026-11-29T09:00:00.000Z', NOTHING])
  })

  it('has a line for whatever changes, wherever it stands', () => {
    let count = 0
    for (const [where, changed] of eachChanged(list)) {
      count += 1
      assert.ok(!changesBetween(list, changed as TrustList).includes(NOTHING), where)
      assert.ok(!changesBetween(changed as TrustList, list).includes(NOTHING), `${where}, back`)
    }
    assert.ok(count > 40, `${count} changes`)
  })

  it('H100 shows another key under the name of an officer as one who leaves and one who joins', async () => {
    const mole = await anOfficer('ana')
    const members = text.officers.members.map((member) =>
      member.id === 'ana' ? { ...member, kid: mole.key.kid, jwk: mole.key.jwk } : member,
    )
    const lines = changesBetween(list, trustListSchema.parse({ ...text, officers: { ...text.officers, members } }))
    assert.match(lines[1] ?? '', new RegExp(`^officer ana with key ${mole.key.kid} joins`))
    assert.match(lines[2] ?? '', /^officer ana with key \S+ leaves$/)
  })

  it('shows what is taken back from a revocation, and lets no text write a line of its own', () => {
    const [organisation] = list.organisations
    assert.ok(organisation !== undefined)
    const { revokedAt: _at, reason: _reason, ...back } = organisation
    assert.match(
      changesBetween(list, { ...list, organisations: [back] })[1] ?? '',
      /out ceased, since .* becomes none$/,
    )
    const forged = { ...list, gateway: { ...list.gateway, uri: `x\n${NOTHING}` } }
    assert.equal(changesBetween(list, forged).flatMap((line) => line.split('\n')).length, 2)
  })
})
