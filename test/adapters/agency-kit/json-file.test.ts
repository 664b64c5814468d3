/** Small files that a member keeps: one piece of code at a time, and nothing kept of what was done. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, it } from 'mocha'
import { inTurn } from '#adapters/agency-kit/json-file.ts'

describe('work on a file of a member', () => {
  it('is done one after another, also after work that failed', async () => {
    const done: string[] = []
    const one = inTurn('a', async () => {
      await sleep(20)
      done.push('one')
      throw new Error('the first failed')
    })
    const two = inTurn('a', async () => done.push('two'))
    await inTurn('b', async () => done.push('of another file'))
    await assert.rejects(one, /the first failed/)
    await two
    assert.deepEqual(done, ['of another file', 'one', 'two'])
  })

  it('is let go of with what came of it', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const work = async (path: string): Promise<WeakRef<object>> =>
      new WeakRef(await inTurn(path, async () => ({ receipt: 'long' })))
    const answers = [await work('c'), await work('d')]
    await sleep(1)
    collect()
    assert.deepEqual(
      answers.map((answer) => answer.deref()),
      [undefined, undefined],
    )
  })
})
