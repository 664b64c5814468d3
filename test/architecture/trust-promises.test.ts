/** docs/trust-list.md: each promise names a test that is there. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { textOf } from './tracked-files.ts'

const FILES: Readonly<Record<string, string>> = {
  list: 'test/gateway/core/trust-list.test.ts',
  reading: 'test/gateway/core/trust-list-reading.test.ts',
  client: 'test/adapters/trust-client.test.ts',
  gateway: 'test/attack/trust-list.test.ts',
  start: 'test/cli/trust.test.ts',
  changes: 'test/cli/trust-changes.test.ts',
}

describe('docs/trust-list.md', () => {
  const page = textOf('docs/trust-list.md').split('## What it promises')[1]?.split('\n## ')[0] ?? ''
  const promises = page.split('\n').flatMap((line) => {
    const [, promise, file, title] = /^\| (.+?) +\| (\w+): (.+?) +\|$/.exec(line) ?? []
    return promise === undefined || file === undefined || title === undefined ? [] : [{ promise, file, title }]
  })

  it('promises a dozen things or more', () => assert.ok(promises.length >= 12))

  for (const { promise, file, title } of promises)
    it(`names a test that exists: ${promise}`, () => {
      const path = FILES[file]
      assert.ok(path !== undefined, file)
      assert.ok(textOf(path).includes(title), title)
    })
})
