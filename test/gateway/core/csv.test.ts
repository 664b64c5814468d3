/** Rows as a file for spreadsheets: whatever is in a cell comes out of it again, and none of it is calculated. */
import assert from 'node:assert/strict'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { printCsv } from '#gateway/core/csv.ts'

const rows = fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 2 }))

describe('a list as a file', () => {
  it('reads back as it was, save the mark before what a spreadsheet would calculate', () => {
    fc.assert(
      fc.property(rows, (cells) => {
        const text = printCsv(['one', 'two'], cells)
        const read: unknown = parse(text, { bom: true, relax_column_count: false, record_delimiter: '\r\n' })
        const marked = cells.map((row) => row.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)))
        assert.deepEqual(read, [['one', 'two'], ...marked])
      }),
    )
  })

  it('has no cell that begins as a formula', () => {
    const text = printCsv(['=1+1'], [['+1'], ['-1'], ['@SUM(A1)'], ['\t=1'], ['=HYPERLINK("https://evil.example")']])
    assert.equal(
      text.slice(1),
      `'=1+1\r\n'+1\r\n'-1\r\n'@SUM(A1)\r\n'\t=1\r\n"'=HYPERLINK(""https://evil.example"")"\r\n`,
    )
  })
})
