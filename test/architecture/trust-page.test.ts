/** docs/trust.md promises nothing that no test shows. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { textOf } from './tracked-files.ts'

const ROW = /^\| (?<promise>[^|]+?) +\| `(?<path>test\/[^`]+)` +\| (?<title>[^|]+?) +\|$/gm

describe('docs/trust.md', () => {
  const rows = [...textOf('docs/trust.md').matchAll(ROW)].map(({ groups }) => groups ?? {})

  it('has a test for each promise, under that title', () => {
    assert.ok(rows.length >= 20, `${rows.length} promises`)
    assert.deepEqual(
      rows.filter(({ path = '', title = '' }) => !textOf(path).includes(`it('${title}`)),
      [],
    )
  })
})
