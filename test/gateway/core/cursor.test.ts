/** List cursors: each opens one position of one list for one day, and nobody else makes one. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { printCursor, readCursor } from '#gateway/core/cursor.ts'

const DAY_MS = 86_400_000
const OWN = { secret: 'a secret of the test', owner: 'pairs-mediator', now: 1_000_000 }

describe('a cursor', () => {
  it('opens the position it was printed for', () => {
    for (const position of [0, 7, 9_007_199_254_740_991])
      assert.equal(readCursor(OWN, printCursor(OWN, position)), position)
  })
  it('opens for a day and not an instant longer', () => {
    const cursor = printCursor(OWN, 7)
    assert.equal(readCursor({ ...OWN, now: OWN.now + DAY_MS }, cursor), 7)
    assert.equal(readCursor({ ...OWN, now: OWN.now + DAY_MS + 1 }, cursor), undefined)
  })
  it('opens no other list, under no other secret, at no other position and for no longer', () => {
    const cursor = printCursor(OWN, 7)
    const [, ends = '', tag = ''] = cursor.split('.')
    assert.equal(readCursor({ ...OWN, owner: 'pairs-nurse' }, cursor), undefined)
    assert.equal(readCursor({ ...OWN, secret: 'another' }, cursor), undefined)
    assert.equal(readCursor(OWN, `8.${ends}.${tag}`), undefined)
    assert.equal(readCursor(OWN, `7.${Number(ends) + 1}.${tag}`), undefined)
    assert.equal(readCursor(OWN, `7.${ends}.${'0'.repeat(32)}`), undefined)
  })
  it('is refused with anything before, after or instead', () => {
    const cursor = printCursor(OWN, 7)
    const others = ['', '7', '7.1', `x${cursor}`, `${cursor}0`, `${cursor}\n`, ` ${cursor}`, `-${cursor}`]
    for (const text of others) assert.equal(readCursor(OWN, text), undefined, text)
  })
  it('holds a tag of 32 digits', () => assert.match(printCursor(OWN, 7), /^7\.87400000\.[0-9a-f]{32}$/))
})
