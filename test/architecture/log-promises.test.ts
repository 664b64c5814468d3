/** docs/log.md promises nothing that no test shows. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { describe, it } from 'mocha'
import { tableOf } from './markdown.ts'
import { ROOT, textOf } from './tracked-files.ts'

describe('docs/log.md', () => {
  it('names for each promise a test that exists', () => {
    const tests = globSync('test/**/*.test.ts', { cwd: ROOT }).map((path) => textOf(path))
    const promises = tableOf(textOf('docs/log.md'), 'promise').slice(1)
    assert.ok(promises.length >= 15)
    const isShown = (title: string): boolean =>
      ["it('", 'it(`', 'it("'].some((start) => tests.some((text) => text.includes(start + title)))
    assert.deepEqual(
      promises.filter(([, test = '']) => !isShown(test.replaceAll('`', ''))),
      [],
    )
  })
})
