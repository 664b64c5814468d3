/** Labels of cases: what may be one, how it is found, and how a long handle is read. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import {
  MAX_LABEL_CHARACTERS,
  groupedName,
  labelKey,
  readLabel,
  shortName,
  ungroupedName,
} from '#gateway/core/case-label.ts'
import { samples } from '#test/support/samples.ts'

const HANDLE = '3f2a91c077de0b124c5d8e9fa0b1c2d3'

describe('the label of a case', () => {
  it('is what was written with one blank between words, or none', () => {
    assert.deepEqual(readLabel('  KM  2026\t014 '), { kind: 'label', text: 'KM 2026 014' })
    assert.deepEqual(readLabel('ملف رقم 14'), { kind: 'label', text: 'ملف رقم 14' })
    assert.deepEqual(readLabel('می‌خواهم'), { kind: 'label', text: 'می‌خواهم' })
    for (const nothing of ['', ' ', '\n\t', '\u3000']) assert.deepEqual(readLabel(nothing), { kind: 'none' })
  })

  it('holds characters, not units: sixty of any script and not one more', () => {
    for (const one of ['a', 'é', 'ج', '漢', '😀']) {
      assert.equal(readLabel(one.repeat(MAX_LABEL_CHARACTERS)).kind, 'label')
      assert.deepEqual(readLabel(one.repeat(MAX_LABEL_CHARACTERS + 1)), { kind: 'wrong', fault: 'too-long' })
    }
  })

  it('H116 is refused with what cannot be seen, turns the writing around, or piles up on a letter', () => {
    for (const hostile of ['\u202E', '\u2066', '\u200B', '\u200F', '\u0000', '\u0007', '\u{E0041}', '\uD800'])
      assert.deepEqual(
        readLabel(`left ${hostile}right`),
        { kind: 'wrong', fault: 'unwritable' },
        JSON.stringify(hostile),
      )
    assert.deepEqual(readLabel(`x${'\u0323'.repeat(4)}`), { kind: 'wrong', fault: 'unwritable' })
    assert.equal(readLabel(`x${'\u0323'.repeat(3)}`).kind, 'label')
  })

  it('reads what it has read to the same, and is found however it is cased or spaced', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (written) => {
        const read = readLabel(written)
        if (read.kind !== 'label') return
        assert.deepEqual(readLabel(read.text), read)
        assert.equal(labelKey(`  ${read.text} `), labelKey(read.text))
      }),
      { numRuns: samples(200) },
    )
    assert.equal(labelKey('KM  2026'), labelKey('km 2026'))
    assert.equal(labelKey('Ｋ１'), labelKey('k1'))
  })
})

describe('a long handle', () => {
  it('is read in groups of four, by its beginning in lists, and back however it was typed', () => {
    assert.equal(groupedName(HANDLE), '3f2a 91c0 77de 0b12 4c5d 8e9f a0b1 c2d3')
    assert.equal(shortName(HANDLE), '3f2a 91c0 77de…')
    assert.equal(ungroupedName(` ${groupedName(HANDLE).toUpperCase()} `), HANDLE)
  })

  it('is a handle alone: what an agency calls a case itself stays as it is', () => {
    for (const name of ['SPIP-2026-0417', 'DEMO-J-0001', `${HANDLE}0`]) {
      assert.deepEqual([groupedName(name), shortName(name), ungroupedName(` ${name} `)], [name, name, name])
    }
  })
})
