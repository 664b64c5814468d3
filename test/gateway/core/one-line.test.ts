/** What a name or a title may hold, and what becomes of a text that was written for more than one line. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { isOneLine, oneLineOf } from '#gateway/core/one-line.ts'

describe('text on one line', () => {
  it('is in any script, with the joiners that it needs', () => {
    for (const text of ['Ada Marchand', 'نور الدين', 'می‌خواهم', 'İbrahim (DPO)', '王', '👩‍⚖️'])
      assert.ok(isOneLine(text), text)
  })

  it('holds nothing that turns it around, breaks it, is unseen or piled up', () => {
    for (const code of [0, 7, 9, 10, 0x7f, 0xad, 0x61c, 0x200b, 0x200e, 0x2028, 0x202a, 0x202e, 0x2066, 0x2069, 0xfeff])
      assert.ok(!isOneLine(`Ada${String.fromCodePoint(code)}Noor`), code.toString(16))
    assert.ok(!isOneLine('a\u0301\u0301\u0301\u0301'))
    assert.ok(!isOneLine('Ada \ud83d'))
  })

  it('is made of any text, and is then one', () => {
    assert.equal(oneLineOf(' Too\n much \u202efor\u202c them '), 'Too much for them')
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => isOneLine(oneLineOf(text))))
  })
})
