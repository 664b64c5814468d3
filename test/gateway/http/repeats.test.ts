/** Idempotency keys of small requests: once, the same again, another refused, and what failed may be tried anew. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { jsonAnswer } from '#gateway/http/agency/operation.ts'
import type { Answer } from '#gateway/http/agency/operation.ts'
import { createRepeats } from '#gateway/http/agency/repeats.ts'

const REQUEST = { owner: 'pairs-paris', key: 'one', target: 'acknowledge 1', bytes: new Uint8Array() }

/** Work that counts how often it was done. */
function counted(result: Result<Answer> = ok(jsonAnswer(200, {}))): {
  readonly work: () => Promise<Result<Answer>>
  readonly times: () => number
} {
  let times = 0
  return {
    times: () => times,
    work: async () => {
      times += 1
      return result
    },
  }
}

const codeOf = (result: Result<Answer>): string => (result.ok ? 'done' : result.problem.code)

describe('repeats', () => {
  it('does the work of a key once, also for requests at the same moment', async () => {
    const { work, times } = counted()
    const { once } = createRepeats()
    const [first, second] = await Promise.all([once(REQUEST, work), once(REQUEST, work)])
    assert.deepEqual(second, first)
    assert.equal(times(), 1)
  })

  for (const { name, change } of [
    { name: 'another target', change: { target: 'acknowledge 2' } },
    { name: 'another body', change: { bytes: Uint8Array.of(1) } },
  ])
    it(`refuses the same key for ${name}`, async () => {
      const { once } = createRepeats()
      await once(REQUEST, counted().work)
      assert.equal(codeOf(await once({ ...REQUEST, ...change }, counted().work)), 'idempotency-key-reused')
    })

  it('keeps the keys of members apart', async () => {
    const { once } = createRepeats()
    await once(REQUEST, counted().work)
    assert.equal(codeOf(await once({ ...REQUEST, owner: 'city-paris', target: 'other' }, counted().work)), 'done')
  })

  it('lets what was refused or thrown be tried again', async () => {
    const { once } = createRepeats()
    assert.equal(codeOf(await once(REQUEST, counted(fail('not-found')).work)), 'not-found')
    await assert.rejects(once(REQUEST, () => Promise.reject(new Error('gone'))))
    assert.equal(codeOf(await once(REQUEST, counted().work)), 'done')
  })

  it('forgets the oldest key when it holds too many', async () => {
    const { once } = createRepeats(2)
    const { work, times } = counted()
    for (const key of ['one', 'two', 'three', 'one']) await once({ ...REQUEST, key }, work)
    assert.equal(times(), 4)
    await once({ ...REQUEST, key: 'three' }, work)
    assert.equal(times(), 4)
  })
})
