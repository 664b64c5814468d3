/** A gateway one of whose ports another program has: it says so and ends, and keeps nothing open that would hold its process. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { EXAMPLE_PATHS, makeExampleNetwork } from '#cli/certs.ts'
import { readConfig } from '#cli/config.ts'
import { openGateway } from '#cli/wire.ts'
import { freePort } from '#test/support/free-port.ts'
import { runCommand } from '#test/support/command-child.ts'

const AGENCIES = resolve(import.meta.dirname, '../../certs-example/agencies.json')
/** The last of them after all others. */
const PORTS = ['PASSERELLE_PORT', 'PASSERELLE_INSIDE_PORT', 'PASSERELLE_ENROLMENT_PORT', 'PASSERELLE_WEB_PORT'] as const

describe('a gateway whose port is taken', function () {
  this.timeout(180_000)
  let folder: string
  let taken: Server
  let settings: Record<string, string>
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passerelle-ports-'))
    const agencies: unknown = JSON.parse(await readFile(AGENCIES, 'utf8'))
    await makeExampleNetwork({ folder, agencies, now: Date.now() })
    await mkdir(join(folder, 'data'))
    taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    settings = {
      PASSERELLE_NETWORK: folder,
      PASSERELLE_DATABASE: join(folder, 'data/passerelle.db'),
      PASSERELLE_KEK: join(folder, EXAMPLE_PATHS.kek),
      PASSERELLE_AUTHORITY: join(folder, 'authority/members'),
      PASSERELLE_HOST: '127.0.0.1',
      PASSERELLE_JUDGE_QUESTIONS: '100',
      PASSERELLE_LOG: 'silent',
      ...Object.fromEntries(await Promise.all(PORTS.map(async (name) => [name, `${await freePort()}`] as const))),
    }
  })
  after(async () => {
    taken.close()
    await rm(folder, { recursive: true, force: true })
  })
  const withTaken = (name: (typeof PORTS)[number]): Record<string, string> => ({
    ...settings,
    [name]: `${(taken.address() as AddressInfo).port}`,
  })

  for (const name of PORTS)
    it(`names ${name}, and leaves nothing open`, async () => {
      const read = readConfig(withTaken(name), {})
      assert.ok(read.ok)
      await Promise.resolve() // The time limit of this test is open from here on.
      const before = openNow()
      const refused = /^Error: 127\.0\.0\.1:\d+: cannot listen \(EADDRINUSE\)$/
      await assert.rejects(openGateway(read.config, { plain: 'demo' }), refused)
      const more = [...openNow()].filter(([kind, count]) => count > (before.get(kind) ?? 0))
      assert.deepEqual(more, [])
    })

  it('ends as a command, so that whoever looks after it can start it anew', async () => {
    const { code, text } = await runCommand(['serve', '--demo'], withTaken('PASSERELLE_WEB_PORT'))
    assert.equal(code, 3, text)
    assert.match(text, /cannot listen \(EADDRINUSE\)\n$/)
  })
})

/** What would keep this process alive, counted by its kind. Of an earlier test something may still end. */
const openNow = (): ReadonlyMap<string, number> =>
  new Map([...Map.groupBy(process.getActiveResourcesInfo(), (kind) => kind)].map(([kind, all]) => [kind, all.length]))
