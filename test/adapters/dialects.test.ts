/** The dialects, each held to the contract; their dates and pointers. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { segmentsOf } from '#adapters/dialects/json-tree.ts'
import { isoOf } from '#adapters/dialects/native-date.ts'
import { dialectContract } from '#test/contract/dialect.contract.ts'
import { HMPPS, RECORD, PLAIN } from '#test/support/dialect-records.ts'
import { idOf, inputOf, readingOf } from '#test/support/projected.ts'

describe('dates of native systems', () => {
  const READ: readonly (readonly [string, string | undefined])[] = [
    ['2023-08-21', '2023-08-21'],
    ['21/08/2023', '2023-08-21'],
    ['21/08/2023 10:05', '2023-08-21T10:05:00.000Z'],
    ['13/07/2023 14:00:38', '2023-07-13T14:00:38.000Z'],
    ['2024-04-22T19:17:27.304221903', '2024-04-22T19:17:27.304Z'],
    ['2009-07-07T00:00:00+01:00', '2009-07-06T23:00:00.000Z'],
    ['2024-06-14T10:35:17+0100', '2024-06-14T09:35:17.000Z'],
    ['2024-06-14T10:35:17-05:30', '2024-06-14T16:05:17.000Z'],
    ['30/02/2023', undefined],
    ['2023-13-01', undefined],
    ['21/8/23', undefined],
    ['soon', undefined],
    ['', undefined],
  ]
  for (const [text, iso] of READ)
    it(`${text === '' ? 'nothing' : text} is ${iso ?? 'refused'}`, () => assert.equal(isoOf(text), iso))
})

describe('pointers', () => {
  it('segments undo escaping (RFC 6901)', () => assert.deepEqual(segmentsOf('/a~1b/~0/0'), ['a/b', '~', '0']))
})

describe('dialect passerelle', () => {
  const item = {
    itemId: idOf('one'),
    section: 'health',
    term: 'disability',
    value: 'ramp',
    nature: 'fact',
    subjectCategory: 'convicted',
    author: { role: 'nurse', service: 'ward' },
    observedAt: '2026-01-01',
  }
  it('reads a list of items, or items with facts', () => {
    assert.equal(readingOf(PLAIN.read(inputOf('case-summary', [item]))).items.length, 1)
    const { items, facts } = readingOf(PLAIN.read(inputOf('case-summary', { items: [item], facts: { minor: true } })))
    assert.deepEqual([items.length, facts], [1, { minor: true }])
  })
  it('refuses an unknown member without naming it, and a bad value without quoting it', () => {
    const faultsOf = (document: unknown) => {
      const result = PLAIN.read(inputOf('case-summary', document))
      return result.ok ? [] : result.faults
    }
    assert.deepEqual(faultsOf([{ ...item, 'Jean Exemple': 1 }]), [{ pointer: '/0', reason: 'an unknown member' }])
    assert.deepEqual(faultsOf({ items: [{ ...item, observedAt: 'Jean Exemple' }] }), [
      { pointer: '/items/0/observedAt', reason: 'custom' },
    ])
    assert.notEqual(faultsOf('text').length, 0)
  })
  dialectContract(PLAIN, [{ record: 'case-summary', document: { items: [item] } }])
})

dialectContract(RECORD, [
  { record: '/v1/persons/{hmppsId}/alerts', document: { data: [{ code: 'XA', comment: 'x' }, null], page: { n: 1 } } },
])
dialectContract(HMPPS, [
  {
    record: 'needs',
    document: { assessedOn: '2023-01-01', needs: [{ section: 'FINANCE', name: 'Finance', score: 3 }] },
  },
  {
    record: 'rosh',
    document: {
      assessedOn: '2023-01-01',
      riskToSelf: { suicide: { risk: 'Yes' } },
      summary: { riskInCustody: { LOW: ['Staff'] } },
    },
  },
  { record: 'access-limitations', document: { restrictedTo: [{ email: 'a@example.org' }], excludedFrom: [] } },
  {
    record: 'licence-conditions',
    document: {
      data: {
        hmppsId: 'A1',
        licences: [
          { approvedDate: '2023-01-01T00:00:00Z', conditions: [{ category: 'Drug testing', condition: 'words' }] },
        ],
      },
    },
  },
])
