/** Pushing over mutual TLS to real servers: to the member and to nobody else, and what counts as taken. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { openHttpsPush } from '#adapters/courier/https-push.ts'
import { createTrust } from '#adapters/pki/trust.ts'
import { normalSerial, readCertificate } from '#adapters/pki/certificate.ts'
import { PATH_OPTIONS } from '#adapters/pki/chain-rules.ts'
import { readRevocationLists } from '#adapters/pki/revocation.ts'
import { memberAsker } from '#cli/wire-couriers.ts'
import type { Carrier, CarryOutcome } from '#gateway/ports/courier.ts'
import { aServerIdentity, aTlsIdentity, makeAuthorities, revocationLists, uriOf } from '#test/support/certificates.ts'
import type { TestAuthorities, TlsIdentity } from '#test/support/certificates.ts'
import { A_PARCEL, anErrand, openPeer, takes } from '#test/support/couriers.ts'
import type { Peer } from '#test/support/couriers.ts'

const MEMBER = 'pairs-paris'
const BOTH = ['client', 'server'] as const
const outcomeOf = (outcome: CarryOutcome): string => (outcome.kind === 'failed' ? outcome.fault : outcome.kind)

describe('Pushing a parcel over mutual TLS', () => {
  let authorities: TestAuthorities
  let gateway: TlsIdentity
  let peer: Peer
  let revoked: readonly string[] = []
  let pems: readonly string[] = []
  before(async () => {
    authorities = await makeAuthorities(Date.now())
    gateway = await aServerIdentity(authorities)
    pems = await revocationLists(authorities)
    peer = await serving(await identity(MEMBER))
  })
  after(() => peer[Symbol.asyncDispose]())

  const identity = (id: string, changes: Parameters<typeof aTlsIdentity>[2] = {}): Promise<TlsIdentity> =>
    aTlsIdentity(authorities, id, { usages: [...BOTH], ...changes })
  /** A member's server asks for the gateway's certificate in its turn. */
  const serving = (tls: TlsIdentity, changes: object = {}): Promise<Peer> =>
    openPeer({
      tls: {
        ...tls,
        ca: authorities.root.pem,
        requestCert: true,
        rejectUnauthorized: true,
        ...PATH_OPTIONS,
        ...changes,
      },
    })
  const push = (): Carrier => {
    const context = () => ({ ...PATH_OPTIONS, ...gateway, ca: authorities.root.pem, crl: [...pems] })
    const revocation = () => ({ ...readRevocationLists(pems.join('')), serials: new Set(revoked) })
    const trust = createTrust({ revocation, clock: Date.now })
    return openHttpsPush({
      reachable: { innerHosts: new Set(['localhost']) },
      tls: context,
      isMember: memberAsker({ tls: { context }, trust, clock: Date.now }),
    })
  }
  const errand = (port = peer.port, limitMs = 1_500) =>
    anErrand(
      { way: 'https', url: `https://localhost:${port}/parcels` },
      {
        uri: uriOf(MEMBER),
        signal: AbortSignal.timeout(limitMs),
      },
    )
  const refusedBy = async (other: Peer): Promise<void> => {
    await using _ = other
    const sent = errand(other.port)
    assert.equal(outcomeOf(await push().carry(sent)), 'peer-refused')
    assert.equal(sent.taken(), 0)
    assert.deepEqual(other.heard, [])
  }

  it('brings the parcel, its receipt and the id of the delivery, which is its idempotency key', async () => {
    peer.behave(takes)
    const sent = errand()
    assert.equal(outcomeOf(await push().carry(sent)), 'taken')
    const heard = peer.heard.at(-1)
    assert.equal(heard?.body, A_PARCEL.parcel)
    assert.equal(heard.headers['idempotency-key'], sent.deliveryId)
    assert.equal(heard.headers['content-type'], 'application/jose')
    const receipt = String(heard.headers['passerelle-log-receipt'])
    assert.equal(Buffer.from(receipt, 'base64url').toString(), A_PARCEL.logReceipt)
  })

  it('goes to nobody whose certificate names another member, however well it is signed', async () =>
    refusedBy(await serving(await identity('prison-paris'))))

  it('goes to nobody whose certificate names two members', async () =>
    refusedBy(await serving(await identity(MEMBER, { uris: [uriOf(MEMBER), uriOf('prison-paris')] }))))

  it('goes to nobody whose certificate is for a client', async () =>
    refusedBy(await serving(await identity(MEMBER, { usages: ['client'] }))))

  it('H098 goes to nobody of another authority, whatever name it bears', async () => {
    const strangers = await makeAuthorities(Date.now())
    await refusedBy(await serving(await aTlsIdentity(strangers, MEMBER, { usages: [...BOTH] })))
  })

  it('goes to nobody with an expired certificate', async () => {
    const period = { from: Date.now() - 90_000_000, until: Date.now() - 60_000 }
    await refusedBy(await serving(await identity(MEMBER, { period })))
  })

  it('goes to nobody without TLS 1.3', async () =>
    refusedBy(await serving(await identity(MEMBER), { maxVersion: 'TLSv1.2' })))

  it('goes to nobody whose certificate was revoked', async () => {
    const tls = await identity(MEMBER)
    revoked = [normalSerial(readCertificate(tls.cert)?.serial ?? '')]
    try {
      await refusedBy(await serving(tls))
    } finally {
      revoked = []
    }
  })

  it('leaves the parcel where it is while nobody answers, and where there is nothing any more', async () => {
    const gone = await openPeer()
    await gone[Symbol.asyncDispose]()
    const sent = errand(gone.port)
    assert.equal(outcomeOf(await push().carry(sent)), 'unreachable')
    assert.equal(sent.taken(), 0)
    const before = peer.heard.length
    assert.equal(outcomeOf(await push().carry({ ...errand(), take: async () => undefined })), 'withheld')
    assert.equal(peer.heard.length, before)
  })

  it('lets what the gateway itself fails at pass as it is', async () => {
    const broken = { ...errand(), take: () => Promise.reject(new Error('store')) }
    await assert.rejects(push().carry(broken))
  })

  it('is taken by 2xx alone, said whole and in time', async () => {
    const outcomes: string[] = []
    const manners: readonly Parameters<Peer['behave']>[0][] = [
      (_heard, response) => void response.writeHead(500).end(),
      (_heard, response) => void response.writeHead(302, { location: 'https://localhost/' }).end(),
      (_heard, response) => void response.socket?.end('garbage'),
      (_heard, response) => {
        response.writeHead(200, { 'content-length': '10' }).write('x')
        setTimeout(() => response.destroy(), 20)
      },
      () => {},
      (_heard, response) => void response.writeHead(201).end('made'),
    ]
    for (const manner of manners) {
      peer.behave(manner)
      outcomes.push(outcomeOf(await push().carry(errand(peer.port, 700))))
    }
    assert.deepEqual(outcomes, ['answer-refused', 'answer-refused', 'answer-refused', 'cut-off', 'timed-out', 'taken'])
  })

  it('a ping shows who is there and brings nothing', async () => {
    peer.behave((_heard, response) => void response.writeHead(405).end())
    const sent = errand()
    assert.equal(outcomeOf(await push().ping(sent)), 'taken')
    assert.deepEqual([peer.heard.at(-1)?.method, peer.heard.at(-1)?.body, sent.taken()], ['HEAD', '', 0])
  })
})
