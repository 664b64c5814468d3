/** Room 3: every refusal with its place and kind, and never with a value. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import type { ItemText } from '#gateway/core/item.ts'
import { bootGateway, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aHandover, anItemText } from '#test/support/messages.ts'

const itemId = randomUUID()
const ofItem = (changes: Partial<ItemText>): object => aHandover({ items: [anItemText(changes)] })

const REFUSALS: readonly {
  readonly name: string
  readonly body: object
  readonly code: string
  readonly place: readonly string[]
}[] = [
  {
    name: 'no kind',
    body: aHandover({ kind: undefined }),
    code: 'message-malformed',
    place: ['/kind', 'invalid_union'],
  },
  {
    name: 'a member that no schema knows (H061)',
    body: aHandover({ extra: 1 }),
    code: 'message-malformed',
    place: ['', 'member-unknown'],
  },
  {
    name: 'an uncarried kind that is no envelope',
    body: { kind: 'PanelAgenda' },
    code: 'message-malformed',
    place: ['/caseId', 'invalid_type'],
  },
  {
    name: 'a purpose that policy does not know',
    body: aHandover({ purpose: 'curiosity' }),
    code: 'message-malformed',
    place: ['/purpose', 'name-unknown'],
  },
  {
    name: 'a basis that policy does not know',
    body: aHandover({ legalBasisId: 'no.such.basis' }),
    code: 'basis-invalid',
    place: ['/legalBasisId', 'unknown'],
  },
  {
    name: 'a section that policy does not know',
    body: ofItem({ section: 'horoscope' }),
    code: 'message-malformed',
    place: ['/items/0/section', 'name-unknown'],
  },
  {
    name: 'a term that policy does not know',
    body: ofItem({ term: 'star-sign' }),
    code: 'message-malformed',
    place: ['/items/0/term', 'name-unknown'],
  },
  {
    name: 'a retention preset that policy does not know',
    body: ofItem({ retentionId: 'for-ever' }),
    code: 'message-malformed',
    place: ['/items/0/retentionId', 'name-unknown'],
  },
  {
    name: 'a term of another section',
    body: ofItem({ term: 'full-name', value: 'x' }),
    code: 'message-malformed',
    place: ['/items/0/term', 'other-section'],
  },
  {
    name: 'a value of another shape',
    body: ofItem({ value: { no: 'date' } }),
    code: 'message-malformed',
    place: ['/items/0/value', 'shape'],
  },
  {
    name: 'an authored rung of another shape',
    body: ofItem({ rungs: { g2: { no: 'month' } } }),
    code: 'message-malformed',
    place: ['/items/0/rungs/g2', 'shape'],
  },
  {
    name: 'a rung that contradicts the value',
    body: ofItem({ rungs: { g2: '1999-Q1' } }),
    code: 'message-malformed',
    place: ['/items/0/rungs/g2', 'contradicts-ladder'],
  },
  {
    name: 'neither value nor rungs',
    body: ofItem({ value: undefined }),
    code: 'message-malformed',
    place: ['/items/0/value', 'value-or-rungs-missing'],
  },
  {
    name: 'H3 without its conditions',
    body: ofItem({ handling: ['H3'] }),
    code: 'message-malformed',
    place: ['/items/0/conditions', 'h3-needs-conditions'],
  },
  {
    name: 'intelligence without a grading',
    body: ofItem({ nature: 'intelligence' }),
    code: 'message-malformed',
    place: ['/items/0/source', 'grading-missing'],
  },
  {
    name: 'one id twice',
    body: aHandover({ items: [anItemText({ itemId }), anItemText({ itemId })] }),
    code: 'message-malformed',
    place: ['/items/1/itemId', 'repeated'],
  },
  {
    name: 'SECRET, before anything else of the item',
    body: ofItem({ classification: 'secret', section: 'horoscope' }),
    code: 'classification-too-high',
    place: ['/items/0/classification', 'above-ceiling'],
  },
  {
    name: 'a measure of sections that there are not',
    body: aHandover({
      facts: { measures: [{ id: 'm-1', type: 'probation', from: '2026-01-01', sections: ['horoscope'] }] },
    }),
    code: 'message-malformed',
    place: ['/facts/measures/0/sections', 'name-unknown'],
  },
]

describe('understand', () => {
  let gateway: TestGateway
  before(async () => {
    gateway = await bootGateway()
  })
  after(() => gateway.stop())

  for (const { name, body, code, place } of REFUSALS)
    it(`refuses ${name}`, async () => {
      const response = await gateway.send('prison-paris', body)
      const problem = refusal(422, response)
      assert.equal(problem.code, code)
      const places = (problem.errors ?? []).map((error) => [error.pointer, error.code])
      assert.ok(
        places.some((found) => String(found) === String(place)),
        JSON.stringify(places),
      )
    })

  it('tells at most fifty faults', async () => {
    const items = Array.from({ length: 80 }, () => anItemText({ section: 'horoscope' }))
    assert.equal(refusal(422, await gateway.send('prison-paris', aHandover({ items }))).errors?.length, 50)
  })
})
