/** Every command of `passerelle`: its help, its JSON, its one line of fault, its exit code, its manners in a pipe. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { DIALECTS } from '#adapters/dialects/registered.ts'
import { EXIT } from '#cli/exit-codes.ts'
import { ENVIRONMENT, LIMIT_MS, MAIN, run, runAll, runSharing } from './run-command.ts'
import type { Ran } from './run-command.ts'
import { textOf } from './tracked-files.ts'
import { CASE, NETWORK, NOT_JSON, SEE, WRONG, folder } from './wrong-commands.ts'

const LEAVES = [
  'demo',
  'see-as',
  'send',
  'import',
  'receive',
  'map check',
  'map try',
  'map terms',
  'release',
  'serve',
  'vault key',
  'vault status',
  'vault rotate',
  'vault hold',
  'vault erase',
  'check config',
  'check start',
  'diagnostics',
  'check policy',
  'check examples',
  'check agreement',
  'check audit',
  'backup',
  'restore',
  'people add',
  'people list',
  'people end',
  'policy diff',
  'witness',
  'log export',
  'verify log',
  'verify receipt',
  'verify delivery',
  'verify erasure',
  'recall status',
  'recall attest',
  'agency invite',
  'agency join',
  'agency status',
  'agency send',
  'agency receive',
  'agency run',
  'agency confirm',
  'agency unlock',
  'members add',
  'members report',
  'deliveries stuck',
  'deliveries replay',
  'deliveries ping',
  'deliveries key',
  'trust officer-key',
  'trust propose',
  'trust sign',
  'trust publish',
  'trust show',
  'trust ask-key',
  'trust requests',
  'certs example',
  'certs inspect',
  'certs root',
  'certs members-ca',
  'certs issue',
  'certs revoke',
  'certs crl',
  'certs pkcs12',
  'certs invite',
  'certs pending',
  'certs confirm',
  'certs enrol',
  'certs renew',
]

const JSON_LINES: readonly (readonly string[])[] = [
  [...SEE, '--json', CASE],
  [...SEE, '--json', '--explain', CASE],
  ['check', 'config', '--network', NETWORK, '--kek', join(NETWORK, 'broker/kek'), '--json'],
  ['check', 'policy', 'france-prison-exit', '--json'],
  ['check', 'policy', NOT_JSON, '--json'],
  ['check', 'examples', 'uk-hmpps', '--json'],
  ['check', 'agreement', 'uk-hmpps', '--count', '50', '--json'],
  ['policy', 'diff', 'uk-hmpps', 'uk-hmpps', '--count', '50', '--json'],
  ['certs', 'inspect', join(NETWORK, 'broker/tls.pem'), '--json'],
  ['trust', 'show', '--network', NETWORK, '--json'],
]

describe('the command line', function () {
  this.timeout(300_000)
  const helpOf = (command: string): readonly string[] => [...command.split(' '), '--help']
  let made: Ran
  let ran: ReadonlyMap<string, Ran>
  const ranAs = (words: readonly string[]): Ran => {
    const found = ran.get(words.join(' '))
    assert.ok(found)
    return found
  }

  before(async () => {
    made = await run(['certs', 'example', '--folder', NETWORK, '--json'])
    const alone = await runAll([['--help'], ...WRONG.map(({ words }) => words), ...JSON_LINES])
    ran = new Map([...alone, ...(await runSharing(LEAVES.map(helpOf)))])
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('lists in its help every command that is tested here, and no other', () => {
    const listed = /Commands:\n([^]*?)\n\n/.exec(ranAs(['--help']).stdout)?.[1] ?? ''
    const names = [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map((match) => match[1] ?? '')
    assert.deepEqual(
      names.filter((name) => name !== 'help').toSorted(),
      [...new Set(LEAVES.map((leaf) => leaf.split(' ')[0] ?? ''))].toSorted(),
    )
  })

  for (const command of LEAVES)
    it(`helps with ${command}: an example, the exit codes, and nothing on standard error`, () => {
      const { exitCode, stdout, stderr } = ranAs(helpOf(command))
      assert.deepEqual([exitCode, stderr], [EXIT.done, ''])
      assert.match(stdout, new RegExp(`\\n  passerelle ${command}\\b`))
      assert.match(stdout, /Exit codes: 0 done/)
    })

  /** A service that prints nothing: what it does lies in its folders. */
  const SILENT = new Set(['agency run'])

  it('takes --json with every command that prints', () =>
    assert.deepEqual(
      LEAVES.filter((command) => !SILENT.has(command) && !/^ {2}--json\b/m.test(ranAs(helpOf(command)).stdout)),
      [],
    ))

  for (const { title, words, exitCode, says } of WRONG)
    it(`tells ${title} in one line, on standard error alone, with exit code ${exitCode}`, () => {
      const { stderr, ...rest } = ranAs(words)
      assert.equal(rest.exitCode, exitCode, stderr)
      assert.match(stderr, /^passerelle: [^\n]+\n$/)
      assert.match(stderr, says)
    })

  it('keeps standard output empty where nothing came of a command', () =>
    assert.deepEqual(
      WRONG.filter(({ words }) => !words.includes('policy') && ranAs(words).stdout !== '').map(({ title }) => title),
      [],
    ))

  for (const words of JSON_LINES)
    it(`prints one JSON value for ${words.slice(0, 2).join(' ')}${words.includes('--explain') ? ' --explain' : ''}${words.includes(NOT_JSON) ? ', of a faulty text too' : ''}`, () =>
      assert.equal(typeof JSON.parse(ranAs(words).stdout), 'object'))

  it('prints JSON of the example network that it made', () => {
    assert.equal(made.exitCode, EXIT.done, made.stderr)
    assert.ok((JSON.parse(made.stdout) as { readonly mandates: readonly string[] }).mandates.includes('pairs-mediator'))
  })

  it('reads standard input for -, and answers as for the file', async () => {
    const at = ['--at', '2026-11-21T00:00:00Z', '--json']
    const piped = await run([...SEE, ...at, '-'], textOf('docs/examples/my-case.json'))
    const named = await run([...SEE, ...at, CASE])
    assert.deepEqual([piped.exitCode, piped.stdout], [EXIT.done, named.stdout])
    const policy = await run(['check', 'policy', '-'], textOf('policies/packs/uk-hmpps.json'))
    assert.match(policy.stdout, /uk-hmpps .*no fault/)
  })

  it('takes neither demo nor example network in production', async () => {
    const serve = ['serve', '--network', NETWORK, '--kek', 'k', '--database', join(folder, 'production/passerelle.db')]
    for (const words of [['demo', '--once'], serve]) {
      const { exitCode, stderr } = await run(words, '', { NODE_ENV: 'production' })
      assert.equal(exitCode, EXIT.usage)
      assert.match(stderr, /^passerelle: [^\n]*not with NODE_ENV=production\n$/)
    }
    const anyway = await run([...serve, '--demo'], '', { NODE_ENV: 'production' })
    assert.match(anyway.stderr, /not with NODE_ENV=production\n$/)
  })

  it('serves a network whose authorities say DEMO only where it is told that this is a demo', async () => {
    const serve = ['serve', '--network', NETWORK, '--kek', 'k', '--database', join(folder, 'plain/passerelle.db')]
    const { exitCode, stderr } = await run(serve)
    assert.equal(exitCode, EXIT.usage)
    assert.match(stderr, /^passerelle: [^\n]*its authorities say DEMO: only with --demo\n$/)
  })

  it('lists in the help of send the dialects that there are', () => {
    const { stdout } = ranAs(helpOf('send'))
    for (const { id } of DIALECTS) assert.match(stdout, new RegExp(`[ ,]${id}\\b`))
  })

  it('says nothing when its reader goes away', async () => {
    const line = `"$0" "$1" see-as --pack france-prison-exit --recipient PS --explain --json "$2" | head -n 1`
    const child = spawn('sh', ['-c', line, process.execPath, MAIN, CASE], { env: ENVIRONMENT, timeout: LIMIT_MS })
    const chunks = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (chunks.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (chunks.stderr += text))
    await new Promise((closed) => child.once('close', closed))
    assert.deepEqual(chunks, { stdout: '{\n', stderr: '' })
  })

  it('documents in docs/running.md the exit codes that it has', () => {
    const section = textOf('docs/running.md').split('## Exit codes')[1]?.split('\n## ')[0] ?? ''
    const codes = [...section.matchAll(/^\| (\d+) +\|/gm)].map((match) => Number(match[1]))
    assert.deepEqual(codes, Object.values(EXIT))
  })
})
