/** What is encrypted to a recipient reads back as it was printed, and in no other shape. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { packContent, unpackContent } from '#gateway/core/packed-content.ts'
import { bucketFor, digestOfContent, printParcel, readParcel } from '#gateway/core/parcel.ts'

const evidence = { leaf: '{"v":1}', salt: 'A'.repeat(43), body: '{"delivery":"one"}' }

/** Pieces of base64url between the signs that contents have. */
const signedText: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.constantFrom('.', '~', '\n')), { minLength: 1, maxLength: 12 })
  .map((pieces) => pieces.map(([bytes, sign]) => `${Buffer.from(bytes).toString('base64url')}${sign}`).join(''))

describe('a parcel', () => {
  it('reads back whatever content it was printed with', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ minLength: 1, unit: 'grapheme' }), signedText), (content) => {
        const printed = printParcel({ content, evidence })
        assert.deepEqual(readParcel(printed), { ok: true, value: { content, evidence } })
        const asText = Buffer.from(printed).toString('latin1')
        assert.deepEqual(readParcel(asText), { ok: true, value: { content, evidence } })
      }),
    )
  })

  const whole = { content: 'a.b.c', evidence }
  const others: Readonly<Record<string, unknown>> = {
    'without content': { evidence },
    'without evidence': { content: 'a.b.c' },
    'with empty content': { ...whole, content: '' },
    'with a further member': { ...whole, note: '' },
    'with a salt of another length': { ...whole, evidence: { ...evidence, salt: 'AA' } },
    'that is the content alone': 'a.b.c',
    'that is nothing but a promise of bytes': { evidence, packed: 5 },
  }
  for (const [name, other] of Object.entries(others))
    it(`${name} is refused`, () => {
      const read = readParcel(JSON.stringify(other))
      assert.equal(read.ok ? 'read' : read.problem.code, 'envelope-malformed')
    })

  it('that says its content twice is refused', () => {
    const twice = `{"content":"x",${canonicalise(whole).slice(1)}`
    assert.equal(readParcel(twice).ok, false)
    const line = canonicalise({ evidence, packed: 3 })
    const packed = Buffer.from(packContent('QQ') ?? []).toString('latin1')
    assert.equal(readParcel(`${line}\n${packed}`).ok, false)
    assert.equal(readParcel(`${line.replace(':3', ':2')}\n${packed}`).ok, true)
    assert.equal(readParcel(`{"packed":2,${line.slice(1)}\n${packed}`).ok, false)
    assert.equal(readParcel(`{"content":"x",${line.slice(1)}\n${packed}`).ok, false)
  })

  it('with anything but spaces after its content is refused', () => {
    const printed = printParcel({ content: 'QQ.QQ', evidence })
    printed[printed.length - 1] = 0
    assert.equal(readParcel(printed).ok, false)
  })

  it('H070 is filled to 4, 8, 16 or 32 kB and then to eight steps a doubling, at most an eighth more, whatever its letters', () => {
    const kilobytes = [1, 4, 5, 8, 9, 16, 17, 32, 33, 37, 60, 64, 65, 100, 128, 129, 257].map(
      (kb) => bucketFor(kb * 1024) / 1024,
    )
    assert.deepEqual(kilobytes, [4, 4, 8, 8, 16, 16, 32, 32, 36, 40, 60, 64, 72, 104, 128, 144, 288])
    fc.assert(
      fc.property(fc.integer({ min: 32 * 1024, max: 4_000_000 }), (bytes) => {
        const bucket = bucketFor(bytes)
        assert.ok(bucket >= bytes && bucket <= bytes * 1.125 + 1, `${bytes} ${bucket}`)
        assert.equal(bucketFor(bucket), bucket)
      }),
    )
    for (const letter of ['A', '_', 'Q'])
      assert.equal(printParcel({ content: letter.repeat(40_000), evidence }).length, 32 * 1024)
    assert.equal(printParcel({ content: 'é'.repeat(3000), evidence }).length, 8 * 1024)
  })

  it('H070 says no more by its length for contents of the same number of bytes, in as many pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 200, maxLength: 60_000 }), fc.nat(), (bytes, seed) => {
        const other = bytes.map((byte, index) => (byte * 31 + seed + index) & 0xff)
        const [one, two] = [bytes, other].map((content) => Buffer.from(content).toString('base64url'))
        const lengths = [one, two].map(
          (content = '') => printParcel({ content: `${content}.${content}~`, evidence }).length,
        )
        assert.equal(lengths[0], lengths[1])
      }),
    )
  })

  it('is the same again once the filling is read over', () => {
    const read = readParcel(printParcel(whole))
    assert.deepEqual(read, { ok: true, value: whole })
  })

  it('is named in the log by the SHA-256 of its content', () => {
    assert.equal(digestOfContent('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

describe('packed content', () => {
  it('is the bytes of its pieces, and comes back as it was', () => {
    fc.assert(
      fc.property(signedText, (text) => {
        const packed = packContent(text)
        assert.ok(packed !== undefined)
        assert.equal(unpackContent(packed), text)
        assert.ok(packed.length <= text.length * 0.75 + 4 * text.length ** 0.5 + 16)
      }),
    )
  })

  it('is left alone where it would come back otherwise', () => {
    for (const text of ['A', 'QR', 'QQ==', 'a b', 'é', 'a+b/', 'QUF.B~', '{}', '\u0000'])
      assert.equal(packContent(text), undefined, text)
    for (const text of ['', '.', '~~', 'QQ', 'QUE', 'QUFB', '\n'])
      assert.deepEqual(unpackContent(packContent(text) ?? Buffer.of(1)), text)
  })

  it('is read back from no other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = unpackContent(bytes)
        if (text !== undefined) assert.deepEqual(Buffer.from(packContent(text) ?? []), Buffer.from(bytes))
      }),
    )
    for (const bytes of [[], [1], [0x80, 0], [4], [0xff, 0xff, 0xff, 0xff, 1], [0, 0]])
      assert.equal(unpackContent(Uint8Array.from(bytes)), undefined, String(bytes))
  })
})
