/** Why an item was narrowed: whose choice, a seal, or the floor that undid it. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { choiceSchema } from '#gateway/core/choice.ts'
import type { Choice, ChoiceText } from '#gateway/core/choice.ts'
import { depthFor, narrow, shallower } from '#gateway/core/narrow.ts'
import type { Judged, Narrowed, View } from '#gateway/core/narrow.ts'

const AT = Date.parse('2026-11-21T00:00:00Z')
const VIEW: View = { at: AT, milestones: {}, meetings: 0, lastReadAt: undefined }
const ITEM = {
  section: 'family',
  nature: 'fact',
  isPast: false,
  isSuperseded: false,
  isNew: false,
  observedAt: AT - 1000,
}
const choice = (text: Partial<ChoiceText>): Choice => choiceSchema.parse({ depth: 'D4', ...text })

const seen = (
  choices: { organisation?: Partial<ChoiceText>; practitioner?: Partial<ChoiceText> },
  judged: Partial<Judged> = {},
): Narrowed =>
  narrow(
    { ceiling: 'full', isFloor: false, item: ITEM, ...judged },
    {
      organisation: choice(choices.organisation ?? {}),
      practitioner: choice(choices.practitioner ?? {}),
      meetings: 0,
      lastReadAt: undefined,
    },
    VIEW,
  )

describe('narrow', () => {
  it('says nothing where nobody narrowed', () => assert.deepEqual(seen({}), { level: 'full', because: [] }))
  it('names the organisation', () =>
    assert.deepEqual(seen({ organisation: { depth: 'D2' } }), { level: 'current', because: ['choice:organisation'] }))
  it('names the practitioner', () =>
    assert.deepEqual(seen({ practitioner: { depth: 'D1' } }), { level: 'nothing', because: ['choice:practitioner'] }))
  it('names both where both narrowed', () =>
    assert.deepEqual(seen({ organisation: { depth: 'D3' }, practitioner: { depth: 'D0' } }), {
      level: 'nothing',
      because: ['choice:organisation', 'choice:practitioner'],
    }))
  for (const who of ['organisation', 'practitioner'] as const)
    it(`says that it is sealed by a delayed reveal of the ${who}`, () =>
      assert.deepEqual(seen({ [who]: { delayedReveal: { meetings: 1 } } }), {
        level: 'nothing',
        because: [`choice:${who}`, 'sealed'],
      }))
  it('undoes a choice for a standing floor item, and says so', () => {
    assert.deepEqual(seen({ practitioner: { depth: 'D0' } }, { isFloor: true }), { level: 'full', because: ['floor'] })
    assert.deepEqual(seen({ practitioner: { depth: 'D0' } }, { isFloor: true, ceiling: 'summary' }), {
      level: 'summary',
      because: ['floor'],
    })
  })
  it('undoes none for a floor item that is past', () =>
    assert.equal(
      seen({ practitioner: { depth: 'D0' } }, { isFloor: true, item: { ...ITEM, isPast: true } }).level,
      'nothing',
    ))
})

describe('depthFor', () => {
  it('takes the depth of the section before the overall one, whatever its name', () => {
    const chosen = choice({ depth: 'D1', sections: { family: 'D3' } })
    assert.deepEqual(
      ['family', 'health', 'constructor'].map((section) => depthFor(chosen, section, VIEW)),
      ['D3', 'D1', 'D1'],
    )
  })
  it('goes no deeper than the meanwhile depth until the reveal', () => {
    const held = choice({ depth: 'D3', delayedReveal: { until: '2027-01-01', meanwhile: 'D1' } })
    assert.deepEqual(
      [depthFor(held, 'family', VIEW), depthFor(held, 'family', { ...VIEW, at: Date.parse('2027-01-01T00:00:00Z') })],
      ['D1', 'D3'],
    )
    const shallow = choice({ depth: 'D0', delayedReveal: { meetings: 2, meanwhile: 'D2' } })
    assert.equal(depthFor(shallow, 'family', VIEW), 'D0')
  })
})

describe('shallower', () =>
  it('is the lesser of two depths', () =>
    assert.deepEqual([shallower('D1', 'D3'), shallower('D3', 'D1'), shallower('D2', 'D2')], ['D1', 'D1', 'D2'])))
