/** A recipient's own check: whoever presents more, less or other than is said is refused, whichever way it is done. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { UNNARROWED } from '#gateway/core/choice.ts'
import { present } from '#gateway/core/case-copy/present.ts'
import { readyRevealed } from '#gateway/core/case-copy/ready-copy.ts'
import { readPresentation } from '#gateway/core/case-copy/read-presentation.ts'
import { readCompactSdJwt, printCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import { aCopiedMessage, seenUnder } from '#test/support/arbitrary-messages.ts'
import { copyFor, gained, oneCopy, revealed, verdictOf } from '#test/support/case-copies.ts'
import { samples } from '#test/support/samples.ts'

const message = aCopiedMessage({
  kind: 'MonthlyMeetingRecord',
  meetingOn: '2026-11-12',
  attendees: ['mandate-one'],
  items: [1, 2, 3].map((index) => ({
    itemId: `00000000-0000-4000-8000-00000000000${index}`,
    section: 'custody',
    term: 'sentence-end-date',
    value: '2027-03-14',
    nature: 'fact',
    subjectCategory: 'convicted',
    author: { role: 'registrar', service: 'prison-paris' },
    observedAt: '2026-11-01',
    conditions: ['no-onward'],
    evidenceFor: ['a letter'],
    supersedes: `00000000-0000-4000-9000-00000000000${index}`,
  })),
})
const copy = oneCopy(message)
const all = revealed(copy, copy.disclosures)
const LEVELS = ['full', 'summary', 'existence'] as const
const ceilings = LEVELS.map((level) => ({ level, omission: 'silent', conditions: [], rungs: {} }) as const)
const seen = seenUnder(message, { ceilings, choice: UNNARROWED, hasSeenOld: false }, copyFor('PS').caseHandle)
const shown = present(readyRevealed(all), seen.projection, seen.itemIds)
const CLASS = { audienceClass: 'PS' }

/** Reads it with other disclosures or other annotations. */
const verdict = (
  disclosures: readonly string[],
  annotations: object = shown.annotations,
  reader: typeof CLASS = CLASS,
): string => verdictOf(readPresentation(revealed(copy, disclosures), annotations, reader))

const withPart = (itemAt: number, name: string): readonly string[] => {
  const part = readyRevealed(all).byId.get(`00000000-0000-4000-8000-00000000000${itemAt}`)?.parts.get(name)
  assert.ok(part)
  return [...shown.disclosures, part]
}
const items = shown.annotations.items
const annotated = (at: number, changes: object): object => ({
  ...shown.annotations,
  items: items.map((item, index) => (index === at ? { ...item, ...changes } : item)),
})
const REFUSED = 'presentation-refused /presentation'

describe('a presentation that does not keep its word', () => {
  it('is read where nothing was changed', () => {
    assert.deepEqual(
      gained(readPresentation(revealed(copy, shown.disclosures), shown.annotations, CLASS)),
      seen.projection,
    )
  })

  it('H091 is refused by a recipient of another class, whoever sent it', () => {
    assert.equal(verdict(shown.disclosures, shown.annotations, { audienceClass: 'SP' }), `${REFUSED} audience-class`)
  })

  it('is refused with what is for the gateway alone', () => {
    const broker = all.disclosures.find(({ name }) => name === 'broker')
    assert.ok(broker)
    assert.equal(verdict([...shown.disclosures, broker.encoded]), `${REFUSED} for-the-gateway-alone`)
    for (const at of [1, 2, 3]) assert.equal(verdict(withPart(at, 'labels')), `${REFUSED} for-the-gateway-alone`)
  })

  it('is refused with a part that the level of its item does not have', () => {
    assert.deepEqual(
      [
        verdict(withPart(1, 'g1')),
        verdict(withPart(1, 'month')),
        verdict(withPart(2, 'g0')),
        verdict(withPart(2, 'exact')),
        verdict(withPart(2, 'detail')),
        verdict(withPart(3, 'name')),
        verdict(withPart(3, 'g4')),
        verdict(withPart(3, 'supersedes')),
      ],
      ['level', 'precision', 'level', 'precision', 'precision', 'level', 'level', 'level'].map(
        (code) => `${REFUSED} ${code}`,
      ),
    )
  })

  it('is refused with a month where nothing passed, and with a day where nothing exact did', () => {
    const withBody = (level: 'existence' | 'summary', name: string): string => {
      const levels = { ceilings: [{ level, omission: 'silent', conditions: [], rungs: {} }] as const }
      const view = seenUnder(message, { ...levels, choice: UNNARROWED, hasSeenOld: false }, copyFor('PS').caseHandle)
      const { disclosures, annotations } = present(readyRevealed(all), view.projection, view.itemIds)
      const more = all.disclosures.flatMap((placed) => (placed.name === name ? [placed.encoded] : []))
      assert.equal(verdict(disclosures, annotations), 'ok')
      return verdict([...disclosures, ...more], annotations)
    }
    assert.equal(withBody('existence', 'valued'), `${REFUSED} body`)
    assert.equal(withBody('existence', 'dated'), `${REFUSED} body`)
    assert.equal(withBody('summary', 'dated'), `${REFUSED} body`)
  })

  it('is refused where annotations speak of other items, other levels, or shed a condition of the sender', () => {
    const [one, two, three] = items
    assert.ok(one && two && three)
    assert.deepEqual(
      [
        verdict(shown.disclosures, { ...shown.annotations, items: [one, two] }),
        verdict(shown.disclosures, { ...shown.annotations, items: [one, two, two] }),
        verdict(shown.disclosures, { ...shown.annotations, items: [one, two, { ...three, element: 3 }] }),
        verdict(shown.disclosures, annotated(0, { level: 'summary' })),
        verdict(shown.disclosures, annotated(0, { level: 'existence' })),
        verdict(shown.disclosures, annotated(1, { level: 'existence' })),
        verdict(shown.disclosures, annotated(2, { level: 'full' })),
        verdict(shown.disclosures, annotated(0, { conditions: [] })),
        verdict(shown.disclosures, annotated(0, { value: 'made up' })),
        verdict(shown.disclosures, { ...shown.annotations, corrected: [0] }),
        verdict(shown.disclosures, { ...shown.annotations, attested: 'broker' }),
        verdict(shown.disclosures, { ...shown.annotations, value: 'made-up' }),
      ].map((text) => text.replace(`${REFUSED} `, '')),
      [
        'items',
        'items',
        'items',
        'precision',
        'level',
        'level',
        'level',
        'conditions-shed',
        'annotations',
        'corrected',
        'attested',
        'annotations',
      ],
    )
  })

  it('H042 H047 says nothing that the sender did not sign, whatever is changed at random', () => {
    const text = printCompactSdJwt({ jwt: 'jwt', disclosures: shown.disclosures })
    const payload: unknown = JSON.parse(copy.payload)
    const character = fc.constantFrom('~', 'A', 'z', '0', '-', '_', '=')
    let accepted = 0
    fc.assert(
      fc.property(fc.nat(text.length - 1), character, fc.nat(3), (at, to, removed) => {
        const compact = readCompactSdJwt(text.slice(0, at) + to + text.slice(at + removed))
        // What is cut off at the end would be the key binding, and is checked as such.
        if (!compact.ok || compact.value.keyBinding !== undefined) return
        const opened = reveal(payload, compact.value.disclosures)
        if (!opened.ok) return
        const read = readPresentation(opened.value, shown.annotations, CLASS)
        if (!read.ok) return
        accepted += 1
        assert.deepEqual(read.value, seen.projection)
      }),
      { numRuns: samples(6000) },
    )
    assert.ok(accepted < samples(6000) / 10, 'only what changes nothing is accepted')
  })
})
