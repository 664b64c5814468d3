/** The key ring from a folder: it opens only files that nobody else can read, and each key for its one use. */
import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'mocha'
import {
  KEY_BINDING_SIGNATURE,
  MESSAGE_ENVELOPE,
  RECEIPT_SIGNATURE,
  readCompactJwe,
  readCompactJws,
} from '#gateway/core/jose-headers.ts'
import { openJwe, verifyJws } from '#gateway/rooms/open-envelope.ts'
import { encryptTo } from '#gateway/rooms/seal.ts'
import { createFileKeys, openFileKeys } from '#adapters/keys/file-keys.ts'
import { createPrivateKeyFile, readPrivateKeyFile, readPrivateKeys } from '#adapters/keys/private-key-file.ts'
import { AT } from '#test/support/envelopes.ts'

const YEAR = { from: AT, until: AT + 365 * 86_400_000 }

describe('file keys', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passerelle-keys-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const files = async (): Promise<readonly string[]> =>
    (await readdir(folder)).map((name) => join(folder, name)).toSorted()

  it('makes one key to sign, one to seal and one to present with, each readable by its owner alone', async () => {
    const made = await createFileKeys(folder, YEAR)
    assert.deepEqual(
      made.map((key) => key.use),
      ['sign', 'seal', 'present'],
    )
    for (const path of await files()) assert.equal((await stat(path)).mode & 0o777, 0o600)
    const ring = await openFileKeys(folder)
    assert.deepEqual(
      ring
        .publicKeys()
        .map((key) => key.kid)
        .toSorted(),
      made.map((key) => key.kid).toSorted(),
    )
    assert.equal(JSON.stringify(ring.publicKeys()).includes('"d"'), false)
  })

  it('signs with the signing key and opens with the sealing key, never the other way round', async () => {
    const [sign, seal] = await createFileKeys(folder, YEAR)
    assert.ok(sign !== undefined && seal !== undefined)
    const ring = await openFileKeys(folder)
    const jws = readCompactJws(await ring.sign('gw-receipt+jws', Buffer.from('{}'), AT), RECEIPT_SIGNATURE)
    assert.ok(jws.ok)
    assert.equal(jws.value.kid, sign.kid)
    assert.equal((await verifyJws(jws.value, sign.jwk)).ok, true)
    const key = await ring.openingKey(seal.kid)
    const jwe = readCompactJwe(await encryptTo({ text: 'secret', rule: MESSAGE_ENVELOPE, key: seal }), MESSAGE_ENVELOPE)
    assert.ok(key !== undefined && jwe.ok)
    assert.deepEqual(await openJwe(jwe.value, key), { ok: true, value: 'secret' })
    assert.equal(key.extractable, false)
    assert.equal(await ring.openingKey(sign.kid), undefined)
    assert.equal(await ring.openingKey('../sign'), undefined)
  })

  it('presents with the key of that name alone, and only in its time', async () => {
    const [sign, , present] = await createFileKeys(folder, YEAR)
    assert.ok(sign !== undefined && present !== undefined)
    const ring = await openFileKeys(folder)
    const made = await ring.present(present.kid, 'kb+jwt', Buffer.from('{}'), AT)
    const jws = readCompactJws(made ?? '', KEY_BINDING_SIGNATURE)
    assert.ok(jws.ok)
    assert.equal((await verifyJws(jws.value, present.jwk)).ok, true)
    assert.equal(await ring.present(sign.kid, 'kb+jwt', Buffer.from('{}'), AT), undefined)
    assert.equal(await ring.present(present.kid, 'kb+jwt', Buffer.from('{}'), YEAR.until), undefined)
  })

  it('refuses a file that others may read', async () => {
    await createFileKeys(folder, YEAR)
    const [path = ''] = await files()
    for (const mode of [0o640, 0o604, 0o660, 0o644]) {
      await chmod(path, mode)
      await assert.rejects(openFileKeys(folder), /chmod 600/)
    }
    await chmod(path, 0o400)
    await openFileKeys(folder)
  })

  it('refuses a key that is not what its file says, without quoting it', async () => {
    const key = await createPrivateKeyFile(folder, 'sign', YEAR)
    const [path = ''] = await files()
    const text = await readFile(path, 'utf8')
    const secret = /"d": "([^"]+)"/.exec(text)?.[1] ?? 'no secret found'
    const hostile = [
      text.replace(key.kid, 'A'.repeat(43)),
      text.replace('"d"', '"d": "x", "d"'),
      text.replace(secret, `${secret.slice(0, -2)}AA`),
      text.replace('"P-256"', '"P-384"'),
      text.replace('"sign"', '"any"'),
      '',
    ]
    for (const [at, changed] of hostile.entries()) {
      await writeFile(path, changed)
      await assert.rejects(readPrivateKeyFile(path), (error: Error) => !error.message.includes(secret), `${at}`)
    }
  })

  it('refuses a folder where a use has no key, and one where a key stands twice', async () => {
    await createPrivateKeyFile(folder, 'sign', YEAR)
    await assert.rejects(openFileKeys(folder), /no key of use seal/)
    const [path = ''] = await files()
    await writeFile(join(folder, 'seal-again.jwk.json'), (await readFile(path, 'utf8')).replace('"sign"', '"seal"'), {
      mode: 0o600,
    })
    await assert.rejects(readPrivateKeys(folder), /two files/)
  })

  it('signs with the newest key in force and with none outside its time', async () => {
    const old = await createPrivateKeyFile(folder, 'sign', { from: AT - 1000, until: AT + 1000 })
    const next = await createPrivateKeyFile(folder, 'sign', { from: AT, until: AT + 2000 })
    await createPrivateKeyFile(folder, 'seal', YEAR)
    await createPrivateKeyFile(folder, 'present', YEAR)
    const ring = await openFileKeys(folder)
    const kidAt = async (at: number): Promise<string> => {
      const read = readCompactJws(await ring.sign('gw-receipt+jws', Buffer.from('{}'), at), RECEIPT_SIGNATURE)
      return read.ok ? read.value.kid : ''
    }
    assert.equal(await kidAt(AT - 1), old.kid)
    assert.equal(await kidAt(AT), next.kid)
    await assert.rejects(ring.sign('gw-receipt+jws', Buffer.from('{}'), AT + 2000), /no signing key in force/)
  })
})
