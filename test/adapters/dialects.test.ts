/** The dialects on real records: nothing mapped is lost, what is not mapped is listed, and a native document comes back whole. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { z } from 'zod'
import { segmentsOf, walk } from '#adapters/dialects/json-tree.ts'
import { isoOf, readNativeDate, readNativeDay } from '#adapters/dialects/native-date.ts'
import { DIALECTS } from '#adapters/dialects/registered.ts'
import { staffHandle } from '#adapters/dialects/restriction.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { itemSchema } from '#gateway/core/item.ts'
import { label } from '#gateway/core/label.ts'
import { NAME_PATTERN } from '#gateway/core/ids.ts'
import { projectItem } from '#gateway/core/project-item.ts'
import type { ProjectedItem } from '#gateway/core/projection.ts'
import { sectionById } from '#gateway/core/vocabulary/sections.ts'
import type { Dialect } from '#gateway/ports/dialect.ts'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import { shapeFault } from '#policies/engine/ladders.ts'
import { printInstant } from '#policies/language/instant.ts'
import { dialectContract, withChanged } from '#test/contract/dialect.contract.ts'
import { fixtureJson, fixtureText, fixturesDir, hasFixtures, needsFixtures } from '#test/support/fixtures.ts'
import { READ_AT, idOf, inputOf, readingOf } from '#test/support/projected.ts'
import { samples } from '#test/support/samples.ts'

const named = (id: string): Dialect => {
  const found = DIALECTS.find((dialect) => dialect.id === id)
  assert.ok(found, id)
  return found
}
const HMPPS = named('hmpps')
const RECORD = named('hmpps-record')
const PLAIN = named('passerelle')

const INTEGRATION = 'hmpps-integration-api'
const RESETTLEMENT = 'hmpps-resettlement-passport-api'

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

type Said = string | number | boolean

const nodesOf = (document: unknown) => {
  const walked = walk(document)
  assert.ok(walked.ok)
  return walked.nodes
}

/** Scalars that say something, by pointer. */
const leavesOf = (document: unknown): ReadonlyMap<string, Said> =>
  new Map(
    nodesOf(document).flatMap(({ pointer, value }) =>
      typeof value === 'object' || (typeof value === 'string' && value.trim() === '')
        ? []
        : [[pointer, value] as const],
    ),
  )

/** A leaf as it may stand in an item: itself, or its date in ISO 8601. */
const formsOf = (value: Said): readonly string[] => {
  const text = String(value)
  const instant = readNativeDate(text)
  const dates = instant === undefined ? [] : [isoOf(text), readNativeDay(text), printInstant(instant)]
  return [JSON.stringify(text).slice(1, -1), ...dates.filter((date) => date !== undefined)]
}

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

describe('dialect hmpps, access limitations', () => {
  const factsOf = (document: unknown, record = 'access-limitations') =>
    readingOf(HMPPS.read(inputOf(record, document))).facts
  const someone = { email: ' Someone@Example.org ' }

  const STATED: readonly { readonly name: string; readonly document: unknown; readonly facts: unknown }[] = [
    { name: 'nobody limited', document: { restrictedTo: [], excludedFrom: [] }, facts: undefined },
    {
      name: 'restricted to one',
      document: { restrictedTo: [someone], excludedFrom: [] },
      facts: { restrictedTo: [staffHandle('someone@example.org')] },
    },
    {
      name: 'one excluded',
      document: { restrictedTo: [], excludedFrom: [someone] },
      facts: { excludedFrom: [staffHandle('someone@example.org')] },
    },
    {
      name: 'a person without an address',
      document: { restrictedTo: [{ name: 'x' }], excludedFrom: [] },
      facts: { restrictedTo: [] },
    },
    {
      name: 'an exclusion without an address',
      document: { restrictedTo: [someone], excludedFrom: [{}] },
      facts: { restrictedTo: [] },
    },
    {
      name: 'a message that names nobody',
      document: { restrictedTo: [], excludedFrom: [], restrictionMessage: 'Ask' },
      facts: { restrictedTo: [] },
    },
    {
      name: 'more than facts can name',
      document: {
        restrictedTo: Array.from({ length: 201 }, (_, n) => ({ email: `${n}@example.org` })),
        excludedFrom: [],
      },
      facts: { restrictedTo: [] },
    },
  ]
  for (const { name, document, facts } of STATED) it(name, () => assert.deepEqual(factsOf(document), facts))

  it('a flag of the person record closes the case', () => {
    const person = { otherIds: { crn: 'X1' }, currentRestriction: true, currentExclusion: false }
    assert.deepEqual(factsOf(person, 'delius-offender'), { restrictedTo: [] })
    assert.deepEqual(factsOf({ ...person, currentRestriction: false, currentExclusion: true }, 'delius-offender'), {
      restrictedTo: [],
    })
    assert.equal(factsOf({ ...person, currentRestriction: false }, 'delius-offender'), undefined)
  })

  it('a limit that cannot be read refuses the record; it is never dropped', () => {
    for (const document of [
      {},
      { restrictedTo: 'all', excludedFrom: [] },
      { restrictedTo: null, excludedFrom: [] },
      [],
      null,
    ])
      assert.equal(HMPPS.read(inputOf('access-limitations', document)).ok, false, JSON.stringify(document))
    assert.equal(
      HMPPS.read(inputOf('delius-offender', { otherIds: { crn: 'X1' }, currentRestriction: 'true' })).ok,
      false,
    )
  })

  it('a handle is a name, the same for the same address, and holds nothing of it', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        assert.match(staffHandle(email), NAME_PATTERN)
        assert.equal(staffHandle(email.toUpperCase()), staffHandle(` ${email}`))
      }),
    )
  })

  it('the upstream fixture names one person', function () {
    if (!hasFixtures()) this.skip()
    const facts = factsOf(fixtureJson(`${INTEGRATION}/access-limitation/access-limitations.json`))
    assert.deepEqual(facts, { restrictedTo: [staffHandle('someone@justice.gov.uk')] })
  })
})

const FULL: Ceiling = {
  level: 'full',
  omission: 'silent',
  rules: [],
  conditions: [],
  bases: [],
  rungs: {},
  because: [],
}

const shown = (items: readonly ItemText[], level: 'full' | 'existence' = 'full'): readonly ProjectedItem[] =>
  items.flatMap((text) => {
    const item = itemSchema.parse(text)
    const labelled = label(item, { at: READ_AT, isSuperseded: false, windowMonths: { default: 3 }, attested: 'broker' })
    return projectItem({ item, labelled, ceiling: FULL, level }) ?? []
  })

const roundTrip = (document: unknown): unknown =>
  RECORD.print?.(shown(readingOf(RECORD.read(inputOf('any', document))).items), 'any')

const parse = (text: string): unknown => JSON.parse(text)

/** A JSON value as text; `__proto__` and its like come out of JSON.parse as plain members. */
const aDocument = fc.json({ maxDepth: 5 })

describe('dialect hmpps-record', () => {
  it('prints what it read: read, project in full, print gives the document back', () => {
    fc.assert(fc.property(aDocument, (text) => assert.deepEqual(roundTrip(parse(text)), parse(text))))
  })

  it('keeps digits as member names, empty containers, null and order', () => {
    for (const text of [
      '{"1":{"0":"a"},"0":[]}',
      '[[],{},null,"",0,false,[[1]]]',
      '{"":{"":1},"a/b":{"~1":2},"~":3}',
      'null',
      '[]',
    ])
      assert.equal(JSON.stringify(roundTrip(parse(text))), JSON.stringify(parse(text)))
  })

  describe('on the fixtures', () => {
    needsFixtures()
    it('every JSON fixture of both folders comes back whole', () => {
      const files = [INTEGRATION, RESETTLEMENT].flatMap((folder) =>
        readdirSync(join(fixturesDir(), folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.json'))
          .map((file) => `${folder}/${file}`),
      )
      let items = 0
      for (const file of files) {
        const document = parse(fixtureText(file))
        items += readingOf(RECORD.read(inputOf('any', document))).items.length
        assert.deepEqual(roundTrip(document), document, file)
      }
      console.log(`      ${files.length} documents, ${items} items`)
      assert.equal(files.length >= 64, true, `${files.length}`)
    })

    it('naughty strings survive as values and as members', () => {
      const strings = z.array(z.string()).parse(fixtureJson('naughty-strings/strings.json'))
      assert.ok(strings.length > 200, `${strings.length}`)
      const document = {
        list: strings,
        members: Object.fromEntries(strings.filter(({ length }) => length <= 100).map((text) => [text, text])),
      }
      assert.deepEqual(roundTrip(parse(JSON.stringify(document))), parse(JSON.stringify(document)))
    })
  })

  it('removes and masks whole subtrees: what its container lacks is not printed', () => {
    const { items } = readingOf(RECORD.read(inputOf('any', { a: { b: [{ c: 'secret' }, 2] }, d: 1 })))
    const print = (level: (at: string) => 'full' | 'existence' | 'nothing'): unknown =>
      RECORD.print?.(
        items.flatMap((item) => {
          const wanted = level(item.at ?? '')
          return wanted === 'nothing' ? [] : shown([item], wanted)
        }),
        'any',
      )
    assert.deepEqual(
      print((at) => (at === '/a/b' ? 'nothing' : 'full')),
      { a: {}, d: 1 },
    )
    assert.deepEqual(
      print((at) => (at === '/a' ? 'existence' : 'full')),
      { a: '**REDACTED**', d: 1 },
    )
    assert.deepEqual(
      print((at) => (at === '/a/b/0' ? 'nothing' : 'full')),
      { a: { b: [2] }, d: 1 },
    )
    assert.equal(
      print((at) => (at === '' ? 'nothing' : 'full')),
      undefined,
    )
  })

  it('prints the mask for an item at existence even where a value came with it', () => {
    const [whole] = shown(readingOf(RECORD.read(inputOf('any', 'secret'))).items)
    assert.ok(whole)
    assert.equal(RECORD.print?.([{ ...whole, level: 'existence' }], 'any'), '**REDACTED**')
  })

  it('prints only items of the record asked for', () => {
    const { items } = readingOf(RECORD.read(inputOf('one', { a: 1 })))
    assert.equal(RECORD.print?.(shown(items), 'two'), undefined)
  })
})

describe('dialects, hostile documents', () => {
  const deep = (depth: number): unknown => {
    let value: unknown = 'end'
    for (let level = 0; level < depth; level += 1) value = [value]
    return value
  }

  it('a member named __proto__ or constructor touches no prototype', () => {
    const text =
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"data":{"__proto__":["polluted"]}}'
    for (const dialect of DIALECTS)
      for (const record of [...dialect.records, 'any', '__proto__']) dialect.read(inputOf(record, parse(text)))
    const printed = roundTrip(parse(text))
    assert.equal(JSON.stringify(printed), JSON.stringify(parse(text)))
    assert.equal('polluted' in {}, false)
    assert.ok(printed !== null && typeof printed === 'object' && Object.getPrototypeOf(printed) === Object.prototype)
  })

  it('a document nested too deeply is refused, by place and reason', () => {
    for (const dialect of DIALECTS)
      for (const depth of [65, 100_000]) {
        const result = dialect.read(inputOf(dialect.records[0] ?? '', deep(depth)))
        assert.ok(!result.ok)
        assert.deepEqual(
          result.faults.map(({ reason }) => reason),
          ['nested more than 64 deep'],
        )
      }
    assert.ok(RECORD.read(inputOf('any', deep(64))).ok)
  })

  it('more values than a message may hold, and members without end, are refused', () => {
    assert.equal(
      RECORD.read(
        inputOf(
          'any',
          Array.from({ length: 16_384 }, () => 1),
        ),
      ).ok,
      false,
    )
    assert.equal(RECORD.read(inputOf('any', { ['m'.repeat(121)]: 1 })).ok, false)
    assert.equal(RECORD.read(inputOf('any', { ['m'.repeat(501)]: 1 })).ok, false)
  })

  it('ten thousand faults are told as fifty', () => {
    const result = RECORD.read(
      inputOf(
        'any',
        Array.from({ length: 10_000 }, () => Number.NaN),
      ),
    )
    assert.equal(result.ok ? 0 : result.faults.length, 50)
  })

  it('a list of 8,000 notes takes time in proportion', () => {
    const note = {
      offenderIdentifier: 'A1',
      type: 'X',
      text: 'words',
      sensitive: false,
      creationDateTime: '2024-01-01',
    }
    const started = performance.now()
    const read = readingOf(HMPPS.read(inputOf('case-notes', { content: Array.from({ length: 8000 }, () => note) })))
    assert.equal(read.items.length, 8000)
    // Each note looked up by a walk over all of them took minutes.
    assert.ok(performance.now() - started < 5000)
  })

  it('wrong types are refused with place and reason', () => {
    const REFUSED: readonly (readonly [string, unknown, string, string])[] = [
      ['needs', { assessedOn: '2023-01-01', needs: {} }, '/needs', 'expected a list, found an object'],
      [
        'needs',
        { assessedOn: 'last Tuesday', needs: [{ section: 'FINANCE' }] },
        '/assessedOn',
        'expected a date or time',
      ],
      ['needs', { needs: [] }, '', 'expected something at /assessedOn'],
      [
        'prisoner',
        { prisonerNumber: 'A', dateOfBirth: { year: 1 } },
        '/dateOfBirth',
        'expected a day, found an object',
      ],
      [
        'prisoner',
        { prisonerNumber: 'A', dateOfBirth: '30/02/1990' },
        '/dateOfBirth',
        'expected a day, found another text',
      ],
      ['rosh', 'no object', '', 'expected an object, found string'],
      ['unheard-of', {}, '', 'no mapping for a record of this name'],
    ]
    for (const [record, document, pointer, reason] of REFUSED) {
      const result = HMPPS.read(inputOf(record, document))
      assert.ok(!result.ok, record)
      assert.ok(
        result.faults.some((fault) => fault.pointer === pointer && fault.reason === reason),
        JSON.stringify(result.faults),
      )
    }
  })

  it('null, blank and empty values are listed: no item says them', () => {
    const person = {
      prisonerNumber: 'A1',
      prisonId: 'MDI',
      prisonName: null,
      cellLocation: ' ',
      aliases: [],
      gender: '',
    }
    const { items, unmapped } = readingOf(HMPPS.read(inputOf('prisoner', person)))
    assert.deepEqual(unmapped, ['/prisonName', '/cellLocation', '/aliases', '/gender'])
    assert.deepEqual(items.find(({ term }) => term === 'establishment')?.value, { code: 'MDI' })
  })

  it('a value of a mapped record changed to anything is carried, listed or refused, never lost', () => {
    const document = {
      communityManager: { name: { forename: 'Ann', surname: 'Other' }, email: 'ann@example.org' },
      supervisions: [
        { number: 1, sentence: { description: 'Order', date: '2009-07-07', length: 12, lengthUnits: 'Months' } },
      ],
      dynamicRisks: [{ code: 'R', startDate: '2018-07-27', notes: 'words' }],
    }
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.jsonValue({ maxDepth: 2 }))
    fc.assert(
      fc.property(fc.nat(), value, (place, put) => {
        const changed = parse(JSON.stringify(withChanged(document, place, put)))
        const result = HMPPS.read(inputOf('supervisions', changed))
        if (!result.ok) return
        const all = result.reading.items.map((item) => JSON.stringify(item)).join('\n')
        const listed = new Set(result.reading.unmapped)
        for (const [pointer, said] of leavesOf(changed))
          assert.ok(listed.has(pointer) || formsOf(said).some((form) => all.includes(form)), pointer)
      }),
      { numRuns: samples(300) },
    )
  })
})

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
