/** Whatever is written in a case, it stands on the pages of the inbox as text and does nothing. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import type { ItemText } from '#gateway/core/item.ts'
import { fixtureJson, hasFixtures } from '#test/support/fixtures.ts'
import { firstOf, openAt } from '#test/support/hosted-inbox.ts'
import { elementsOf } from '#test/support/markup.ts'
import { anItemText } from '#test/support/messages.ts'
import type { Person } from '#test/support/web.ts'
import { PROBATION, aCaseId, ban, referral } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</textarea></title></style><svg onload=alert(1)>',
  'javascript:alert(1)',
  'left \u202egnp.exe\u202c right',
  '{{constructor.constructor("alert(1)")()}} ${7*7} <%= 7*7 %>',
]
const naughty = (): readonly string[] =>
  hasFixtures() ? z.array(z.string()).parse(fixtureJson('naughty-strings/strings.json')) : []
/** What a door that takes well-formed text lets in. */
const isWritable = (text: string): boolean => text.length > 0 && text.isWellFormed() && !text.includes('\u0000')

/** The text wherever an item can hold one. */
const itemsWith = (text: string): readonly ItemText[] => [
  ban({ value: text }),
  anItemText({
    section: 'employment',
    term: 'employer',
    value: { name: text, town: text },
    nature: 'assessment',
    disputed: true,
    subjectStatement: text,
    method: text.slice(0, 200),
    evidenceFor: [text],
    evidenceAgainst: [text],
    missingInformation: text,
    completeness: 'partial',
    validUntil: '2099-01-01',
    source: { scheme: 'europol-4x4', code: 'A' },
    information: { scheme: 'europol-4x4', code: '1' },
    author: { role: 'no-such-role', service: 'no-such-service' },
  }),
  anItemText({ section: 'accommodation', term: 'accommodation-type', value: [text, text] }),
]

describe('the inbox with hostile texts', () => {
  let inbox: InboxStage
  let stage: Stage
  let reader: Person
  before(async () => {
    inbox = await openInboxStage({}, { depth: 'D4' })
    ;({ stage, reader } = inbox)
  })
  after(() => inbox[Symbol.asyncDispose]())

  const pagesWith = async (text: string): Promise<readonly string[]> => {
    await stage.send(PROBATION, referral(aCaseId(), itemsWith(text)))
    const page = await openAt(stage.gateway, reader, await firstOf(reader), 'D4')
    const sent = {
      sections: 'health',
      purpose: 'disengagement-support',
      urgency: 'week',
      text: `${text} ${'x'.repeat(20)}`,
    }
    const preview = await reader.post(`${page.path}/ask`, sent)
    return [page.text, (await reader.get(`${page.path}/timeline`)).text, preview.text]
  }
  /** Elements but for the marks of what cannot be seen. */
  const shapeOf = (text: string): readonly string[] => elementsOf(text).filter((element) => element !== 'span class')

  it('H116 has the same elements and attributes on every page, whatever an item or a request says', async () => {
    const plain = (await pagesWith('plain words')).map(shapeOf)
    const samples = naughty().filter((_, index) => index % 60 === 7)
    for (const text of [...HOSTILE, ...samples].filter(isWritable))
      assert.deepEqual((await pagesWith(text)).map(shapeOf), plain, JSON.stringify(text))
  }).timeout(60_000)

  it('H116 shows the longest text that a message can hold', async () => {
    const [page = ''] = await pagesWith('<b>'.repeat(6000))
    assert.ok(page.includes('&lt;b&gt;&lt;b&gt;'))
    assert.ok(!page.includes('<b>'))
  })
})
