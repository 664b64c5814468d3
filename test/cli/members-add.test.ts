/** `members add`: an entry of the registry with everything wrong is told everything at once, by its own places; a right one is entered. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { EXAMPLE_PATHS, makeExampleNetwork } from '#cli/certs.ts'
import { EXIT } from '#cli/exit-codes.ts'
import { run } from '#test/architecture/run-command.ts'
import { ROOT } from '#test/architecture/tracked-files.ts'

const RIGHT = join(ROOT, 'docs/examples/new-member.json')

describe('members add', function () {
  this.timeout(60_000)
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passerelle-members-'))
    const agencies: unknown = JSON.parse(await readFile(join(ROOT, 'certs-example/agencies.json'), 'utf8'))
    await makeExampleNetwork({ folder, agencies, now: Date.now() })
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const registry = (): Promise<string> => readFile(join(folder, EXAMPLE_PATHS.registry), 'utf8')
  const add = async (entry: unknown, ...flags: readonly string[]) => {
    const file = join(folder, 'entry.json')
    await writeFile(file, typeof entry === 'string' ? entry : JSON.stringify(entry))
    return run(['members', 'add', file, '--network', folder, ...flags])
  }
  /** What was told, a fault each. */
  const faultsOf = async (entry: unknown, ...flags: readonly string[]): Promise<readonly string[]> => {
    const before = await registry()
    const { exitCode, stderr } = await add(entry, ...flags)
    assert.equal(exitCode, EXIT.found, stderr)
    assert.equal(await registry(), before)
    return (stderr.trim().split('nothing was entered: ')[1] ?? '').split('; /').map((text) => text.replace(/^\//, ''))
  }

  it('tells all that is wrong at once, by the numbers of the file: times, names, ends, and what no policy has', async () => {
    const told = await faultsOf({
      until: '2030-01-01',
      participants: [{ id: 'Foyer Rivage', name: { en: 'Hostel', fr: 'Foyer' }, regime: 'PRIVATE' }],
      mandates: [
        {
          id: 'foyer-one',
          organisation: 'foyer',
          type: 'SW',
          role: 'captain',
          secrecies: ['doctor'],
          keysHeldBy: 'mandate',
        },
      ],
      edges: [
        {
          from: 'prison-paris',
          to: 'pairs-pari',
          kinds: ['Referral'],
          purposes: ['social-support', 'housing'],
          regime: 'GDPR',
          basis: 'eu.gdpr.6',
        },
      ],
    })
    const places = told.map((text) => text.split(':')[0])
    for (const place of [
      'from',
      'participants/0/id',
      'participants/0/regime',
      'participants/0/vouches',
      'mandates/0/organisation',
      'mandates/0/type',
      'mandates/0/role',
      'mandates/0/secrecies/0',
      'edges/0/id',
      'edges/0/to',
      'edges/0/purposes/1',
      'edges/0/basis',
    ])
      assert.ok(places.includes(place), `${place} in ${told.join('\n')}`)
    const reasonAt = (place: string): string => told.find((text) => text.startsWith(`${place}:`)) ?? ''
    assert.match(reasonAt('participants/0/id'), /expected a name of two small letters, digits or hyphens, or more$/)
    assert.match(reasonAt('edges/0/purposes/1'), /policy france-prison-exit has no housing; it has .*social-support/)
    assert.match(reasonAt('mandates/0/secrecies/0'), /has no doctor; it has none, spip, medical/)
  })

  it('looks names up in the policy that is named, which may leave roles open', async () => {
    const entry: unknown = JSON.parse(await readFile(RIGHT, 'utf8'))
    const told = await faultsOf(entry, '--policy', 'uk-hmpps')
    assert.ok(told.some((text) => text.startsWith('mandates/0/type: policy uk-hmpps has no PS')))
    assert.ok(!told.some((text) => text.startsWith('mandates/0/role')))
  })

  it('says only that of what is no such file at all', async () => {
    assert.deepEqual(
      await faultsOf('[]'),
      ['Invalid input: expected object, received array'].map((text) => `: ${text}`),
    )
    const strange = await faultsOf({ from: 1, until: '2030-01-01' })
    assert.match(strange.join(), /^from: /)
  })

  it('enters what is right, and nothing twice; what was wrong before is told as of the network', async () => {
    const { exitCode, stdout, stderr } = await run(['members', 'add', RIGHT, '--network', folder])
    assert.equal(exitCode, EXIT.done, stderr)
    assert.match(stdout, /^participants: visits-paris\n/)
    const entry: unknown = JSON.parse(await readFile(RIGHT, 'utf8'))
    assert.match((await faultsOf(entry)).join('\n'), /^participants\/0: visits-paris is there already\n/)
    const text = await registry()
    await writeFile(join(folder, EXAMPLE_PATHS.registry), text.replace('"regime": "LED"', '"regime": "none"'))
    const { stderr: said } = await add({ from: '2026-01-01', until: '2030-01-01' })
    assert.match(said, /network\.json \/participants\/0\/regime: Invalid option/)
  })
})
