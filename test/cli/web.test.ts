/** Where the pages listen: with a certificate of their own, or without TLS for this machine alone; and what is wrong, in one line. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { readConfig } from '#cli/config.ts'
import type { WebConfig } from '#cli/config-web.ts'
import { CommandFailed } from '#cli/exit-codes.ts'
import { openWeb } from '#cli/wire-web.ts'
import type { OpenedWeb } from '#cli/wire-web.ts'
import { aServerIdentity, makeAuthorities } from '#test/support/certificates.ts'
import { eventually } from '#test/support/eventually.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { CHANGING } from '#test/support/web.ts'

describe('the pages of a gateway that serves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-web-'))
  const file = (name: string): string => join(folder, name)
  let gateway: TestGateway
  let authority = ''
  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
    const authorities = await makeAuthorities(Date.now())
    authority = authorities.root.pem
    const identity = await aServerIdentity(authorities)
    writeFileSync(file('tls.pem'), identity.cert)
    writeFileSync(file('tls.key'), identity.key)
    writeFileSync(file('broken.pem'), 'no certificate')
  })
  after(async () => {
    await gateway.stop()
    rmSync(folder, { recursive: true })
  })

  const open = (changes: Partial<WebConfig>): Promise<OpenedWeb> => {
    const config: WebConfig = { port: 0, host: '127.0.0.1', origin: 'localhost', timeZone: 'UTC', ...changes }
    return openWeb({ ...gateway.deps, changing: CHANGING, expiring: () => [] }, config, { plain: 'refused' })
  }
  const refuses = (changes: Partial<WebConfig>, wanted: RegExp): Promise<void> =>
    assert.rejects(open(changes), (error) => error instanceof CommandFailed && wanted.test(error.message))

  it('answer over TLS with the certificate that is named', async () => {
    const tls = { certificate: file('tls.pem'), key: file('tls.key') }
    const web = await open({ origin: 'https://localhost', tls })
    const [, port] = /:(\d+)\)$/.exec(web.url) ?? []
    const status = await new Promise((answer, refuse) => {
      const asking = request({ host: 'localhost', port, path: '/sign-in', ca: authority, agent: false }, (reply) => {
        reply.resume()
        answer([reply.statusCode, reply.headers['strict-transport-security'] !== undefined])
      })
      asking.on('error', refuse).end()
    })
    assert.deepEqual(status, [200, true])
    await web.stop()
  })

  it('show a renewed certificate within seconds, and keep the one they have while the files do not belong together', async () => {
    const authorities = await makeAuthorities(Date.now())
    const [first, second] = [await aServerIdentity(authorities), await aServerIdentity(authorities)]
    const tls = { certificate: file('live.pem'), key: file('live.key') }
    const write = ({ cert, key }: { readonly cert: string; readonly key: string }): void => {
      writeFileSync(tls.certificate, cert)
      writeFileSync(tls.key, key)
    }
    write(first)
    const web = await open({ origin: 'https://localhost', tls })
    const [, port] = /:(\d+)\)$/.exec(web.url) ?? []
    const shown = (): Promise<string> =>
      new Promise((answer, refuse) => {
        const socket = connectTls({ port: Number(port), servername: 'localhost', ca: authorities.root.pem }, () => {
          answer(socket.getPeerX509Certificate()?.fingerprint256 ?? '')
          socket.destroy()
        })
        socket.on('error', refuse)
      })
    const printOf = ({ cert }: { readonly cert: string }): string => new X509Certificate(cert).fingerprint256
    assert.equal(await shown(), printOf(first))
    writeFileSync(tls.certificate, second.cert)
    const isTold = async () =>
      gateway.log.some((line) => JSON.stringify(line).includes('of the pages cannot be read anew'))
    await eventually(isTold, (told) => told)
    assert.equal(await shown(), printOf(first))
    write(second)
    await eventually(shown, (print) => print === printOf(second))
    await web.stop()
  }).timeout(20_000)

  it('answer what is no HTTP with a problem, as the other doors do', async () => {
    const web = await open({})
    const text = await new Promise<string>((answer) => {
      const socket = connect(Number(new URL(web.url).port), '127.0.0.1', () => socket.end('NO HTTP AT ALL\r\n\r\n'))
      let said = ''
      socket.on('data', (chunk) => (said += chunk.toString()))
      socket.on('close', () => answer(said))
    })
    assert.match(text, /^HTTP\/1\.1 400 .*request-malformed/s)
    await web.stop()
  })

  it('are not shown without TLS to other machines', () => refuses({ host: '0.0.0.0' }, /for this machine alone/))

  it('are refused with a certificate or key that is not there, or is none', async () => {
    await refuses({ tls: { certificate: file('tls.pem'), key: file('none') } }, /cannot be used \(ENOENT\)/)
    await refuses({ tls: { certificate: file('broken.pem'), key: file('tls.key') } }, /cannot be used/)
  })

  it('are not taken for pages without TLS where only one of the two is named', () => {
    const read = readConfig(
      { PASSERELLE_WEB_PORT: '0', PASSERELLE_WEB_CERTIFICATE: file('tls.pem') },
      { PASSERELLE_NETWORK: folder, PASSERELLE_KEK: file('kek') },
    )
    assert.ok(read.ok)
    assert.ok(read.config.web?.tls !== undefined)
  })
})
