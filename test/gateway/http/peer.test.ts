/** Whose certificate a connection is taken for: only one that TLS verified, whatever the server was set to let in. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import type { AddressInfo } from 'node:net'
import { before, describe, it } from 'mocha'
import { peerOf } from '#gateway/http/agency/reader.ts'
import { aServerIdentity, aTlsIdentity, makeAuthorities } from '#test/support/certificates.ts'
import type { TestAuthorities, TlsIdentity } from '#test/support/certificates.ts'

describe('the peer of a connection', () => {
  let ours: TestAuthorities
  let theirs: TestAuthorities
  before(async () => {
    const at = Date.now()
    ours = await makeAuthorities(at)
    theirs = await makeAuthorities(at)
  })

  /** The server's end of a connection with that certificate, or without any. */
  const metBy = async <Answer>(client: Partial<TlsIdentity>, look: (socket: TLSSocket) => Answer): Promise<Answer> => {
    const server = createServer({
      ...(await aServerIdentity(ours)),
      ca: ours.root.pem,
      requestCert: true,
      // A mistake of whoever set it up: everyone comes in.
      rejectUnauthorized: false,
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: ours.root.pem, ...client })
    const [met] = (await once(server, 'secureConnection')) as [TLSSocket]
    const answer = look(met)
    socket.destroy()
    server.close()
    return answer
  }

  it('is the leaf that our authorities stand behind, the same at each request', async () => {
    const same = await metBy(await aTlsIdentity(ours, 'prison'), (socket) => {
      const first = peerOf(socket)
      return first !== undefined && first.raw.length > 0 && peerOf(socket) === first
    })
    assert.equal(same, true)
  })

  it('is nobody where another authority issued the certificate, or there is none', async () => {
    assert.equal(await metBy(await aTlsIdentity(theirs, 'prison'), peerOf), undefined)
    assert.equal(await metBy({}, peerOf), undefined)
  })
})
