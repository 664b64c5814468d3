/** What is kept between the recipients of a message: bounded, of that very message, and gone with its case. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { keepUpTo } from '#gateway/core/keep-up-to.ts'
import { toCaseId } from '#gateway/core/ids.ts'
import type { MessageId } from '#gateway/core/ids.ts'
import { openKeptWork } from '#gateway/rooms/kept-work.ts'
import { kekOf } from '#adapters/vault/file-kek.ts'
import { openVault } from '#adapters/vault/open.ts'
import type { OpenedVault } from '#adapters/vault/open.ts'
import type { Message } from '#gateway/core/message.ts'
import type { SignedCopies } from '#gateway/core/case-copy/signed-copies.ts'
import { benchWorld } from '#bench/workload/network.ts'
import { aStored } from '#test/contract/stored-things.ts'
import { PRESENTER } from '#test/support/case-copies.ts'

describe('keepUpTo', () => {
  it('lets go of what was asked for longest ago, and never holds more than its bound', () => {
    const kept = keepUpTo<string, string>(10)
    for (const name of ['a', 'b', 'c']) kept.keep(name, name, 3)
    assert.equal(kept.get('a'), 'a')
    kept.keep('d', 'd', 3)
    assert.deepEqual(['a', 'b', 'c', 'd'].map(kept.get), ['a', undefined, 'c', 'd'])
    kept.keep('e', 'e', 11)
    assert.deepEqual([kept.get('e'), kept.size()], [undefined, 9])
    kept.keep('a', 'another', 1)
    assert.deepEqual([kept.get('a'), kept.size()], ['another', 7])
    kept.forget((value) => value === 'c')
    assert.deepEqual([kept.get('c'), kept.size()], [undefined, 4])
    kept.forget()
    assert.deepEqual([kept.get('a'), kept.size()], [undefined, 0])
  })
})

describe('openKeptWork', () => {
  const stored = aStored()

  it('is one for the recipients of a message, and anew for a message that has grown', () => {
    const kept = openKeptWork()
    const first = kept.memoryOf(stored)
    assert.equal(kept.memoryOf({ ...stored }), first)
    assert.notEqual(kept.memoryOf({ ...stored, message: { ...stored.message } }), first)
  })

  it('lets go of one case, and of all', () => {
    const kept = openKeptWork()
    const other = aStored({ id: 'another' as MessageId, caseId: toCaseId('another-case') ?? stored.caseId })
    const [first, second] = [kept.memoryOf(stored), kept.memoryOf(other)]
    kept.forget(stored.caseId)
    assert.notEqual(kept.memoryOf(stored), first)
    assert.equal(kept.memoryOf(other), second)
    kept.forget()
    assert.notEqual(kept.memoryOf(other), second)
  })

  it('lets go of a message when the last of its jobs has ended, and of no other', () => {
    const kept = openKeptWork()
    const other = aStored({ id: 'another' as MessageId })
    const [first, second] = [kept.memoryOf(stored), kept.memoryOf(other)]
    kept.expect(stored.id, { jobs: 2, copies: [] })
    kept.ended(other.id)
    kept.ended(stored.id)
    assert.equal(kept.memoryOf(stored), first)
    kept.ended(stored.id)
    const anew = kept.memoryOf(stored)
    assert.notEqual(anew, first)
    kept.ended(stored.id)
    assert.equal(kept.memoryOf(stored), anew)
    assert.equal(kept.memoryOf(other), second)
  })

  it('lets go of its copies with it, and counts no more once everything was let go of', () => {
    const kept = openKeptWork()
    const copy = { audienceClass: 'PS', caseHandle: 'a'.repeat(32), jti: 'copy', ver: 1, jwt: 'e30.e30.c2ln' }
    const copies: SignedCopies = { caseId: stored.caseId, presenter: PRESENTER, copies: [copy] }
    const message = JSON.parse(benchWorld(1).stored) as Message
    const withCopies = aStored({ message, copies })
    const ready = () => kept.copies.of(withCopies, copies, { ...copy, seed: Buffer.alloc(32).toString('base64url') })
    const made = ready()
    kept.expect(withCopies.id, { jobs: 1, copies: [copy.jti] })
    assert.equal(ready(), made)
    kept.ended(withCopies.id)
    const again = ready()
    assert.notEqual(again, made)
    kept.expect(withCopies.id, { jobs: 1, copies: [copy.jti] })
    kept.forget()
    const anew = ready()
    kept.ended(withCopies.id)
    assert.equal(ready(), anew)
  })

  describe('beside a vault', () => {
    let folder = ''
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'kept-work-'))
    })
    after(() => rm(folder, { recursive: true, force: true }))

    it('is let go of when a case is erased, by this process or by another', async () => {
      const kept = openKeptWork()
      const open = (onErased?: () => void): Promise<OpenedVault> =>
        openVault({
          path: join(folder, 'keys.db'),
          keks: [kekOf(Buffer.alloc(32, 7))],
          ...(onErased === undefined ? {} : { onErased }),
        })
      await using own = await open(() => kept.forget())
      await using others = await open()
      const [one, two] = ['case-one', 'case-two'].map((name) => toCaseId(name))
      assert.ok(one !== undefined && two !== undefined)
      for (const caseId of [one, two]) await own.aliasFor(caseId)
      const before = kept.memoryOf(stored)
      await others.hold(two, 'a reason', 0)
      await own.aliasOf(two)
      assert.equal(kept.memoryOf(stored), before)
      await own.erase(one, 0, 1)
      const between = kept.memoryOf(stored)
      assert.notEqual(between, before)
      await others.release(two)
      assert.equal((await others.erase(two, 0, 1)).kind, 'erased')
      await own.unreported()
      assert.notEqual(kept.memoryOf(stored), between)
    })
  })
})
