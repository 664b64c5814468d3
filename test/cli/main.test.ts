/** What holds for every command: the process in which it runs. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, it } from 'mocha'

const MAIN = resolve(import.meta.dirname, '../../cli/main.ts')

/** Runs once the command has ended, in its process. */
const AT_THE_END = `process.on('exit', () => {
  try { Object.prototype.section = 'family' } catch {}
  console.log('section' in {} ? 'has a section' : 'has none')
})`

describe('the command line', () => {
  it('runs where no name can be added to what every object inherits', async () => {
    const watched = ['--import', `data:text/javascript,${encodeURIComponent(AT_THE_END)}`]
    const told = async (script: readonly string[]): Promise<string> =>
      (await promisify(execFile)(process.execPath, [...watched, ...script])).stdout
    assert.match(await told(['--eval', '']), /has a section/)
    assert.match(await told([MAIN, '--version']), /has none/)
  })
})
