/** CSV as it comes: every case of csv-spectrum, bad rows by number without content, and hostile files. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { MAX_CELL_CHARS, readCsv } from '#adapters/dialects/configured/csv-source.ts'
import type { CsvSettings } from '#adapters/dialects/configured/mapping-file.ts'
import type { ReadSource } from '#adapters/dialects/configured/source.ts'
import { fixtureJson, fixtureText, fixturesDir, needsFixtures } from '#test/support/fixtures.ts'
import { samples } from '#test/support/samples.ts'

const PLAIN: CsvSettings = {
  format: 'csv',
  encoding: 'utf-8',
  delimiter: ',',
  skipLines: 0,
  required: [],
  maxChars: {},
}
const read = (text: string | Uint8Array, settings: Partial<CsvSettings> = {}): ReadSource =>
  readCsv(Buffer.from(text), { ...PLAIN, ...settings })
const good = (source: ReadSource) => {
  assert.ok(source.ok, JSON.stringify(source))
  return source
}
const refusal = (source: ReadSource): string => (source.ok ? 'accepted' : (source.faults[0]?.reason ?? ''))
const badOf = (source: ReadSource) =>
  good(source).bad.map(({ number, line, faults }) => [number, line, faults[0]?.reason])

describe('CSV, csv-spectrum', () => {
  needsFixtures()
  it('reads every file as its JSON says', () => {
    const names = readdirSync(join(fixturesDir(), 'csv-spectrum/csvs')).map((name) => name.replace('.csv', ''))
    assert.equal(names.length, 7)
    for (const name of names) {
      const source = good(read(fixtureText(`csv-spectrum/csvs/${name}.csv`)))
      assert.deepEqual([source.document, source.bad], [fixtureJson(`csv-spectrum/json/${name}.json`), []], name)
    }
  })

  it('H107 every formula of the payload list is carried as the text that it is', () => {
    const { payloads } = fixtureJson('payloads/csv-formula.json') as { payloads: { payload: string }[] }
    assert.ok(payloads.length > 5)
    for (const { payload } of payloads) {
      const source = good(read(`a,b\n"${payload.replaceAll('"', '""')}",2\n`))
      assert.deepEqual(source.document, [{ a: payload, b: '2' }])
    }
  })

  it('H107 every naughty string is carried in a cell, or its row named', () => {
    const strings = (fixtureJson('naughty-strings/strings.json') as string[]).filter((text) => !text.includes('\0'))
    assert.ok(strings.length > 100)
    const text = `a,b\n${strings.map((value) => `"${value.replaceAll('"', '""')}",1`).join('\n')}\n`
    const { document, bad } = good(read(text))
    assert.deepEqual(bad, [])
    assert.deepEqual(
      document,
      strings.map((a) => ({ a, b: '1' })),
    )
  })
})

describe('CSV, rows', () => {
  it('names bad rows by number and line, passes the good ones, and never says what stood in them', () => {
    const source = read(
      'name,born\nAnn,1990\nJean-SECRET\nBen,1991,x\n"two\nlines",1992\nCarl-SECRET,"19"93\nDan,1994\n',
    )
    assert.deepEqual(badOf(source), [
      [2, 3, 'expected 2 cells, found 1'],
      [3, 4, 'expected 2 cells, found 3'],
      [5, 7, 'text after the quote that closes a cell'],
    ])
    assert.deepEqual(good(source).document, [
      { name: 'Ann', born: '1990' },
      null,
      null,
      { name: 'two\nlines', born: '1992' },
      null,
      { name: 'Dan', born: '1994' },
    ])
    assert.doesNotMatch(JSON.stringify(good(source).bad), /SECRET/)
  })

  it('names a row that lacks what is required, or is longer than it may be', () =>
    assert.deepEqual(badOf(read('a,b\n,1\n12345,2\nx,3\n', { required: ['a'], maxChars: { a: 4 } })), [
      [1, 2, 'expected a value, found none'],
      [2, 3, 'a cell of more than 4 characters'],
    ]))

  it('reads files without a header by the columns of the mapping, in any delimiter and in Latin-1', () => {
    const latin = Buffer.from('Hélène;Zoë\n', 'latin1')
    const source = good(read(latin, { encoding: 'latin1', delimiter: ';', columns: ['first', 'second'] }))
    assert.deepEqual(source.document, [{ first: 'Hélène', second: 'Zoë' }])
    assert.deepEqual(good(read('a\tb\r\n1\t2\r\n', { delimiter: '\t' })).document, [{ a: '1', b: '2' }])
  })

  it('begins after the lines of a title, and still numbers lines as the file does', () => {
    const titled = '\ufeffVisits of "November";;\nprinted on the 20th\nname;on\nAnn;1\nBen\n'
    const source = read(titled, { delimiter: ';', skipLines: 2 })
    assert.deepEqual(good(source).document, [{ name: 'Ann', on: '1' }, null])
    assert.deepEqual(badOf(source), [[2, 5, 'expected 2 cells, found 1']])
    assert.equal(refusal(read('only\na title', { skipLines: 2 })), 'no row that names the columns')
  })

  it('reads what Windows writes as windows-1252, and says so of what is taken for Latin-1', () => {
    const bytes = Buffer.from('name\nAnn\nl\x92\xe9t\xe9 \x96 10 \x80\n', 'latin1')
    const windows = good(read(bytes, { encoding: 'windows-1252' }))
    assert.deepEqual(windows.document, [{ name: 'Ann' }, { name: 'l’été – 10 €' }])
    assert.equal(refusal(read(bytes, { encoding: 'latin1' })), 'not latin1 in line 3; is it windows-1252?')
  })

  it('takes a byte order mark for no part of the first column', () =>
    assert.deepEqual(good(read('\uFEFFa,b\n1,2\n')).document, [{ a: '1', b: '2' }]))

  it('what is written as CSV comes back as it was', () => {
    const cell = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .filter((text) => text.isWellFormed() && !text.includes('\0'))
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), (rows) => {
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
        const text = `a,b\r\n${rows.map((cells) => cells.map(quoted).join(',')).join('\r\n')}\r\n`
        assert.deepEqual(
          good(read(text)).document,
          rows.map(([a, b]) => ({ a, b })),
        )
      }),
      { numRuns: samples(100) },
    )
  })
})

describe('CSV, hostile files', () => {
  it('H107 a quote that is never closed ends the reading at its row, and says so', () =>
    assert.deepEqual(
      badOf(read('a,b\n1,2\n3,"open\n5,6\n')).map(([number, , reason]) => [number, reason]),
      [[2, 'a quote that is never closed; nothing after it is read']],
    ))

  it('H107 a cell of a megabyte is named, however it is written', () => {
    const cell = 'x'.repeat(1024 * 1024)
    for (const text of [`a,b\n1,2\n3,${cell}\n5,6\n`, `a,b\n1,2\n3,"${cell}"\n5,6\n`]) {
      const reasons = badOf(read(text)).map(([, , reason]) => reason)
      assert.match(String(reasons[0]), /more than \d+ characters/)
      assert.deepEqual((good(read(text)).document as unknown[])[0], { a: '1', b: '2' })
    }
    const medium = 'y'.repeat(MAX_CELL_CHARS + 1)
    assert.deepEqual(
      badOf(read(`a,b\n${medium},2\n5,6\n`)).map(([number]) => number),
      [1],
    )
  })

  it('H107 a row with NUL is named and the others are read', () =>
    assert.deepEqual(badOf(read('a,b\n1\0,2\n3,4\n')), [[1, 2, 'a NUL character']]))

  it('H107 a file of mixed encodings is refused by the line that is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('a,b\nHélène,1\n'), Buffer.from('Zoë,2\n', 'latin1')])
    assert.equal(refusal(read(bytes)), 'not UTF-8 in line 3')
  })

  it('H107 columns that are named twice, not at all, or like a prototype do no harm', () => {
    assert.equal(refusal(read('a,a\n1,2\n')), 'two columns of one name')
    assert.equal(refusal(read('a,\n1,2\n')), 'a column without a name')
    assert.equal(refusal(read('')), 'no row that names the columns')
    const { document } = good(read('__proto__,constructor\n1,2\n'))
    assert.deepEqual(Object.keys((document as object[])[0] ?? {}), ['__proto__', 'constructor'])
    assert.equal('1' in {}, false)
  })

  it('H107 more rows than a file may have refuse it', () =>
    assert.match(refusal(read(`a\n${'1\n'.repeat(100_002)}`)), /^more than 100000 rows$/))

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const source = read(bytes)
        assert.ok(source.ok || source.faults.length > 0)
      }),
      { numRuns: samples(300) },
    )
  })
})
