/** SECURITY.md: whatever it says that a lying gateway tries is tried by a test, under that title. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { describe, it } from 'mocha'
import { tableOf } from './markdown.ts'
import { ROOT, textOf } from './tracked-files.ts'

describe('SECURITY.md', () => {
  const attacks = tableOf(textOf('SECURITY.md'), 'it').slice(1)

  it('names for each thing that a gateway may try who catches it, and a test that exists', () => {
    const tests = globSync('test/**/*.test.ts', { cwd: ROOT }).map((path) => textOf(path))
    const isShown = (title: string): boolean =>
      ["it('", 'it(`'].some((start) => tests.some((text) => text.includes(start + title)))
    assert.deepEqual(
      attacks.filter(([, catcher = '', test = '']) => catcher === '' || !isShown(test.replaceAll('`', ''))),
      [],
    )
    console.log(`    ${attacks.length} attacks`)
  })

  it('has one that forges, one that forks and one that discloses too much, and no test twice', () => {
    const tests = attacks.map(([, , test = '']) => test)
    for (const id of ['H042', 'H087', 'H091']) assert.ok(tests.some((test) => test.includes(id)))
    assert.equal(new Set(tests).size, tests.length)
  })
})
