/** What the SQLite store does to long values, and what it keeps of what it read: that both give back what was put in. */
import assert from 'node:assert/strict'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { openSqliteStore } from '#adapters/store/open.ts'
import { pack, packParcel, packText, unpack, unpackParcel, unpackText } from '#adapters/store/packed.ts'
import { keepRecent } from '#adapters/store/recent.ts'
import type { MessageId } from '#gateway/core/ids.ts'
import { accepted, caseId, newMessageId } from '#test/contract/stored-things.ts'

const segments = fc.array(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  { minLength: 1, maxLength: 6 },
)

describe('A packed value', () => {
  it('is the value again', () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => assert.deepEqual(unpack(pack(value)), JSON.parse(JSON.stringify(value)))),
    ))

  it('that was sealed before is its bytes and one more, and is the value again, in whatever base64 it came', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 900 }), fc.constantFrom('base64url', 'base64'), (bytes, encoding) => {
        const value = { sealed: Buffer.from(bytes).toString(encoding) }
        assert.deepEqual(unpack(pack(value)), value)
        if (encoding === 'base64url') assert.equal(pack(value).length, bytes.length + 1)
        const beside = [{ ...value, more: 1 }, { sealed: 1 }, [value.sealed]]
        for (const other of beside) assert.deepEqual(unpack(pack(other)), other)
      }),
    ))

  it('is its text again, character for character', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) =>
        assert.equal(unpackText(packText(JSON.stringify(text))), JSON.stringify(text)),
      ),
    ))

  it('is a parcel again, byte for byte, whatever text it was', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          segments.map((parts) => parts.join('.')),
        ),
        (text) => assert.equal(unpackParcel(packParcel(text)), text),
      ),
    ))

  it('is a quarter shorter than a parcel of base64', () => {
    const parcel = ['e30', '', '', Buffer.alloc(9_000, 7).toString('base64url'), 'AAAA'].join('.')
    assert(packParcel(parcel).length < 0.76 * parcel.length)
  })

  it('is no longer than 128 MB: a few bytes that open to more are refused, and so is more to be packed', () => {
    const tooMuch = Buffer.alloc(128 * 1024 * 1024 + 1, ' ')
    const bomb = zstdCompressSync(tooMuch)
    assert(bomb.length < 20_000)
    assert.throws(() => unpackText(bomb), { code: 'ERR_BUFFER_TOO_LARGE' })
    assert.throws(() => packText(tooMuch.toString('latin1')), RangeError)
  })

  it('keeps a last character that base64 would round away', () => {
    assert.equal(unpackParcel(packParcel('AB.AC')), 'AB.AC')
    assert.equal(unpackParcel(packParcel('')), '')
  })
})

describe('What was read lately', () => {
  const reader = (value: string | undefined, size = 1) => {
    let reads = 0
    const read = async (): Promise<{ value: string; size: number } | undefined> => {
      reads += 1
      return value === undefined ? undefined : { value, size }
    }
    return { read, count: () => reads }
  }

  it('is read once, also by those who ask at the same time', async () => {
    const recent = keepRecent<string, string>(10)
    const { read, count } = reader('a')
    assert.deepEqual(await Promise.all([recent.get('1', read), recent.get('1', read)]), ['a', 'a'])
    assert.equal(await recent.get('1', read), 'a')
    assert.equal(count(), 1)
  })

  it('is not what was not there, nor what failed', async () => {
    const recent = keepRecent<string, string>(10)
    assert.equal(await recent.get('1', reader(undefined).read), undefined)
    await assert.rejects(recent.get('1', () => Promise.reject(new Error('disk'))))
    assert.equal(await recent.get('1', reader('came later').read), 'came later')
  })

  it('never takes more room than it was given, and loses first what was asked for longest ago', async () => {
    const recent = keepRecent<string, string>(10)
    for (const id of ['1', '2']) await recent.get(id, reader(id, 5).read)
    assert.equal(recent.peek('1'), '1')
    await recent.get('3', reader('3', 5).read)
    assert.deepEqual(
      ['1', '2', '3'].map((id) => recent.peek(id)),
      ['1', undefined, '3'],
    )
    await recent.get('4', reader('4', 11).read)
    assert.equal(recent.peek('4'), undefined)
    assert.equal(recent.peek('3'), '3')
  })
})

describe('Messages of the SQLite store, read again', () => {
  it('are not those of a transaction that was undone, though it read them', async () => {
    await using store = await openSqliteStore(':memory:')
    let id: MessageId = newMessageId()
    await assert.rejects(
      store.transaction(async (tx) => {
        ;({ id } = await accepted(tx))
        assert.equal((await tx.messages.get(id))?.id, id)
        throw new Error('undone')
      }),
      /undone/,
    )
    assert.equal(await store.read.messages.get(id), undefined)
    assert.equal(await store.transaction((tx) => tx.messages.get(id)), undefined)
  })

  it('are there once they come, though they were asked for before', async () => {
    await using store = await openSqliteStore(':memory:')
    const [, id] = await Promise.all([
      store.read.messages.get(newMessageId()),
      store.transaction(async (tx) => {
        const stored = await accepted(tx)
        assert.equal((await store.read.messages.get(stored.id))?.id, stored.id)
        return stored.id
      }),
    ])
    const read = await store.read.messages.get(id)
    assert.equal(read?.id, id)
    assert.equal(await store.read.messages.get(id), read)
  })

  it('take up the room of their copies too', async () => {
    await using store = await openSqliteStore(':memory:')
    const isKept = async (characters: number): Promise<boolean> => {
      const copies = { ...COPIES, prev: 'a'.repeat(characters) }
      const { id } = await store.transaction((tx) => accepted(tx, { copies }))
      const read = await store.read.messages.get(id)
      assert.deepEqual(read?.copies, copies)
      return (await store.read.messages.get(id)) === read
    }
    assert.deepEqual([await isKept(1_000_000), await isKept(16_000_000)], [true, false])
  })
})

const COPIES = {
  caseId: caseId('C-1000'),
  presenter: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
  copies: [],
} as const
