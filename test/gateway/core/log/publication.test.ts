/** When a checkpoint is due, and whether a log still is the one that others hold a checkpoint of. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { DEFAULT_PACE, continues, isDue } from '#gateway/core/log/publication.ts'
import type { PublicationState } from '#gateway/core/log/publication.ts'
import { leafHash } from '#gateway/core/log/tree.ts'
import { codeOf } from '#test/support/problem-code.ts'

const NOW = Date.UTC(2026, 10, 21)
const { everyEntries, everyMs } = DEFAULT_PACE

describe('a checkpoint', () => {
  const CASES: readonly (readonly [string, PublicationState, boolean])[] = [
    ['of a first entry', { size: 1, publishedSize: 0 }, true],
    ['where nothing came', { size: 9, publishedSize: 9 }, false],
    ['one entry just after the last', { size: 10, publishedSize: 9, lastProposedAt: NOW - everyMs + 1 }, false],
    ['one entry in its time', { size: 10, publishedSize: 9, lastProposedAt: NOW - everyMs }, true],
    ['one entry short of many', { size: 9 + everyEntries - 1, publishedSize: 9, lastProposedAt: NOW }, false],
    ['many entries at once', { size: 9 + everyEntries, publishedSize: 9, lastProposedAt: NOW }, true],
    ['while another waits', { size: 999, publishedSize: 9, waitingSize: 20, lastProposedAt: 0 }, false],
  ]
  for (const [name, state, expected] of CASES)
    it(`${name} is ${expected ? '' : 'not '}due`, () => assert.equal(isDue(state, DEFAULT_PACE, NOW), expected))
})

describe('a log and the head that somebody holds of it', () => {
  const root = leafHash('a')
  const own = { size: 5, rootAt: (size: number): typeof root => (size === 5 ? root : leafHash(`root at ${size}`)) }

  it('go on together, or the log is shorter, or another', () => {
    assert.equal(codeOf(continues(own, { size: 5, root })), 'ok')
    assert.equal(codeOf(continues(own, { size: 3, root: leafHash('root at 3') })), 'ok')
    assert.equal(codeOf(continues(own, { size: 6, root })), 'log-rolled-back')
    assert.equal(codeOf(continues(own, { size: 3, root })), 'log-forked')
  })
})
