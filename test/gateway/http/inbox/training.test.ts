/** The page of a training case: invented, and said so; like a real one, and without any trace. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { inventedCases } from '#cli/demo/invented-cases.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { PAIRS, SOCIAL_WORKER } from '#test/support/hosted-inbox.ts'
import type { Person, TestWeb } from '#test/support/web.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

const textOf = (page: string): string => page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')

describe('a training case at the inbox', () => {
  let inbox: InboxStage
  let gateway: TestGateway
  let web: TestWeb
  let reader: Person
  before(async () => {
    inbox = await openInboxStage({}, { depth: 'D0' })
    ;({ gateway, web, reader } = inbox)
  })
  after(() => inbox[Symbol.asyncDispose]())

  const open = async (query = ''): Promise<string> => {
    const { status, text } = await reader.get(`/inbox/training${query}`)
    assert.equal(status, 200, text)
    return text
  }

  it('is led to from the first time and from an inbox with nothing new', async () => {
    for (const place of ['/inbox/first', '/inbox'])
      assert.match((await reader.get(place)).text, /href="\/inbox\/training"/, place)
    for (const place of ['/inbox?tab=mine', '/inbox?kind=Referral', '/inbox?reference=nothing'])
      assert.doesNotMatch((await reader.get(place)).text, /href="\/inbox\/training"/, place)
  })

  it('says loudly that it is invented and counts for nothing, before anything of it', async () => {
    const page = await open('?case=DEMO-001&depth=D4')
    assert.match(page, /<h1[^>]*>Training case: invented<\/h1>/)
    const banner = page.indexOf('This case is invented. It counts for nothing.')
    assert.ok(banner > 0 && banner < page.indexOf('id="floor"'))
    assert.match(page, /Nobody: it is invented/)
  })

  it('looks like a real one: what must be known first, facts apart from assessments, absences, the constant sentence', async () => {
    const page = await open('?case=DEMO-001&depth=D4')
    const places = [
      'What you must know whatever you choose',
      'Facts, decisions and the person’s own words',
      'Assessments, opinions and intelligence',
      'class="constant-sentence"',
    ].map((words) => page.indexOf(words))
    assert.ok(places.every((place) => place > 0))
    assert.deepEqual(
      places.toSorted((a, b) => a - b),
      places,
    )
    assert.match(page, /You may not be shown everything that exists\./)
    assert.match(await open('?case=DEMO-001&depth=D0'), /id="absent"[\s\S]*You chose not to see it/)
  })

  it('shows more with each step, and facts alone where that is picked', async () => {
    const items = async (query: string): Promise<number> => [...(await open(query)).matchAll(/class="item"/g)].length
    const steps = await Promise.all(['D0', 'D1', 'D2', 'D4'].map((depth) => items(`?case=DEMO-010&depth=${depth}`)))
    assert.deepEqual(
      steps.toSorted((a, b) => a - b),
      steps,
    )
    assert.ok((steps[0] ?? 0) < (steps[3] ?? 0), String(steps))
    const facts = await open('?case=DEMO-004&depth=D4&facts=yes')
    assert.match(facts, /value="D4"\s+checked/)
    assert.match(facts, /value="yes"\s+checked/)
    const heading = /Assessments, opinions and intelligence<\/h2>/
    assert.match(await open('?case=DEMO-004&depth=D4'), heading)
    assert.doesNotMatch(facts, heading)
  })

  it('shows nothing of what is withheld, and does not strike it out', async () => {
    const values = new Map<string, string>()
    for (const { id, items } of await inventedCases(gateway.deps.clock())) {
      const page = textOf(await open(`?case=${id}&depth=D4`))
      assert.doesNotMatch(page, /Held back by|Rules:/)
      for (const { section, value } of items)
        if (['intelligence', 'psychology'].includes(section) && typeof value === 'string') {
          values.set(value, id)
          assert.ok(!page.includes(value), value)
        }
    }
    assert.ok(values.size > 0)
    assert.doesNotMatch(await open('?case=DEMO-001&more=withheld'), /<del/)
  })

  it('takes what is unknown for what the person begins with', async () => {
    assert.match(await open('?case=nobody&depth=D9'), /value="D0"\s+checked/)
    await reader.post('/inbox/first', { depth: 'D2', ways: 'facts' })
    assert.match(await open(), /value="D2"\s+checked[\s\S]*value="yes"\s+checked/)
    assert.doesNotMatch(await open('?depth=D2'), /value="yes"\s+checked/)
  })

  it('changes nothing: no audit row, no delivery, no choice, nothing in the log', async () => {
    const { read } = gateway.deps.store
    const state = async (): Promise<unknown> => ({
      audit: (await read.audit.rows(1, 1000)).length,
      choice: await read.choices.get({ organisation: PAIRS, mandate: SOCIAL_WORKER }),
      log: await read.log.size(),
      inbox: await read.deliveries.inState({
        organisation: PAIRS,
        mandate: SOCIAL_WORKER,
        state: 'in-mailbox',
        before: Number.MAX_SAFE_INTEGER,
        limit: 10,
      }),
    })
    const before = await state()
    for (const depth of ['D0', 'D1', 'D2', 'D3', 'D4']) await open(`?case=DEMO-004&depth=${depth}&facts=yes`)
    assert.deepEqual(await state(), before)
    assert.doesNotMatch(await open(), /<form[^>]*method="post"[^>]*action="\/inbox/)
  })

  it('says it in each language of the pages', async () => {
    for (const [language, words] of [
      ['fr', 'Ce dossier est inventé. Il ne compte pour rien.'],
      ['ar', 'هذا الملف متخيل ولا يحتسب في شيء.'],
    ] as const) {
      const { text } = await reader.get('/inbox/training', { 'accept-language': language })
      assert.match(text, new RegExp(`<html lang="${language}"`))
      assert.ok(text.includes(words), language)
    }
  })

  it('is for readers alone', async () => {
    const officer = await web.signIn('officer')
    assert.equal((await officer.get('/inbox/training')).status, 404)
    assert.equal((await reader.post('/inbox/training', {})).status, 404)
  })
})
