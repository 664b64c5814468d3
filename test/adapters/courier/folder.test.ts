/** The folder courier on a real disk: whole files, their owner's alone, in the folder of the member and nowhere else. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { link, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, watch, writeFile } from 'node:fs/promises'
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
    assert.equal(outcomeOf(await openFolders(base).carry(errand)), 'taken')
    assert.deepEqual(await readdir(elsewhere), [])
    await rm(elsewhere, { recursive: true })
  })

  it('writes into no file, pipe or second name that somebody put where the unfinished parcel goes', async () => {
    await mkdir(own())
    const victim = join(base, 'victim')
    await writeFile(victim, 'untouched')
    const put: readonly ((part: string) => Promise<unknown>)[] = [
      (part) => link(victim, part),
      (part) => writeFile(part, '', { mode: 0o666 }),
      async (part) => assert.equal(spawnSync('mkfifo', [part]).status, 0),
    ]
    for (const trap of put) {
      const errand = anErrand({ way: 'folder' })
      await trap(own(`.${errand.deliveryId}.part`))
      assert.equal(outcomeOf(await openFolders(base).carry(errand)), 'taken')
      assert.equal((await stat(own(`${errand.deliveryId}.parcel.json`))).mode & 0o777, 0o600)
    }
    assert.equal(await readFile(victim, 'utf8'), 'untouched')
  })

  it('has brought a parcel that its recipient takes away the moment it is there', async () => {
    await mkdir(own())
    let moved = 0
    const watching = new AbortController()
    const taking = (async () => {
      for await (const { filename } of watch(own(), { signal: watching.signal }))
        if (filename?.endsWith('.parcel.json') === true)
          await rename(own(filename), join(base, `had-${(moved += 1)}`)).catch(() => {})
    })().catch(() => {})
    for (let times = 0; times < 20; times += 1)
      assert.equal(outcomeOf(await openFolders(base).carry(anErrand({ way: 'folder' }))), 'taken')
    watching.abort()
    await taking
  })

  it('leaves nothing unfinished behind where the file cannot get its name', async () => {
    const errand = anErrand({ way: 'folder' })
    await mkdir(own(`${errand.deliveryId}.parcel.json`), { recursive: true })
    assert.equal(outcomeOf(await openFolders(base).carry(errand)), 'unreachable')
    assert.deepEqual(await readdir(own()), [`${errand.deliveryId}.parcel.json`])
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
