/** Who gets through mutual TLS and who is known behind it: a real server and real certificates, TLS 1.3 with revocation lists. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:https'
import type { Server } from 'node:https'
import { TLSSocket } from 'node:tls'
import type { SecureVersion } from 'node:tls'
import { after, before, describe, it } from 'mocha'
import type { Instant } from '#policies/language/instant.ts'
import { PROBLEMS } from '#gateway/core/problem.ts'
import { KEY_EXCHANGES } from '#gateway/http/shell/server-limits.ts'
import type { KeyExchange } from '#gateway/http/shell/server-limits.ts'
import { identify } from '#gateway/rooms/identify.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import { readRevocationLists } from '#adapters/pki/revocation.ts'
import { createTrust } from '#adapters/pki/trust.ts'
import { SETTINGS } from '#cli/settings.ts'
import { textOf } from '#test/architecture/tracked-files.ts'
import {
  aParticipant,
  aServerIdentity,
  aTlsIdentity,
  makeAuthorities,
  revocationLists,
  TEST_NETWORK,
  uriOf,
} from '#test/support/certificates.ts'
import type { TestAuthorities, TlsIdentity } from '#test/support/certificates.ts'

const DAY_MS = 86_400_000
/** Node has no name of its own for OpenSSL's "permitted subtree violation"; `pki.test.ts` asks openssl for the words. */
const OUTSIDE_CONSTRAINTS = /UNSPECIFIED|PERMITTED_VIOLATION/

/** What a client met: a status of HTTP, or a handshake that was refused and why. */
type Met = number | string

interface Door {
  readonly server: Server
  readonly port: number
  /** OpenSSL's reason for the last handshake it refused. */
  readonly takeRefusal: () => string
  readonly served: () => number
  readonly setLists: (pems: readonly string[]) => void
}

async function openDoor(
  authorities: TestAuthorities,
  identity: TlsIdentity,
  firstLists: readonly string[],
  keyExchange: KeyExchange = 'preferred',
): Promise<Door> {
  let lists = readRevocationLists(firstLists.join(''))
  let served = 0
  let lastRefusal = ''
  const trust = createTrust({ revocation: () => lists, clock: () => authorities.at })
  const registry = {
    network: TEST_NETWORK,
    broker: { id: 'broker-1', uri: 'spiffe://net.test/broker/1', url: 'https://localhost' },
    participants: [
      aParticipant('prison', authorities.at),
      aParticipant('late', authorities.at, { suspendedAt: authorities.at }),
    ],
    edges: [],
    mandates: [],
  }
  const deps = { trust, registry: () => registry, clock: () => authorities.at }
  const context = (): object => ({
    ...identity,
    ...KEY_EXCHANGES[keyExchange],
    ca: [authorities.root.pem],
    crl: [...lists.pems],
    minVersion: 'TLSv1.3' as SecureVersion,
  })
  const server = createServer({ ...context(), requestCert: true, rejectUnauthorized: true }, (incoming, response) => {
    served += 1
    assert.ok(incoming.socket instanceof TLSSocket)
    const { raw, serialNumber } = incoming.socket.getPeerCertificate()
    const known = identify(deps, { raw, serialNumber })
    response.writeHead(known.ok ? 200 : PROBLEMS[known.problem.code].status).end()
  })
  server.on('tlsClientError', (error: Error & { readonly code?: string }, socket) => {
    const { authorizationError } = socket as { readonly authorizationError?: unknown }
    lastRefusal = typeof authorizationError === 'string' ? authorizationError : (error.code ?? error.message)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return {
    server,
    port: address.port,
    takeRefusal: () => {
      const taken = lastRefusal
      lastRefusal = ''
      return taken
    },
    served: () => served,
    setLists(pems) {
      lists = readRevocationLists(pems.join(''))
      server.setSecureContext(context())
    },
  }
}

interface Client {
  readonly identity?: TlsIdentity | undefined
  readonly agent?: Agent
  readonly maxVersion?: SecureVersion
  /** The groups that the client offers. */
  readonly ecdhCurve?: string
}

/** One request; a refused handshake answers the server's reason. */
async function knock(
  door: Door,
  authorities: TestAuthorities,
  { identity, agent, maxVersion, ecdhCurve }: Client,
): Promise<Met> {
  const options = {
    host: '127.0.0.1',
    port: door.port,
    servername: 'localhost',
    ca: [authorities.root.pem],
    agent: agent ?? new Agent({ keepAlive: false, maxCachedSessions: 0 }),
    ...identity,
    ...(ecdhCurve === undefined ? {} : { ecdhCurve }),
    ...(maxVersion === undefined ? {} : { maxVersion, minVersion: maxVersion }),
  }
  return new Promise((resolve) => {
    const sent = request(options, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    // The server learns its reason a moment after the client is hung up on.
    sent.on('error', () => setTimeout(() => resolve(`refused: ${door.takeRefusal()}`), 30))
    sent.end()
  })
}

describe('the agency door', () => {
  const at: Instant = Date.now()
  let authorities: TestAuthorities
  let door: Door
  let prison: TlsIdentity
  before(async () => {
    authorities = await makeAuthorities(at)
    door = await openDoor(authorities, await aServerIdentity(authorities), await revocationLists(authorities))
    prison = await aTlsIdentity(authorities, 'prison')
  })
  after(() => {
    door.server.closeAllConnections()
    door.server.close()
  })
  const met = (identity: TlsIdentity | undefined, client: Client = {}): Promise<Met> =>
    knock(door, authorities, { ...client, identity })
  const refusedBeforeHttp = async (
    identity: TlsIdentity | undefined,
    reason: RegExp,
    client: Client = {},
  ): Promise<void> => {
    const before_ = door.served()
    assert.match(String(await met(identity, client)), reason)
    assert.equal(door.served(), before_)
  }

  it('lets a member in', async () => assert.equal(await met(prison), 200))

  it('H001 refuses a client without a certificate before any HTTP', () => refusedBeforeHttp(undefined, /CERTIFICATE/))

  it('H002 refuses the certificate of an unknown authority', async () => {
    const stranger = await aTlsIdentity(await makeAuthorities(at), 'prison')
    await refusedBeforeHttp(stranger, /SELF_SIGNED|UNABLE_TO|unable|signature/i)
  })

  it('H003 refuses a certificate that has expired, and one that is not yet valid', async () => {
    const expired = await aTlsIdentity(authorities, 'prison', { period: { from: at - 2 * DAY_MS, until: at - DAY_MS } })
    await refusedBeforeHttp(expired, /EXPIRED/)
    const early = await aTlsIdentity(authorities, 'prison', { period: { from: at + DAY_MS, until: at + 2 * DAY_MS } })
    await refusedBeforeHttp(early, /NOT_YET_VALID/)
  })

  it('H010 refuses a valid chain whose organisation the registry does not know, or has suspended', async () => {
    assert.equal(await met(await aTlsIdentity(authorities, 'nobody')), 403)
    assert.equal(await met(await aTlsIdentity(authorities, 'late')), 403)
  })

  it('H011 refuses two SAN URIs, one that spells a second, and none', async () => {
    for (const uris of [
      [uriOf('prison'), uriOf('probation')],
      [`${uriOf('prison')}, URI:${uriOf('probation')}`],
      [],
      [`spiffe://${TEST_NETWORK}/broker/1`],
      [`${uriOf('prison')}/x`],
      [uriOf('PRISON')],
    ])
      assert.equal(await met(await aTlsIdentity(authorities, 'prison', { uris })), 403)
  })

  it('H012 refuses TLS 1.2', () => refusedBeforeHttp(prison, /UNSUPPORTED_PROTOCOL/, { maxVersion: 'TLSv1.2' }))

  it('H012 refuses a classic key exchange where hybrid is asked for, and takes it where it is not', async () => {
    const classic = { ecdhCurve: 'X25519' }
    assert.equal(await met(prison, classic), 200)
    const lists = await revocationLists(authorities)
    const strict = await openDoor(authorities, await aServerIdentity(authorities), lists, 'hybrid')
    try {
      assert.equal(await knock(strict, authorities, { identity: prison }), 200)
      assert.match(
        String(await knock(strict, authorities, { identity: prison, ...classic })),
        /NO_SUITABLE|SHARE|GROUP/,
      )
      assert.equal(strict.served(), 1)
    } finally {
      strict.server.closeAllConnections()
      strict.server.close()
    }
  })

  it('H014 refuses a name outside the constraints of its authority', async () => {
    const outside = await aTlsIdentity(authorities, 'prison', { uris: ['spiffe://other.test/org/prison'] })
    await refusedBeforeHttp(outside, OUTSIDE_CONSTRAINTS)
    const otherHost = await aTlsIdentity(authorities, 'prison', { dnsNames: ['bank.test'] })
    await refusedBeforeHttp(otherHost, OUTSIDE_CONSTRAINTS)
    for (const address of ['127.0.0.2', '192.0.2.1', '::1', '::ffff:127.0.0.1']) {
      const otherAddress = await aTlsIdentity(authorities, 'prison', { addresses: [address] })
      await refusedBeforeHttp(otherAddress, OUTSIDE_CONSTRAINTS)
    }
    assert.equal(await met(await aTlsIdentity(authorities, 'prison', { addresses: ['127.0.0.1'] })), 200)
  })

  it('H014 refuses a leaf that says it is an authority, and a server’s leaf used as a client', async () => {
    assert.notEqual(await met(await aTlsIdentity(authorities, 'prison', { claims: 'authority' })), 200)
    await refusedBeforeHttp(await aTlsIdentity(authorities, 'prison', { usages: ['server'] }), /PURPOSE/)
  })

  it('H004 H005 refuses a revoked certificate on a new connection and on one still open', async () => {
    const stolen = await aTlsIdentity(authorities, 'prison')
    const serial = readCertificate(stolen.cert)?.serial ?? ''
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    assert.equal(await met(stolen, { agent }), 200)
    door.setLists(await revocationLists(authorities, [serial]))
    assert.equal(await met(stolen, { agent }), 403)
    agent.destroy()
    await refusedBeforeHttp(stolen, /REVOKED/)
    assert.equal(await met(prison), 200)
  })

  it('H008 H009 refuses everybody when the root’s list is missing or a list is past its time', async () => {
    const [members = ''] = await revocationLists(authorities)
    door.setLists([members])
    await refusedBeforeHttp(prison, /UNABLE_TO_GET_CRL/)
    door.setLists(await revocationLists(authorities, [], { from: at - 2 * DAY_MS, until: at - DAY_MS }))
    await refusedBeforeHttp(prison, /CRL_HAS_EXPIRED/)
    door.setLists(await revocationLists(authorities))
    assert.equal(await met(prison), 200)
  })

  it('H001 has no setting that lets anybody in without a certificate, and asks for one in so many words', () => {
    assert.deepEqual(
      Object.keys(SETTINGS).filter((name) => /INSECURE|SKIP|VERIFY|CLIENT_CERT|MTLS|UNAUTHORI[SZ]ED/.test(name)),
      [],
    )
    const wiring = textOf('cli/wire-doors.ts')
    assert.match(wiring, /requestCert: true, rejectUnauthorized: true/)
    assert.doesNotMatch(wiring, /rejectUnauthorized: (?!true)|requestCert: (?!true)/)
  })
})
