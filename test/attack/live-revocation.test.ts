/** Revocation while the gateway runs: from the file that changed to the last byte refused, on connections new, open, resumed and busy. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { after, afterEach, before, beforeEach, describe, it } from 'mocha'
import type { Instant } from '#policies/language/instant.ts'
import { readiness } from '#gateway/rooms/readiness.ts'
import { bootGateway } from '#test/support/gateway.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import type { TlsFiles } from '#adapters/pki/live-tls.ts'
import {
  aServerIdentity,
  aTlsIdentity,
  makeAuthorities,
  revocationLists,
  TEST_NETWORK,
} from '#test/support/certificates.ts'
import { textOf, trackedFiles } from '#test/architecture/tracked-files.ts'
import type { TestAuthorities, TlsIdentity } from '#test/support/certificates.ts'
import { EVERY_MS, openDoor } from '#test/support/live-door.ts'
import type { Door } from '#test/support/live-door.ts'
import { groupOf, openSpy } from '#test/support/tls-spy.ts'

const DAY_MS = 86_400_000
const LIMIT_MS = 5_000
/** For what is no promise to anybody, on a machine that has other work. */
const PATIENCE_MS = 30_000
const X25519MLKEM768 = 0x11ec

/** The limit as a timer that keeps no test alive. */
const overdue = (): Promise<'overdue'> => sleep(LIMIT_MS, 'overdue' as const, { ref: false })

describe('revocation while the gateway runs', function () {
  this.timeout(120_000)
  const now: Instant = Date.now()
  let folder: string
  let authorities: TestAuthorities
  let files: TlsFiles
  let prison: TlsIdentity
  let stolen: TlsIdentity
  let serial: string
  let door: Door
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passerelle-live-'))
    authorities = await makeAuthorities(now)
    const file = (name: string): string => join(folder, name)
    files = { certificate: file('tls.pem'), key: file('tls.key.pem'), root: file('root.pem'), lists: file('crl.pem') }
    await writeFile(files.root, authorities.root.pem)
    prison = await aTlsIdentity(authorities, 'prison')
    stolen = await aTlsIdentity(authorities, 'prison')
    serial = readCertificate(stolen.cert)?.serial ?? ''
  })
  beforeEach(async () => {
    await writeServer(await aServerIdentity(authorities))
    await putLists(await revocationLists(authorities))
    door = await openDoor(authorities, files)
  })
  afterEach(() => door[Symbol.asyncDispose]())
  after(() => rm(folder, { recursive: true, force: true }))

  const writeServer = async ({ cert, key }: TlsIdentity): Promise<void> => {
    await writeFile(files.certificate, cert)
    await writeFile(files.key, key)
  }
  let written = 0
  /** Each writing has a time of its own, however close. */
  const putLists = async (pems: readonly string[] | string): Promise<void> => {
    await writeFile(files.lists, typeof pems === 'string' ? pems : pems.join(''))
    written += 1
    await utimes(files.lists, now / 1000, now / 1000 + written)
  }
  const revokeStolen = async (): Promise<void> => putLists(await revocationLists(authorities, [serial]))
  const newAgent = (): Agent => new Agent({ keepAlive: true, maxSockets: 1 })
  /** A status, or `refused`. */
  const met = (
    identity: TlsIdentity,
    agent: Agent = new Agent({ maxCachedSessions: 0 }),
  ): Promise<number | 'refused'> =>
    new Promise((resolve) => {
      const options = { host: '127.0.0.1', port: door.port, servername: 'localhost', ca: [authorities.root.pem] }
      const sent = request({ ...options, ...identity, agent }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0))
      })
      sent.on('error', () => resolve('refused')).end()
    })
  const within = async (title: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
    const end = Date.now() + PATIENCE_MS
    while (!(await holds())) {
      assert.ok(Date.now() < end, title)
      await sleep(20)
    }
  }
  const reload = (): Promise<void> =>
    within('the lists are read anew', () => door.live.revocation().serials.has(serial))

  it('H004 refuses new connections of a revoked certificate without a restart, and nobody else’s', async () => {
    assert.equal(await met(stolen), 200)
    await revokeStolen()
    await within('refused', async () => (await met(stolen)) === 'refused')
    assert.equal(await met(prison), 200)
  })

  it('H005 closes a connection that is open already, idle or not', async () => {
    const agent = newAgent()
    assert.equal(await met(stolen, agent), 200)
    const idle = connectTls({
      host: '127.0.0.1',
      port: door.port,
      servername: 'localhost',
      ca: authorities.root.pem,
      ...stolen,
    })
    idle.on('error', () => undefined)
    await once(idle, 'secureConnect')
    const closed = once(idle, 'close')
    const revokedAt = Date.now()
    await revokeStolen()
    assert.notEqual(await Promise.race([closed, overdue()]), 'overdue')
    idle.destroy()
    assert.ok(Date.now() - revokedAt < LIMIT_MS)
    assert.equal(await met(stolen, agent), 'refused')
    agent.destroy()
  })

  it('takes a ticket of its own back from whom it let in', async () => {
    const session = await resumable(door.port, prison)
    assert.deepEqual(await resumed(door.port, prison, session), { isReused: true, status: 200 })
  })

  it('H014 closes before any HTTP what OpenSSL takes and a rule of ours does not, and tells which rule', async () => {
    const reaching = await aTlsIdentity(authorities, 'prison', { dnsNames: [`pri*.${TEST_NETWORK}`] })
    assert.equal(await met(reaching), 'refused')
    assert.deepEqual([door.warnings, door.stored()], [['chain-wildcard'], 0])
  })

  it('H006 refuses an old ticket', async () => {
    const agent = new Agent({ keepAlive: false, maxCachedSessions: 10 })
    assert.equal(await met(stolen, agent), 200)
    assert.equal(await met(stolen, agent), 200)
    await revokeStolen()
    await reload()
    assert.equal(await met(stolen, agent), 'refused')
  })

  it('H006 answers 403 by the look-up on each request even where ticket keys outlive the list', async () => {
    await using shared = await openDoor(authorities, files, randomBytes(48))
    const session = await resumable(shared.port, stolen)
    await revokeStolen()
    await within('read', () => shared.live.revocation().serials.has(serial))
    assert.deepEqual(await resumed(shared.port, stolen, session), { isReused: true, status: 403 })
  })

  const resumable = async (port: number, identity: TlsIdentity): Promise<Buffer> => {
    const socket = connectTls({
      host: '127.0.0.1',
      port,
      servername: 'localhost',
      ca: authorities.root.pem,
      ...identity,
    })
    const [session] = (await once(socket, 'session')) as [Buffer]
    socket.destroy()
    return session
  }
  const resumed = async (
    port: number,
    identity: TlsIdentity,
    session: Buffer,
  ): Promise<{ readonly isReused: boolean; readonly status: number }> => {
    const options = { host: '127.0.0.1', port, servername: 'localhost', ca: authorities.root.pem, session }
    const socket = connectTls({ ...options, ...identity })
    await once(socket, 'secureConnect')
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    const isReused = socket.isSessionReused()
    socket.destroy()
    return { isReused, status: Number(chunk.toString().split(' ')[1]) }
  }

  it('H006 sets ticket keys nowhere', () => {
    const sources = trackedFiles().filter((path) => /^(adapters|cli|gateway)\/.*\.ts$/.test(path))
    assert.ok(sources.length > 100)
    assert.deepEqual(
      sources.filter((path) => /\bticketKeys\s*[:(,}]|setTicketKeys/.test(textOf(path))),
      [],
    )
  })

  it('H007 cuts a long upload, of which nothing is stored', async () => {
    const options = { host: '127.0.0.1', port: door.port, servername: 'localhost', ca: [authorities.root.pem] }
    const sent = request({ ...options, ...stolen, method: 'POST', agent: false })
    const cut = new Promise<string>((resolve) => {
      sent.on('error', () => resolve('cut')).on('response', () => resolve('answered'))
    })
    sent.write(Buffer.alloc(10_000))
    const dripping = setInterval(() => sent.write('x'), 20)
    await sleep(100)
    await revokeStolen()
    const became = await Promise.race([cut, overdue()])
    clearInterval(dripping)
    sent.destroy()
    assert.equal(became, 'cut')
    assert.equal(door.stored(), 0)
  })

  it('H008 refuses everybody, on open connections too, when the root’s list goes missing, and tells the operator', async () => {
    const agent = newAgent()
    assert.equal(await met(prison, agent), 200)
    const [members = ''] = await revocationLists(authorities)
    await putLists(members)
    await within('closed', async () => (await met(prison)) === 'refused')
    assert.equal(await met(prison, agent), 'refused')
    assert.deepEqual([...new Set(door.alarms)], ['a revocation list is missing: everybody is refused'])
    await putLists(await revocationLists(authorities))
    await within('open again', async () => (await met(prison)) === 200)
    agent.destroy()
  })

  it('H009 tells the operator at half the life of a list, and refuses everybody at its end', async () => {
    const { halfLife, until } = door.live.revocation()
    door.setClock(halfLife - 1)
    await sleep(3 * EVERY_MS)
    assert.deepEqual([door.alarms, door.live.fault()], [[], undefined])
    door.setClock(halfLife)
    await within('told', () => door.alarms.length > 0)
    door.setClock(until)
    await within('told again', () => door.alarms.length > 1)
    assert.equal(door.live.fault(), 'revocation-list-expired')
    assert.notEqual(await met(prison), 200)
    assert.deepEqual(door.alarms, [
      'a revocation list is past half of its time',
      'a revocation list has run out: everybody is refused',
    ])
    door.setClock(now)
    await putLists(await revocationLists(authorities, [], { from: now - 2 * DAY_MS, until: now - DAY_MS }))
    await within('OpenSSL refuses too', async () => (await met(prison)) === 'refused')
  })

  it('keeps what is in force, and tells, when the new file is broken, older, or not there', async () => {
    await revokeStolen()
    await reload()
    const newer = await revocationLists(authorities, [serial], { from: now - DAY_MS / 24, until: now + DAY_MS }, 7)
    await putLists(newer)
    await within('newer', () => door.live.revocation().lists[0]?.number === 7n)
    const untold = door.alarms.length
    for (const text of ['-----BEGIN X509 CRL-----\nMIIB', (await revocationLists(authorities)).join('')]) {
      const { length } = door.alarms
      await putLists(text)
      await within('told', () => door.alarms.length > length)
      assert.equal(await met(stolen), 'refused')
      assert.equal(await met(prison), 200)
    }
    await rm(files.lists)
    await within('told', () => door.alarms.length === untold + 3)
    assert.deepEqual([await met(stolen), await met(prison)], ['refused', 200])
  })

  it('H009 closes what is open, and tells, at the end of a list whose file cannot be read any more', async () => {
    const idle = connectTls({
      host: '127.0.0.1',
      port: door.port,
      servername: 'localhost',
      ca: authorities.root.pem,
      ...prison,
    })
    idle.on('error', () => undefined)
    await once(idle, 'secureConnect')
    await putLists('-----BEGIN X509 CRL-----\nMIIB')
    await within('told', () => door.alarms.length > 0)
    const closed = once(idle, 'close')
    door.setClock(door.live.revocation().until)
    assert.notEqual(await Promise.race([closed, overdue()]), 'overdue')
    assert.ok(door.alarms.includes('a revocation list has run out: everybody is refused'))
    idle.destroy()
  })

  it('H135 says which of its own things has run out', async () => {
    const period = { from: now - DAY_MS, until: now + DAY_MS / 2 }
    await writeServer(await aTlsIdentity(authorities, 'broker', { usages: ['client', 'server'], period }))
    await using short = await openDoor(authorities, files)
    assert.deepEqual([short.live.fault(), short.alarms], [undefined, []])
    short.setClock(now + DAY_MS / 4)
    await within('told', () => short.alarms.includes('the certificate of this gateway is past two thirds of its time'))
    short.setClock(now + DAY_MS / 2 + 1_000)
    assert.equal(short.live.fault(), 'gateway-certificate-expired')
    await using world = await bootGateway()
    const ready = await readiness({
      ...world.deps,
      policy: () => undefined,
      doorFault: short.live.fault,
    })
    assert.equal(ready.ok ? 'ready' : ready.problem.code, 'gateway-certificate-expired')
  })

  it('serves a renewed certificate of its own without a restart, and never half of one', async () => {
    const servedSerial = async (): Promise<string> => {
      const options = { host: '127.0.0.1', port: door.port, servername: 'localhost', ca: authorities.root.pem }
      const socket = connectTls({ ...options, ...prison })
      await once(socket, 'secureConnect')
      const { serialNumber } = socket.getPeerCertificate()
      socket.destroy()
      return serialNumber
    }
    const first = await servedSerial()
    const { cert, key } = await aServerIdentity(authorities)
    await writeFile(files.certificate, cert)
    await within('told', () => door.alarms.length > 0)
    assert.equal(await servedSerial(), first)
    await writeFile(files.key, key)
    await within('renewed', async () => (await servedSerial()) !== first)
  })

  it('H013 answers with the hybrid group X25519MLKEM768 on the wire, without being told to', async () => {
    const spy = await openSpy(door.port)
    const socket = connectTls({
      host: '127.0.0.1',
      port: spy.port,
      servername: 'localhost',
      ca: authorities.root.pem,
      ...prison,
    })
    await once(socket, 'secureConnect')
    socket.destroy()
    spy.server.close()
    assert.equal(groupOf(spy.fromServer()), X25519MLKEM768)
  })
})
