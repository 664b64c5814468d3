/** Section by section: a step of its own before the first sight, and what is said once of all that stands in it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { ProjectedItem } from '#gateway/core/projection.ts'
import { conditionWords, sharedConditions } from '#gateway/http/inbox/items.ts'
import type { SignedInVisit } from '#gateway/http/web/route.ts'
import { firstOf, follow, openAt, PAIRS } from '#test/support/hosted-inbox.ts'
import type { Person } from '#test/support/web.ts'
import { PROBATION, aCaseId, ban, employment, housing, identity, referral } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

describe('sections of a case', () => {
  let inbox: InboxStage
  let stage: Stage
  let reader: Person
  before(async () => {
    inbox = await openInboxStage({}, { depth: 'D0' })
    ;({ stage, reader } = inbox)
  })
  after(() => inbox[Symbol.asyncDispose]())

  const arrive = async () => {
    await stage.send(PROBATION, referral(aCaseId(), [ban(), identity(), employment(), housing()]))
    return follow(stage.gateway, reader, await firstOf(reader))
  }

  it('are read further than the rest, or less far, as was chosen before the first sight', async () => {
    const { path, text } = await arrive()
    assert.match(text, /name="depth-employment"/)
    const further = { depth: 'D0', 'depth-employment': 'D2' }
    const page = await follow(stage.gateway, reader, await reader.post(path, further))
    assert.ok(page.text.includes('apprentice-baker'))
    assert.ok(!page.text.includes('hostel-room'))
    const again = await reader.get(`${page.path}/arrival`)
    const kept = /id="depth-employment"[\s\S]*?<\/select>/.exec(again.text)?.[0] ?? ''
    assert.match(kept, /value="D2"\s+selected/)
    const less = { depth: 'D2', 'depth-employment': 'D0' }
    const next = await arrive()
    const other = await follow(stage.gateway, reader, await reader.post(next.path, less))
    assert.ok(other.text.includes('hostel-room'))
    assert.ok(!other.text.includes('apprentice-baker'))
    assert.equal((await reader.post(`${other.path}/arrival`, { depth: 'D2' })).status, 422)
  })

  it('are no way above what the organisation lets its people read', async () => {
    await stage.gateway.choose({ organisation: PAIRS }, { depth: 'D1' })
    const { path } = await arrive()
    const above = await reader.post(path, { depth: 'D0', 'depth-employment': 'D2' })
    assert.equal(above.status, 422)
    assert.match(above.text, /href="#sections"/)
    assert.match(above.text, /<div id="sections">/)
    const unknown = await reader.post(path, { depth: 'D0', 'depth-employment': 'all' })
    assert.equal(unknown.status, 422)
    await stage.gateway.choose({ organisation: PAIRS }, { depth: 'D4' })
  })

  it('say once what holds for all that is in them', async () => {
    const { path } = await arrive()
    const page = await openAt(stage.gateway, reader, path.replace('/arrival', ''), 'D2')
    const cards = page.text.split('<section class="card">').slice(1)
    assert.ok(cards.length > 0)
    for (const card of cards) {
      assert.equal(card.split('For all of this:').length, 2, card)
      assert.ok(!card.includes('Conditions'), card)
    }
  })
})

describe('conditions of several items', () => {
  const item = (...conditions: readonly string[]): ProjectedItem => ({ marking: { conditions } }) as never

  it('are shared where each of them has them, in the order of the first', () => {
    assert.deepEqual(sharedConditions([]), [])
    assert.deepEqual(sharedConditions([item('a', 'b')]), ['a', 'b'])
    assert.deepEqual(sharedConditions([item('a', 'b', 'c'), item('c', 'a')]), ['a', 'c'])
    assert.deepEqual(sharedConditions([item('a'), item()]), [])
  })

  it('are said in words, and those that nobody knows as they came', () => {
    const visit = { language: 'en' } as SignedInVisit
    assert.equal(conditionWords(visit, []), undefined)
    assert.equal(conditionWords(visit, ['not-known-here']), 'not-known-here')
  })
})
