/** What a recipient's program reads a projection by: every member has its place, and there is none for anything more. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import type { z } from 'zod'
import {
  CONSTANT_SENTENCE,
  projectedItemSchema,
  projectionSchema,
  withheldEntrySchema,
} from '#gateway/core/projection.ts'

const ITEM = {
  section: 'family',
  level: 'current',
  author: { role: 'clerk' },
  observedAt: '2026-11-01',
  past: false,
  quality: { asOf: '2026-11-01', completeness: 'unknown', generalised: false },
  marking: { classification: 'non-protege', handling: [], conditions: [] },
}
const WITHHELD = { section: 'family', kind: 'your-choice', reason: 'depth' }
const PROJECTION = {
  sch: 'passerelle-projection/1',
  iss: 'a',
  aud: 'b',
  iat: 1,
  jti: 'c',
  kind: 'Referral',
  messageId: 'd',
  sender: 'prison-paris',
  caseId: 'C-1',
  purpose: 'release-preparation',
  legalBasis: [],
  regime: 'LED',
  attested: 'originator',
  depth: 'D2',
  body: { quarter: '2026-Q4' },
  items: [ITEM],
  withheld: [WITHHELD],
  conditions: [],
  notice: CONSTANT_SENTENCE,
  policy: { id: 'a-policy', version: '1' },
}
const MORE = { inReplyTo: 'e', agreement: 'f', art9: 'g' }
const ITEM_MORE = {
  itemId: 'a',
  term: 'b',
  rung: 'g1',
  value: null,
  nature: 'fact',
  subjectCategory: 'convicted',
  author: { role: 'clerk', service: 'prison-paris' },
  quality: {
    ...ITEM.quality,
    validUntil: '2027-01-01',
    source: { scheme: 'admiralty', code: 'B' },
    information: { scheme: 'admiralty', code: '2' },
    method: 'interview',
  },
  marking: {
    ...ITEM.marking,
    handling: ['H1'],
    tlp: 'TLP:RED',
    originator: 'prison-paris',
    releaseUntil: '2027-01-01',
  },
  evidenceFor: ['a'],
  evidenceAgainst: ['b'],
  missingInformation: 'c',
  disputed: true,
  subjectStatement: 'd',
  supersedes: 'e',
  lang: 'fr',
  record: 'person',
  at: '/data',
}

/** Takes the least and the most, and neither without a required member nor with one more. */
function holds(name: string, schema: z.ZodType, least: object, more: object): void {
  describe(name, () => {
    const accepts = (value: unknown): boolean => schema.safeParse(value).success
    it('takes the least and the most that it can say, as it is', () => {
      for (const value of [least, { ...least, ...more }]) assert.deepEqual(schema.parse(value), value)
    })
    for (const member of Object.keys(least))
      it(`is nothing without ${member}, nor with another kind of it`, () => {
        assert.ok(!accepts(Object.fromEntries(Object.entries(least).filter(([one]) => one !== member))))
        assert.ok(!accepts({ ...least, [member]: Symbol('none') }))
      })
    it('has no place for anything more', () => {
      assert.ok(!accepts({ ...least, note: 'x' }))
      for (const [member, value] of Object.entries({ ...least, ...more }))
        if (typeof value === 'object' && value !== null && !Array.isArray(value) && member !== 'body')
          assert.ok(!accepts({ ...least, [member]: { ...value, note: 'x' } }), member)
    })
  })
}

holds('a projection', projectionSchema, PROJECTION, MORE)
holds('a projected item', projectedItemSchema, ITEM, ITEM_MORE)
holds('a declared omission', withheldEntrySchema, WITHHELD, {})
