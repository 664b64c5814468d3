/** The SFTP courier against Debian's sshd: whole files under their own name, and no server but the one that is pinned. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { openSftp } from '#adapters/courier/sftp.ts'
import { courierSchema } from '#gateway/core/courier-ways.ts'
import type { CourierEntry } from '#gateway/core/courier-ways.ts'
import type { CarryOutcome } from '#gateway/ports/courier.ts'
import { A_PARCEL, anErrand, listening } from '#test/support/couriers.ts'
import type { TestErrand } from '#test/support/couriers.ts'
import { needsSshd, startSftpServer } from '#test/support/sftp-server.ts'
import type { SftpServer } from '#test/support/sftp-server.ts'

const outcomeOf = (outcome: CarryOutcome): string => (outcome.kind === 'failed' ? outcome.fault : outcome.kind)
const reachable = { innerHosts: new Set(['localhost', '127.0.0.1']) }

describe('The SFTP courier', () => {
  let server: SftpServer | undefined
  before(async function () {
    needsSshd(this)
    server = await startSftpServer()
  })
  after(async () => server?.[Symbol.asyncDispose]())

  const running = (): SftpServer => {
    assert.ok(server !== undefined)
    return server
  }
  const entry = (changes: object = {}): CourierEntry => {
    const { port, user, hostKey, folder } = running()
    return courierSchema.parse({ way: 'sftp', host: '127.0.0.1', port, user, hostKey, folder, ...changes })
  }
  const errand = (changes: object = {}): TestErrand => anErrand(entry(changes), { signal: AbortSignal.timeout(5_000) })
  const sftp = (changes: object = {}) => openSftp({ reachable, privateKey: running().privateKey, ...changes })
  const uploaded = (): Promise<string[]> => readdir(running().folder)

  it('brings the parcel as one whole file of its owner, and leaves nothing beside it', async () => {
    const sent = errand()
    assert.equal(outcomeOf(await sftp().carry(sent)), 'taken')
    const name = `${sent.deliveryId}.parcel.json`
    assert.deepEqual(await uploaded(), [name])
    const file = JSON.parse(await readFile(join(running().folder, name), 'utf8')) as Record<string, string>
    assert.deepEqual([file['parcel'], file['delivery']], [A_PARCEL.parcel, sent.deliveryId])
    assert.equal((await stat(join(running().folder, name))).mode & 0o777, 0o600)
  })

  it('the same delivery again is the same file, also over what a killed attempt left', async () => {
    const sent = errand()
    await writeFile(join(running().folder, `.${sent.deliveryId}.part`), 'half'.repeat(10_000))
    for (let times = 0; times < 2; times += 1) assert.equal(outcomeOf(await sftp().carry(sent)), 'taken')
    assert.deepEqual(
      (await uploaded()).filter((name) => name.includes(sent.deliveryId)),
      [`${sent.deliveryId}.parcel.json`],
    )
  })

  it('goes to no server with another host key, and leaves the parcel in its mailbox', async () => {
    const sent = errand({ hostKey: `SHA256:${'A'.repeat(43)}` })
    assert.equal(outcomeOf(await sftp().carry(sent)), 'peer-refused')
    assert.equal(sent.taken(), 0)
    assert.equal(outcomeOf(await sftp().ping(sent)), 'peer-refused')
  })

  it('is refused by a server that does not know its key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'passerelle-key-'))
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'other')], { timeout: 20_000 })
    const privateKey = await readFile(join(folder, 'other'), 'utf8')
    await rm(folder, { recursive: true })
    const sent = errand()
    assert.equal(outcomeOf(await sftp({ privateKey }).carry(sent)), 'peer-refused')
    assert.equal(sent.taken(), 0)
  })

  it('says where the folder is not there, and hands the next attempt the same parcel', async () => {
    const sent = errand({ folder: '/nowhere/at-all' })
    assert.equal(outcomeOf(await sftp().carry(sent)), 'cut-off')
    assert.equal(outcomeOf(await sftp().ping(sent)), 'unreachable')
    assert.equal(outcomeOf(await sftp().ping(errand())), 'taken')
  })

  it('H093 goes to no inner address that the operator has not named', async () => {
    const sent = errand()
    const closed = openSftp({ reachable: { innerHosts: new Set() }, privateKey: running().privateKey })
    assert.equal(outcomeOf(await closed.carry(sent)), 'address-refused')
    assert.equal(sent.taken(), 0)
  })

  it('waits for nobody who says nothing, or something else', async () => {
    await using silent = await listening(createServer(() => {}))
    const sent = anErrand(entry({ port: silent.port }), { signal: AbortSignal.timeout(500) })
    assert.equal(outcomeOf(await sftp().carry(sent)), 'timed-out')
    await using other = await listening(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    assert.equal(outcomeOf(await sftp().carry(errand({ port: other.port }))), 'peer-refused')
  })

  it('an entry without a host key, or with a folder that climbs, is not read', () => {
    const { hostKey: _, ...bare } = { way: 'sftp', host: 'a.test', port: 22, user: 'u', hostKey: '', folder: 'in' }
    const hostKey = `SHA256:${'A'.repeat(43)}`
    assert.equal(courierSchema.safeParse({ ...bare, hostKey }).success, true)
    assert.equal(courierSchema.safeParse(bare).success, false)
    for (const folder of ['../in', '/in/../out', 'in//out', '', '.', 'in\nout', '~/in'])
      assert.equal(courierSchema.safeParse({ ...bare, hostKey, folder }).success, false, folder)
    for (const changes of [{ user: '-oProxyCommand=x' }, { host: 'a b' }, { host: 'a.test\r\n' }, { port: 0 }])
      assert.equal(courierSchema.safeParse({ ...bare, hostKey, ...changes }).success, false)
  })
})
