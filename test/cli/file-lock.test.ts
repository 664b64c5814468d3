/** A lock beside a file: nothing that two commands do at once is lost. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'mocha'
import { whileLocked } from '#cli/file-lock.ts'

describe('a lock beside a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'file-lock-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('lets thirty that read, wait and write lose none of what the others wrote', async () => {
    const path = join(folder, 'count')
    writeFileSync(path, '0')
    const addOne = async (): Promise<void> => {
      const count = Number(readFileSync(path, 'utf8'))
      await new Promise((done) => setTimeout(done, 2))
      writeFileSync(path, String(count + 1))
    }
    await Promise.all(Array.from({ length: 30 }, () => whileLocked(path, addOne)))
    assert.equal(readFileSync(path, 'utf8'), '30')
    assert.equal(existsSync(`${path}.lock`), false)
  })

  it('is given back by what fails, and taken over from a command that was killed', async () => {
    const path = join(folder, 'left')
    await assert.rejects(
      whileLocked(path, () => Promise.reject(new Error('no'))),
      /^Error: no$/,
    )
    writeFileSync(`${path}.lock`, '')
    const longAgo = Date.now() / 1000 - 60
    utimesSync(`${path}.lock`, longAgo, longAgo)
    assert.equal(await whileLocked(path, () => Promise.resolve('done')), 'done')
  })

  it('says in one line where it cannot be made', () =>
    assert.rejects(
      whileLocked(join(folder, 'nowhere/file'), () => Promise.resolve()),
      /cannot be made \(ENOENT\)/,
    ))
})
