/** The shipped mappings, put to what other systems really write: every value is mapped, listed or refused, and no reason holds content. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { LICENCE_MAPPINGS } from '#adapters/dialects/mappings/licence.ts'
import { itemSchema } from '#gateway/core/item.ts'
import { HMPPS, RESETTLEMENT } from '#test/support/dialect-records.ts'
import { fixtureJson, fixtureText, needsFixtures } from '#test/support/fixtures.ts'
import { mapBytes, mapFixture, mappingOf, useMappings, valueOf } from '#test/support/mapped.ts'
import { inputOf, readingOf } from '#test/support/projected.ts'

const CRIMES = 'hmpps-crime-matching-api/crime-batch-csv'

const mappings = useMappings()

describe('shipped mappings, police crime batches', function () {
  this.timeout(60_000)
  needsFixtures()

  it('maps good rows and names the one without a start', async () => {
    const { records, bad } = await mapFixture(mappings, 'police-crime-batch', `${CRIMES}/date-to-date-from.csv`)
    assert.deepEqual(
      [records.length, bad],
      [17, [{ number: 12, line: 12, faults: [{ pointer: '/from', reason: 'expected a value, found none' }] }]],
    )
    const [first] = records
    assert.equal(valueOf(first, 'incident-type'), 'theft from the person')
    assert.equal(valueOf(first, 'incident-date'), '2025-01-25T08:20:00.000Z')
    assert.deepEqual(valueOf(first, 'incident-place'), ['easting: 508910', 'northing: 222123'])
  })

  it('names an unknown type and an over-long reference by row, without either', async () => {
    const { records, bad } = await mapFixture(mappings, 'police-crime-batch', `${CRIMES}/crime-ref-too-long.csv`)
    assert.equal(records.length, 0)
    assert.deepEqual(
      bad.map(({ number, faults }) => [number, faults[0]?.pointer, faults[0]?.reason]),
      [
        [1, '/0/type', 'expected a code of its list, found another'],
        [2, '/reference', 'a cell of more than 50 characters'],
      ],
    )
    assert.doesNotMatch(JSON.stringify(bad), /CRI|MPS|INVALID/)
  })
})

describe('shipped mappings, NIEM', function () {
  this.timeout(60_000)
  needsFixtures()
  const SAMPLE = 'niem/CrashDriverSample.xml'

  it('gives the same items under any prefixes', async () => {
    const text = fixtureText(SAMPLE)
    const renamed = ['nc', 'ext', 'structures', 'j', 'gml', 'xsi'].reduce(
      (changed, prefix, index) =>
        changed
          .replaceAll(`xmlns:${prefix}=`, `xmlns:n${index}=`)
          .replaceAll(new RegExp(`(?<=[<\\s/])${prefix}:`, 'g'), `n${index}:`),
      text,
    )
    assert.doesNotMatch(renamed, /<nc:/)
    const mapping = await mappingOf(mappings.child, 'niem-crash-driver')
    const [one, other] = [
      await mapBytes(mappings.child, mapping, text),
      await mapBytes(mappings.child, mapping, renamed),
    ]
    assert.equal(one.records.length, 1)
    assert.deepEqual(other, one)
  })

  it('loses nothing, and keeps the privacy metadata of single elements as markings', async () => {
    const { records, unmapped } = await mapFixture(mappings, 'niem-crash-driver', SAMPLE)
    const [record] = records
    assert.deepEqual([record?.unmapped, unmapped], [[], []])
    const marked = record?.items.filter(({ conditions }) => conditions.includes('niem-pii')).map(({ term }) => term)
    assert.deepEqual(marked, ['birth-date', 'health-care-continuity'])
    assert.deepEqual(record?.items.find(({ term }) => term === 'offence')?.specialCategories, ['offence'])
  })
})

describe('shipped mappings, FHIR', function () {
  this.timeout(60_000)
  needsFixtures()

  it('a label on one element marks that element alone', async () => {
    const { records } = await mapFixture(mappings, 'fhir-resource', 'fhir-ds4p/patient-inline-label.json')
    const marked = records[0]?.items
      .filter(({ receivedInConfidence }) => receivedInConfidence)
      .map(({ value }) => value)
    assert.deepEqual(marked, ['111-22-3333'])
  })

  it('a label on the whole marks every item, with the consent that justifies it as a condition', async () => {
    const { records } = await mapFixture(
      mappings,
      'fhir-resource',
      'fhir-ds4p/observation-label-justified-by-consent.json',
    )
    for (const item of records[0]?.items ?? []) {
      assert.deepEqual(item.conditions, ['consent-218304', 'fhir-confidentiality-r'])
      assert.equal(item.receivedInConfidence, true)
    }
  })

  it('the basis of a label is kept, and a code that nobody knows leaves out the record', async () => {
    const label = fixtureJson('fhir-ds4p/label-basis.json') as object
    const whole = { ...(fixtureJson('fhir-ds4p/observation-label-justified-by-consent.json') as object), ...label }
    const mapping = await mappingOf(mappings.child, 'fhir-resource')
    const { records } = await mapBytes(mappings.child, mapping, JSON.stringify(whole))
    assert.deepEqual(records[0]?.items[0]?.conditions, ['basis-42cfrpart2', 'fhir-confidentiality-r', 'no-onward'])
    const strange = JSON.stringify(whole).replace('"code":"R"', '"code":"SECRET-7"')
    const { bad } = await mapBytes(mappings.child, mapping, strange)
    assert.deepEqual(bad[0]?.faults, [
      { pointer: '/meta/security/0/code', reason: 'a code that its list does not hold' },
    ])
    const fragment = await mapBytes(mappings.child, mapping, JSON.stringify(label))
    assert.match(fragment.bad[0]?.faults[0]?.reason ?? '', /expected something at \/resourceType/)
  })
})

describe('shipped mappings, HMPPS', function () {
  this.timeout(60_000)
  needsFixtures()

  it('the licence by configuration gives what the licence in code gives, fixture by fixture', async () => {
    assert.ok(LICENCE_MAPPINGS.some(({ record }) => record === 'licence'))
    for (const name of ['licence-A8731DY.json', 'licence.json']) {
      const path = `${RESETTLEMENT}/licence/${name}`
      const { items, unmapped } = readingOf(HMPPS.read(inputOf('licence', fixtureJson(path))))
      const { records } = await mapFixture(mappings, 'hmpps-licence', path)
      const plain = (given: readonly object[]) =>
        given.map((item) => ({ ...itemSchema.parse(item), itemId: '', author: '' }))
      assert.deepEqual(plain(records[0]?.items ?? []), plain(items))
      assert.deepEqual(records[0]?.unmapped, unmapped)
    }
  })
})
