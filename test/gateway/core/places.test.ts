/** Where something does not fit: a pointer, the kind of fault and what was expected, and never what came. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { z } from 'zod'
import { MAX_PLACES, placesOf } from '#gateway/core/places.ts'
import { fail, isRetryable, ok, unreachable } from '#gateway/core/problem.ts'
import type { ProblemPlace } from '#gateway/core/problem.ts'

const SCHEMA = z.strictObject({ list: z.array(z.strictObject({ 'a/b~c': z.number() })).optional() })
const places = (schema: z.ZodType, value: unknown): readonly ProblemPlace[] => {
  const read = schema.safeParse(value)
  return read.success ? assert.fail('it fits') : placesOf(read.error)
}

describe('placesOf', () => {
  it('points with escaped names and indexes, and says what was expected', () =>
    assert.deepEqual(places(SCHEMA, { list: [{ 'a/b~c': 1 }, { 'a/b~c': 'secret' }] }), [
      { pointer: '/list/1/a~1b~0c', code: 'invalid_type', expected: 'number' },
    ]))
  it('points at the whole with nothing', () =>
    assert.deepEqual(places(SCHEMA, 'secret'), [{ pointer: '', code: 'invalid_type', expected: 'object' }]))
  it('names no unknown member', () =>
    assert.deepEqual(places(SCHEMA, { secret: 1 }), [{ pointer: '', code: 'member-unknown' }]))
  it('says nothing of what a pattern expected', () =>
    assert.deepEqual(places(z.object({ a: z.string().regex(/^x$/) }), { a: 'y' }), [
      { pointer: '/a', code: 'invalid_format' },
    ]))
  it('tells of fifty faults at most', () => {
    assert.equal(
      places(
        z.array(z.number()),
        Array.from({ length: 60 }, () => 'x'),
      ).length,
      MAX_PLACES,
    )
    assert.equal(MAX_PLACES, 50)
  })
})

describe('a result', () => {
  it('is a value or a problem with its places, if any', () => {
    assert.deepEqual(ok(1), { ok: true, value: 1 })
    assert.deepEqual(fail('not-found'), { ok: false, problem: { code: 'not-found' } })
    assert.deepEqual(fail('not-found', []), { ok: false, problem: { code: 'not-found', errors: [] } })
  })
  it('may be tried again where trying again may help', () => {
    assert.deepEqual([isRetryable('store-unavailable'), isRetryable('not-found')], [true, false])
  })
  it('throws where no alternative is left', () =>
    assert.throws(() => unreachable('something' as never), { message: 'unreachable alternative', cause: 'something' }))
})
