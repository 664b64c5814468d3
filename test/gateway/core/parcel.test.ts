/** What is encrypted to a recipient reads back as it was printed, and in no other shape. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { digestOfContent, printParcel, readParcel } from '#gateway/core/parcel.ts'

const evidence = { leaf: '{"v":1}', salt: 'A'.repeat(43), body: '{"delivery":"one"}' }

describe('a parcel', () => {
  it('reads back whatever content it was printed with', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (content) => {
        assert.deepEqual(readParcel(printParcel({ content, evidence })), { ok: true, value: { content, evidence } })
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
  }
  for (const [name, other] of Object.entries(others))
    it(`${name} is refused`, () => {
      const read = readParcel(JSON.stringify(other))
      assert.equal(read.ok ? 'read' : read.problem.code, 'envelope-malformed')
    })

  it('that says its content twice is refused', () => {
    const twice = printParcel(whole).replace('{', '{"content":"x",')
    assert.equal(readParcel(twice).ok, false)
  })

  it('H070 is filled to 4, 8, 16, 32, 64, 128 kB and then to multiples of 128 kB, whatever its letters', () => {
    const least = Buffer.byteLength(printParcel({ content: 'x', evidence }).trimEnd()) - 1
    const lengthFor = (bytes: number, letter = 'x'): number =>
      Buffer.byteLength(printParcel({ content: letter.repeat((bytes - least) / Buffer.byteLength(letter)), evidence }))
    const kilobytes = [1, 4, 5, 8, 9, 16, 32, 33, 64, 65, 128, 129, 256, 257].map((kb) => lengthFor(kb * 1024) / 1024)
    assert.deepEqual(kilobytes, [4, 4, 8, 8, 16, 16, 32, 64, 64, 128, 128, 256, 256, 384])
    assert.equal(lengthFor(4 * 1024 + 1), 8 * 1024)
    assert.equal(Buffer.byteLength(printParcel({ content: 'é'.repeat(3000), evidence })), 8 * 1024)
  })

  it('is the same again once the filling is read over', () => {
    const read = readParcel(printParcel(whole))
    assert.deepEqual(read, { ok: true, value: whole })
  })

  it('is named in the log by the SHA-256 of its content', () => {
    assert.equal(digestOfContent('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
