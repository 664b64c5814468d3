/** A KEK in a hardware module, against SoftHSM: installs what it needs into a temporary folder, and says aloud where it cannot. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'mocha'
import { isPkcs11Uri, openPkcs11Kek, pkcs11Files } from '#adapters/vault/pkcs11-kek.ts'
import { SealBroken } from '#gateway/ports/vault.ts'
import { aCase, aKek, aVault } from './vaults.ts'
import { needs } from '#test/support/needs.ts'

const INSTALL_MS = 120_000
const VERSION = '2.1.7'
const MODULES = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/*/softhsm/libsofthsm2.so']

interface Hsm {
  readonly packagePath: string
  readonly module: string
  readonly uriOf: (object: string) => string
}

/** What stands in the way of the test, or nothing. */
type Prepared = { readonly ok: true; readonly hsm: Hsm } | { readonly ok: false; readonly reason: string }

const ran = (command: string, args: readonly string[], cwd?: string): boolean =>
  spawnSync(command, args, { cwd, stdio: 'ignore', timeout: INSTALL_MS }).status === 0

/** A token with two AES keys that never leave it, and pkcs11js compiled beside it. */
function prepare(folder: string): Prepared {
  const [module] = MODULES.flatMap((pattern) => globSync(pattern))
  if (module === undefined) return { ok: false, reason: 'softhsm2 is not installed' }
  if (!installPackage(folder)) return { ok: false, reason: 'pkcs11js cannot be installed and compiled here' }
  const packagePath = join(folder, 'node_modules/pkcs11js/index.js')
  mkdirSync(join(folder, 'tokens'))
  const settings = join(folder, 'softhsm2.conf')
  writeFileSync(
    settings,
    `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  )
  process.env['SOFTHSM2_CONF'] = settings
  const pin = randomBytes(4).toString('hex')
  writeFileSync(join(folder, 'pin'), `${pin}\n`, { mode: 0o400 })
  if (!ran('softhsm2-util', ['--init-token', '--free', '--label', 'gateway', '--pin', pin, '--so-pin', pin]))
    return { ok: false, reason: 'SoftHSM makes no token' }
  for (const label of ['kek-1', 'kek-2']) makeKey({ packagePath, module, pin, label })
  const uriOf = (object: string): string =>
    `pkcs11:token=gateway;object=${object}?module-path=${encodeURIComponent(module)}&pin-source=${encodeURIComponent(join(folder, 'pin'))}`
  return { ok: true, hsm: { packagePath, module, uriOf } }
}

/** Node's own headers where Debian's nodejs puts them: without them they are fetched from Node's site, which offline cannot be asked. */
const HEADERS = '/usr/include/node/node_api.h'
const nodedir = existsSync(HEADERS) ? ['--nodedir=/usr'] : []

/** Its install script compiles it, and is allowed here alone. */
function installPackage(folder: string): boolean {
  const manifest = { private: true, dependencies: { pkcs11js: VERSION }, allowScripts: { pkcs11js: true } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  return (
    ran('npm', ['install', '--no-audit', '--no-fund', ...nodedir], folder) &&
    existsSync(join(folder, 'node_modules/pkcs11js/build/Release/pkcs11.node'))
  )
}

interface Making {
  readonly packagePath: string
  readonly module: string
  readonly pin: string
  readonly label: string
}

/** As the tool of an operator's module would: sensitive, not extractable. In a process of its own, since the module is loaded once a process. */
function makeKey(making: Making): void {
  const script = `
    const p11 = require(process.argv[1]), lib = new p11.PKCS11()
    lib.load(process.argv[2]); lib.C_Initialize()
    const slot = lib.C_GetSlotList(true).find((one) => lib.C_GetTokenInfo(one).label.trim() === 'gateway')
    const session = lib.C_OpenSession(slot, p11.CKF_RW_SESSION | p11.CKF_SERIAL_SESSION)
    lib.C_Login(session, p11.CKU_USER, process.argv[3])
    lib.C_GenerateKey(session, { mechanism: p11.CKM_AES_KEY_GEN }, [
      { type: p11.CKA_TOKEN, value: true }, { type: p11.CKA_PRIVATE, value: true }, { type: p11.CKA_VALUE_LEN, value: 32 },
      { type: p11.CKA_ENCRYPT, value: true }, { type: p11.CKA_DECRYPT, value: true }, { type: p11.CKA_SENSITIVE, value: true },
      { type: p11.CKA_EXTRACTABLE, value: false }, { type: p11.CKA_LABEL, value: process.argv[4] }])
    lib.C_Finalize()`
  const { packagePath, module, pin, label } = making
  const { status, stderr } = spawnSync(process.execPath, ['-e', script, packagePath, module, pin, label])
  assert.equal(status, 0, String(stderr))
}

describe('a KEK in a hardware module', function () {
  this.timeout(2 * INSTALL_MS)
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-hsm-'))
  let prepared: Prepared = { ok: false, reason: 'not prepared' }
  const hsm = (): Hsm => {
    assert(prepared.ok)
    return prepared.hsm
  }

  before(function () {
    prepared = prepare(folder)
    if (!prepared.ok) needs(this, false, prepared.reason)
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('wraps and unwraps a key for its purpose alone, and is not there under another name', async () => {
    using kek = await openPkcs11Kek(hsm().uriOf('kek-1'), hsm().packagePath)
    const key = randomBytes(32)
    const wrapped = kek.wrap('one purpose', key)
    assert.deepEqual(kek.unwrap('one purpose', wrapped), key)
    assert.equal(kek.unwrap('another purpose', wrapped), undefined)
    assert(!Buffer.from(wrapped).includes(key))
  })

  it('carries a vault, and takes over from a file by rotation', async () => {
    const path = join(folder, 'keys.db')
    const place = { table: 'messages', row: 'm-1' }
    let sealed
    {
      await using vault = await aVault(path, [aKek()])
      sealed = await vault.seal(await vault.aliasFor(aCase('a')), place, 'secret')
    }
    {
      await using vault = await aVault(path, [await openPkcs11Kek(hsm().uriOf('kek-1'), hsm().packagePath), aKek()])
      assert((await vault.rotate()) > 0)
    }
    await using vault = await aVault(path, [await openPkcs11Kek(hsm().uriOf('kek-1'), hsm().packagePath)])
    assert.equal(Buffer.from((await vault.open(place, sealed)) ?? []).toString(), 'secret')
  })

  it('hands over to another key of the same token by rotation, and neither closes the module on the other', async () => {
    const path = join(folder, 'keys-3.db')
    const place = { table: 'messages', row: 'm-1' }
    const open = (object: string): ReturnType<typeof openPkcs11Kek> =>
      openPkcs11Kek(hsm().uriOf(object), hsm().packagePath)
    const [second, first, again] = [await open('kek-2'), await open('kek-1'), await open('kek-1')]
    await assert.rejects(open('kek-9'), /0 keys named kek-9/)
    let sealed
    {
      await using vault = await aVault(path, [first])
      sealed = await vault.seal(await vault.aliasFor(aCase('a')), place, 'secret')
    }
    await using vault = await aVault(path, [second, again])
    assert((await vault.rotate()) > 0)
    assert.equal(Buffer.from((await vault.open(place, sealed)) ?? []).toString(), 'secret')
    assert.deepEqual(
      (await vault.status()).keks.filter(({ keys }) => keys > 0).map(({ isCurrent }) => isCurrent),
      [true],
    )
  })

  it('finds its token again where all sessions with it were ended', async () => {
    using kek = await openPkcs11Kek(hsm().uriOf('kek-1'), hsm().packagePath)
    const key = randomBytes(32)
    const wrapped = kek.wrap('one purpose', key)
    for (let time = 0; time < 2; time += 1) {
      endSessions(hsm())
      assert.equal(kek.unwrap('another purpose', wrapped), undefined)
      assert.deepEqual(kek.unwrap('one purpose', wrapped), key)
    }
    endSessions(hsm())
    kek.answers?.()
    endSessions(hsm())
    assert.deepEqual(kek.unwrap('more', kek.wrap('more', key)), key)
  })

  it('H082 another key of the token, or a key that is not there, stops the start', async () => {
    const path = join(folder, 'keys-2.db')
    await (await aVault(path, [await openPkcs11Kek(hsm().uriOf('kek-1'), hsm().packagePath)]))[Symbol.asyncDispose]()
    const other = await openPkcs11Kek(hsm().uriOf('kek-2'), hsm().packagePath)
    await assert.rejects(() => aVault(path, [other]), /not configured/)
    await assert.rejects(() => aVault(path, [{ ...other, id: firstKekOf(path) }]), SealBroken)
    other[Symbol.dispose]()
    await assert.rejects(openPkcs11Kek(hsm().uriOf('kek-3'), hsm().packagePath), /has 0 keys named kek-3/)
  })
})

/** As where the token is taken out and put back: the module is the same, and every session is gone. */
function endSessions({ packagePath, module }: Hsm): void {
  const { PKCS11 } = createRequire(import.meta.url)(packagePath) as { readonly PKCS11: new () => Ending }
  const library = new PKCS11()
  library.load(module)
  for (const slot of library.C_GetSlotList(true)) library.C_CloseAllSessions(slot)
  library.close()
}

interface Ending {
  readonly load: (path: string) => void
  readonly close: () => void
  readonly C_GetSlotList: (withToken: boolean) => readonly unknown[]
  readonly C_CloseAllSessions: (slot: unknown) => void
}

function firstKekOf(path: string): string {
  using database = new DatabaseSync(path)
  return String(database.prepare('SELECT kek FROM field_keys').get()?.['kek'])
}

describe('the URI of a KEK in hardware', () => {
  const URI = 'pkcs11:token=t;object=k?module-path=/m.so&pin-source=/pin'

  it('is told from a file, and names its module and the file of its pin', () => {
    assert.deepEqual([isPkcs11Uri(URI), isPkcs11Uri('/keys/kek')], [true, false])
    assert.deepEqual(pkcs11Files(URI), ['/m.so', '/pin'])
  })

  for (const part of ['token', 'object', 'module-path', 'pin-source'])
    it(`is refused without ${part}`, () =>
      assert.throws(() => pkcs11Files(URI.replace(`${part}=`, 'x=')), new RegExp(`needs ${part}`)))

  it('is refused with a plain message where the package is not installed', () =>
    assert.rejects(openPkcs11Kek(URI, 'a-package-that-is-not-there'), /run npm install --no-save pkcs11js/))
})
