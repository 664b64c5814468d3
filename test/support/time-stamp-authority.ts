/** A time-stamping authority for tests: `openssl ts` behind a server on loopback, with a certificate and an authority made for it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestAuthority extends Disposable {
  readonly url: string
  /** PEM of the authority above. */
  readonly authority: string
  /** What openssl itself says of a token over the content: true where it verifies. */
  readonly opensslAccepts: (token: Uint8Array, content: Uint8Array) => boolean
  /** From now on it answers, or every connection is cut. */
  readonly letAnswer: (isAllowed: boolean) => void
  /** PEM of another certificate for the same key under the same authority, with those extensions. */
  readonly certify: (extensions: string) => string
}

export interface AuthorityChanges {
  /** Changes an answer on its way. */
  readonly spoil?: (answer: Uint8Array) => Uint8Array
  /** The request that is really answered. */
  readonly swap?: (request: Uint8Array) => Uint8Array
  readonly key?: 'ec' | 'rsa'
}

export const STAMPING_EXTENSIONS =
  'extendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature'

const configWith = (extensions: string): string => `[req]
distinguished_name=dn
[dn]
[tsa]
default_tsa=t
[t]
serial=./serial
signer_cert=./tsa.pem
certs=./ca.pem
signer_key=./tsa.key
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256
accuracy=secs:1
ordering=yes
ess_cert_id_alg=sha256
[ext]
${extensions}
`

export async function aTimeStampAuthority(changes: AuthorityChanges = {}): Promise<TestAuthority> {
  const folder = mkdtempSync(join(tmpdir(), 'tsa-'))
  const openssl = (...words: readonly string[]): void =>
    void execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
  const newKey = (path: string): void =>
    changes.key === 'rsa'
      ? openssl('genrsa', '-out', path, '2048')
      : openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', path)
  writeFileSync(join(folder, 'tsa.cnf'), configWith(STAMPING_EXTENSIONS))
  writeFileSync(join(folder, 'serial'), '01\n')
  newKey('ca.key')
  newKey('tsa.key')
  openssl('req', '-x509', '-new', '-key', 'ca.key', '-subj', '/CN=Example TSA CA', '-days', '30', '-out', 'ca.pem')
  openssl('req', '-new', '-key', 'tsa.key', '-subj', '/CN=Example TSA', '-config', 'tsa.cnf', '-out', 'tsa.csr')
  const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30']
  openssl('x509', '-req', '-in', 'tsa.csr', ...sign, '-extfile', 'tsa.cnf', '-extensions', 'ext', '-out', 'tsa.pem')

  const answer = (request: Uint8Array): Uint8Array => {
    writeFileSync(join(folder, 'request.tsq'), changes.swap?.(request) ?? request)
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'request.tsq', '-out', 'answer.tsr')
    const made = readFileSync(join(folder, 'answer.tsr'))
    return changes.spoil?.(made) ?? made
  }
  let answers = true
  const server = createServer((request, response) => {
    if (!answers) return void request.destroy()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.setHeader('content-type', 'application/timestamp-reply')
      response.end(answer(Buffer.concat(chunks)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    authority: readFileSync(join(folder, 'ca.pem'), 'utf8'),
    opensslAccepts: (token, content) => {
      writeFileSync(join(folder, 'token'), token)
      writeFileSync(join(folder, 'content'), content)
      const words = ['ts', '-verify', '-data', 'content', '-in', 'token', '-token_in', '-CAfile', 'ca.pem']
      return spawnSync('openssl', words, { cwd: folder }).status === 0
    },
    letAnswer: (isAllowed) => {
      answers = isAllowed
    },
    certify: (extensions) => {
      writeFileSync(join(folder, 'other.cnf'), configWith(extensions))
      openssl(
        'x509',
        '-req',
        '-in',
        'tsa.csr',
        ...sign,
        '-extfile',
        'other.cnf',
        '-extensions',
        'ext',
        '-out',
        'other.pem',
      )
      return readFileSync(join(folder, 'other.pem'), 'utf8')
    },
    [Symbol.dispose]: () => {
      server.close()
      server.closeAllConnections()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
