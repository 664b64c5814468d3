/** Calls of `passerelle` that are wrong, each in its own way, and the files they need. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT } from '#cli/exit-codes.ts'
import { ROOT, textOf } from './tracked-files.ts'

export const CASE = join(ROOT, 'docs/examples/my-case.json')
/** Made when this file is loaded; whoever uses it removes it. */
export const folder = mkdtempSync(join(tmpdir(), 'passerelle-commands-'))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
/** Where the test makes an example network. */
export const NETWORK = join(folder, 'network')
export const SEE = ['see-as', '--pack', 'france-prison-exit', '--recipient', 'PS']
const HOME = ['--home', NETWORK]
const ABSENT = join(folder, 'absent')
export const NOT_JSON = file('broken.json', '{')
const MISSHAPEN = file(
  'misshapen.json',
  textOf('docs/examples/my-case.json').replace('"postcode": "75019"', '"postcode": 75019'),
)
const NO_CASE = file('no-case.json', textOf('docs/examples/my-case.json').replace('"caseId": "MY-CASE-2",', ''))
const UNREACHABLE = ['--url', 'https://127.0.0.1:1']

/** A call that comes to nothing, with the exit code and the one line that tells why. */
interface Wrong {
  readonly title: string
  readonly words: readonly string[]
  readonly exitCode: number
  readonly says: RegExp
}
export const WRONG: readonly Wrong[] = [
  {
    title: 'a witness of nobody',
    words: ['witness', ...HOME, '--once'],
    exitCode: EXIT.usage,
    says: /--as is needed/,
  },
  {
    title: 'a witness of a gateway that does not answer',
    words: ['witness', ...HOME, ...UNREACHABLE, '--as', 'court-paris', '--once'],
    exitCode: EXIT.unreachable,
    says: /the gateway cannot be reached/,
  },
  {
    title: 'a joining code that is none',
    words: ['agency', 'join', 'abc', '--home', ABSENT],
    exitCode: EXIT.usage,
    says: /the code: not a joining code/,
  },
  {
    title: 'the standing of a folder in which nothing was begun',
    words: ['agency', 'status', '--home', ABSENT],
    exitCode: EXIT.found,
    says: /nothing was begun here/,
  },
  {
    title: 'an address for deliveries that is not this machine',
    words: ['agency', 'run', '--home', ABSENT, '--deliver-to', 'http://192.0.2.1/in'],
    exitCode: EXIT.usage,
    says: /192\.0\.2\.1: not this machine/,
  },
  {
    title: 'a network without a trust list',
    words: ['trust', 'show', '--network', ABSENT],
    exitCode: EXIT.found,
    says: /list\.json: trust-list-missing/,
  },
  {
    title: 'a revocation without a reason',
    words: ['trust', 'propose', '--network', NETWORK, '--out', ABSENT, '--revoke-organisation', 'pairs-paris'],
    exitCode: EXIT.usage,
    says: /--reason is needed: one of compromised/,
  },
  {
    title: 'a revocation of an organisation that is not there',
    words: [...'trust propose --revoke-organisation nobody --reason ceased --out never --network'.split(' '), NETWORK],
    exitCode: EXIT.found,
    says: /--revoke-organisation: no such organisation/,
  },
  {
    title: 'a list that no officer has signed',
    words: ['trust', 'publish', NOT_JSON, '--network', NETWORK],
    exitCode: EXIT.found,
    says: /broken\.json: trust-list-malformed/,
  },
  {
    title: 'a backup that is none',
    words: ['restore', NOT_JSON, '--network', NETWORK, '--kek', join(NETWORK, 'broker/kek')],
    exitCode: EXIT.found,
    says: /broken\.json: is no backup of this program/,
  },
  {
    title: 'a backup of a database that is not there',
    words: ['backup', '--out', join(folder, 'never.pb'), '--database', ABSENT],
    exitCode: EXIT.unreachable,
    says: /absent: unable to open database file/,
  },
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
    says: /XX: one of SN PR JU/,
  },
  { title: 'an unknown depth', words: [...SEE, '--depth', 'D7', CASE], exitCode: EXIT.usage, says: /--depth D7: .*D0/ },
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
  {
    title: 'a log to check without a trust file',
    words: ['verify', 'log', CASE, CASE],
    exitCode: EXIT.usage,
    says: /required option '--trust <file>' not specified/,
  },
  {
    title: 'a trust file that is none',
    words: ['verify', 'receipt', CASE, CASE, '--trust', CASE],
    exitCode: EXIT.found,
    says: /not a trust file/,
  },
  {
    title: 'an exported delivery that is not there',
    words: ['verify', 'delivery', ABSENT, '--trust', CASE],
    exitCode: EXIT.unreachable,
    says: /cannot be read \(ENOENT\)/,
  },
  {
    title: 'several deliveries with the keys of the log alone',
    words: ['verify', 'delivery', CASE, CASE, '--trust', CASE],
    exitCode: EXIT.usage,
    says: /several are held against one another with --network/,
  },
]
