/** Renewal by programs that know nothing of us: curl with openssl, and strongSwan. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { after, before, describe, it } from 'mocha'
import { openClient } from '#adapters/agency-kit/client.ts'
import { needs, needsProgram } from '#test/support/needs.ts'
import { openssl, opensslRequest } from '#test/support/openssl.ts'
import { openEnrolling } from '#test/support/enrolling.ts'
import type { Enrolling } from '#test/support/enrolling.ts'

describe('enrolment and renewal', function () {
  this.timeout(120_000)
  let enrolling: Enrolling
  let members: Enrolling['members']
  let rootPem: Enrolling['rootPem']
  let doors: Enrolling['doors']
  let file: Enrolling['file']
  let identity: Enrolling['identity']
  before(async () => {
    enrolling = await openEnrolling()
    ;({ members, rootPem, doors, file, identity } = enrolling)
  })
  after(() => enrolling[Symbol.asyncDispose]())

  it('is renewed by curl and read by openssl, which know nothing of us', async function () {
    needsProgram(this, 'curl', '--version')
    needsProgram(this, 'openssl', 'version')
    const own = await identity()
    await writeFile(file('own.pem'), own.certificate)
    await writeFile(file('own.key.pem'), own.key, { mode: 0o600 })
    const { request, keyPath } = opensslRequest(file, 'prime256v1')
    await writeFile(file('foreign.b64'), request)
    const tls = ['-sS', '--max-time', '10', '--cacert', file('root.pem')]
    const asMember = (certificate: string, key: string): readonly string[] => [
      ...tls,
      '--cert',
      certificate,
      '--key',
      key,
    ]
    const est = ['-H', 'Content-Type: application/pkcs10', '-H', 'Content-Transfer-Encoding: base64']
    const post = [...est, '--data-binary', `@${file('foreign.b64')}`, `${doors.agency}/.well-known/est/simplereenroll`]
    const base64 = await curl(...asMember(file('own.pem'), file('own.key.pem')), '-i', ...post)
    assert.match(base64, /^HTTP\/1.1 200/)
    assert.match(base64, /content-type: application\/pkcs7-mime; smime-type=certs-only/i)
    assert.match(base64, /content-length: \d+/i)
    await writeFile(file('foreign.p7'), Buffer.from(base64.split('\r\n\r\n')[1] ?? '', 'base64'))
    await writeFile(file('foreign.pem'), openssl('pkcs7', '-inform', 'DER', '-in', file('foreign.p7'), '-print_certs'))
    const check = ['-crl_check_all', '-CRLfile', file('crl.pem'), '-untrusted', file('members/ca.pem')]
    assert.match(openssl('verify', '-x509_strict', '-CAfile', file('root.pem'), ...check, file('foreign.pem')), /OK/)
    const keys = await curl(...asMember(file('foreign.pem'), keyPath), `${doors.agency}/.well-known/jwks.json`)
    assert.ok(keys.includes('"keys"'), keys)
  })

  it('hands out its authorities over EST as openssl reads them', async function () {
    needsProgram(this, 'openssl', 'version')
    using client = openClient({ url: doors.agency, authority: rootPem, ...(await identity()) })
    const { text, headers } = await client.call({ method: 'GET', path: '/.well-known/est/cacerts' })
    assert.equal(headers['content-transfer-encoding'], 'base64')
    await writeFile(file('ca.p7'), Buffer.from(text, 'base64'))
    const pem = openssl('pkcs7', '-inform', 'DER', '-in', file('ca.p7'), '-print_certs')
    const serials = (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
      (block) => new X509Certificate(block).serialNumber,
    )
    const ours = [members.authority.pem, rootPem].map((block) => new X509Certificate(block).serialNumber)
    assert.deepEqual(serials, ours)
  })

  it('is asked by strongSwan’s EST client too', async function () {
    needsProgram(this, 'pki', '--help')
    needs(this, openStrongswan().includes('--est'), 'this strongSwan asks nobody over EST')
    const own = await identity()
    await writeFile(file('own.pem'), own.certificate)
    await writeFile(file('own.key.pem'), own.key, { mode: 0o600 })
    const { keyPath } = opensslRequest(file, 'prime256v1')
    const req = spawnSync('pki', ['--req', '--in', keyPath, '--type', 'priv', '--dn', 'CN=foreign'], {
      timeout: 20_000,
    })
    await writeFile(file('strongswan.csr'), req.stdout)
    const words = ['--est', '--url', doors.agency, '--in', file('strongswan.csr'), '--cacert', file('root.pem')]
    const chain = ['--cacert', file('members/ca.pem'), '--cert', file('own.pem'), '--key', file('own.key.pem')]
    await writeFile(file('strongswan.conf'), 'libtls { version_max = 1.3 }\n')
    const settings = { STRONGSWAN_CONF: file('strongswan.conf') }
    const made = await program('pki', [...words, ...chain, '--outform', 'pem'], settings)
    assert.match(made, /-----BEGIN CERTIFICATE-----/)
  })
})

const openStrongswan = (): string => {
  const { stdout, stderr } = spawnSync('pki', ['--help'], { encoding: 'utf8', timeout: 20_000 })
  return stdout + stderr
}

/** What it printed; not in step with this process, which has to answer it. */
async function program(name: string, words: readonly string[], settings: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(name, words, { timeout: 20_000, env: { ...process.env, ...settings } })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(child, 'close')
  return Buffer.concat(chunks).toString('utf8')
}
const curl = (...words: readonly string[]): Promise<string> => program('curl', words)
