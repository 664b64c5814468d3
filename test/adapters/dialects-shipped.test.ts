/** What every shipped mapping keeps: the same file gives the same items, and every value is mapped, listed or refused without being quoted. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { shippedMappings } from '#adapters/dialects/configured/mapping-folder.ts'
import { MAX_ITEMS as MAX_MAPPED_ITEMS } from '#adapters/dialects/configured/read-records.ts'
import { MAX_ITEMS } from '#gateway/core/message.ts'
import { withChanged } from '#test/contract/dialect.contract.ts'
import { RESETTLEMENT } from '#test/support/dialect-records.ts'
import { fixtureJson, needsFixtures } from '#test/support/fixtures.ts'
import { mapBytes, mapFixture, mappingOf, useMappings } from '#test/support/mapped.ts'
import type { Mapped } from '#test/support/mapped.ts'
import { sampledMs, samples } from '#test/support/samples.ts'

const COURT = 'court-case-matcher'
const CRIMES = 'hmpps-crime-matching-api/crime-batch-csv'

const mappings = useMappings()

describe('every shipped mapping keeps the contract', function () {
  this.timeout(sampledMs(60_000))
  needsFixtures()
  const JSON_SAMPLES: Readonly<Record<string, string>> = {
    'libra-case': `${COURT}/libra-case/case.json`,
    'common-platform-hearing': `${COURT}/court-hearing/hearing.json`,
    'fhir-resource': 'fhir-ds4p/patient-inline-label.json',
    'hmpps-licence': `${RESETTLEMENT}/licence/licence.json`,
  }
  const OTHERS: Readonly<Record<string, string>> = {
    'libra-court-list': `${COURT}/court-list-xml/externDoc.xml`,
    'niem-crash-driver': 'niem/CrashDriverSample.xml',
    'police-crime-batch': `${CRIMES}/date-to-date-from.csv`,
  }

  it('has no fault, and a sample here', () =>
    assert.deepEqual(
      [...Object.keys(JSON_SAMPLES), ...Object.keys(OTHERS), 'handling-note'].toSorted(),
      shippedMappings(),
    ))

  it('holds as many items as a message does', () => assert.equal(MAX_MAPPED_ITEMS, MAX_ITEMS))

  for (const [mapping, path] of Object.entries({ ...JSON_SAMPLES, ...OTHERS }))
    it(`${mapping}: the same file gives the same items, each with its own id`, async () => {
      const [once, again] = [await mapFixture(mappings, mapping, path), await mapFixture(mappings, mapping, path)]
      assert.notEqual(once.records.length, 0)
      assert.deepEqual(again, once)
      for (const { items } of once.records) assert.equal(new Set(items.map(({ itemId }) => itemId)).size, items.length)
    })

  for (const [mapping, path] of Object.entries(JSON_SAMPLES))
    it(`${mapping}: a value changed to another is mapped, listed or refused, and no reason quotes it`, async () => {
      const ready = await mappingOf(mappings.child, mapping)
      const document = fixtureJson(path)
      const value = fc.oneof(
        fc.constantFrom<unknown>('SECRET-1', ['SECRET-2'], { SECRET: 'SECRET-3' }, null, 7, true, ''),
      )
      await fc.assert(
        fc.asyncProperty(fc.nat(), value, async (place, put) => {
          const mapped = await mapBytes(mappings.child, ready, JSON.stringify(withChanged(document, place, put)))
          assert.doesNotMatch(
            JSON.stringify([
              mapped.bad.map(({ faults }) => faults.map(({ reason }) => reason)),
              mapped.refused.map(({ reason }) => reason),
            ]),
            /SECRET/,
          )
          if (
            typeof put !== 'string' ||
            !put.startsWith('SECRET') ||
            mapped.bad.length > 0 ||
            mapped.refused.length > 0
          )
            return
          const changed = JSON.stringify(mapped)
          assert.ok(changed.includes(put) || lostIn(mapped).length > 0, String(place))
        }),
        { numRuns: samples(25) },
      )
    })
})

const lostIn = ({ records, unmapped }: Mapped): readonly string[] => [
  ...unmapped,
  ...records.flatMap((record) => [...record.unmapped, ...record.leftOut, ...record.changed]),
]
