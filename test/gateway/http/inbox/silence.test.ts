/** Two worlds that differ in what is withheld in silence alone give the same bytes on every page, list, search and count. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { after, before, describe, it } from 'mocha'
import type { ItemText } from '#gateway/core/item.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { firstOf, follow } from '#test/support/hosted-inbox.ts'
import { anItemText } from '#test/support/messages.ts'
import type { Person } from '#test/support/web.ts'
import { PROBATION, ban, employment, housing, recall, referral } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { ON_SUPPORT } from '#test/journey/stage.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

const GRADED: Partial<ItemText> = {
  source: { scheme: 'europol-4x4', code: 'B' },
  information: { scheme: 'europol-4x4', code: '2' },
}

const measureEnd = (changes: Partial<ItemText> = {}): ItemText =>
  anItemText({ section: 'measures', term: 'measure-end-date', value: '2026-12-31', ...changes })

/** The pack says nothing of these to a social worker, and says it silently. */
const SILENT: readonly (() => ItemText)[] = [
  () =>
    anItemText({
      section: 'intelligence',
      term: 'intelligence-statement',
      value: 'a rumour',
      nature: 'intelligence',
      ...GRADED,
    }),
  () =>
    anItemText({
      section: 'intelligence',
      term: 'intelligence-advice',
      value: 'keep watch',
      nature: 'intelligence',
      ...GRADED,
    }),
  () => employment({ value: 'not-for-them', releasableTo: ['court-paris'] }),
  () => housing({ value: 'not-for-them', subjectInformed: 'no' }),
  () => ban({ value: 'not-for-them', releasableTo: ['city-paris'] }),
  // A day by which copies would have to go, and a period that would be shorter than any other.
  () => measureEnd({ value: '2027-02-28', releasableTo: ['court-paris'], retentionId: 'fr.sispopp.signalled' }),
]

/** Rows of tables that lead to the path: those of other cases are of other worlds. */
function rowsWith(text: string, path: string): string {
  const rows = text.split('<tr class="govuk-table__row"').map((row) => row.split('</tr>')[0] ?? '')
  const own = rows.filter((row) => row.includes(`href="${path}"`))
  assert.equal(own.length, 2, 'opened, and held until a day')
  return own.join('')
}

describe('what is withheld in silence', () => {
  let inbox: InboxStage
  let stage: Stage
  let gateway: TestGateway
  let reader: Person
  before(async () => {
    inbox = await openInboxStage({}, { depth: 'D4' })
    ;({ stage, gateway, reader } = inbox)
  })
  after(() => inbox[Symbol.asyncDispose]())

  let worlds = 0

  /** Every page of one case, in the order in which a person would see them; what is random at each sealing is masked, and nothing else. */
  async function pagesOf(items: readonly ItemText[], taken: readonly ItemText[]): Promise<readonly string[]> {
    worlds += 1
    const caseId = `WORLD-${String(worlds).padStart(4, '0')}`
    await stage.send(PROBATION, referral(caseId, items))
    const texts: string[] = []
    const listed =
      />([^<>]+)<span class="govuk-visually-hidden"> Referral/.exec((await reader.get('/inbox')).text)?.[1] ?? caseId
    const first = await firstOf(reader)
    const whole =
      /<code dir="ltr">([^<]+)<\/code>/.exec((await reader.get(`${first}/label`)).text)?.[1] ??
      assert.fail('no reference in full')
    const typed = whole.replaceAll(' ', '')
    const keep = (text: string): void => {
      const named = text.replaceAll(UUID, 'ID').replaceAll(whole, 'WHOLE').replaceAll(typed, 'TYPED')
      const masked = named.replaceAll(listed, 'CASE')
      texts.push(masked.replaceAll(/\d{2}:\d{2}(?::\d{2}\.\d{3}Z)?/g, 'TIME'))
    }
    keep(
      /<tr class="govuk-table__row"  role="row">\s*<th\s+scope="row"[\s\S]*?<\/tr>/.exec(
        (await reader.get('/inbox')).text,
      )?.[0] ?? '',
    )
    keep((await reader.get(`/inbox?reference=${typed}`)).text)
    const arrival = await follow(gateway, reader, first)
    keep(arrival.text)
    for (const depth of ['D0', 'D2', 'D4']) {
      const page = await follow(gateway, reader, await reader.post(arrival.path, { depth }))
      keep(page.text)
      for (const rest of ['/label', '/timeline', '/more', '/ask', '/accept', '/decline', '/notice'])
        keep((await follow(gateway, reader, `${page.path}${rest}`)).text)
      if (depth === 'D2') keep(rowsWith((await reader.get('/inbox/access')).text, page.path))
    }
    if (taken.length > 0) {
      await stage.send(PROBATION, recall(caseId, taken, ON_SUPPORT))
      keep((await follow(gateway, reader, arrival.path)).text)
    }
    return texts
  }

  it('leaves the same bytes on every page, list and search of the inbox, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }), fc.boolean(), async (chosen, isRecalled) => {
        const shown = [ban(), employment(), housing({ nature: 'assessment' }), measureEnd()]
        const hidden = chosen.flatMap((index) => SILENT[index]?.() ?? [])
        const without = await pagesOf(shown, [])
        const again = shown.map((item) => ({ ...item, itemId: anItemText().itemId }))
        const mixed = isRecalled ? [...hidden, ...again] : [...again, ...hidden]
        const withThem = await pagesOf(mixed, isRecalled ? hidden : [])
        assert.deepEqual(withThem.slice(0, without.length), without)
        // A recall of what was never shown leaves the page as it was.
        if (isRecalled) assert.ok(!(withThem.at(-1) ?? '').includes('not-for-them'))
      }),
      { numRuns: 6 },
    )
  }).timeout(60_000)
})
