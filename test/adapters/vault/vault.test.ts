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
import { filesHolding, openKeyFile } from '#adapters/vault/key-file.ts'
import { toItemId } from '#gateway/core/ids.ts'
import { SealBroken } from '#gateway/ports/vault.ts'
import type { OpenedVault } from '#adapters/vault/open.ts'
import { samples } from '#test/support/samples.ts'
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

describe('a vault', () => {
  it('opens what it sealed, of any content, in its place', () => {
    using vault = aVault()
    const alias = vault.aliasFor(aCase('a'))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), fc.string(), (content, table, row) => {
        const sealed = vault.seal(alias, { table, row }, content)
        assert.deepEqual(Buffer.from(vault.open({ table, row }, sealed, alias) ?? []), Buffer.from(content))
      }),
    )
  })

  it('seals one text twice as two, and tells neither the text nor the case', () => {
    using vault = aVault()
    const alias = vault.aliasFor(aCase('a'))
    const [first, second] = [vault.seal(alias, PLACE, 'a secret'), vault.seal(alias, PLACE, 'a secret')]
    assert.notDeepEqual(first, second)
    for (const sealed of [first, second])
      for (const word of ['a secret', aCase('a')]) assert(!Buffer.from(sealed).includes(word))
  })

  it('keeps the alias of a case, another for each, and knows the case of an alias', () => {
    const path = pathOf()
    let alias
    {
      using vault = aVault(path)
      assert.equal(vault.aliasOf(aCase('a')), undefined)
      alias = vault.aliasFor(aCase('a'))
      assert.notEqual(vault.aliasFor(aCase('b')), alias)
    }
    using again = aVault(path)
    assert.deepEqual(
      [again.aliasOf(aCase('a')), again.caseOf(alias), again.caseOf(again.own)],
      [alias, aCase('a'), undefined],
    )
  })

  it('writes neither the id of a case nor a key into its file in the clear', () => {
    const path = pathOf()
    using vault = aVault(path)
    vault.aliasFor(aCase('plain'))
    assert.deepEqual(filesHolding(path, [Buffer.from(aCase('plain'))]), [])
    assert(
      filesHolding(path, [Buffer.from(vault.aliasFor(aCase('plain')))]).length > 0,
      'the search finds what is there',
    )
  })

  it('H080 a row swapped within a case, moved to another case or table, or altered in any bit does not open', () => {
    using vault = aVault()
    const [one, other] = [vault.aliasFor(aCase('one')), vault.aliasFor(aCase('other'))]
    const sealed = vault.seal(one, PLACE, 'of one')
    const refused = (work: () => unknown): void => assert.throws(work, SealBroken)
    refused(() => vault.open({ ...PLACE, row: 'm-2' }, sealed))
    refused(() => vault.open({ ...PLACE, table: 'case_facts' }, sealed))
    refused(() => vault.open(PLACE, sealed, other))
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = Buffer.from(sealed)
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      refused(() => vault.open(PLACE, altered))
    }
    for (let length = 0; length < sealed.length; length += 1)
      refused(() => vault.open(PLACE, sealed.subarray(0, length)))
    const relabelled = Buffer.concat([sealed.subarray(0, 1), Buffer.from(other, 'hex'), sealed.subarray(17)])
    refused(() => vault.open(PLACE, relabelled, other))
    assert.equal(textOf(vault.open(PLACE, sealed, one)), 'of one')
  })

  it('blinds by field, the same after a restart, and items by case, there and back', () => {
    const path = pathOf()
    const items = Array.from({ length: 220 }, () => toItemId(randomUUID())).flatMap((id) => id ?? [])
    const jti = randomUUID()
    let before
    {
      using vault = aVault(path)
      before = vault.blind('jti', jti)
      assert.notEqual(vault.blind('idempotency-key', jti), before)
      assert.notEqual(vault.blind('jti', randomUUID()), before)
    }
    using vault = aVault(path)
    assert.equal(vault.blind('jti', jti), before)
    const [a, b] = [vault.aliasFor(aCase('a')), vault.aliasFor(aCase('b'))]
    const blinded = vault.blindItems(a, items) ?? []
    assert.deepEqual(vault.openItems(a, blinded), items)
    assert.deepEqual(vault.blindItems(a, items.slice(7, 8)), blinded.slice(7, 8))
    assert.equal(new Set([...blinded, ...items, ...(vault.blindItems(b, items) ?? [])]).size, 660)
  })
})

describe('unwrapped keys', () => {
  it('are few, and zeroed when they go', () => {
    using database = openKeyFile(':memory:')
    const keys = caseKeysIn(database, { current: aKek(), byId: new Map([[aKek().id, aKek()]]) }, { capacity: 2 })
    const [first, second, third] = ['a', 'b', 'c'].map((name) => keys.make(name, aCase(name)))
    assert(first !== undefined && second !== undefined && third !== undefined)
    assert.equal(keys.cached(), 2)
    const isZero = ({ content, items }: typeof first): boolean => [...content, ...items].every((byte) => byte === 0)
    assert.deepEqual([first, second, third].map(isZero), [true, false, false])
    const again = keys.byAlias(first.alias)
    assert(again !== undefined && !isZero(again))
    keys.forget()
    assert.deepEqual([again, third].map(isZero), [true, true])
    assert.equal(keys.cached(), 0)
  })

  it('go when another process erases, and the case with them', () => {
    const path = pathOf()
    using gateway = aVault(path)
    const alias = gateway.aliasFor(aCase('a'))
    const sealed = gateway.seal(alias, PLACE, 'secret')
    using operator = aVault(path)
    assert.equal(operator.erase(aCase('a'), AT, 30).kind, 'erased')
    assert.equal(gateway.open(PLACE, sealed), undefined)
    assert.throws(() => gateway.seal(alias, PLACE, 'more'), /was erased/)
  })
})

describe('a KEK that is wrong, missing or old', () => {
  it('H082 stops the start with a plain message that names it', () => {
    const path = pathOf()
    aVault(path)[Symbol.dispose]()
    assert.throws(
      () => aVault(path, [aKek('wrong')]),
      /keys are wrapped under the KEK file-[0-9a-f]{16}, which is not configured/,
    )
    {
      using rotating = aVault(path, [aKek('second'), aKek('first')])
      rotating.rotate()
    }
    assert.throws(() => aVault(path), /which is not configured/)
    using next = aVault(path, [aKek('second')])
    assert.deepEqual(
      next.status().keks.map(({ isCurrent }) => isCurrent),
      [true],
    )
  })

  it('H082 is not taken for the right one by its name', () => {
    const path = pathOf()
    aVault(path)[Symbol.dispose]()
    assert.throws(() => aVault(path, [{ ...aKek('wrong'), id: aKek().id }]), SealBroken)
  })
})

describe('rotation of KEKs', () => {
  const CASES = 60
  const filled = (path: string): ReadonlyMap<string, Uint8Array> => {
    using vault = aVault(path)
    return new Map(
      Array.from({ length: CASES }, (_, index) => {
        const alias = vault.aliasFor(aCase(String(index)))
        return [alias, vault.seal(alias, PLACE, `content ${index}`)]
      }),
    )
  }
  const opensAll = (vault: OpenedVault, sealed: ReadonlyMap<string, Uint8Array>): void => {
    let index = 0
    for (const [alias, bytes] of sealed) assert.equal(textOf(vault.open(PLACE, bytes, alias)), `content ${index++}`)
  }

  it('wraps every key anew and seals nothing anew; the old KEK is then of no use, its wrapped keys are gone', () => {
    const path = pathOf()
    const sealed = filled(path)
    const old = rowsOf(path, 'SELECT wrapped FROM case_keys').flatMap(({ wrapped }) =>
      wrapped instanceof Uint8Array ? [wrapped] : [],
    )
    using vault = aVault(path, [aKek('second'), aKek('first')])
    assert.equal(vault.rotate({ batch: 7 }), CASES + 1 + 5)
    opensAll(vault, sealed)
    assert.equal(vault.rotate(), 0)
    assert.equal(old.length, CASES + 1)
    assert.deepEqual(filesHolding(path, old), [])
    assert.throws(() => aVault(path, [aKek('first')]), /not configured/)
  })

  it('H083 killed half-way leaves both KEKs at work, and whoever begins again ends it', async () => {
    let halfWay = 0
    for (let kill = 0; kill < samples(3); kill += 1) {
      const path = pathOf()
      const sealed = filled(path)
      await rotateAndKill(path, 4 + kill * 3)
      const counts = rowsOf(path, 'SELECT kek, count(*) AS keys FROM case_keys GROUP BY kek')
      if (counts.length === 2) halfWay += 1
      {
        using both = aVault(path, [aKek('second'), aKek('first')])
        opensAll(both, sealed)
        const left = counts.find(({ kek }) => kek === aKek('first').id)?.['keys'] ?? 0
        assert.equal(both.rotate(), left)
      }
      using after = aVault(path, [aKek('second')])
      opensAll(after, sealed)
    }
    assert(halfWay > 0, 'at least one was killed half-way')
  }).timeout(60_000)
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
  it('H085 leaves the wrapped key in neither database, log nor journal, among many cases, erased in any order', () => {
    const path = pathOf()
    using vault = aVault(path)
    const names = Array.from({ length: 400 }, (_, index) => String(index))
    for (const name of names) vault.aliasFor(aCase(name))
    const wrappedOf = (name: string): Uint8Array => {
      const [row] = rowsOf(path, `SELECT wrapped FROM case_keys WHERE alias = '${vault.aliasOf(aCase(name)) ?? ''}'`)
      assert(row?.['wrapped'] instanceof Uint8Array)
      return row['wrapped']
    }
    const erased = names.filter((_, index) => index % 23 === 5)
    const secrets = erased.map(wrappedOf)
    assert(filesHolding(path, secrets).length > 0, 'the search finds them before')
    for (const name of erased) assert.equal(vault.erase(aCase(name), AT, 30).kind, 'erased')
    for (const file of [path, `${path}-wal`, `${path}-journal`])
      if (existsSync(file)) for (const secret of secrets) assert(!readFileSync(file).includes(secret), file)
    assert.equal(vault.status().cases, names.length - erased.length)
  })

  it('H085 would be seen to leave the key behind without secure deletion', () => {
    const path = pathOf()
    using database = new DatabaseSync(path)
    database.exec('PRAGMA secure_delete = OFF; CREATE TABLE k (id INTEGER, w BLOB)')
    const secret = Buffer.from(randomUUID())
    database.prepare('INSERT INTO k VALUES (1, ?)').run(secret)
    database.exec('DELETE FROM k')
    assert.deepEqual(filesHolding(path, [secret]), [path])
  })

  it('H084 of a case is not undone by the data, whenever it was copied; a later case of that name begins anew', () => {
    const path = pathOf()
    using vault = aVault(path)
    const alias = vault.aliasFor(aCase('a'))
    const backup = vault.seal(alias, PLACE, 'secret')
    vault.erase(aCase('a'), AT, 30)
    assert.equal(vault.open(PLACE, backup), undefined)
    assert.equal(vault.caseOf(alias), undefined)
    const anew = vault.aliasFor(aCase('a'))
    assert.notEqual(anew, alias)
    assert.equal(vault.open(PLACE, backup, alias), undefined)
  })

  it('H084 is undone by a key backup while that is kept, which is why its days are promised', () => {
    const path = pathOf()
    const copy = pathOf()
    let sealed
    {
      using vault = aVault(path)
      sealed = vault.seal(vault.aliasFor(aCase('a')), PLACE, 'secret')
    }
    copyFileSync(path, copy)
    using vault = aVault(path)
    vault.erase(aCase('a'), AT, 30)
    using restored = aVault(copy)
    assert.equal(textOf(restored.open(PLACE, sealed)), 'secret')
    assert.equal(vault.open(PLACE, sealed), undefined)
  })

  it('takes a key that vanished without an erasure for an attack', () => {
    const path = pathOf()
    using vault = aVault(path)
    const sealed = vault.seal(vault.aliasFor(aCase('a')), PLACE, 'secret')
    rowsOf(path, 'DELETE FROM case_keys')
    assert.throws(() => vault.open(PLACE, sealed), /no erasure of it was recorded/)
  })

  it('is stopped by a hold that another process is setting at that moment', async () => {
    const path = pathOf()
    using vault = aVault(path)
    vault.aliasFor(aCase('a'))
    const holder = spawn(process.execPath, [join(import.meta.dirname, 'holding.ts'), path])
    await once(holder.stdout, 'data')
    assert.deepEqual(vault.erase(aCase('a'), AT, 30), { kind: 'held', since: 7, reason: 'court-order' })
    assert.notEqual(vault.aliasOf(aCase('a')), undefined)
    await once(holder, 'exit')
  })

  it('is stopped by a hold until it is released, and answers the same of a case erased before', () => {
    using vault = aVault()
    const id = aCase('a')
    assert.equal(vault.hold(id, 'court-order', AT), false)
    assert.deepEqual(vault.erase(id, AT, 30), { kind: 'unknown' })
    const alias = vault.aliasFor(id)
    const sealed = vault.seal(alias, PLACE, 'secret')
    assert.equal(vault.hold(id, 'court-order', AT), true)
    assert.deepEqual(vault.erase(id, AT + 1, 30), { kind: 'held', since: AT, reason: 'court-order' })
    assert.equal(textOf(vault.open(PLACE, sealed)), 'secret')
    assert.equal(vault.release(id), true)
    const first = vault.erase(id, AT + 2, 30)
    assert(first.kind === 'erased' && !first.isRepeat)
    assert.deepEqual(vault.erase(id, AT + 3, 7), { ...first, isRepeat: true })
    assert.equal(first.erasure.erasedAt, AT + 2)
    assert(!first.erasure.commitment.includes(id))
  })
})
