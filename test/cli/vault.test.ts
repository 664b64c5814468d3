/** `passerelle vault …` over real files: status, hold, erase with its certificate, rotate, and a KEK that must not be used. */
import assert from 'node:assert/strict'
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { compactVerify, decodeProtectedHeader, importJWK } from 'jose'
import { after, before, describe, it } from 'mocha'
import { openFileKeys } from '#adapters/keys/file-keys.ts'
import { openSqliteStore } from '#adapters/store/open.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import { EXAMPLE_PATHS, makeExampleNetwork } from '#cli/certs.ts'
import { readConfig } from '#cli/config.ts'
import { EXIT } from '#cli/exit-codes.ts'
import { openConfiguredVault } from '#cli/vault.ts'
import { BLIND_FIELDS } from '#gateway/ports/vault.ts'
import { openGateway } from '#cli/wire.ts'
import { run } from '#test/architecture/run-command.ts'
import type { Ran } from '#test/architecture/run-command.ts'
import { accepted, anEvent, caseId } from '#test/contract/stored-things.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const DAYS = 12

describe('passerelle vault', function () {
  this.timeout(60_000)
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-vault-cli-'))
  const network = join(folder, 'network')
  const kek = join(network, EXAMPLE_PATHS.kek)
  const database = join(folder, 'data/passerelle.db')
  const config = { database, kek, earlierKeks: [], keys: join(folder, 'data/keys.db') }
  const settings = {
    PASSERELLE_NETWORK: network,
    PASSERELLE_DATABASE: database,
    PASSERELLE_KEK: kek,
    PASSERELLE_KEY_BACKUP_DAYS: String(DAYS),
  }
  const vault = (words: readonly string[], changed: Readonly<Record<string, string>> = {}): Promise<Ran> =>
    run(['vault', ...words], '', { ...settings, ...changed })
  const json = ({ exitCode, stdout, stderr }: Ran): Readonly<Record<string, unknown>> => {
    assert.equal(exitCode, EXIT.done, stderr)
    return JSON.parse(stdout) as Readonly<Record<string, unknown>>
  }

  before(async () => {
    const agencies: unknown = JSON.parse(readFileSync(join(ROOT, 'certs-example/agencies.json'), 'utf8'))
    await makeExampleNetwork({ folder: network, agencies, now: Date.now() })
    await using store = sealStore(await openVaulted(), await openConfiguredVault(config), { alarm: () => {} })
    await store.transaction(async (tx) => {
      for (const name of ['C-17', 'C-18']) await accepted(tx, { caseId: caseId(name) })
      await tx.audit.append(anEvent({ caseId: 'C-17', at: new Date().toISOString() }))
    })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  /** The folder of the data is made by whoever opens the vault first. */
  async function openVaulted(): ReturnType<typeof openSqliteStore> {
    await (await openConfiguredVault(config))[Symbol.asyncDispose]()
    return openSqliteStore(database)
  }

  it('the example network brings a KEK that its owner alone may read', () =>
    assert.equal(statSync(kek).mode & 0o777, 0o400))

  it('makes a KEK in a new file, and never over one that is there', async () => {
    const file = join(folder, 'keys/second')
    assert.deepEqual(json(await vault(['key', file, '--json'])), { file })
    assert.equal(statSync(file).mode & 0o777, 0o400)
    const before = readFileSync(file, 'utf8')
    const again = await vault(['key', file])
    assert.deepEqual([again.exitCode, readFileSync(file, 'utf8')], [EXIT.unreachable, before])
  })

  it('counts, rotates to another KEK and back', async () => {
    const second = join(folder, 'keys/second')
    const { cases, keks } = json(await vault(['status', '--json']))
    assert.deepEqual([cases, Array.isArray(keks) && keks.length], [2, 1])
    const over = json(await vault(['rotate', '--kek', second, '--earlier', kek, '--json']))
    assert.equal(over['wrapped'], 3 + BLIND_FIELDS.length)
    const old = await vault(['status'])
    assert.equal(old.exitCode, EXIT.found)
    const [told] =
      /^passerelle: keys at rest: \d+ keys are wrapped under the KEK file-[0-9a-f]+, which is not configured/.exec(
        old.stderr,
      ) ?? []
    assert.equal(/\d+/.exec(told ?? '')?.[0], String(3 + BLIND_FIELDS.length))
    json(await vault(['rotate', '--earlier', second, '--json']))
  })

  it('H082 refuses a KEK that others may read, that lies with the data, that is none, or that is not there', async () => {
    const place = (name: string, mode = 0o400): string => {
      const path = join(folder, name)
      copyFileSync(kek, path)
      chmodSync(path, mode)
      return path
    }
    writeFileSync(join(folder, 'none'), 'no key\n', { mode: 0o400 })
    const refusals: readonly (readonly [string, RegExp])[] = [
      [place('loose', 0o440), /run chmod 400/],
      [place('writable', 0o600), /run chmod 400/],
      [place('data/kek'), /beside the data it protects/],
      [place('data/..kek'), /beside the data it protects/],
      [join(folder, 'none'), /none: not a KEK/],
      [join(folder, 'absent'), /absent: the key encryption key \(KEK\) cannot be read/],
    ]
    const ran = await Promise.all(refusals.map(([file]) => vault(['status'], { PASSERELLE_KEK: file })))
    for (const [index, [, says]] of refusals.entries()) {
      const { exitCode = -1, stderr = '' } = ran[index] ?? {}
      assert.equal(exitCode, EXIT.found)
      assert.match(stderr, says)
      assert.match(stderr, /^passerelle: [^\n]+\n$/)
    }
  })

  it('erases what is not held, gives a certificate that its key ring signed, and gives it again', async () => {
    json(await vault(['hold', 'C-17', '--reason', 'court-order', '--json']))
    const held = await vault(['erase', 'C-17'])
    assert.equal(held.exitCode, EXIT.found)
    assert.match(held.stderr, /C-17: held since .* \(court-order\)/)
    json(await vault(['hold', 'C-17', '--release', '--json']))
    const { certificate, ...shown } = json(await vault(['erase', 'C-17', '--json']))
    assert(typeof certificate === 'string')
    const claim = await verified(certificate)
    assert.deepEqual(claim, shown)
    assert.deepEqual(decodeProtectedHeader(certificate).typ, 'passerelle-erasure+jwt')
    assert(!JSON.stringify(claim).includes('C-17'))
    assert.equal(claim['keyBackupDays'], DAYS)
    const days = Date.parse(String(claim['keyBackupsExpireAt'])) - Date.parse(String(claim['erasedAt']))
    assert.equal(days, DAYS * 86_400_000)
    const { certificate: again } = json(await vault(['erase', 'C-17', '--json']))
    assert(typeof again === 'string')
    const { certifiedAt: first, ...said } = claim
    const { certifiedAt: second, ...saidAgain } = await verified(again)
    assert.deepEqual(saidAgain, said)
    assert(String(first) < String(second), 'each says when it was made out')
    await using store = sealStore(await openSqliteStore(database), await openConfiguredVault(config), {
      alarm: () => {},
    })
    assert.deepEqual(await store.read.messages.ofCase(caseId('C-17')), [])
    assert.equal((await store.read.messages.ofCase(caseId('C-18'))).length, 1)
  })

  it('gives a certificate that verify erasure believes against the trust list alone, and no other', async () => {
    const { certificate } = json(await vault(['erase', 'C-17', '--json']))
    assert(typeof certificate === 'string')
    const file = join(folder, 'erasure.jwt')
    const check = (text: string, words: readonly string[] = []): Promise<Ran> => {
      writeFileSync(file, text)
      return run(['verify', 'erasure', file, '--network', network, ...words])
    }
    const said = await check(`${certificate}\n`)
    assert.match(
      said.stdout,
      /^holds: the key of case [0-9a-f]{64} was destroyed 2\S+Z; signed by spiffe:\S+\nbackups of/,
    )
    assert.deepEqual(json(await check(certificate, ['--json'])), await verified(certificate))
    const [head = '', payload = '', signature = ''] = certificate.split('.')
    const claim = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Readonly<Record<string, unknown>>
    const saying = (changed: object): string =>
      `${head}.${Buffer.from(JSON.stringify({ ...claim, ...changed })).toString('base64url')}.${signature}`
    for (const [text, says] of [
      [saying({ case: '0'.repeat(64) }), /signature-invalid/],
      [saying({ iss: 'spiffe://elsewhere.example/org/x' }), /message-malformed/],
      [saying({ certifiedAt: '2001-01-01T00:00:00Z' }), /key-unknown/],
      [saying({ more: 1 }), /message-malformed/],
      ['no certificate', /envelope-malformed/],
    ] as const) {
      const { exitCode, stderr } = await check(text)
      assert.equal(exitCode, EXIT.found)
      assert.match(stderr, says)
    }
  })

  it('H082 a gateway whose key file is gone, or is of another gateway, does not start, and starts again with its own', async () => {
    const read = readConfig(
      {
        ...settings,
        PASSERELLE_PORT: '0',
        PASSERELLE_INSIDE_PORT: '0',
        PASSERELLE_JUDGE_QUESTIONS: '100',
        PASSERELLE_LOG: 'silent',
      },
      {},
    )
    assert(read.ok)
    const aside = join(folder, 'keys.db.aside')
    renameSync(config.keys, aside)
    await assert.rejects(openGateway(read.config), /keys\.db: no keys are in it, but the database holds rows/)
    await assert.rejects(openGateway(read.config), /keys\.db: its keys do not open what the database holds/)
    for (const end of ['', '-wal', '-shm']) rmSync(config.keys + end, { force: true })
    renameSync(aside, config.keys)
    await using gateway = await openGateway(read.config)
    assert.match(gateway.agencyUrl, /^https:/)
  })

  it('leaves an audit chain that is checked whole without any key', async () => {
    const checked = json(await run(['check', 'audit', database, '--json']))
    assert(Number(checked['rows']) >= 1)
    assert.equal('broken' in checked, false)
  })

  it('knows no case that was never there, and no reference that is none', async () => {
    const unknown = await vault(['erase', 'C-99'])
    assert.deepEqual([unknown.exitCode, /C-99: nothing is kept/.test(unknown.stderr)], [EXIT.found, true])
    assert.equal((await vault(['hold', 'C-99'])).exitCode, EXIT.found)
    assert.equal((await vault(['erase', '!'])).exitCode, EXIT.usage)
  })

  async function verified(certificate: string): Promise<Readonly<Record<string, unknown>>> {
    const ring = await openFileKeys(join(network, EXAMPLE_PATHS.broker, EXAMPLE_PATHS.keys))
    const key = ring.publicKeys().find(({ use }) => use === 'sign')
    assert(key !== undefined)
    const { payload } = await compactVerify(certificate, await importJWK({ ...key.jwk }, 'ES256'))
    return JSON.parse(new TextDecoder().decode(payload)) as Readonly<Record<string, unknown>>
  }
})
