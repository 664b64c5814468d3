/** What a confined command can and cannot do, tried in a process of its own. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, it } from 'mocha'

const CONFINE = resolve(import.meta.dirname, '../../cli/confine.ts')
const ATTEMPTS = {
  'read what it was given': 'readFileSync(`${home}/given/a`)',
  'write where it may write': 'writeFileSync(`${home}/data/b`, "")',
  'write where it may read': 'writeFileSync(`${home}/given/b`, "")',
  'read what it was not given': 'readFileSync(`${home}/kept/a`)',
  'read the machine': 'readFileSync("/etc/passwd")',
  'run code from a string': 'new Function("return 1")()',
  'evaluate a string': '(0, eval)("1")',
  'reach a prototype by __proto__': 'if (!("__proto__" in {})) throw new Error("none")',
  'load a compiled add-on': 'process.dlopen({ exports: {} }, `${home}/given/a`)',
  'start a thread': 'new Worker("1", { eval: true })',
} as const

const SCRIPT = `
import { readFileSync, writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { confine } from ${JSON.stringify(CONFINE)}
const [home] = process.argv.slice(2)
confine({ reads: [home + '/given', import.meta.dirname], writes: [home + '/data'] })
const attempts = { ${Object.entries(ATTEMPTS)
  .map(([name, code]) => `${JSON.stringify(name)}: () => { ${code} }`)
  .join(', ')} }
const tried = Object.entries(attempts).map(([name, attempt]) => {
  try { attempt(); return [name, true] } catch { return [name, false] }
})
console.log(JSON.stringify(Object.fromEntries(tried)))
process.exit()
`

describe('a confined command', () => {
  let home = ''
  let outcome: Readonly<Record<string, unknown>> = {}

  before(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'passerelle-confined-')))
    for (const folder of ['given', 'kept', 'data', 'script']) mkdirSync(join(home, folder))
    for (const folder of ['given', 'kept']) writeFileSync(join(home, folder, 'a'), 'text')
    const script = join(home, 'script', 'try.mjs')
    writeFileSync(script, SCRIPT)
    outcome = JSON.parse(execFileSync(process.execPath, [script, home], { encoding: 'utf8', stdio: 'pipe' })) as never
  })
  after(() => rmSync(home, { recursive: true, force: true }))

  it('reads and writes what it was given', () =>
    assert.deepEqual([outcome['read what it was given'], outcome['write where it may write']], [true, true]))

  for (const name of [
    'write where it may read',
    'read what it was not given',
    'read the machine',
    'reach a prototype by __proto__',
    'load a compiled add-on',
    'start a thread',
  ])
    it(`cannot ${name}`, () => assert.equal(outcome[name], false))

  for (const name of ['run code from a string', 'evaluate a string'])
    it(`H128 cannot ${name}`, () => assert.equal(outcome[name], false))
})
