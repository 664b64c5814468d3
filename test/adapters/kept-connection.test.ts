/** A connection that a member keeps open and its gateway closes just as it is used again. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { after, before, beforeEach, describe, it } from 'mocha'
import { openClient } from '#adapters/agency-kit/client.ts'
import type { Client } from '#adapters/agency-kit/client.ts'
import { aServerIdentity, aTlsIdentity, makeAuthorities } from '#test/support/certificates.ts'

describe('a connection that is kept open', () => {
  let server: Server
  let client: Client
  /** Requests that each connection has carried, and the keys that came. */
  const carried = new Map<Socket, number>()
  const keys: unknown[] = []
  /** From its which request on a connection is cut without an answer. */
  let cutFrom = Infinity

  before(async () => {
    const authorities = await makeAuthorities(Date.now())
    const identity = await aServerIdentity(authorities)
    const member = await aTlsIdentity(authorities, 'prison')
    server = createServer({ ...identity, minVersion: 'TLSv1.3' }, (request, response) => {
      const turn = (carried.get(request.socket) ?? 0) + 1
      carried.set(request.socket, turn)
      keys.push(request.headers['idempotency-key'])
      if (turn >= cutFrom) request.socket.destroy()
      else response.end('{}')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    client = openClient({
      url: `https://localhost:${port}`,
      certificate: member.cert,
      key: member.key,
      authority: authorities.root.pem,
    })
  })
  beforeEach(() => {
    carried.clear()
    keys.length = 0
  })
  after(() => {
    client[Symbol.dispose]()
    server.close()
    server.closeAllConnections()
  })
  const post = async (): Promise<number> => (await client.call({ method: 'POST', path: '/', body: '{}' })).status

  it('and closed by the gateway when it is used again costs the member nothing: the same request goes once more, on a new one', async () => {
    cutFrom = 2
    assert.deepEqual([await post(), await post()], [200, 200])
    assert.equal(carried.size, 2)
    const [, cut, again] = keys
    assert.equal(keys.length, 3)
    assert.equal(cut, again)
  })

  it('is asked anew once and not for ever: a gateway that cuts every connection is away', async () => {
    cutFrom = 1
    await assert.rejects(post(), /ECONNRESET|socket hang up/)
    assert.ok(keys.length <= 2)
  })
})
