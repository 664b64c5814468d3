/** The authorities of a network from the command line: ceremony, issue, revoke, lists, a file for a person; openssl looks on. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { after, before, describe, it } from 'mocha'
import { openAuthorityFolder } from '#adapters/pki/authority-folder.ts'
import { writeRequest } from '#adapters/pki/certificate-request.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import { generateCertificateKey, USAGES } from '#adapters/pki/issue.ts'
import { listedIn } from '#adapters/pki/issuing.ts'
import { readRevocationLists } from '#adapters/pki/revocation.ts'
import { EXIT } from '#cli/exit-codes.ts'
import { needsOpenssl, openssl } from '#test/support/openssl.ts'
import { run } from '#test/architecture/run-command.ts'

const NETWORK = 'justice.example'
const WORDS = 'seven quiet otters'

describe('the authorities of a network', function () {
  this.timeout(180_000)
  let folder: string
  const path = (name: string): string => join(folder, name)
  const text = (name: string): Promise<string> => readFile(path(name), 'utf8')
  const certs = async (
    ...words: readonly string[]
  ): Promise<{ readonly code: number | null; readonly said: string }> => {
    const { exitCode, stdout, stderr } = await run(['certs', ...words])
    return { code: exitCode, said: stdout + stderr }
  }
  const done = async (...words: readonly string[]): Promise<string> => {
    const { code, said } = await certs(...words)
    assert.equal(code, EXIT.done, said)
    return said
  }
  const refused = async (says: RegExp, ...words: readonly string[]): Promise<void> => {
    const { code, said } = await certs(...words)
    assert.notEqual(code, EXIT.done)
    assert.match(said, says)
  }
  const request = async (name: string): Promise<string> => {
    const key = await generateCertificateKey()
    const base64 = Buffer.from(await writeRequest(key, 'whatever the applicant likes')).toString('base64')
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${base64}\n-----END CERTIFICATE REQUEST-----\n`
    await writeFile(path(`${name}.csr`), pem)
    return path(`${name}.csr`)
  }
  const members = (): readonly string[] => ['--authority', path('members'), '--passphrase-file', path('words')]

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passerelle-authorities-'))
    await writeFile(path('words'), `${WORDS}\n`)
    await done('root', '--folder', path('root'), '--name', 'Justice Root', '--passphrase-file', path('words'))
    const root = ['--root', path('root'), '--root-passphrase-file', path('words')]
    const named = ['--name', 'Members 1', '--network', NETWORK, '--dns', 'localhost']
    await done('members-ca', ...root, ...named, '--folder', path('members'), '--passphrase-file', path('words'))
    await done('issue', 'prison-paris', ...members(), '--request', await request('a'), '--out', path('prison.pem'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('has keys that are their owner’s alone, encrypted, and of no use with other words', async () => {
    for (const name of ['root', 'members']) {
      assert.equal((await stat(path(`${name}/ca.key.pem`))).mode & 0o777, 0o600)
      assert.match(await text(`${name}/ca.key.pem`), /^-+BEGIN ENCRYPTED PRIV/)
      await assert.rejects(openAuthorityFolder(path(name), 'eight loud otters'), /passphrase/)
      await assert.rejects(openAuthorityFolder(path(name)), /passphrase/)
    }
  })

  it('issues for the network’s member what the request did not ask for, once a key', async () => {
    const facts = readCertificate(await text('prison.pem'))
    assert.deepEqual(facts?.uris, [`spiffe://${NETWORK}/org/prison-paris`])
    assert.equal(facts.subject, 'CN=prison-paris')
    const again = ['issue', 'prison-paris', ...members(), '--request', path('a.csr'), '--out', path('again.pem')]
    await refused(/key/i, ...again)
  })

  it('passes openssl’s strict check with both lists, and not once revoked', async function () {
    needsOpenssl(this)
    const lists = path('lists.pem')
    await done('crl', '--authority', path('root'), '--passphrase-file', path('words'), '--into', lists)
    await done('crl', ...members(), '--into', lists)
    assert.equal(readRevocationLists(await text('lists.pem')).pems.length, 2)
    const strict = ['-x509_strict', '-crl_check_all', '-CAfile', path('root/ca.pem'), '-CRLfile', lists]
    const verify = (): string => openssl('verify', ...strict, '-untrusted', path('members/ca.pem'), path('prison.pem'))
    assert.match(verify(), /OK/)
    await done('revoke', 'prison-paris', ...members(), '--into', lists)
    assert.match(verify(), /certificate revoked/)
    const { serial } = readCertificate(await text('prison.pem')) ?? {}
    assert.deepEqual([...readRevocationLists(await text('lists.pem')).serials], [serial])
    const numbers = readRevocationLists(await text('lists.pem')).lists.map(({ number }) => number)
    assert.deepEqual(numbers, [3n, 2n])
  })

  it('issues to the server of a member, under its one name, what parcels may be pushed to', async () => {
    const words = ['issue', 'court-paris', ...members(), '--request', await request('s'), '--out', path('s.pem')]
    await done(...words, '--server')
    const facts = readCertificate(await text('s.pem'))
    const named = [facts?.uris, facts?.dnsNames, facts?.addresses]
    assert.deepEqual(named, [[`spiffe://${NETWORK}/org/court-paris`], [], []])
    assert.deepEqual(facts?.usages.toSorted(), [USAGES.server, USAGES.client])
    assert.deepEqual(readCertificate(await text('prison.pem'))?.usages, [USAGES.client])
  })

  it('issues to a broker both usages, and to a person a file for a browser that opens no agency door', async () => {
    const broker = ['issue', '1', '--broker', '--dns', 'localhost', ...members()]
    await refused(/not the id/, ...broker, '--request', await request('b'), '--out', path('b.pem'))
    broker[1] = 'broker-1'
    await done(...broker, '--request', path('b.csr'), '--out', path('b.pem'))
    const facts = readCertificate(await text('b.pem'))
    assert.deepEqual([facts?.uris, facts?.usages.length], [[`spiffe://${NETWORK}/broker/broker-1`], 2])
    const person = ['pkcs12', 'demo-person-1', ...members(), '--out', path('p.p12'), '--password-file', path('words')]
    await done(...person)
    createSecureContext({ pfx: await readFile(path('p.p12')), passphrase: WORDS })
  })

  it('refuses what would be a mistake', async () => {
    await refused(/--passphrase-file, or DEMO/, 'root', '--folder', path('r2'), '--name', 'Plain Root')
    await refused(/holds an authority already/, 'root', '--folder', path('root'), '--name', 'DEMO Root')
    const root = ['--authority', path('root'), '--passphrase-file', path('words')]
    await refused(/root knows no members/, 'issue', 'a-b', ...root, '--request', await request('c'), '--out', path('c'))
    await refused(/holds no certificate/, 'revoke', 'nobody-here', ...members())
    const outside = ['--network', 'no_domain', '--folder', path('m2'), '--name', 'M', '--root', path('root')]
    await refused(/not a domain/, 'members-ca', ...outside)
    await writeFile(path('rsa.csr'), rsaRequest())
    await refused(/key-type|malformed/, 'issue', 'a-b', ...members(), '--request', path('rsa.csr'), '--out', path('c'))
  })

  it('replaces a list in a file by its issuer, and leaves the others', async () => {
    const [first, second] = [await text('root/crl.pem'), await text('members/crl.pem')]
    const both = listedIn(first, 'CN=Members 1', second)
    assert.equal(readRevocationLists(both).pems.length, 2)
    assert.equal(listedIn(both, 'CN=Members 1', second), both)
  })
})

/** A request with an RSA key, or text that is none where there is no openssl. */
function rsaRequest(): string {
  const words = ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=x']
  const made = spawnSync('openssl', words, { encoding: 'utf8', timeout: 20_000 })
  return made.error === undefined ? made.stdout : 'none'
}
