/** Every command of `passerelle`: its help, its JSON, its one line of fault, its exit code, its manners in a pipe. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { DIALECTS } from '#adapters/dialects/registered.ts'
import { EXIT } from '#cli/exit-codes.ts'
import { ROOT, textOf } from './tracked-files.ts'

interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

const MAIN = join(ROOT, 'cli/main.ts')
const CASE = join(ROOT, 'docs/examples/my-case.json')
const LIMIT_MS = 60_000
const AT_ONCE = 2

/** Settings of whoever runs the tests are none of these commands'. */
const ENVIRONMENT = { PATH: process.env['PATH'], NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'] }

function run(words: readonly string[], input = '', settings: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((answer, reject) => {
    const child = spawn(process.execPath, [MAIN, ...words], {
      cwd: tmpdir(),
      env: { ...ENVIRONMENT, ...settings },
      timeout: LIMIT_MS,
    })
    const chunks = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (chunks.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (chunks.stderr += text))
    child.once('error', reject).once('close', (exitCode) => answer({ exitCode, ...chunks }))
    child.stdin.on('error', () => undefined).end(input)
  })
}

/** All of them, a few at a time: starting a command costs more than what most of these do. */
async function runAll(lines: readonly (readonly string[])[]): Promise<ReadonlyMap<string, Ran>> {
  const waiting = [...lines]
  const results = new Map<string, Ran>()
  const worker = async (): Promise<void> => {
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift())
      results.set(line.join(' '), await run(line))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}

const LEAVES = [
  'demo',
  'see-as',
  'send',
  'receive',
  'serve',
  'check config',
  'check policy',
  'check examples',
  'check agreement',
  'check audit',
  'policy diff',
  'certs example',
  'certs inspect',
]

const folder = mkdtempSync(join(tmpdir(), 'passerelle-commands-'))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const NETWORK = join(folder, 'network')
const SEE = ['see-as', '--pack', 'france-prison-exit', '--recipient', 'PS']
const HOME = ['--home', NETWORK]
const ABSENT = join(folder, 'absent')
const NOT_JSON = file('broken.json', '{')
const MISSHAPEN = file(
  'misshapen.json',
  textOf('docs/examples/my-case.json').replace('"postcode": "75019"', '"postcode": 75019'),
)
const NO_CASE = file('no-case.json', textOf('docs/examples/my-case.json').replace('"caseId": "MY-CASE-2",', ''))
const UNREACHABLE = ['--url', 'https://127.0.0.1:1']

interface Wrong {
  readonly title: string
  readonly words: readonly string[]
  readonly exitCode: number
  readonly says: RegExp
}
const WRONG: readonly Wrong[] = [
  { title: 'no such command', words: ['tell'], exitCode: EXIT.usage, says: /unknown command 'tell'/ },
  {
    title: 'a flag that is unknown',
    words: ['receive', '--fast'],
    exitCode: EXIT.usage,
    says: /unknown option '--fast' .*\(passerelle receive --help/,
  },
  {
    title: 'an argument that is missing',
    words: ['send'],
    exitCode: EXIT.usage,
    says: /missing required argument 'file'/,
  },
  {
    title: 'a flag that is needed',
    words: ['see-as', '--recipient', 'PS', CASE],
    exitCode: EXIT.usage,
    says: /--pack/,
  },
  {
    title: 'an unknown pack',
    words: ['check', 'policy', 'atlantis'],
    exitCode: EXIT.usage,
    says: /atlantis: no such pack; shipped are france-prison-exit, uk-hmpps/,
  },
  {
    title: 'an unknown recipient',
    words: [...SEE.slice(0, 3), '--recipient', 'XX', CASE],
    exitCode: EXIT.usage,
    says: /XX: the pack knows SN PR JU/,
  },
  { title: 'an unknown depth', words: [...SEE, '--depth', 'D7', CASE], exitCode: EXIT.usage, says: /--depth: .*D0/ },
  {
    title: 'an unknown section',
    words: [...SEE, '--opt-out', 'gossip', CASE],
    exitCode: EXIT.usage,
    says: /gossip: no such section/,
  },
  { title: 'an instant that is none', words: [...SEE, '--at', 'soon', CASE], exitCode: EXIT.usage, says: /--at soon/ },
  {
    title: 'a count that is none',
    words: ['policy', 'diff', 'uk-hmpps', 'uk-hmpps', '--count', 'many'],
    exitCode: EXIT.usage,
    says: /--count many: a whole number/,
  },
  {
    title: 'a dialect without its record',
    words: [...SEE, '--dialect', 'hmpps', CASE],
    exitCode: EXIT.usage,
    says: /--record is needed/,
  },
  {
    title: 'a setting that is missing',
    words: ['check', 'config'],
    exitCode: EXIT.usage,
    says: /PASSERELLE_NETWORK: is needed/,
  },
  {
    title: 'settings that are wrong, both of them',
    words: ['serve', '--network', NETWORK, '--port', 'x', '--inside-port', 'y'],
    exitCode: EXIT.usage,
    says: /PASSERELLE_PORT: .*PASSERELLE_INSIDE_PORT: /,
  },
  {
    title: 'a file that is not there',
    words: [...SEE, ABSENT],
    exitCode: EXIT.unreachable,
    says: /absent: cannot be read \(ENOENT\)/,
  },
  {
    title: 'a file that is no JSON',
    words: [...SEE, NOT_JSON],
    exitCode: EXIT.found,
    says: /broken\.json: not strict JSON/,
  },
  {
    title: 'a policy that is no JSON',
    words: ['check', 'policy', NOT_JSON],
    exitCode: EXIT.found,
    says: /1 faults; nothing was loaded/,
  },
  {
    title: 'a database that is not there',
    words: ['check', 'audit', ABSENT],
    exitCode: EXIT.unreachable,
    says: /could not open the store/,
  },
  {
    title: 'a certificate that is not there',
    words: ['certs', 'inspect', ABSENT],
    exitCode: EXIT.unreachable,
    says: /cannot be read \(ENOENT\)/,
  },
  {
    title: 'a file that is no certificate',
    words: ['certs', 'inspect', NOT_JSON],
    exitCode: EXIT.unreachable,
    says: /no certificate/,
  },
  {
    title: 'a folder that is no network',
    words: ['receive', '--home', ABSENT, '--as', 'pairs-mediator'],
    exitCode: EXIT.unreachable,
    says: /network\.json: cannot be read/,
  },
  {
    title: 'no home at all',
    words: ['receive', '--as', 'pairs-mediator'],
    exitCode: EXIT.usage,
    says: /--home is needed/,
  },
  {
    title: 'nobody of that name',
    words: ['receive', ...HOME, '--as', 'nobody'],
    exitCode: EXIT.usage,
    says: /neither an organisation nor a mandate/,
  },
  {
    title: 'a gateway that is not there',
    words: ['receive', ...HOME, ...UNREACHABLE, '--as', 'pairs-mediator'],
    exitCode: EXIT.unreachable,
    says: /cannot be reached \(ECONNREFUSED\)/,
  },
  {
    title: 'a gateway that is not there, to send to',
    words: ['send', ...HOME, ...UNREACHABLE, '--as', 'probation-paris', CASE],
    exitCode: EXIT.unreachable,
    says: /cannot be reached \(ECONNREFUSED\)/,
  },
  {
    title: 'a value of another form, by its place and without the value',
    words: ['send', ...HOME, '--as', 'probation-paris', MISSHAPEN],
    exitCode: EXIT.found,
    says: /items\/2\/value \(address\): expected text at \/postcode\n/,
  },
  {
    title: 'a case without a reference',
    words: ['send', ...HOME, '--as', 'probation-paris', NO_CASE],
    exitCode: EXIT.usage,
    says: /names no caseId/,
  },
]

const JSON_LINES: readonly (readonly string[])[] = [
  [...SEE, '--json', CASE],
  [...SEE, '--json', '--explain', CASE],
  ['check', 'config', '--network', NETWORK, '--json'],
  ['check', 'policy', 'france-prison-exit', '--json'],
  ['check', 'policy', NOT_JSON, '--json'],
  ['check', 'examples', 'uk-hmpps', '--json'],
  ['check', 'agreement', 'uk-hmpps', '--count', '50', '--json'],
  ['policy', 'diff', 'uk-hmpps', 'uk-hmpps', '--count', '50', '--json'],
  ['certs', 'inspect', join(NETWORK, 'broker/tls.pem'), '--json'],
]

describe('the command line', function () {
  this.timeout(120_000)
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
    ran = await runAll([['--help'], ...LEAVES.map(helpOf), ...WRONG.map(({ words }) => words), ...JSON_LINES])
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
    const serve = ['serve', '--network', NETWORK, '--database', join(folder, 'production.db')]
    for (const words of [['demo', '--once'], serve]) {
      const { exitCode, stderr } = await run(words, '', { NODE_ENV: 'production' })
      assert.equal(exitCode, EXIT.usage)
      assert.match(stderr, /^passerelle: [^\n]*not with NODE_ENV=production\n$/)
    }
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
