/** The Merkle tree against RFC 9162 written out naively, against the vectors of another project, and against mutations. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, it } from 'mocha'
import { z } from 'zod'
import { sameBytes } from '#gateway/core/log/hash.ts'
import {
  completedBy,
  completingLeaf,
  EMPTY_ROOT,
  leafHash,
  neededFor,
  nodesOf,
  placesOf,
  splitOf,
} from '#gateway/core/log/tree.ts'
import { inclusionRanges } from '#gateway/core/log/proof.ts'
import { verifyConsistency, verifyInclusion } from '#gateway/core/log/verify-proof.ts'
import { fixtureJson, fixturesDir, hasFixtures, needsFixtures } from '#test/support/fixtures.ts'
import { lawRuns } from '#test/support/law-runs.ts'
import { aTree } from '#test/support/memory-tree.ts'
import { naiveConsistency, naiveInclusion, naiveRoot } from './naive-tree.ts'

const MOST = 70
const LEAVES = Array.from({ length: MOST }, (_, at) => Buffer.from(`leaf ${at}`))
const TREE = aTree(LEAVES)
const ROOTS = Array.from({ length: MOST + 1 }, (_, size) => naiveRoot(LEAVES.slice(0, size)))
const rootAt = (size: number): Uint8Array => ROOTS[size] ?? EMPTY_ROOT
const leafAt = (index: number): Uint8Array => leafHash(LEAVES[index] ?? '')
const OTHER = leafHash('other')
const sizes = (from: number): readonly number[] => Array.from({ length: MOST - from + 1 }, (_, at) => from + at)

/** Every proof that differs from this one in one bit, one hash more, one less, or the order of two. */
function* spoilt(proof: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  yield [...proof, OTHER]
  yield [OTHER, ...proof]
  if (proof.length > 0) yield proof.slice(1)
  if (proof.length > 0) yield proof.slice(0, -1)
  for (const [at, hash] of proof.entries()) {
    const flipped = Uint8Array.from(hash)
    flipped[at % 32] = (flipped[at % 32] ?? 0) ^ 1
    yield proof.with(at, flipped)
  }
  if (proof.length > 1) yield [...proof.slice(1), ...proof.slice(0, 1)]
}

describe('the Merkle tree, for all sizes to 70', () => {
  it('has the root that RFC 9162 §2.1.1 gives', () => {
    for (const size of sizes(0)) assert.ok(sameBytes(TREE.root(size), rootAt(size)), `size ${size}`)
  })

  it('gives the inclusion proof of §2.1.3.1 for each leaf, which verifies', () => {
    for (const size of sizes(1))
      for (let index = 0; index < size; index += 1) {
        const proof = TREE.inclusion(index, size)
        assert.deepEqual(proof, naiveInclusion(index, LEAVES.slice(0, size)))
        assert.ok(verifyInclusion({ leaf: leafAt(index), index, size, root: rootAt(size) }, proof), `${index} ${size}`)
      }
  })

  it('gives the consistency proof of §2.1.4.1 for each older size, which verifies', () => {
    for (const size of sizes(0))
      for (let older = 0; older <= size; older += 1) {
        const proof = TREE.consistency(older, size)
        assert.deepEqual(proof, naiveConsistency(older, LEAVES.slice(0, size)))
        const [from, to] = [
          { size: older, root: rootAt(older) },
          { size, root: rootAt(size) },
        ]
        assert.ok(verifyConsistency(from, to, proof), `${older} ${size}`)
      }
  })

  it('refuses a spoilt inclusion proof, another leaf, another root', () => {
    let refused = 0
    for (const size of sizes(1))
      for (let index = 0; index < size; index += 3) {
        const proof = TREE.inclusion(index, size)
        const claim = { leaf: leafAt(index), index, size, root: rootAt(size) }
        for (const wrong of spoilt(proof)) {
          assert.ok(!verifyInclusion(claim, wrong))
          refused += 1
        }
        for (const wrong of [
          { ...claim, leaf: OTHER },
          { ...claim, root: OTHER },
          { ...claim, index: size },
          { ...claim, index: -1 },
        ])
          assert.ok(!verifyInclusion(wrong, proof))
      }
    assert.ok(refused > 5_000, String(refused))
  })

  it('refuses a spoilt consistency proof and other roots', () => {
    for (const size of sizes(2))
      for (let older = 1; older < size; older += 3) {
        const proof = TREE.consistency(older, size)
        const from = { size: older, root: rootAt(older) }
        const to = { size, root: rootAt(size) }
        for (const wrong of spoilt(proof)) assert.ok(!verifyConsistency(from, to, wrong), `${older} ${size}`)
        assert.ok(!verifyConsistency({ ...from, root: OTHER }, to, proof))
        assert.ok(!verifyConsistency(from, { ...to, root: OTHER }, proof))
        assert.ok(!verifyConsistency(to, from, proof))
      }
  })

  it('refuses a newer tree that is the smaller one, also where both have one root', () => {
    for (const [older, newer] of [
      [2, 1],
      [8, 4],
      [3, 2],
      [1, 0],
    ] as const) {
      const root = leafHash('the one root')
      for (const proof of [[], [root], [root, root]])
        assert.equal(verifyConsistency({ size: older, root }, { size: newer, root }, proof), false, `${older} ${newer}`)
    }
  })

  it('refuses an empty tree with a root of its own', () =>
    assert.ok(!verifyConsistency({ size: 0, root: OTHER }, { size: 3, root: rootAt(3) }, [])))

  it('refuses a claim that the tree is empty', () =>
    assert.ok(!verifyInclusion({ leaf: leafAt(0), index: 0, size: 0, root: EMPTY_ROOT }, [])))
})

describe('the cost of the Merkle tree', () => {
  const size = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - 1 })

  it('is at most one node a level for a proof and for an append, at any size to 2^53', () =>
    fc.assert(
      fc.property(size, fc.nat({ max: 2 ** 31 }), (of, seed) => {
        const index = seed % of
        const ranges = inclusionRanges(index, of)
        assert.ok(ranges.length <= 53)
        assert.ok(ranges.flatMap(placesOf).length <= 106)
        assert.ok(neededFor(index).length <= 53)
      }),
      { numRuns: lawRuns(300) },
    ))

  it('splits at the greatest power of two below, at any size to 2^53', () =>
    fc.assert(
      fc.property(fc.bigInt({ min: 2n, max: 2n ** 53n - 1n }), (n) => {
        let power = 1n
        while (power * 2n < n) power *= 2n
        assert.equal(BigInt(splitOf(Number(n))), power)
      }),
      { numRuns: lawRuns(300), examples: [[2n ** 53n - 1n], [2n ** 52n + 1n], [2n ** 52n], [2n ** 52n - 1n], [2n]] },
    ))

  it('covers a range with complete subtrees, one after another', () =>
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 2 ** 40 }), (level, length) => {
        const from = 2 ** level * 4
        const to = from + Math.min(length, 2 ** level * 4)
        let next = from
        for (const place of placesOf({ from, to })) {
          assert.equal(place.index * 2 ** place.level, next)
          next = completingLeaf(place) + 1
        }
        assert.equal(next, to)
      }),
      { numRuns: lawRuns(200) },
    ))

  it('completes one subtree more than it needs neighbours', () => {
    for (const index of [0, 1, 2, 3, 7, 8, 1023]) {
      const left = neededFor(index)
      assert.equal(left.length, completedBy(index))
      assert.equal(
        nodesOf(
          OTHER,
          left.map(() => OTHER),
        ).length,
        left.length + 1,
      )
    }
  })
})

const base64 = z.string().transform((text) => Buffer.from(text, 'base64'))
const proofOf = z.array(base64).nullable()
const inclusionVector = z.looseObject({
  leafIdx: z.number(),
  treeSize: z.number(),
  root: base64.nullable(),
  leafHash: base64.nullable(),
  proof: proofOf,
  desc: z.string(),
  wantErr: z.boolean(),
})
const consistencyVector = z.looseObject({
  size1: z.number(),
  size2: z.number(),
  root1: base64.nullable(),
  root2: base64.nullable(),
  proof: proofOf,
  desc: z.string(),
  wantErr: z.boolean(),
})
const referenceTree = z.looseObject({
  leaf_inputs_hex: z.array(z.string()),
  node_hashes_hex_by_level: z.array(z.array(z.string())),
  root_hash_hex_by_tree_size: z.record(z.string(), z.string()),
})

const NOTHING = new Uint8Array()
const vectorsOf = (kind: string): readonly string[] =>
  hasFixtures()
    ? readdirSync(join(fixturesDir(), 'merkle-rfc6962', kind), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.json'))
        .map((name) => `merkle-rfc6962/${kind}/${name}`)
        .toSorted()
    : []

describe('the vectors of transparency-dev/merkle', () => {
  needsFixtures()

  it('are all there', () => assert.equal(vectorsOf('inclusion').length + vectorsOf('consistency').length, 99))

  for (const path of vectorsOf('inclusion'))
    it(path, () => {
      const vector = inclusionVector.parse(fixtureJson(path))
      const { leafIdx: index, treeSize: size, wantErr } = vector
      const claim = { leaf: vector.leafHash ?? NOTHING, index, size, root: vector.root ?? NOTHING }
      assert.equal(verifyInclusion(claim, vector.proof ?? []), !wantErr)
    })

  for (const path of vectorsOf('consistency'))
    it(path, () => {
      const vector = consistencyVector.parse(fixtureJson(path))
      const older = { size: vector.size1, root: vector.root1 ?? NOTHING }
      const newer = { size: vector.size2, root: vector.root2 ?? NOTHING }
      assert.equal(verifyConsistency(older, newer, vector.proof ?? []), !vector.wantErr)
    })

  it('has the nodes and roots of the reference tree', () => {
    const reference = referenceTree.parse(fixtureJson('merkle-rfc6962/reference-tree.json'))
    const tree = aTree(reference.leaf_inputs_hex.map((hex) => Buffer.from(hex, 'hex')))
    for (const [level, nodes] of reference.node_hashes_hex_by_level.entries())
      for (const [index, hex] of nodes.entries())
        assert.equal(Buffer.from(tree.nodeAt({ level, index })).toString('hex'), hex)
    for (const [size, hex] of Object.entries(reference.root_hash_hex_by_tree_size))
      assert.equal(Buffer.from(tree.root(Number(size))).toString('hex'), hex)
  })
})
