/** The start of a gateway over its log: whose data folder was put back, or whose key is not the listed one, does not start. */
import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { createNoteKey } from '#adapters/keys/note-key.ts'
import { openMember } from '#adapters/agency-kit/member.ts'
import { EXAMPLE_PATHS, makeExampleNetwork } from '#cli/certs.ts'
import { readConfig } from '#cli/config.ts'
import { openGateway } from '#cli/wire.ts'
import type { Gateway } from '#cli/wire.ts'

const AGENCIES = resolve(import.meta.dirname, '../../certs-example/agencies.json')
const WITNESSES = ['court-paris', 'city-paris', 'pairs-paris'] as const

describe('the start of a gateway with a log', () => {
  let folder: string
  let home: string
  const start = (settings: Readonly<Record<string, string>> = {}): Promise<Gateway> => {
    const read = readConfig(
      {
        PASSERELLE_NETWORK: home,
        PASSERELLE_DATABASE: join(folder, 'data/passerelle.db'),
        PASSERELLE_KEK: join(home, EXAMPLE_PATHS.kek),
        PASSERELLE_PORT: '0',
        PASSERELLE_INSIDE_PORT: '0',
        PASSERELLE_JUDGE_QUESTIONS: '100',
        PASSERELLE_PUBLISH_MS: '10',
        PASSERELLE_LOG: 'silent',
        ...settings,
      },
      {},
    )
    assert.ok(read.ok)
    return openGateway(read.config)
  }
  /** Lets something be logged, and two members witness it. */
  const published = async ({ deps, agencyUrl: url }: Gateway): Promise<number> => {
    const { log } = deps.store.read
    const audience = deps.registry().broker.uri
    await deps.store.transaction((tx) =>
      tx.audit.append({
        at: new Date(deps.clock()).toISOString(),
        operation: 'consultation',
        act: 'looked-at',
        actor: 'operator',
      }),
    )
    const size = await log.size()
    while (((await log.published())?.size ?? 0) < size)
      for (const organisation of WITNESSES) {
        using member = await openMember({ home, organisation, url, audience, clock: Date.now })
        await member.witness()
      }
    return size
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passerelle-log-start-'))
    home = join(folder, 'network')
    await makeExampleNetwork({ folder: home, agencies: JSON.parse(await readFile(AGENCIES, 'utf8')), now: Date.now() })
    await mkdir(join(folder, 'data'))
    {
      await using gateway = await start()
      await published(gateway)
    }
    await cp(join(folder, 'data'), join(folder, 'yesterday'), { recursive: true })
    await using gateway = await start()
    await published(gateway)
    await published(gateway)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('goes on where its log is what was published', async () => {
    await using gateway = await start()
    assert.ok((await published(gateway)) > 2)
  })

  it('H088 is refused over the data folder of yesterday: the head is kept apart from it', async () => {
    await cp(join(folder, 'data'), join(folder, 'today'), { recursive: true })
    await restore('yesterday')
    await assert.rejects(start(), /passerelle\.db: log-rolled-back: The log is shorter than it has been/)
    await restore('today')
  })

  it('H088 is refused where the head went with it, by what a witness holds', async () => {
    const [head, held] = [
      join(folder, 'head-of-data/checkpoint'),
      join(home, 'organisations', WITNESSES[0], 'witness/log'),
    ]
    const kept = await readFile(head, 'utf8')
    await restore('yesterday')
    await rm(head)
    await assert.rejects(start({ PASSERELLE_WITNESS_HEADS: held }), /log-rolled-back/)
    await writeFile(head, kept)
    await restore('today')
    await using gateway = await start({ PASSERELLE_WITNESS_HEADS: held })
    assert.ok(gateway.agencyUrl)
  })

  it('is refused with a key of the log that the officers have not listed', async () => {
    const path = join(home, EXAMPLE_PATHS.logKey)
    const listed = await readFile(path, 'utf8')
    await rm(path)
    await assert.rejects(start(), /log\.key/)
    await createNoteKey(path, 'other.example/log', 'log')
    await assert.rejects(start(), /trust-list-disagrees.*\/gateway\/logKey/)
    await writeFile(path, listed)
  })

  const restore = async (from: string): Promise<void> => {
    await rm(join(folder, 'data'), { recursive: true })
    await cp(join(folder, from), join(folder, 'data'), { recursive: true })
  }
})
