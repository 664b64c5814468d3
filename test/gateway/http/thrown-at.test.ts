/** What is told of a thrown error: where it was, and never what it says. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { thrownAt } from '#gateway/http/shell/thrown-at.ts'

const named = (name: string): Error => Object.assign(new Error('x'), { name })

describe('thrownAt', () => {
  const HOSTILE: readonly { readonly name: string; readonly message: string }[] = [
    { name: 'a plain message', message: 'Alix DEMO-MARTIN' },
    { name: 'a message with lines that look like frames', message: 'x\n    at alix (file:///alix/DEMO-MARTIN.ts:1:2)' },
    { name: 'no message', message: '' },
  ]
  for (const { name, message } of HOSTILE)
    it(`tells kind and place, and nothing of ${name}`, () => {
      const { error, at } = thrownAt(new RangeError(message))
      assert.equal(error, 'RangeError')
      assert.match(at, /^gateway\/http\/thrown-at\.test\.ts:\d+$/)
    })

  it('tells nothing of a name made up, of no stack, and of what is no error', () => {
    assert.equal(thrownAt(named('Alix DEMO-MARTIN, 12 rue')).error, 'unknown')
    assert.equal(thrownAt(Object.assign(new Error('x'), { stack: '' })).at, 'unknown')
    assert.deepEqual(thrownAt('a text'), { error: 'unknown', at: 'unknown' })
  })
})
