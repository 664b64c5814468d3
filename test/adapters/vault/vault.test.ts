/** The vault: what it sealed opens in its place alone, and not at all once the case is erased. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { caseKeysIn } from '#adapters/vault/case-keys.ts'
import type { CaseKey } from '#adapters/vault/case-keys.ts'
import { openKeyFile } from '#adapters/vault/key-file.ts'
import { toItemId } from '#gateway/core/ids.ts'
import { BLIND_FIELDS, SealBroken } from '#gateway/ports/vault.ts'
import type { OpenedVault } from '#adapters/vault/open.ts'
import { sampledMs, samples } from '#test/support/samples.ts'
import { aCase, aKek, aVault, freshPaths } from './vaults.ts'

const pathOf = freshPaths()
const AT = 1_803_859_200_000
const PLACE = { table: 'messages', row: 'm-1' }
const textOf = (opened: Uint8Array | undefined): string | undefined =>
  opened === undefined ? undefined : Buffer.from(opened).toString('utf8')

/** Rows of a key file, read behind the vault's back. */
function rowsOf(path: string, statement: string): readonly Readonly<Record<string, unknown>>[] {
  using database = new DatabaseSync(path)
  return database.prepare(statement).all()
}

/** Which of the files beside that path hold one of the byte strings, as the vault itself would look for them. */
async function filesHolding(path: string, secrets: readonly Uint8Array[]): Promise<readonly string[]> {
  await using keys = openKeyFile(path)
  return keys.filesHolding(secrets)
}

describe('a vault', () => {
  it('opens what it sealed, of any content, in its place', async () => {
    await using vault = await aVault()
    const alias = await vault.aliasFor(aCase('a'))
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.string(), fc.string(), async (content, table, row) => {
        const sealed = await vault.seal(alias, { table, row }, content)
        assert.deepEqual(Buffer.from((await vault.open({ table, row }, sealed, alias)) ?? []), Buffer.from(content))
      }),
    )
  })

  it('seals one text twice as two, and tells neither the text nor the case', async () => {
    await using vault = await aVault()
    const alias = await vault.aliasFor(aCase('a'))
    const [first, second] = [await vault.seal(alias, PLACE, 'a secret'), await vault.seal(alias, PLACE, 'a secret')]
    assert.notDeepEqual(first, second)
    for (const sealed of [first, second])
      for (const word of ['a secret', aCase('a')]) assert(!Buffer.from(sealed).includes(word))
  })

  it('keeps the alias of a case, another for each, and knows the case of an alias', async () => {
    const path = pathOf()
    let alias
    {
      await using vault = await aVault(path)
      assert.equal(await vault.aliasOf(aCase('a')), undefined)
      alias = await vault.aliasFor(aCase('a'))
      assert.notEqual(await vault.aliasFor(aCase('b')), alias)
    }
    await using again = await aVault(path)
    assert.deepEqual(
      [await again.aliasOf(aCase('a')), await again.caseOf(alias), await again.caseOf(again.own)],
      [alias, aCase('a'), undefined],
    )
  })

  it('writes neither the id of a case nor a key into its file in the clear', async () => {
    const path = pathOf()
    await using vault = await aVault(path)
    await vault.aliasFor(aCase('plain'))
    assert.deepEqual(await filesHolding(path, [Buffer.from(aCase('plain'))]), [])
    assert(
      (await filesHolding(path, [Buffer.from(await vault.aliasFor(aCase('plain')))])).length > 0,
      'the search finds what is there',
    )
  })

  it('H080 a row swapped within a case, moved to another case or table, or altered in any bit does not open', async () => {
    await using vault = await aVault()
    const [one, other] = [await vault.aliasFor(aCase('one')), await vault.aliasFor(aCase('other'))]
    const sealed = await vault.seal(one, PLACE, 'of one')
    const refused = (work: () => Promise<unknown>): Promise<void> => assert.rejects(work, SealBroken)
    await refused(() => vault.open({ ...PLACE, row: 'm-2' }, sealed))
    await refused(() => vault.open({ ...PLACE, table: 'case_facts' }, sealed))
    await refused(() => vault.open(PLACE, sealed, other))
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = Buffer.from(sealed)
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      await refused(() => vault.open(PLACE, altered))
    }
    for (let length = 0; length < sealed.length; length += 1)
      await refused(() => vault.open(PLACE, sealed.subarray(0, length)))
    const relabelled = Buffer.concat([sealed.subarray(0, 1), Buffer.from(other, 'hex'), sealed.subarray(17)])
    await refused(() => vault.open(PLACE, relabelled, other))
    assert.equal(textOf(await vault.open(PLACE, sealed, one)), 'of one')
  })

  it('blinds by field, the same after a restart, and items by case, there and back', async () => {
    const path = pathOf()
    const items = Array.from({ length: 220 }, () => toItemId(randomUUID())).flatMap((id) => id ?? [])
    const jti = randomUUID()
    let before
    {
      await using vault = await aVault(path)
      before = vault.blind('jti', jti)
      assert.notEqual(vault.blind('idempotency-key', jti), before)
      assert.notEqual(vault.blind('jti', randomUUID()), before)
    }
    await using vault = await aVault(path)
    assert.equal(vault.blind('jti', jti), before)
    const [a, b] = [await vault.aliasFor(aCase('a')), await vault.aliasFor(aCase('b'))]
    const blinded = (await vault.blindItems(a, items)) ?? []
    assert.deepEqual(await vault.openItems(a, blinded), items)
    assert.deepEqual(await vault.blindItems(a, items.slice(7, 8)), blinded.slice(7, 8))
    assert.equal(new Set([...blinded, ...items, ...((await vault.blindItems(b, items)) ?? [])]).size, 660)
  })
})

describe('unwrapped keys', () => {
  it('are few, and zeroed when they go', async () => {
    await using database = openKeyFile(':memory:')
    const keys = await caseKeysIn(database, { current: aKek(), byId: new Map([[aKek().id, aKek()]]) }, { capacity: 2 })
    const made: CaseKey[] = []
    for (const name of ['a', 'b', 'c']) made.push(await keys.make(name, aCase(name), (key) => key))
    const [first, second, third] = made
    assert(first !== undefined && second !== undefined && third !== undefined)
    assert.equal(keys.cached(), 2)
    const isZero = ({ content, items }: typeof first): boolean => [...content, ...items].every((byte) => byte === 0)
    assert.deepEqual([first, second, third].map(isZero), [true, false, false])
    const again = await keys.byAlias(first.alias, (key) => key)
    assert(again !== undefined && !isZero(again))
    keys.forget()
    assert.deepEqual([again, third].map(isZero), [true, true])
    assert.equal(keys.cached(), 0)
  })

  it('go when another process erases, and the case with them', async () => {
    const path = pathOf()
    await using gateway = await aVault(path)
    const alias = await gateway.aliasFor(aCase('a'))
    const sealed = await gateway.seal(alias, PLACE, 'secret')
    await using operator = await aVault(path)
    assert.equal((await operator.erase(aCase('a'), AT, 30)).kind, 'erased')
    assert.equal(await gateway.open(PLACE, sealed), undefined)
    await assert.rejects(() => gateway.seal(alias, PLACE, 'more'), /was erased/)
  })
})

describe('a KEK that is wrong, missing or old', () => {
  it('H082 stops the start with a plain message that names it', async () => {
    const path = pathOf()
    await (await aVault(path))[Symbol.asyncDispose]()
    await assert.rejects(
      () => aVault(path, [aKek('wrong')]),
      /keys are wrapped under the KEK file-[0-9a-f]{16}, which is not configured/,
    )
    {
      await using rotating = await aVault(path, [aKek('second'), aKek('first')])
      await rotating.rotate()
    }
    await assert.rejects(() => aVault(path), /which is not configured/)
    await using next = await aVault(path, [aKek('second')])
    assert.deepEqual(
      (await next.status()).keks.map(({ isCurrent }) => isCurrent),
      [true],
    )
  })

  it('H082 is not taken for the right one by its name', async () => {
    const path = pathOf()
    await (await aVault(path))[Symbol.asyncDispose]()
    await assert.rejects(() => aVault(path, [{ ...aKek('wrong'), id: aKek().id }]), SealBroken)
  })
})

describe('rotation of KEKs', () => {
  const CASES = 60
  const filled = async (path: string): Promise<ReadonlyMap<string, Uint8Array>> => {
    await using vault = await aVault(path)
    const sealed = new Map<string, Uint8Array>()
    for (let index = 0; index < CASES; index += 1) {
      const alias = await vault.aliasFor(aCase(String(index)))
      sealed.set(alias, await vault.seal(alias, PLACE, `content ${index}`))
    }
    return sealed
  }
  const opensAll = async (vault: OpenedVault, sealed: ReadonlyMap<string, Uint8Array>): Promise<void> => {
    let index = 0
    for (const [alias, bytes] of sealed)
      assert.equal(textOf(await vault.open(PLACE, bytes, alias)), `content ${index++}`)
  }

  it('wraps every key anew and seals nothing anew; the old KEK is then of no use, its wrapped keys are gone', async () => {
    const path = pathOf()
    const sealed = await filled(path)
    const old = rowsOf(path, 'SELECT wrapped FROM case_keys').flatMap(({ wrapped }) =>
      wrapped instanceof Uint8Array ? [wrapped] : [],
    )
    await using vault = await aVault(path, [aKek('second'), aKek('first')])
    assert.equal(await vault.rotate({ batch: 7 }), CASES + 1 + BLIND_FIELDS.length)
    await opensAll(vault, sealed)
    assert.equal(await vault.rotate(), 0)
    assert.equal(old.length, CASES + 1)
    assert.deepEqual(await filesHolding(path, old), [])
    await assert.rejects(() => aVault(path, [aKek('first')]), /not configured/)
  })

  it('H083 killed half-way leaves both KEKs at work, and whoever begins again ends it', async () => {
    let halfWay = 0
    for (let kill = 0; kill < samples(3); kill += 1) {
      const path = pathOf()
      const sealed = await filled(path)
      await rotateAndKill(path, 4 + kill * 3)
      const counts = rowsOf(path, 'SELECT kek, count(*) AS keys FROM case_keys GROUP BY kek')
      if (counts.length === 2) halfWay += 1
      {
        await using both = await aVault(path, [aKek('second'), aKek('first')])
        await opensAll(both, sealed)
        const left = counts.find(({ kek }) => kek === aKek('first').id)?.['keys'] ?? 0
        assert.equal(await both.rotate(), left)
      }
      await using after = await aVault(path, [aKek('second')])
      await opensAll(after, sealed)
    }
    assert(halfWay > 0, 'at least one was killed half-way')
  }).timeout(sampledMs(60_000))
})

/** Kills -9 once it has said that many batches. */
async function rotateAndKill(path: string, batches: number): Promise<void> {
  const process_ = spawn(process.execPath, [join(import.meta.dirname, 'rotating.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let lines = 0
  process_.stdout.on('data', (text: Buffer) => {
    lines += text.toString().split('\n').length - 1
    if (lines >= batches) process_.kill('SIGKILL')
  })
  await new Promise((resolve) => process_.once('close', resolve))
}

describe('erasure', () => {
  it('H085 leaves the wrapped key in neither database, log nor journal, among many cases, erased in any order', async () => {
    const path = pathOf()
    await using vault = await aVault(path)
    const names = Array.from({ length: 400 }, (_, index) => String(index))
    for (const name of names) await vault.aliasFor(aCase(name))
    const wrappedOf = async (name: string): Promise<Uint8Array> => {
      const [row] = rowsOf(
        path,
        `SELECT wrapped FROM case_keys WHERE alias = '${(await vault.aliasOf(aCase(name))) ?? ''}'`,
      )
      assert(row?.['wrapped'] instanceof Uint8Array)
      return row['wrapped']
    }
    const erased = names.filter((_, index) => index % 23 === 5)
    const secrets = await Promise.all(erased.map(wrappedOf))
    assert((await filesHolding(path, secrets)).length > 0, 'the search finds them before')
    for (const name of erased) assert.equal((await vault.erase(aCase(name), AT, 30)).kind, 'erased')
    for (const file of [path, `${path}-wal`, `${path}-journal`])
      if (existsSync(file)) for (const secret of secrets) assert(!readFileSync(file).includes(secret), file)
    assert.equal((await vault.status()).cases, names.length - erased.length)
  })

  it('H085 would be seen to leave the key behind without secure deletion', async () => {
    const path = pathOf()
    using database = new DatabaseSync(path)
    database.exec('PRAGMA secure_delete = OFF; CREATE TABLE k (id INTEGER, w BLOB)')
    const secret = Buffer.from(randomUUID())
    database.prepare('INSERT INTO k VALUES (1, ?)').run(secret)
    database.exec('DELETE FROM k')
    assert.deepEqual(await filesHolding(path, [secret]), [path])
  })

  it('H084 of a case is not undone by the data, whenever it was copied; a later case of that name begins anew', async () => {
    const path = pathOf()
    await using vault = await aVault(path)
    const alias = await vault.aliasFor(aCase('a'))
    const backup = await vault.seal(alias, PLACE, 'secret')
    await vault.erase(aCase('a'), AT, 30)
    assert.equal(await vault.open(PLACE, backup), undefined)
    assert.equal(await vault.caseOf(alias), undefined)
    const anew = await vault.aliasFor(aCase('a'))
    assert.notEqual(anew, alias)
    assert.equal(await vault.open(PLACE, backup, alias), undefined)
  })

  it('H084 is undone by a key backup while that is kept, which is why its days are promised', async () => {
    const path = pathOf()
    const copy = pathOf()
    let sealed
    {
      await using vault = await aVault(path)
      sealed = await vault.seal(await vault.aliasFor(aCase('a')), PLACE, 'secret')
    }
    copyFileSync(path, copy)
    await using vault = await aVault(path)
    await vault.erase(aCase('a'), AT, 30)
    await using restored = await aVault(copy)
    assert.equal(textOf(await restored.open(PLACE, sealed)), 'secret')
    assert.equal(await vault.open(PLACE, sealed), undefined)
  })

  it('takes a key that vanished without an erasure for an attack', async () => {
    const path = pathOf()
    await using vault = await aVault(path)
    const sealed = await vault.seal(await vault.aliasFor(aCase('a')), PLACE, 'secret')
    rowsOf(path, 'DELETE FROM case_keys')
    await assert.rejects(() => vault.open(PLACE, sealed), /no erasure of it was recorded/)
  })

  it('is stopped by a hold that another process is setting at that moment', async () => {
    const path = pathOf()
    await using vault = await aVault(path)
    await vault.aliasFor(aCase('a'))
    const holder = spawn(process.execPath, [join(import.meta.dirname, 'holding.ts'), path])
    await once(holder.stdout, 'data')
    assert.deepEqual(await vault.erase(aCase('a'), AT, 30), { kind: 'held', since: 7, reason: 'court-order' })
    assert.notEqual(await vault.aliasOf(aCase('a')), undefined)
    await once(holder, 'exit')
  })

  it('is stopped by a hold until it is released, and answers the same of a case erased before', async () => {
    await using vault = await aVault()
    const id = aCase('a')
    assert.equal(await vault.hold(id, 'court-order', AT), false)
    assert.deepEqual(await vault.erase(id, AT, 30), { kind: 'unknown' })
    const alias = await vault.aliasFor(id)
    const sealed = await vault.seal(alias, PLACE, 'secret')
    assert.equal(await vault.hold(id, 'court-order', AT), true)
    assert.deepEqual(await vault.erase(id, AT + 1, 30), { kind: 'held', since: AT, reason: 'court-order' })
    assert.equal(textOf(await vault.open(PLACE, sealed)), 'secret')
    assert.equal(await vault.release(id), true)
    const first = await vault.erase(id, AT + 2, 30)
    assert(first.kind === 'erased' && !first.isRepeat)
    assert.deepEqual(await vault.erase(id, AT + 3, 7), { ...first, isRepeat: true })
    assert.equal(first.erasure.erasedAt, AT + 2)
    assert(!first.erasure.commitment.includes(id))
  })
})
