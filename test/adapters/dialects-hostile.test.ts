/** What a hostile or broken document does to a dialect: it is refused by place and reason, or carried as it is. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { DIALECTS } from '#adapters/dialects/registered.ts'
import { withChanged } from '#test/contract/dialect.contract.ts'
import { HMPPS, RECORD, leavesOf, formsOf, roundTrip, parse } from '#test/support/dialect-records.ts'
import { inputOf, readingOf } from '#test/support/projected.ts'
import { samples } from '#test/support/samples.ts'

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
