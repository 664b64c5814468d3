/** What every dialect keeps to, whatever the record: pure, total, deterministic, and silent about values when it refuses. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { itemSchema } from '#gateway/core/item.ts'
import { caseFactsSchema } from '#gateway/core/message.ts'
import type { Dialect } from '#gateway/ports/dialect.ts'
import { inputOf, readingOf } from '#test/support/projected.ts'
import { samples } from '#test/support/samples.ts'

/** A small record that the dialect reads. */
export interface DialectSample {
  readonly record: string
  readonly document: unknown
}

/** Frozen all the way down: a reader that writes to its input throws. */
const frozen = (value: unknown): unknown => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}

/** Nothing of this may appear in a fault. */
const SECRET = 'SECRET-7391-name-of-a-person'

const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, maxDepth: 3 }),
  fc.constantFrom(undefined, NaN, Symbol('x'), () => 1, new Date(0), SECRET, [SECRET], { [SECRET]: SECRET }),
)

/** Run for each dialect with samples of its records. */
export function dialectContract(dialect: Dialect, given: readonly DialectSample[]): void {
  describe(`dialect ${dialect.id} keeps the contract`, () => {
    it('has samples', () => assert.notEqual(given.length, 0))

    for (const { record, document } of given) {
      it(`${record}: makes valid items, each with its own id`, () => {
        const { items, facts } = readingOf(dialect.read(inputOf(record, frozen(structuredClone(document)))))
        for (const item of items) assert.ok(itemSchema.safeParse(item).success, JSON.stringify(item))
        assert.equal(new Set(items.map(({ itemId }) => itemId)).size, items.length)
        assert.ok(facts === undefined || caseFactsSchema.safeParse(facts).success)
      })

      it(`${record}: the same input gives the same reading`, () => {
        const read = (): unknown => dialect.read(inputOf(record, structuredClone(document)))
        assert.deepEqual(read(), read())
      })

      it(`${record}: a value put anywhere of another type never throws, and no fault quotes it`, () => {
        fc.assert(
          fc.property(fc.nat(), strange, (place, value) => {
            const result = dialect.read(inputOf(record, withChanged(document, place, value)))
            if (!result.ok) assert.ok(!JSON.stringify(result.faults).includes('SECRET'), JSON.stringify(result.faults))
          }),
          { numRuns: samples(60) },
        )
      })
    }

    it('never throws, whatever the document and the name of the record', () => {
      const records = fc.oneof(fc.constantFrom(...dialect.records, '__proto__', ''), fc.string())
      fc.assert(
        fc.property(records, strange, (record, document) => {
          const result = dialect.read(inputOf(record, document))
          assert.ok(result.ok || result.faults.length > 0)
        }),
        { numRuns: samples(200) },
      )
    })
  })
}

/** The document with one of its values, chosen by number, replaced. */
export function withChanged(document: unknown, place: number, value: unknown): unknown {
  const copy: unknown = structuredClone(document)
  const slots: (() => void)[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [name, member] of Object.entries(node)) {
      slots.push(() => Object.defineProperty(node, name, { value, enumerable: true, configurable: true }))
      visit(member)
    }
  }
  visit(copy)
  slots[place % Math.max(1, slots.length)]?.()
  return copy
}
