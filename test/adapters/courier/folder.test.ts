/** The folder courier on a real disk: whole files, their owner's alone, in the folder of the member and nowhere else. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { openFolders } from '#adapters/courier/folder.ts'
import type { CarryOutcome } from '#gateway/ports/courier.ts'
import { A_PARCEL, anErrand } from '#test/support/couriers.ts'

const outcomeOf = (outcome: CarryOutcome): string => (outcome.kind === 'failed' ? outcome.fault : outcome.kind)

describe('The folder courier', () => {
  let base: string
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'passerelle-folders-'))
  })
  afterEach(() => rm(base, { recursive: true, force: true }))
  const own = (...path: readonly string[]): string => join(base, 'pairs-paris', ...path)

  it('puts one file of its owner into the folder of the member: parcel and receipt', async () => {
    const errand = anErrand({ way: 'folder' })
    assert.equal(outcomeOf(await openFolders(base).carry(errand)), 'taken')
    const [name = '', ...more] = await readdir(own())
    assert.deepEqual([name, more], [`${errand.deliveryId}.parcel.json`, []])
    const file = JSON.parse(await readFile(own(name), 'utf8')) as Record<string, string>
    assert.deepEqual([file['delivery'], file['parcel']], [errand.deliveryId, A_PARCEL.parcel])
    assert.equal(Buffer.from(file['logReceipt'] ?? '', 'base64url').toString(), A_PARCEL.logReceipt)
    assert.deepEqual([(await stat(own(name))).mode & 0o777, (await stat(own())).mode & 0o777], [0o600, 0o700])
  })

  it('the same delivery again is the same file, also over what a killed attempt left', async () => {
    const errand = anErrand({ way: 'folder' })
    await mkdir(own())
    await writeFile(own(`.${errand.deliveryId}.part`), 'half'.repeat(10_000))
    for (let times = 0; times < 2; times += 1) assert.equal(outcomeOf(await openFolders(base).carry(errand)), 'taken')
    assert.deepEqual(await readdir(own()), [`${errand.deliveryId}.parcel.json`])
    JSON.parse(await readFile(own(`${errand.deliveryId}.parcel.json`), 'utf8'))
  })

  it('follows no link that somebody put in the place of the folder or of the file', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'passerelle-elsewhere-'))
    await symlink(elsewhere, own())
    const errand = anErrand({ way: 'folder' })
    assert.equal(outcomeOf(await openFolders(base).carry(errand)), 'address-refused')
    assert.deepEqual([errand.taken(), await readdir(elsewhere)], [0, []])
    await rm(own())
    await mkdir(own())
    await symlink(join(elsewhere, 'target'), own(`.${errand.deliveryId}.part`))
    assert.equal(outcomeOf(await openFolders(base).carry(errand)), 'unreachable')
    assert.deepEqual(await readdir(elsewhere), [])
    await rm(elsewhere, { recursive: true })
  })

  it('leaves the parcel in its mailbox where the folder cannot be made, and says so to a ping', async () => {
    await writeFile(own(), 'a file stands in its way')
    const errand = anErrand({ way: 'folder' })
    assert.deepEqual([outcomeOf(await openFolders(base).carry(errand)), errand.taken()], ['unreachable', 0])
    assert.equal(outcomeOf(await openFolders(base).ping(errand)), 'unreachable')
    await rm(own())
    assert.equal(outcomeOf(await openFolders(base).ping(errand)), 'taken')
  })
})
