/** A hardware module that goes away while the gateway runs: nothing is called broken that is not, and all goes on when it is back. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { openPkcs11Kek } from '#adapters/vault/pkcs11-kek.ts'
import { KekAway } from '#adapters/vault/kek.ts'
import type { Kek } from '#adapters/vault/kek.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import { StoreUnavailable } from '#gateway/ports/store.ts'
import { aCase, aVault, freshPaths } from './vaults.ts'

/** A package in the place of pkcs11js: one token with one key, which can be taken out, and counts the sessions that are open. */
const PACKAGE = `
import { createCipheriv, createDecipheriv } from 'node:crypto'
const key = Buffer.alloc(32, 9)
globalThis.kekToken = { isIn: true, sessions: new Set() }
const token = globalThis.kekToken
const need = (session) => {
  if (!token.isIn) throw new Error('CKR_DEVICE_REMOVED')
  if (!token.sessions.has(session)) throw new Error('CKR_SESSION_HANDLE_INVALID')
}
let begun
const begin = (session, { parameter }) => { need(session); begun = parameter }
export class PKCS11 {
  load() {} close() {} C_Initialize() {} C_Finalize() {} C_Login() {} C_FindObjectsInit() {} C_FindObjectsFinal() {}
  C_GetSlotList() { return token.isIn ? [1] : [] }
  C_GetTokenInfo() { return { label: 'gateway  ' } }
  C_OpenSession() { const session = {}; token.sessions.add(session); return session }
  C_CloseSession(session) { need(session); token.sessions.delete(session) }
  C_FindObjects() { return token.hasNoKey ? [] : ['key'] }
  C_EncryptInit(session, mechanism) { begin(session, mechanism) }
  C_Encrypt(session, content) {
    need(session)
    const cipher = createCipheriv('aes-256-gcm', key, begun.iv).setAAD(begun.aad)
    return Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()])
  }
  C_DecryptInit(session, mechanism) { begin(session, mechanism) }
  C_Decrypt(session, sealed) {
    need(session)
    const decipher = createDecipheriv('aes-256-gcm', key, begun.iv).setAAD(begun.aad).setAuthTag(sealed.subarray(-16))
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
  }
}
export const CKM_AES_GCM = 1
`

interface Token {
  isIn: boolean
  hasNoKey?: boolean
  readonly sessions: Set<object>
}

describe('a hardware module that goes away while the gateway runs', () => {
  const path = freshPaths()
  const tokenOf = (): Token => (globalThis as unknown as { readonly kekToken: Token }).kekToken

  async function aTokenKek(): Promise<Kek> {
    const name = path('package.mjs')
    writeFileSync(name, PACKAGE)
    const pin = path('pin')
    writeFileSync(pin, '1234')
    const uri = `pkcs11:token=gateway;object=kek?module-path=${dirname(name)}/${name.length}.so&pin-source=${pin}`
    return openPkcs11Kek(uri, name)
  }

  it('says that it does not answer, which is not that what it wrapped was changed', async () => {
    using kek = await aTokenKek()
    const wrapped = kek.wrap('a purpose', Buffer.from('key'))
    assert.equal(kek.unwrap('another purpose', wrapped), undefined)
    tokenOf().isIn = false
    for (const asked of [() => kek.unwrap('a purpose', wrapped), () => kek.wrap('a purpose', wrapped), kek.answers])
      assert.throws(() => asked?.(), KekAway)
    tokenOf().isIn = true
    assert.deepEqual(kek.unwrap('a purpose', wrapped), Buffer.from('key'))
    kek.answers?.()
  })

  it('leaves no session behind, however often it is looked for', async () => {
    using kek = await aTokenKek()
    tokenOf().sessions.clear()
    tokenOf().hasNoKey = true
    for (let time = 0; time < 5; time += 1) assert.throws(() => kek.answers?.(), KekAway)
    assert.equal(tokenOf().sessions.size, 0)
    tokenOf().hasNoKey = false
    kek.answers?.()
    assert.equal(tokenOf().sessions.size, 1)
  })

  it('makes what needs its key wait, alarms, and lets it go on by itself', async () => {
    const kek = await aTokenKek()
    const vault = await aVault(path(), [kek], 1)
    const told: string[] = []
    const inner = await openSqliteStore(':memory:')
    await using store = sealStore(inner, vault, { alarm: (event) => void told.push(event) })
    const named = (name: string): Promise<void> =>
      store.transaction((tx) =>
        tx.cases.addNames(aCase(name), [{ name: `name of ${name}`, organisation: 'o' as never }]),
      )
    await named('a')
    await named('b')
    await store.ping()
    tokenOf().isIn = false
    await assert.rejects(store.ping(), StoreUnavailable)
    await assert.rejects(named('c'), StoreUnavailable)
    await assert.rejects(store.read.cases.names(aCase('a')), StoreUnavailable)
    assert.deepEqual(new Set(told), new Set(['the key encryption key does not answer']))
    tokenOf().isIn = true
    await store.ping()
    await named('c')
    const names = await store.read.cases.names(aCase('a'))
    assert.deepEqual(
      names.map(({ name }) => name),
      ['name of a'],
    )
  })
})
