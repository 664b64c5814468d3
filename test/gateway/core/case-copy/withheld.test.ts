/** What is withheld does not show: not in size, not in structure, not in the name of a copy or of its sender. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { UNNARROWED } from '#gateway/core/choice.ts'
import { indexOf } from '#gateway/core/case-copy/copy-index.ts'
import { membersOf } from '#gateway/core/case-copy/json-members.ts'
import { present } from '#gateway/core/case-copy/present.ts'
import { readyRevealed } from '#gateway/core/case-copy/ready-copy.ts'
import { readPresentation } from '#gateway/core/case-copy/read-presentation.ts'
import { CAPACITIES, capacityOf } from '#gateway/core/case-copy/schema.ts'
import type { CopiedMessage } from '#gateway/core/case-copy/schema.ts'
import { SENDER, aCopiedMessage, seenUnder } from '#test/support/arbitrary-messages.ts'
import type { Ceilings } from '#test/support/arbitrary-messages.ts'
import { copyFor, gained, oneCopy, revealed } from '#test/support/case-copies.ts'

const uuid = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
const anItem = (index: number, changes: object = {}): object => ({
  itemId: uuid(index),
  section: 'custody',
  term: 'sentence-end-date',
  value: '2027-03-14',
  nature: 'fact',
  subjectCategory: 'convicted',
  author: { role: 'registrar', service: 'prison-paris' },
  observedAt: '2026-11-01',
  ...changes,
})
/** Three items that pass at three levels, and then as many as wanted of which nothing passes. */
const aMessage = (kind: string, count: number, secret: object = {}): CopiedMessage =>
  aCopiedMessage({
    kind,
    ...(kind === 'QuarterlyReport' ? { quarter: '2026-Q4' } : {}),
    items: Array.from({ length: count }, (_, index) => anItem(index, index < 3 ? {} : secret)),
  })

const ceiling = (level: Ceilings['ceilings'][number]['level']): Ceilings['ceilings'][number] => ({
  level,
  omission: 'silent',
  conditions: [],
  rungs: {},
})

/** What the recipient holds: the signed payload, the disclosures, and what the gateway adds. */
function heldBy(message: CopiedMessage): {
  readonly payload: string
  readonly shown: readonly string[]
  readonly notes: string
} {
  const copy = oneCopy(message)
  const items = message.items ?? []
  const levels = items.map((_, index) => ceiling((['full', 'summary', 'existence'] as const)[index] ?? 'nothing'))
  const seen = seenUnder(message, { ceilings: levels, choice: UNNARROWED, hasSeenOld: false }, copyFor('PS').caseHandle)
  const presented = present(readyRevealed(revealed(copy, copy.disclosures)), seen.projection, seen.itemIds)
  assert.equal(seen.projection.items.length, 3)
  return { payload: copy.payload, shown: presented.disclosures, notes: JSON.stringify(presented.annotations) }
}

/** Lengths and shapes with everything random blotted out. */
function structureOf({ payload, shown, notes }: ReturnType<typeof heldBy>): unknown {
  const blotted = (json: string): string => json.replaceAll(/"[A-Za-z0-9_-]{22}"|"[A-Za-z0-9_-]{43}"/g, '"."')
  const texts = shown.map((disclosure) => Buffer.from(disclosure, 'base64url').toString())
  return {
    bytes: [payload.length, shown.join('~').length, notes.length],
    payload: blotted(payload),
    shown: texts.map(blotted).toSorted(),
    // Which of the shown elements comes first is as random as its salt.
    notes: notes.replaceAll(/"element":\d/g, ''),
  }
}

const SECRETS = {
  term: 'sentence-end-date',
  value: undefined,
  rungs: { g1: '2026-11' },
  method: 'a long secret method',
  evidenceFor: ['much', 'evidence'],
  conditions: ['no-onward', 'no-judicial-use'],
  supersedes: uuid(999_999),
}

describe('what is silently withheld', () => {
  const pairs = [
    [63, 64],
    [65, 512],
    [511, 512],
    [513, 1200],
    [4095, 4096],
    [4097, 4098],
  ] as const
  for (const [fewer, more] of pairs)
    it(`H070 H071 gives the same sizes and the same structure for ${fewer} items and for ${more}`, () => {
      const one = structureOf(heldBy(aMessage('QuarterlyReport', fewer)))
      assert.deepEqual(structureOf(heldBy(aMessage('QuarterlyReport', more, SECRETS))), one)
    })

  it('H070 a whole case of 3 items looks like one of 63, 64, 65 and 512', () => {
    const one = structureOf(heldBy(aMessage('Referral', 3)))
    for (const count of [63, 64, 65, 512])
      assert.deepEqual(structureOf(heldBy(aMessage('Referral', count, SECRETS))), one, String(count))
  })

  it('H070 an item at existence, or at a rung, looks the same whatever more there is of it', () => {
    const more = {
      rungs: { g4: '2020s' },
      method: 'a long secret method',
      evidenceFor: ['much', 'evidence'],
      subjectStatement: 'words of her own',
      supersedes: uuid(999_999),
      derivedFrom: [uuid(999_998)],
      handlingNote: 'a secret note',
    }
    const shownOf = (level: 'existence' | 'summary', changes: object): unknown => {
      const message = aCopiedMessage({ kind: 'EndOfCustodyNote', items: [anItem(1, changes)] })
      const copy = oneCopy(message)
      const levels = { ceilings: [ceiling(level)], choice: UNNARROWED, hasSeenOld: false }
      const seen = seenUnder(message, levels, copyFor('PS').caseHandle)
      const presented = present(readyRevealed(revealed(copy, copy.disclosures)), seen.projection, seen.itemIds)
      return structureOf({
        payload: copy.payload,
        shown: presented.disclosures,
        notes: JSON.stringify(presented.annotations),
      })
    }
    for (const level of ['existence', 'summary'] as const)
      assert.deepEqual(shownOf(level, more), shownOf(level, {}), level)
    // Neither an exact value, nor the name of another term.
    const other = { term: 'custody-entry-date', value: undefined, rungs: { g3: '2027' } }
    assert.deepEqual(shownOf('existence', other), shownOf('existence', {}))
  })

  it('shows that an array was outgrown, and no more than that (a limit that the documents name)', () => {
    const at = (count: number): number => capacityOf('QuarterlyReport', count)
    assert.deepEqual([0, 64, 65, 512, 513, 4096, 4097, 16_384].map(at), [64, 64, 512, 512, 4096, 4096, 16_384, 16_384])
    assert.equal(capacityOf('CaseHandover', 0), 512)
    assert.throws(() => capacityOf('CaseHandover', CAPACITIES[3] + 1), RangeError)
  })

  it('H071 says nothing by the order of digests or of disclosures: the item shown stands anywhere', () => {
    const firsts = new Set<number>()
    for (let seed = 0; seed < 40; seed += 1) {
      const message = aCopiedMessage({ kind: 'EndOfCustodyNote', items: [anItem(1), anItem(seed + 2)] })
      const copy = oneCopy(message, { copies: [{ ...copyFor('PS'), salt: drawing(seed) }] })
      const all = revealed(copy, copy.disclosures)
      const [first] = indexOf(all).items
      firsts.add(Number(membersOf(first?.parts.get('labels')?.value)['index']))
    }
    assert.deepEqual(firsts, new Set([0, 1]))
  })
})

const drawing = (seed: number): (() => string) => {
  let drawn = 0
  return () => Buffer.from(`${seed} ${(drawn += 1)}`.padEnd(16)).toString('base64url')
}

describe('a source that is masked', () => {
  it('H069 is nowhere in what the gateway says again in its own name, openly', () => {
    const message = aCopiedMessage({ kind: 'EndOfCustodyNote', items: [anItem(1, { evidenceFor: ['seen twice'] })] })
    const gateway = 'spiffe://example.test/broker/gateway-one'
    const copy = oneCopy(message, { reissuedBy: gateway, prev: 'p'.repeat(64) })
    const bytes = [copy.payload, ...copy.disclosures.map((one) => Buffer.from(one, 'base64url').toString())].join('\n')
    for (const text of [SENDER, 'probation-paris', message.jti, message.caseId, 'p'.repeat(64)])
      assert.equal(bytes.includes(text), false, text)
    const all = revealed(copy, copy.disclosures)
    assert.equal(all.claims['attested'], 'broker')
    const levels = { ceilings: [ceiling('full')], choice: UNNARROWED, hasSeenOld: false }
    const seen = seenUnder(message, levels, copyFor('PS').caseHandle)
    const masked = { ...seen.projection, sender: 'gateway-one', attested: 'broker' } as const
    const presented = present(readyRevealed(all), masked, seen.itemIds)
    const read = readPresentation(revealed(copy, presented.disclosures), presented.annotations, { audienceClass: 'PS' })
    assert.deepEqual(gained(read), masked)
    const asOriginator = { ...presented.annotations, attested: 'originator' }
    assert.equal(
      readPresentation(revealed(copy, presented.disclosures), asOriginator, { audienceClass: 'PS' }).ok,
      false,
    )
  })
})
