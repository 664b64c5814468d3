/** Servers that tests start are gone with the process that started them, also where that is killed. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { eventually } from './eventually.ts'

const STARTER = `
import { spawn } from 'node:child_process'
import { endsWithUs } from '${join(import.meta.dirname, 'ends-with-us.ts')}'
const server = spawn('sleep', ['600'], { stdio: 'ignore' })
endsWithUs(server, process.argv[1])
console.log(server.pid)
if (process.argv[2] === 'stays') setInterval(() => {}, 1000)
else server.unref()
`

const isThere = async (pid: number): Promise<boolean> => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a server that a test started', function () {
  this.timeout(120_000)
  for (const how of ['stays', 'goes'])
    it(`is gone, with its folder, after the process that started it ${how === 'stays' ? 'was killed' : 'ended'}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'passerelle-ends-'))
      const starter = spawn(process.execPath, ['--input-type=module', '-e', STARTER, folder, how], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const ended = once(starter, 'exit')
      const said = (await once(starter.stdout, 'data')) as readonly unknown[]
      const pid = Number(String(said[0]))
      if (how === 'stays') assert.equal(await isThere(pid), true)
      if (how === 'stays') starter.kill('SIGKILL')
      await ended
      await eventually(
        () => isThere(pid),
        (there) => !there,
      )
      await eventually(
        async () => existsSync(folder),
        (there) => !there,
      )
      rmSync(folder, { recursive: true, force: true })
    })
})
