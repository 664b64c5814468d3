/** The shipped mappings, put to what other systems really write: every value is mapped, listed or refused, and no reason holds content. */
import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import { LICENCE_MAPPINGS } from '#adapters/dialects/mappings/licence.ts'
import { codesOfTaxonomy } from '#adapters/dialects/configured/taxonomy.ts'
import { shippedMappings } from '#adapters/dialects/configured/mapping-folder.ts'
import { openMappingProcess } from '#adapters/dialects/configured/mapping-process.ts'
import type { MappingProcess } from '#adapters/dialects/configured/mapping-process.ts'
import { MAX_ITEMS as MAX_MAPPED_ITEMS } from '#adapters/dialects/configured/read-records.ts'
import { itemSchema } from '#gateway/core/item.ts'
import { MAX_ITEMS } from '#gateway/core/message.ts'
import { withChanged } from '#test/contract/dialect.contract.ts'
import { HMPPS, RESETTLEMENT } from '#test/support/dialect-records.ts'
import { fixtureJson, fixtureText, fixturesDir, needsFixtures } from '#test/support/fixtures.ts'
import { PEOPLE, mapBytes, mappingFolder, mappingOf, valueOf } from '#test/support/mapped.ts'
import type { Mapped, MappingFolder } from '#test/support/mapped.ts'
import { inputOf, readingOf } from '#test/support/projected.ts'
import { sampledMs, samples } from '#test/support/samples.ts'

const COURT = 'court-case-matcher'
const CRIMES = 'hmpps-crime-matching-api/crime-batch-csv'

let child: MappingProcess
let folder: MappingFolder
const bytesOf = (path: string): Buffer => readFileSync(join(fixturesDir(), path))
const mapFixture = async (mapping: string, path: string): Promise<Mapped> =>
  mapBytes(child, await mappingOf(child, mapping), bytesOf(path))

before(() => {
  child = openMappingProcess()
  folder = mappingFolder()
})
after(async () => {
  await child[Symbol.asyncDispose]()
  folder.remove()
})

describe('shipped mappings, court lists', function () {
  this.timeout(60_000)
  needsFixtures()

  it('three views of one defendant agree on who that is', async () => {
    const views = [
      await mapFixture('libra-court-list', `${COURT}/court-list-xml/external-document-request-single-case.xml`),
      await mapFixture('libra-case', `${COURT}/libra-case/case.json`),
      await mapFixture('common-platform-hearing', `${COURT}/court-hearing/hearing.json`),
    ]
    const people = views.map(({ records: [record] }) => {
      const name = valueOf(record, 'full-name')
      const said = typeof name === 'object' && name !== null && 'name' in name ? name.name : name
      return [said, valueOf(record, 'birth-date'), valueOf(record, 'register-number')]
    })
    const person = ['Mr Arthur MORGAN', '1975-01-01', '2004/0012345U']
    assert.deepEqual(people, [person, person, person])
    assert.equal(views[0]?.records[0]?.caseReference, views[1]?.records[0]?.caseReference)
  })

  it('one case in both its forms, XML and JSON, gives the same offence, court day and case reference', async () => {
    const xml = await mapFixture(
      'libra-court-list',
      `${COURT}/court-list-xml/external-document-request-single-case.xml`,
    )
    const json = await mapFixture('libra-case', `${COURT}/libra-case/case.json`)
    for (const term of ['case-reference', 'full-name', 'birth-date'])
      assert.deepEqual(valueOf(xml.records[0], term), valueOf(json.records[0], term))
    const offenceOf = ({ records: [record] }: Mapped): string => JSON.stringify(valueOf(record, 'offence'))
    for (const words of ['Theft from a shop', 'stole Article', 'section 1(1) and 7 of the Theft Act 1968'])
      for (const view of [xml, json]) assert.ok(offenceOf(view).includes(words))
  })

  it('reads every court list, in its envelope or without, and each list of many defendants one by one', async () => {
    const counts: [string, number, number][] = []
    for (const name of readdirSync(join(fixturesDir(), COURT, 'court-list-xml')).toSorted()) {
      const { records, bad, refused } = await mapFixture('libra-court-list', `${COURT}/court-list-xml/${name}`)
      assert.deepEqual(refused, [])
      counts.push([name, records.length, bad.length])
    }
    assert.deepEqual(counts, COUNTS)
  })

  it('invalid messages are refused by place, and no reason holds what a file says', async () => {
    const invalid = [
      await mapFixture('libra-court-list', `${COURT}/court-list-xml/gateway-message-invalid.xml`),
      await mapFixture('libra-case', `${COURT}/libra-case/case-invalid.json`),
      await mapFixture('libra-case', `${COURT}/libra-case/case-sns-metadata.json`),
      await mapFixture('common-platform-hearing', `${COURT}/court-hearing/hearing-invalid.json`),
    ]
    for (const { bad, refused } of invalid) {
      const told = JSON.stringify([bad, refused])
      assert.match(told, /expected something at|not strict JSON/)
      assert.doesNotMatch(told, /DLONE|David|MORGAN|Arthur|Mario|Phyllis|1217464|PNC-ID/)
    }
  })

  it('a case in a notification is read where the text in it is strict JSON, and what is around it is listed', async () => {
    const notification = fixtureJson(`${COURT}/libra-case/case-sns-metadata.json`) as { Message: string }
    // As it comes, its text ends in a brace too many.
    const mended = { ...notification, Message: notification.Message.replace(/\}\}$/, '}') }
    const mapping = await mappingOf(child, 'libra-case')
    const { records, unmapped, documentId } = await mapBytes(child, mapping, JSON.stringify(mended))
    assert.equal(valueOf(records[0], 'full-name'), 'Mr Arthur MORGAN')
    assert.ok(unmapped.includes('/SigningCertURL') && !unmapped.includes('/MessageId'))
    assert.match(documentId ?? '', /^[0-9a-f]{64}$/)
  })

  it('an organisation that is a defendant is no person: its record is left out', async () => {
    const { records, bad } = await mapFixture(
      'common-platform-hearing',
      `${COURT}/court-hearing/hearing-with-legal-entity-defendant.json`,
    )
    assert.deepEqual([records.length, bad.map(({ number }) => number)], [1, [2]])
    const xml = fixtureText(`${COURT}/court-list-xml/external-document-request-single-case.xml`)
    const libra = await mapBytes(
      child,
      await mappingOf(child, 'libra-court-list'),
      xml.replace('<def_type>P</def_type>', '<def_type>O</def_type>'),
    )
    assert.deepEqual(
      libra.bad[0]?.faults.map(({ reason }) => reason),
      ['the defendant is an organisation'],
    )
  })
})

/** File, records that are mapped, records that are left out. */
const COUNTS = [
  ['externDoc.xml', 18, 0],
  ['external-document-request-multi-session.xml', 3, 1],
  ['external-document-request-single-case.xml', 1, 0],
  ['gateway-message-invalid.xml', 9, 9],
  ['gateway-message-simple.xml', 2, 0],
  ['gateway-message-single-case.xml', 1, 0],
]

describe('shipped mappings, police crime batches', function () {
  this.timeout(60_000)
  needsFixtures()

  it('maps good rows and names the one without a start', async () => {
    const { records, bad } = await mapFixture('police-crime-batch', `${CRIMES}/date-to-date-from.csv`)
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
    const { records, bad } = await mapFixture('police-crime-batch', `${CRIMES}/crime-ref-too-long.csv`)
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
    const mapping = await mappingOf(child, 'niem-crash-driver')
    const [one, other] = [await mapBytes(child, mapping, text), await mapBytes(child, mapping, renamed)]
    assert.equal(one.records.length, 1)
    assert.deepEqual(other, one)
  })

  it('loses nothing, and keeps the privacy metadata of single elements as markings', async () => {
    const { records, unmapped } = await mapFixture('niem-crash-driver', SAMPLE)
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
    const { records } = await mapFixture('fhir-resource', 'fhir-ds4p/patient-inline-label.json')
    const marked = records[0]?.items
      .filter(({ receivedInConfidence }) => receivedInConfidence)
      .map(({ value }) => value)
    assert.deepEqual(marked, ['111-22-3333'])
  })

  it('a label on the whole marks every item, with the consent that justifies it as a condition', async () => {
    const { records } = await mapFixture('fhir-resource', 'fhir-ds4p/observation-label-justified-by-consent.json')
    for (const item of records[0]?.items ?? []) {
      assert.deepEqual(item.conditions, ['consent-218304', 'fhir-confidentiality-r'])
      assert.equal(item.receivedInConfidence, true)
    }
  })

  it('the basis of a label is kept, and a code that nobody knows leaves out the record', async () => {
    const label = fixtureJson('fhir-ds4p/label-basis.json') as object
    const whole = { ...(fixtureJson('fhir-ds4p/observation-label-justified-by-consent.json') as object), ...label }
    const mapping = await mappingOf(child, 'fhir-resource')
    const { records } = await mapBytes(child, mapping, JSON.stringify(whole))
    assert.deepEqual(records[0]?.items[0]?.conditions, ['basis-42cfrpart2', 'fhir-confidentiality-r', 'no-onward'])
    const strange = JSON.stringify(whole).replace('"code":"R"', '"code":"SECRET-7"')
    const { bad } = await mapBytes(child, mapping, strange)
    assert.deepEqual(bad[0]?.faults, [
      { pointer: '/meta/security/0/code', reason: 'a code that its list does not hold' },
    ])
    const fragment = await mapBytes(child, mapping, JSON.stringify(label))
    assert.match(fragment.bad[0]?.faults[0]?.reason ?? '', /expected something at \/resourceType/)
  })
})

describe('code lists of markings', function () {
  this.timeout(60_000)
  needsFixtures()
  const LISTS = ['PAP', 'admiralty-scale', 'euci', 'information-origin', 'tlp'] as const
  const entriesOf = (name: string) => codesOfTaxonomy(fixtureJson(`handling-markings/${name}.json`)) ?? {}

  it('are loaded as data: every value of every taxonomy becomes a condition of an item, each its own', async () => {
    for (const name of LISTS) {
      copyFileSync(join(fixturesDir(), `handling-markings/${name}.json`), join(folder.path, `${name}.json`))
      const codes = Object.keys(entriesOf(name))
      assert.ok(codes.length >= 3)
      const mapping = folder.write('marked.json', {
        ...PEOPLE,
        lists: { marks: { taxonomy: `${name}.json` } },
        items: [{ ...PEOPLE.items[0], marks: [{ from: 'mark', list: 'marks' }] }],
      })
      const people = codes.map((code) => ({ name: code, mark: code }))
      const { records, bad } = await mapBytes(child, await mappingOf(child, mapping), JSON.stringify({ people }))
      assert.deepEqual(bad, [])
      const conditions = records.map(({ items }) => items[0]?.conditions.join(' '))
      assert.equal(new Set(conditions).size, codes.length)
      for (const { items } of records) assert.ok(itemSchema.safeParse(items[0]).success)
    }
  })

  it('as they are shipped hold every value of the taxonomies', () => {
    const shipped = (name: string): readonly string[] => {
      const path = resolve(import.meta.dirname, `../../adapters/dialects/mappings/codes-${name}.json`)
      return Object.keys((JSON.parse(readFileSync(path, 'utf8')) as { codes: object }).codes).toSorted()
    }
    const admiralty = [
      ...shipped('admiralty-source').map((code) => `source-reliability:${code}`),
      ...shipped('admiralty-information').map((code) => `information-credibility:${code}`),
    ]
    assert.deepEqual(admiralty.toSorted(), Object.keys(entriesOf('admiralty-scale')).toSorted())
    for (const [name, list] of [
      ['pap', 'PAP'],
      ['euci', 'euci'],
      ['information-origin', 'information-origin'],
      ['tlp', 'tlp'],
    ] as const)
      assert.deepEqual(shipped(name), Object.keys(entriesOf(list)).toSorted())
  })

  it('mark a note in all its ways at once, the strictest of each', async () => {
    const note = {
      case: 'N-1',
      statement: 'words',
      summary: 'fewer',
      on: '2026-01-02',
      tlp: 'amber+strict',
      pap: 'RED',
      classification: 'R-UE/EU-R',
      reliability: 'b',
      credibility: '2',
      origin: 'AI-generated',
    }
    const { records } = await mapBytes(
      child,
      await mappingOf(child, 'handling-note'),
      JSON.stringify({ id: '7', notes: [note] }),
    )
    const item = records[0]?.items[0]
    assert.deepEqual(
      [item?.tlp, item?.classification, item?.source?.code, item?.information?.code, item?.conditions, item?.rungs],
      [
        'TLP:AMBER+STRICT',
        'diffusion-restreinte',
        'B',
        '2',
        ['euci-r-ue-eu-r', 'information-origin-ai-generated', 'pap-red'],
        { g2: 'fewer' },
      ],
    )
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
      const { records } = await mapFixture('hmpps-licence', path)
      const plain = (given: readonly object[]) =>
        given.map((item) => ({ ...itemSchema.parse(item), itemId: '', author: '' }))
      assert.deepEqual(plain(records[0]?.items ?? []), plain(items))
      assert.deepEqual(records[0]?.unmapped, unmapped)
    }
  })
})

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
      const [once, again] = [await mapFixture(mapping, path), await mapFixture(mapping, path)]
      assert.notEqual(once.records.length, 0)
      assert.deepEqual(again, once)
      for (const { items } of once.records) assert.equal(new Set(items.map(({ itemId }) => itemId)).size, items.length)
    })

  for (const [mapping, path] of Object.entries(JSON_SAMPLES))
    it(`${mapping}: a value changed to another is mapped, listed or refused, and no reason quotes it`, async () => {
      const ready = await mappingOf(child, mapping)
      const document = fixtureJson(path)
      const value = fc.oneof(
        fc.constantFrom<unknown>('SECRET-1', ['SECRET-2'], { SECRET: 'SECRET-3' }, null, 7, true, ''),
      )
      await fc.assert(
        fc.asyncProperty(fc.nat(), value, async (place, put) => {
          const mapped = await mapBytes(child, ready, JSON.stringify(withChanged(document, place, put)))
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
