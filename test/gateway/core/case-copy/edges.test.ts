/** Where a copy and what is to be shown of it do not belong together: nothing is shown. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { UNNARROWED } from '#gateway/core/choice.ts'
import { indexOf } from '#gateway/core/case-copy/copy-index.ts'
import { membersOf } from '#gateway/core/case-copy/json-members.ts'
import { present } from '#gateway/core/case-copy/present.ts'
import { readPresentation } from '#gateway/core/case-copy/read-presentation.ts'
import { readyIssued, readyRevealed } from '#gateway/core/case-copy/ready-copy.ts'
import { aCopiedMessage, seenUnder } from '#test/support/arbitrary-messages.ts'
import { copyFor, gained, oneCopy, revealed, verdictOf } from '#test/support/case-copies.ts'

const ITEM = {
  section: 'custody',
  term: 'sentence-end-date',
  value: '2027-03-14',
  nature: 'fact',
  subjectCategory: 'convicted',
  author: { role: 'registrar', service: 'prison-paris' },
  observedAt: '2026-11-01',
  conditions: ['no-onward'],
}
const meeting = (...itemIds: readonly string[]): ReturnType<typeof aCopiedMessage> =>
  aCopiedMessage({
    kind: 'MonthlyMeetingRecord',
    meetingOn: '2026-11-12',
    attendees: ['mandate-one'],
    items: itemIds.map((itemId) => ({ ...ITEM, itemId })),
  })

const ONE = '00000000-0000-4000-8000-000000000001'
const TWO = '00000000-0000-4000-8000-000000000002'
const message = meeting(ONE)
const copy = oneCopy(message)
const ready = readyRevealed(revealed(copy, copy.disclosures))
const ceilings = [{ level: 'full', omission: 'silent', conditions: [], rungs: {} }] as const
const seen = seenUnder(message, { ceilings, choice: UNNARROWED, hasSeenOld: false }, copyFor('PS').caseHandle)
const shown = present(ready, seen.projection, seen.itemIds)
const CLASS = { audienceClass: 'PS' }

describe('a copy at its edges', () => {
  it('shows nothing where it lacks a part that the projection says', () => {
    const parts = new Map([...ready.parts].filter(([name]) => name !== 'about'))
    assert.throws(() => present({ ...ready, parts }, seen.projection, seen.itemIds), /the copy has no about/)
  })

  it('shows nothing where it lacks an item of the projection, or nobody says which one it is', () => {
    const byId = new Map([...ready.byId].map(([, item]) => [TWO, item]))
    assert.throws(() => present({ ...ready, byId }, seen.projection, seen.itemIds), /the copy has no such item/)
    assert.throws(() => present(ready, seen.projection, []), /the copy has no such item/)
  })

  it('shows nothing where the projection corrects what the copy does not', () => {
    const corrects = { ...seen.projection, body: { ...seen.projection.body, corrected: [TWO] } }
    const corrected = [{ id: TWO, element: 'an-element', order: 0 }]
    assert.throws(() => present(ready, corrects, seen.itemIds), /the copy corrects no such item/)
    assert.deepEqual(present({ ...ready, corrected }, corrects, seen.itemIds).annotations.corrected, [0])
  })

  it('is made ready for its own message alone', () => {
    assert.deepEqual(readyIssued(message, copy), ready)
    assert.throws(() => readyIssued(meeting(ONE, TWO), copy), /the copy is of another message/)
  })

  it('is refused as malformed by its reader where an open claim is missing, whatever is shown', () => {
    const { audienceClass: _class, ...claims } = membersOf(JSON.parse(copy.payload))
    const read = readPresentation(
      revealed({ payload: JSON.stringify(claims) }, shown.disclosures),
      shown.annotations,
      CLASS,
    )
    assert.equal(verdictOf(read).split(' ').slice(0, 2).join(' '), 'message-malformed /audienceClass')
  })

  it('is read under the conditions of the gateway where its sender made none', () => {
    const bare = structuredClone(revealed(copy, shown.disclosures))
    for (const { element } of indexOf(bare).items) Reflect.deleteProperty(membersOf(element.value), 'conditions')
    const [item] = shown.annotations.items
    assert.ok(item)
    const annotations = { ...shown.annotations, items: [{ ...item, conditions: ['added-one'] }] }
    assert.deepEqual(gained(readPresentation(bare, annotations, CLASS)).items[0]?.marking.conditions, ['added-one'])
    const own = readPresentation(revealed(copy, shown.disclosures), annotations, CLASS)
    assert.equal(verdictOf(own), 'presentation-refused /presentation conditions-shed')
  })
})
