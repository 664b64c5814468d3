/** Folded copies: what goes to the gateway is the message once and a seed for each copy; it makes the same copies, or none. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import { saltsOf, unfold } from '#gateway/core/case-copy/folded.ts'
import type { FoldedCopy } from '#gateway/core/case-copy/folded.ts'
import { readCopySet } from '#gateway/core/case-copy/copy-set.ts'
import type { CopiedMessage } from '#gateway/core/case-copy/schema.ts'
import { aCopiedMessage, aRandomMessage } from '#test/support/arbitrary-messages.ts'
import { PRESENTER, copyFor, gained, revealed, verdictOf } from '#test/support/case-copies.ts'
import { samples } from '#test/support/samples.ts'

const seedOf = (name: string): string => createHash('sha256').update(name).digest('base64url')

const foldedOf = (message: CopiedMessage, prev?: string): readonly FoldedCopy[] => {
  const copies = ['PS', 'SP'].map((name) => ({ ...copyFor(name), salt: saltsOf(seedOf(name)) }))
  const made = gained(copiesOf({ message, copies, presenter: PRESENTER, prev }))
  return made.map(({ payload }, index) => ({
    ...copyFor(index === 0 ? 'PS' : 'SP'),
    seed: seedOf(index === 0 ? 'PS' : 'SP'),
    signed: payload,
  }))
}

describe('folded copies', () => {
  it('unfold to the copies that were signed, which are a set of copies of the message', () => {
    fc.assert(
      fc.property(aRandomMessage(3), (message) => {
        const unfolded = gained(unfold({ message, presenter: PRESENTER }, foldedOf(message)))
        const set = gained(readCopySet(unfolded.map((copy) => revealed(copy, copy.disclosures))))
        assert.equal(set.payload['jti'], message.jti)
      }),
      { numRuns: samples(60) },
    )
  })

  it('H042 H049 are refused for another message, another key, another past, another class or another seed', () => {
    const message = aCopiedMessage({ kind: 'EndOfCustodyNote', items: [] })
    const folded = foldedOf(message)
    const [one, two] = folded
    assert.ok(one && two)
    const verdict = (changes: object, copies: readonly FoldedCopy[] = folded): string =>
      verdictOf(unfold({ message, presenter: PRESENTER, ...changes }, copies))
    assert.deepEqual(
      [
        verdict({}),
        verdict({ message: { ...message, purpose: 'safety' } }),
        verdict({ presenter: { ...PRESENTER, x: 'z'.repeat(43) } }),
        verdict({ prev: 'd' }),
        verdict({}, [one, { ...two, audienceClass: 'XX' }]),
        verdict({}, [one, { ...two, caseHandle: 'another-handle' }]),
        verdict({}, [one, { ...two, seed: seedOf('other') }]),
        verdict({}, [one, { ...two, seed: one.seed }]),
        verdict({}, [one, { ...two, seed: 'short' }]),
      ],
      [
        'ok',
        ...['message', 'message', 'message', 'message', 'message', 'message', 'seed', 'seed'].map(
          (code) => `copies-differ /copies ${code}`,
        ),
      ],
    )
  })

  it('draw salts that never repeat, of 128 bits', () => {
    const draw = saltsOf(seedOf('a'))
    const salts = Array.from({ length: 10_000 }, draw)
    assert.equal(new Set(salts).size, 10_000)
    assert.ok(salts.every((salt) => /^[A-Za-z0-9_-]{22}$/.test(salt)))
    const other = saltsOf(seedOf('b'))
    assert.equal(salts.includes(other()), false)
    assert.deepEqual(Array.from({ length: 10_000 }, saltsOf(seedOf('a'))), salts)
  })

  it('draw decoys that cannot be told from digests: as long, spelled as one, all alike in their characters, none twice', () => {
    const { decoy } = saltsOf(seedOf('a'))
    assert.ok(decoy)
    const decoys = Array.from({ length: 16_000 }, decoy)
    assert.equal(new Set(decoys).size, decoys.length)
    assert.ok(decoys.every((text) => Buffer.from(text, 'base64url').length === 32))
    assert.ok(decoys.every((text) => Buffer.from(text, 'base64url').toString('base64url') === text))
    for (const at of [0, 21, 41, 42]) {
      const counts = [...Map.groupBy(decoys, (text) => text.charAt(at)).values()].map(({ length }) => length)
      const characters = at === 42 ? 16 : 64
      assert.equal(counts.length, characters)
      // Six standard deviations: of numbers that are drawn evenly, once in a hundred million runs.
      const even = decoys.length / characters
      assert.ok(counts.every((count) => Math.abs(count - even) < 6 * Math.sqrt(even)))
    }
  })

  it('law: a copy is the same whether it is made alone or with others that say the same', () => {
    fc.assert(
      fc.property(aRandomMessage(3), (message) => {
        const toMake = ['PS', 'SP', 'XX'].map((name) => () => ({ ...copyFor(name), salt: saltsOf(seedOf(name)) }))
        const together = gained(copiesOf({ message, copies: toMake.map((one) => one()), presenter: PRESENTER }))
        for (const [index, one] of toMake.entries()) {
          const [alone] = gained(copiesOf({ message, copies: [one()], presenter: PRESENTER }))
          assert.equal(alone?.payload, together[index]?.payload)
          assert.deepEqual(alone?.disclosures, together[index]?.disclosures)
        }
      }),
      { numRuns: samples(40) },
    )
  })
})
