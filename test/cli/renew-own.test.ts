/** The gateway's own certificate, renewed beside its authority: on a moved clock, taken up by a door that is open, and by `serve` as it is confined. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { after, afterEach, before, beforeEach, describe, it } from 'mocha'
import { readOwnCertificate, replaceOwnCertificate } from '#adapters/agency-kit/own-certificate.ts'
import { makeMembersFolder, makeRootFolder, openAuthorityFolder } from '#adapters/pki/authority-folder.ts'
import type { OpenAuthority } from '#adapters/pki/authority-folder.ts'
import { normalSerial, readCertificate } from '#adapters/pki/certificate.ts'
import type { CertificateFacts } from '#adapters/pki/certificate.ts'
import { generateCertificateKey } from '#adapters/pki/issue.ts'
import { chainOf, digestOfKey, issueTo, revoke, writeList } from '#adapters/pki/issuing.ts'
import { openLiveTls } from '#adapters/pki/live-tls.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { keepOwnCertificate, renewOwnIfDue } from '#cli/renew-own.ts'
import { eventually } from '#test/support/eventually.ts'
import { openServing } from '#test/support/serving.ts'

const DAY_MS = 86_400_000
const NOW = Date.now()
/** Two thirds of it are over. */
const DUE = { from: NOW - 5 * DAY_MS, until: NOW + 2 * DAY_MS }
const NAMES = { uris: ['spiffe://net.test/broker/one'], dnsNames: ['localhost'], addresses: ['127.0.0.1'] }
const log = (alarms: string[] = []): { info: () => void; warn: () => void; alarm: (event: string) => void } => ({
  info: () => {},
  warn: () => {},
  alarm: (event) => void alarms.push(event),
})

/** A certificate of a broker in that folder, of that life. */
async function place(
  open: OpenAuthority,
  folder: string,
  names: typeof NAMES,
  period = DUE,
): Promise<CertificateFacts> {
  const key = await generateCertificateKey()
  const leaf = { name: 'DEMO broker', ...names, usages: ['client', 'server'] as const, period }
  const issued = await issueTo(open, { key: key.pair.publicKey, digest: digestOfKey(key.pem) }, leaf)
  await replaceOwnCertificate(folder, { certificate: chainOf(open, issued), key: key.pem })
  return factsIn(folder)
}

async function factsIn(folder: string): Promise<CertificateFacts> {
  const facts = readCertificate((await readOwnCertificate(folder))?.certificate ?? '')
  assert.ok(facts !== undefined)
  return facts
}

describe('the gateway’s own certificate', function () {
  this.timeout(120_000)
  let home: string
  let root: OpenAuthority
  let members: OpenAuthority
  let folder: string
  let count = 0
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'passerelle-own-'))
    const period = { from: NOW - 10 * DAY_MS, until: NOW + 400 * DAY_MS }
    root = await makeRootFolder({ folder: join(home, 'root'), name: 'DEMO Root', period })
    const about = { name: 'DEMO Members CA', period, network: 'net.test', ...NAMES }
    members = await makeMembersFolder(root, { folder: join(home, 'members'), ...about })
  })
  beforeEach(() => {
    folder = join(home, `broker-${(count += 1)}`)
  })
  after(async () => {
    for (const open of [root, members]) open[Symbol.dispose]()
    await rm(home, { recursive: true, force: true })
  })

  it('is renewed at two thirds of its life, not before, for its own names and for as long again', async () => {
    const old = await place(members, folder, NAMES)
    const due = DUE.from + ((DUE.until - DUE.from) * 2) / 3
    const at = (clock: number): ReturnType<typeof renewOwnIfDue> =>
      renewOwnIfDue({ open: members, folder, clock: () => clock })
    assert.equal(await at(due - 1000), 'not-due')
    assert.deepEqual(await factsIn(folder), old)
    assert.equal(await at(due), 'renewed')
    const next = await factsIn(folder)
    assert.deepEqual([next.uris, next.dnsNames, next.addresses], [NAMES.uris, NAMES.dnsNames, NAMES.addresses])
    assert.deepEqual([next.subject, next.usages], [old.subject, old.usages])
    assert.equal(Math.round((next.until - due) / DAY_MS), 7)
    assert.notEqual(next.serial, old.serial)
    assert.equal(await at(due), 'not-due')
  })

  it('is renewed once by gateways that share it', async () => {
    await place(members, folder, NAMES)
    const before_ = members.register.issuedTo(NAMES.uris[0] ?? '').length
    const met = await Promise.all(
      Array.from({ length: 4 }, () => renewOwnIfDue({ open: members, folder, clock: () => NOW })),
    )
    assert.equal(met.filter((kind) => kind === 'renewed').length, 1)
    assert.equal(members.register.issuedTo(NAMES.uris[0] ?? '').length, before_ + 1)
  })

  it('is not renewed where another authority issued it, nor once it is revoked, which is an alarm told once', async () => {
    const other = await makeMembersFolder(root, {
      folder: join(home, `other-${count}`),
      name: 'DEMO Members CA 2',
      period: { from: NOW - 10 * DAY_MS, until: NOW + 400 * DAY_MS },
      network: 'net.test',
      ...NAMES,
    })
    await place(other, folder, NAMES)
    assert.equal(await renewOwnIfDue({ open: members, folder, clock: () => NOW }), 'of-another-authority')
    other[Symbol.dispose]()
    const { serial } = await place(members, folder, NAMES)
    revoke(members, { serial }, { at: NOW, reason: 'key-compromise' })
    const alarms: string[] = []
    await using kept = keepOwnCertificate({ open: members, folder, clock: () => NOW, log: log(alarms) })
    await eventually(
      async () => alarms.length,
      (told) => told > 0,
    )
    assert.deepEqual(alarms, ['the certificate of this gateway cannot be renewed'])
    assert.equal((await factsIn(folder)).serial, serial)
    assert.ok(kept !== undefined)
  })

  it('is taken up by a door that is open, without a restart', async () => {
    const old = await place(members, folder, NAMES)
    const files = {
      certificate: join(folder, 'tls.pem'),
      key: join(folder, 'tls.key.pem'),
      root: join(folder, 'root.pem'),
      lists: join(folder, 'crl.pem'),
    }
    await writeFile(files.root, root.authority.pem)
    await writeFile(files.lists, (await writeList(members, NOW, 7)) + (await writeList(root, NOW)))
    using live = await openLiveTls({ files, clock: Date.now, log: log(), everyMs: 20 })
    const server = createServer(live.context(), (_request, response) => response.end())
    live.follow(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const shown = async (): Promise<string> => {
      const { port } = server.address() as AddressInfo
      const socket = connect({ port, host: 'localhost', ca: root.authority.pem })
      await once(socket, 'secureConnect')
      const { serialNumber } = socket.getPeerCertificate()
      socket.destroy()
      return normalSerial(serialNumber)
    }
    try {
      assert.equal(await shown(), old.serial)
      assert.equal(await renewOwnIfDue({ open: members, folder, clock: Date.now }), 'renewed')
      const next = await factsIn(folder)
      await eventually(shown, (serial) => serial === next.serial)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  describe('as serve keeps it', () => {
    let serving: Awaited<ReturnType<typeof openServing>>
    afterEach(() => serving[Symbol.asyncDispose]())

    it('is renewed by the confined process where the authority lies beside it', async () => {
      serving = await openServing()
      const broker = join(serving.folder, EXAMPLE_PATHS.broker)
      const authority = join(serving.folder, EXAMPLE_PATHS.authority('members'))
      const { uris, dnsNames, addresses } = await factsIn(broker)
      const open = await openAuthorityFolder(authority)
      const names = { uris: [...uris], dnsNames: [...dnsNames], addresses: [...addresses] }
      const period = { from: NOW - DAY_MS + 3_600_000, until: NOW + DAY_MS / 3 }
      const old = await place(open, broker, names, period)
      open[Symbol.dispose]()
      await serving.start({ PASSERELLE_AUTHORITY: authority, PASSERELLE_ENROLMENT_PORT: '0' })
      await eventually(
        () => factsIn(broker),
        ({ serial }) => serial !== old.serial,
      )
      assert.deepEqual((await factsIn(broker)).uris, names.uris)
      assert.doesNotMatch(serving.said(), /cannot be renewed/)
      assert.match(await readFile(join(broker, 'tls.pem'), 'utf8'), /BEGIN CERTIFICATE/)
    })
  })
})
