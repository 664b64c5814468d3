/** `check start` says of each thing that a start needs how it stands; `diagnostics` gathers it in a file that names no case and no person. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'mocha'
import { z } from 'zod'
import { runCommand } from '#test/support/command-child.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'
import { aHandover, anItemText } from '#test/support/messages.ts'

const findingsSchema = z.array(z.object({ what: z.string(), isFault: z.boolean(), found: z.string() }))
const ALL = ['network', 'keys', 'door', 'trust', 'kek', 'policy', 'database', 'disk', 'ports']
const NAME = 'Alix DEMO-MARTIN'
const CASE = 'DEMO-DIAGNOSTICS-1'

describe('check start and diagnostics', function () {
  this.timeout(120_000)
  let serving: Serving
  let folder = ''
  let kek = ''
  before(async () => {
    serving = await openServing()
    await serving.start()
    folder = await mkdtemp(join(tmpdir(), 'passerelle-start-'))
  })
  after(async () => {
    await serving[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const check = async (
    ...rest: readonly string[]
  ): Promise<{ code: number; faults: readonly string[]; text: string }> => {
    const flags = ['--network', join(folder, 'network'), '--kek', kek, '--database', join(folder, 'data/p.db')]
    const { code, text } = await serving.run(
      'check',
      'start',
      '--json',
      ...flags,
      '--port',
      '0',
      '--inside-port',
      '0',
      ...rest,
    )
    const findings = findingsSchema.parse(JSON.parse(text.slice(text.indexOf('['), text.lastIndexOf(']') + 1)))
    assert.deepEqual(
      findings.map(({ what }) => what),
      ALL,
    )
    return { code, faults: findings.filter(({ isFault }) => isFault).map(({ what }) => what), text }
  }

  describe('before a start', () => {
    beforeEach(async () => {
      await rm(join(folder, 'network'), { recursive: true, force: true })
      // Without the data of the gateway that runs.
      const filter = (path: string): boolean => !path.startsWith(join(serving.folder, 'data'))
      await cp(serving.folder, join(folder, 'network'), { recursive: true, filter })
      kek = join(folder, 'network/broker/kek')
    })

    it('finds nothing where all is well, and makes nothing', async () => {
      const { code, faults, text } = await check()
      assert.deepEqual([code, faults], [0, []], text)
      await assert.rejects(readFile(join(folder, 'data/p.db')))
    })

    const broken: readonly (readonly [
      string,
      string,
      (path: (...words: readonly string[]) => string) => Promise<unknown>,
    ])[] = [
      ['a network that is no JSON', 'network', (path) => writeFile(path('network.json'), '{')],
      [
        'a key that everybody may read',
        'keys',
        (path) => chmod(path('broker/keys/log.key'), 0o644).then(() => rename(path('broker/keys'), path('broker/was'))),
      ],
      ['no revocation lists', 'door', (path) => rm(path('trust/crl.pem'))],
      ['no trust list', 'trust', (path) => rm(path('trust/list.json'))],
      ['a KEK that everybody may read', 'kek', (path) => chmod(path('broker/kek'), 0o644)],
    ]
    for (const [name, what, breakIt] of broken)
      it(`finds ${name}, and looks at the rest all the same`, async () => {
        await breakIt((...words) => join(folder, 'network', ...words))
        const { code, faults } = await check()
        assert.equal(code, 1)
        assert.ok(faults.includes(what), faults.join(', '))
        assert.ok(faults.length < ALL.length - 4, faults.join(', '))
      })

    it('finds a policy with a fault, a database that is none, and a port that is taken', async () => {
      const [policy, database] = [join(folder, 'policy.json'), join(folder, 'data/no.db')]
      await mkdir(join(folder, 'data'))
      await writeFile(policy, '{"format":"passerelle-policy/1"}')
      await writeFile(database, 'this is no database, and never was one')
      const { port } = new URL(serving.insideUrl)
      const { code, faults } = await check('--policy', policy, '--database', database, '--inside-port', port)
      assert.deepEqual([code, faults], [1, ['policy', 'database', 'ports']])
    })
  })

  it('names no place where things are missing either: no folder of a person, no server, no database', async () => {
    const person = join(folder, 'Ana Maria Exemple')
    const flags = ['--network', join(person, 'net'), '--kek', join(person, 'kek'), '--inside-port', '1']
    const file = await runCommand(['diagnostics', ...flags, '--database', join(person, 'prison-paris.db')])
    const server = await runCommand(['diagnostics', ...flags], {
      DATABASE_URL: 'postgres://passerelle:not%2Ftold@db.prison-paris.invalid:5432/cases-of-paris',
    })
    for (const { text } of [file, server]) {
      assert.match(text, /passerelle-diagnostics\/1/)
      assert.doesNotMatch(text, /Ana|Maria|Exemple|prison-paris|not%2Ftold|cases-of-paris/)
    }
    assert.match(file.text, /…\/network\.json: cannot be read/)
    assert.match(server.text, /postgres:\/\/…: could not open the store/)
  })

  it('gathers how a gateway at work stands, and names no case, person, member or path', async () => {
    using prison = await serving.member('prison-paris')
    const items = [anItemText({ section: 'identity', term: 'full-name', value: NAME })]
    const { id } = await prison.send({
      sch: 'passerelle/1',
      iss: 'spiffe://demo.passerelle.example/org/prison-paris',
      aud: serving.audience,
      iat: Math.floor(Date.now() / 1000),
      jti: randomUUID(),
      ...aHandover({
        caseId: CASE,
        purpose: 'sentence-execution',
        legalBasisId: 'fr.cpen.r113-49',
        items,
        to: ['court-paris'],
      }),
    })
    const { port } = new URL(serving.insideUrl)
    const flags = [
      '--network',
      serving.folder,
      '--kek',
      join(serving.folder, 'broker/kek'),
      '--database',
      serving.database,
    ]
    const { code, text } = await serving.run('diagnostics', ...flags, '--inside-port', port)
    assert.equal(code, 0, text)
    const told = z
      .looseObject({
        store: z.looseObject({ audit: z.object({ rows: z.number() }) }),
        running: z.looseObject({ ready: z.unknown() }),
      })
      .parse(JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)))
    assert.ok(told.store.audit.rows > 0)
    const unwanted = [NAME, CASE, id, 'prison-paris', serving.folder, 'court-paris', 'PRIVATE']
    assert.deepEqual(
      unwanted.filter((word) => text.includes(word)),
      [],
    )
  })
})
