/** HMPPS records as case summaries: nothing mapped is lost, and what is not mapped is listed. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { z } from 'zod'
import { segmentsOf } from '#adapters/dialects/json-tree.ts'
import { sectionById } from '#gateway/core/vocabulary/sections.ts'
import { shapeFault } from '#policies/engine/ladders.ts'
import { printInstant } from '#policies/language/instant.ts'
import { HMPPS, INTEGRATION, RESETTLEMENT, nodesOf, leavesOf, formsOf } from '#test/support/dialect-records.ts'
import { fixtureJson, hasFixtures, needsFixtures } from '#test/support/fixtures.ts'
import { READ_AT, inputOf, readingOf } from '#test/support/projected.ts'

/** Record kind of each fixture, and where it holds several people, the list to take them from one by one. */
const RECORD_OF: Readonly<Record<string, string>> = {
  [`${INTEGRATION}/person/prisoner-by-id.json`]: 'prisoner',
  [`${INTEGRATION}/person/delius-offender.json`]: 'delius-offender',
  [`${INTEGRATION}/person/delius-offenders.json`]: 'delius-offender-list',
  [`${INTEGRATION}/risk/rosh-response.json`]: 'rosh',
  [`${INTEGRATION}/needs/criminogenic-needs.json`]: 'needs',
  [`${INTEGRATION}/risk-scores/arns-v1.json`]: 'risk-scores',
  [`${INTEGRATION}/risk-scores/arns-v2.json`]: 'risk-scores',
  [`${INTEGRATION}/supervision/delius-supervisions.json`]: 'supervisions',
  [`${INTEGRATION}/address/delius-addresses.json`]: 'delius-addresses',
  [`${INTEGRATION}/address/person-addresses.json`]: 'person-addresses',
  [`${INTEGRATION}/access-limitation/access-limitations.json`]: 'access-limitations',
  [`${INTEGRATION}/integrated-view/person-adjudications.json`]: 'adjudications',
  [`${INTEGRATION}/integrated-view/person-case-notes.json`]: 'case-notes-view',
  [`${INTEGRATION}/integrated-view/person-licence-conditions.json`]: 'licence-conditions',
  [`${RESETTLEMENT}/person/prisoner-A8731DY.json`]: 'prisoner',
  [`${RESETTLEMENT}/person/prisoner-G4161UF.json`]: 'prisoner',
  [`${RESETTLEMENT}/person/prisoner-G9981UK.json`]: 'prisoner',
  [`${RESETTLEMENT}/person/prisoner-list-mdi.json`]: 'prisoner-list',
  [`${RESETTLEMENT}/person/prisoner-list-search.json`]: 'prisoner-list',
  [`${RESETTLEMENT}/risk/rosh-A8731DY.json`]: 'rosh',
  [`${RESETTLEMENT}/risk-scores/predictors-A8731DY.json`]: 'risk-predictors',
  [`${RESETTLEMENT}/risk-scores/predictors-history.json`]: 'risk-predictors',
  [`${RESETTLEMENT}/case-notes/case-notes-G9981UK.json`]: 'case-notes',
  [`${RESETTLEMENT}/case-notes/case-notes-with-bcst.json`]: 'case-notes',
  [`${RESETTLEMENT}/case-notes/case-notes-G4161UF.json`]: 'case-notes',
  [`${RESETTLEMENT}/appointments/appointments-list.json`]: 'appointments',
  [`${RESETTLEMENT}/appointments/appointment.json`]: 'appointments',
  [`${RESETTLEMENT}/appointments/crs-appointments.json`]: 'crs-appointments',
  [`${RESETTLEMENT}/licence/licence-A8731DY.json`]: 'licence',
  [`${RESETTLEMENT}/licence/licence.json`]: 'licence',
  [`${RESETTLEMENT}/licence/licence-summary.json`]: 'licence-list',
}

/** Kinds of the manifests that are mapped in full; of the integrated views three are. */
const MAPPED_KINDS = [
  'person',
  'risk',
  'needs',
  'risk-scores',
  'supervision',
  'address',
  'access-limitation',
  'case-notes',
  'appointments',
  'licence',
]

const manifest = z.array(z.object({ file: z.string(), kind: z.string() }))
const people = z.object({ content: z.array(z.json()) })

interface Document {
  readonly name: string
  readonly record: string
  readonly document: unknown
}

/** A list of several people is read one by one, as an agency would send it. */
function documentsOf(file: string, record: string): readonly Document[] {
  const document = fixtureJson(file)
  if (record !== 'prisoner-list') return [{ name: file, record, document }]
  return people
    .parse(document)
    .content.map((one, index) => ({ name: `${file} #${index}`, record, document: { content: [one] } }))
}

const DOCUMENTS = hasFixtures() ? Object.entries(RECORD_OF).flatMap(([file, record]) => documentsOf(file, record)) : []

/** The document with another value at a pointer. */
const withValueAt = (document: unknown, pointer: string, value: unknown): unknown => {
  const copy: unknown = structuredClone(document)
  const path = segmentsOf(pointer)
  let holder: unknown = copy
  for (const segment of path.slice(0, -1)) holder = Reflect.get(Object(holder), segment)
  Reflect.set(Object(holder), path.at(-1) ?? '', value)
  return copy
}

const isRestriction = (pointer: string): boolean =>
  /^\/(?:restrictedTo|excludedFrom)\/\d+\/email$/.test(pointer) || /\/current(?:Restriction|Exclusion)$/.test(pointer)

describe('dialect hmpps, the fixtures', () => {
  needsFixtures()

  it('has a mapping for every record of the mapped kinds in both manifests', () => {
    const files = [INTEGRATION, RESETTLEMENT].flatMap((folder) =>
      manifest
        .parse(fixtureJson(`${folder}/manifest.json`))
        .filter(({ kind }) => MAPPED_KINDS.includes(kind))
        .map(({ file }) => `${folder}/${file}`),
    )
    assert.ok(files.length >= 28, `${files.length}`)
    assert.deepEqual(
      files.filter((file) => RECORD_OF[file] === undefined),
      [],
    )
  })

  for (const { name, record, document } of DOCUMENTS)
    it(`${name}: every value is in an item or is listed`, () => {
      const { items, unmapped, facts } = readingOf(HMPPS.read(inputOf(record, document)))
      const leaves = leavesOf(document)
      const listed = new Set(unmapped)
      const all = items.map((item) => JSON.stringify(item)).join('\n')
      const lost = [...leaves].filter(
        ([pointer, value]) =>
          !listed.has(pointer) && !isRestriction(pointer) && !formsOf(value).some((form) => all.includes(form)),
      )
      assert.deepEqual(
        lost.map(([pointer]) => pointer),
        [],
      )
      assert.deepEqual(
        unmapped.filter((pointer) => !nodesOf(document).some((node) => node.pointer === pointer)),
        [],
      )
      assert.ok(items.length > 0 || facts !== undefined)
      // More is mapped than not, save in records that are mostly codes and markings of their own system.
      assert.ok(leaves.size - listed.size > 0 || facts !== undefined, name)
    })

  it('a mapped value that changes changes an item, or is listed or refused', () => {
    const oneOfEach = [...new Map(DOCUMENTS.map((entry) => [entry.record, entry])).values()]
    let carried = 0
    for (const { name, record, document } of oneOfEach)
      for (const [pointer, value] of leavesOf(document)) {
        if (typeof value !== 'string' || isRestriction(pointer)) continue
        const mark = `mark of ${pointer}`
        const result = HMPPS.read(inputOf(record, withValueAt(document, pointer, mark)))
        if (!result.ok || result.reading.unmapped.includes(pointer)) continue
        const quoted = JSON.stringify(mark).slice(1, -1)
        assert.ok(
          result.reading.items.some((item) => JSON.stringify(item).includes(quoted)),
          `${name} ${pointer}`,
        )
        carried += 1
      }
    assert.ok(carried > 400, `${carried}`)
  })

  it('prints how much was read', () => {
    const counts = new Map<string, { documents: number; values: number; items: number; unmapped: number }>()
    for (const { record, document } of DOCUMENTS) {
      const { items, unmapped } = readingOf(HMPPS.read(inputOf(record, document)))
      const count = counts.get(record) ?? { documents: 0, values: 0, items: 0, unmapped: 0 }
      counts.set(record, {
        documents: count.documents + 1,
        values: count.values + leavesOf(document).size,
        items: count.items + items.length,
        unmapped: count.unmapped + unmapped.length,
      })
    }
    console.log(
      `      ${[...counts].map(([record, count]) => `${record}: ${Object.values(count).join('/')}`).join(', ')} (documents/values/items/unmapped)`,
    )
    assert.equal(DOCUMENTS.length > 60, true, `${DOCUMENTS.length}`)
  })

  it('gives every item a term of its section and a value of the term’s shape', () => {
    for (const { name, record, document } of DOCUMENTS)
      for (const item of readingOf(HMPPS.read(inputOf(record, document))).items) {
        const term = sectionById(item.section)?.terms.find(({ id }) => id === item.term)
        assert.ok(term, `${name} ${item.section} ${item.term}`)
        assert.equal(shapeFault(term.kind, item.value), undefined, `${name} ${item.at} ${item.term}`)
        const special = new Set(item.specialCategories)
        for (const category of term.specialCategories)
          assert.ok(special.has(category), `${name} ${item.term} ${category}`)
      }
  })

  it('refuses a list of several people: a case is about one', () => {
    const result = HMPPS.read(inputOf('prisoner-list', fixtureJson(`${RESETTLEMENT}/person/prisoner-list-search.json`)))
    assert.ok(!result.ok)
    assert.deepEqual(result.faults, [
      { pointer: '/content/1/prisonerNumber', reason: 'holds records of more than one person' },
    ])
  })

  it('refuses a list in which someone has no number of their own', () => {
    const list = [{ otherIds: { crn: 'X1' } }, { firstName: 'Ann' }]
    assert.equal(HMPPS.read(inputOf('delius-offender-list', list)).ok, false)
  })

  it('dates an item by its own record, and by the reading where the record gives none', () => {
    const needs = readingOf(
      HMPPS.read(inputOf('needs', fixtureJson(`${INTEGRATION}/needs/criminogenic-needs.json`))),
    ).items
    assert.deepEqual([...new Set(needs.map(({ observedAt }) => observedAt))], ['2023-02-13T12:43:38.000Z'])
    const person = readingOf(
      HMPPS.read(inputOf('prisoner', fixtureJson(`${INTEGRATION}/person/prisoner-by-id.json`))),
    ).items
    assert.equal(person.find(({ term }) => term === 'full-name')?.observedAt, printInstant(READ_AT))
    assert.ok([...needs, ...person].every(({ recordedAt }) => recordedAt === printInstant(READ_AT)))
  })

  it('marks a sensitive case note as received in confidence', () => {
    const notes = fixtureJson(`${INTEGRATION}/integrated-view/person-case-notes.json`)
    const { items } = readingOf(HMPPS.read(inputOf('case-notes-view', notes)))
    assert.deepEqual(
      items.map(({ receivedInConfidence }) => receivedInConfidence),
      [true],
    )
  })
})
