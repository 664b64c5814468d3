/** PostgreSQL behind TLS with an authority of its own: read by who names that authority, and by nobody who was given another one. */
import assert from 'node:assert/strict'
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { openPostgresStore } from '#adapters/store/open-postgres.ts'
import { openVault } from '#adapters/vault/open.ts'
import { aKek } from '#test/adapters/vault/vaults.ts'
import { aServerIdentity, makeAuthorities } from '#test/support/certificates.ts'
import { needsPostgres, openPostgresServer } from '#test/support/postgres-server.ts'
import type { PostgresServer } from '#test/support/postgres-server.ts'

describe('PostgreSQL behind TLS', () => {
  needsPostgres()
  let server: PostgresServer
  let folder: string
  let url: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'passerelle-tls-'))
    const [own, other] = [await makeAuthorities(Date.now()), await makeAuthorities(Date.now())]
    writeFileSync(join(folder, 'own.pem'), own.root.pem)
    writeFileSync(join(folder, 'other.pem'), other.root.pem)
    server = await openPostgresServer()
    const identity = await aServerIdentity(own)
    const { uid, gid } = statSync(server.data)
    for (const [name, text] of [
      ['server.crt', String(identity.cert)],
      ['server.key', String(identity.key)],
    ] as const) {
      writeFileSync(join(server.data, name), text, { mode: 0o600 })
      chownSync(join(server.data, name), uid, gid)
    }
    url = (await server.database()).replace('127.0.0.1', 'localhost')
    await server.halt()
    await server.start({ ssl: 'on' })
  })
  after(async () => {
    await server?.stop()
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })

  const behind = (mode: string, authority?: string): string =>
    `${url}?sslmode=${mode}${authority === undefined ? '' : `&sslrootcert=${join(folder, authority)}`}`
  const encrypted = async (): Promise<unknown> =>
    (
      await server.ask(`SELECT count(*) FILTER (WHERE NOT ssl)::int AS plain, count(*)::int AS all FROM pg_stat_ssl
      JOIN pg_stat_activity USING (pid) WHERE application_name = 'passerelle'`)
    )[0]

  it('keeps store and keys for who names its authority, and nothing of it goes unencrypted', async () => {
    const place = behind('verify-full', 'own.pem')
    await using store = await openPostgresStore(place)
    await using vault = await openVault({ path: place, keks: [aKek('one')] })
    await vault.aliasFor('DEMO-TLS' as never)
    await store.transaction((tx) => tx.outbox.release())
    const { plain, all } = (await encrypted()) as { readonly plain: number; readonly all: number }
    assert.deepEqual([plain, all >= 2], [0, true])
  })

  it('is not believed under another authority, nor by who names none or misspells how', async () => {
    for (const place of [
      behind('verify-full', 'other.pem'),
      behind('require'),
      behind('verify-full'),
      behind('verify_full'),
    ])
      await assert.rejects(openPostgresStore(place), /could not open the store/, place)
  })
})
