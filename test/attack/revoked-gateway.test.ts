/** A member against a gateway whose certificate was revoked: known from the lists it holds and fetches, on connections new and open. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'mocha'
import { openClient } from '#adapters/agency-kit/client.ts'
import type { Client } from '#adapters/agency-kit/client.ts'
import { LISTS_PATH, openHeldLists } from '#adapters/agency-kit/held-lists.ts'
import type { HeldLists } from '#adapters/agency-kit/held-lists.ts'
import type { RevocationMode } from '#adapters/pki/chain-revocation.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import { readRevocationLists } from '#adapters/pki/revocation.ts'
import { aServerIdentity, aTlsIdentity, makeAuthorities, revocationLists } from '#test/support/certificates.ts'
import type { TestAuthorities, TlsIdentity } from '#test/support/certificates.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const AT = Date.now()
const IN_TIME = { from: AT - DAY_MS, until: AT + DAY_MS }

/** A client and the lists it goes by. */
interface Seat extends Disposable {
  readonly lists: HeldLists
  readonly client: Client
  /** Status of a call, or what the member is told. */
  readonly met: () => Promise<number | string>
}

describe('a member whose gateway may have been revoked', () => {
  let authorities: TestAuthorities
  let gateway: TlsIdentity
  let member: TlsIdentity
  let serial: string
  let server: Server
  let root: string
  let home: string
  let count = 0
  let now = AT
  let served: string
  let requests: number
  const warned: string[] = []

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'passerelle-revoked-gateway-'))
    authorities = await makeAuthorities(AT)
    gateway = await aServerIdentity(authorities)
    member = await aTlsIdentity(authorities, 'prison')
    serial = readCertificate(gateway.cert)?.serial ?? ''
    server = createServer(
      { ...gateway, ca: authorities.root.pem, requestCert: true, minVersion: 'TLSv1.3' },
      (request, response) => {
        requests += 1
        const tag = `"${served.length}"`
        const isHeld = request.headers['if-none-match'] === tag
        response.writeHead(isHeld ? 304 : request.url === LISTS_PATH && served === '' ? 404 : 200, { etag: tag })
        response.end(request.url === LISTS_PATH && !isHeld ? served : '')
      },
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(async () => {
    server.closeAllConnections()
    server.close()
    await rm(root, { recursive: true, force: true })
  })
  beforeEach(async () => {
    home = join(root, `${(count += 1)}`)
    await mkdir(join(home, 'trust'), { recursive: true })
    now = AT
    served = ''
    requests = 0
    warned.length = 0
  })

  const lists = async (serials: readonly string[] = [], period = IN_TIME, number = 1): Promise<string> =>
    (await revocationLists(authorities, serials, period, number)).join('')
  const hand = (text: string): Promise<void> => writeFile(join(home, 'trust/crl.pem'), text)
  const kept = (): Promise<string> => readFile(join(home, 'own/crl.pem'), 'utf8').catch(() => '')
  async function sit(mode: RevocationMode = 'known'): Promise<Seat> {
    const authority = authorities.root.pem
    const options = { home, folder: join(home, 'own'), authority, mode, clock: () => now }
    const held = await openHeldLists({ ...options, warn: (line) => void warned.push(line) })
    const url = `https://localhost:${(server.address() as AddressInfo).port}`
    const client = openClient({ url, certificate: member.cert, key: member.key, authority, revoked: held.revoked })
    const met: Seat['met'] = () =>
      client.call({ method: 'GET', path: '/' }).then(
        ({ status }) => status,
        (cause: unknown) => (cause instanceof Error ? cause.message : ''),
      )
    return { lists: held, client, met, [Symbol.dispose]: () => client[Symbol.dispose]() }
  }

  it('talks to it where no list was handed over, and where none names it', async () => {
    using without = await sit()
    assert.equal(await without.met(), 200)
    await hand(await lists(['0102']))
    using informed = await sit()
    assert.equal(await informed.met(), 200)
  })

  it('refuses it in plain words where the list in its home names it, and sends it nothing', async () => {
    await hand(await lists([serial]))
    using seat = await sit()
    assert.match(String(await seat.met()), /certificate of the gateway is revoked.*ask the officers/)
    assert.equal(requests, 0)
  })

  it('refuses it where its authority is revoked by the root', async () => {
    const own = readCertificate(authorities.members.pem)?.serial ?? ''
    const [members = ''] = await revocationLists(authorities)
    // The list that the root signs, with its own entries.
    const [byRoot = ''] = await revocationLists({ ...authorities, members: authorities.root }, [own], IN_TIME, 2)
    await hand(members + byRoot)
    using seat = await sit()
    assert.match(String(await seat.met()), /revoked/)
  })

  it('fetches newer lists over the verified connection, keeps them, and refuses the connection that is open', async () => {
    const given = await lists()
    await hand(given)
    served = await lists([serial], IN_TIME, 2)
    using seat = await sit()
    assert.equal(await seat.met(), 200)
    await seat.lists.refresh(seat.client)
    const before_ = requests
    assert.match(String(await seat.met()), /revoked/)
    assert.equal(requests, before_)
    assert.deepEqual(
      readRevocationLists(await kept()).lists.map(({ number }) => number),
      [2n, 2n],
    )
    using later = await sit()
    assert.match(String(await later.met()), /revoked/)
    assert.equal(await readFile(join(home, 'trust/crl.pem'), 'utf8'), given)
  })

  it('asks once a minute, and for what it has only whether it changed', async () => {
    served = await lists()
    using seat = await sit()
    await seat.met()
    for (const wait of [0, 30_000, 30_000]) {
      now += wait
      await seat.lists.refresh(seat.client)
    }
    assert.equal(requests, 3)
    assert.notEqual(await kept(), '')
  })

  it('takes no list with a lower number, none that a stranger signed, and no other text', async () => {
    await hand(await lists(['0102'], IN_TIME, 5))
    using seat = await sit()
    await seat.met()
    const strangers = await makeAuthorities(AT)
    for (const text of [
      await lists([], IN_TIME, 4),
      (await revocationLists(strangers, [serial], IN_TIME, 6)).join(''),
      'text',
    ]) {
      served = text
      now += MINUTE_MS
      await seat.lists.refresh(seat.client)
    }
    assert.equal(await kept(), '')
    assert.equal(await seat.met(), 200)
    assert.equal(warned.length, 1)
    assert.match(warned[0] ?? '', /older than one that is held/)
  })

  it('goes on with a list that has run out, saying so, and still refuses whom it names', async () => {
    const over = { from: AT - 2 * DAY_MS, until: AT - DAY_MS }
    await hand(await lists([], over))
    using seat = await sit()
    assert.equal(await seat.met(), 200)
    await seat.lists.refresh(seat.client)
    assert.match(warned[0] ?? '', /ran out at .*no newer one/)
    await hand(await lists([serial], over))
    using informed = await sit()
    assert.match(String(await informed.met()), /is revoked/)
  })

  it('where strict was asked for, refuses a gateway that no list in time speaks of', async () => {
    using without = await sit('strict')
    assert.match(String(await without.met()), /no revocation list/)
    await hand(await lists())
    using seat = await sit('strict')
    assert.equal(await seat.met(), 200)
    now = IN_TIME.until
    assert.match(String(await seat.met()), /has run out/)
    assert.equal(requests, 1)
  })

  it('does not start on a list that cannot be read', async () => {
    await hand('-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n')
    await assert.rejects(sit(), /crl\.pem/)
  })
})
