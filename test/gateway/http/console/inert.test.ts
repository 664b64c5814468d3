/** Whatever somebody called themselves, a change or a case, and whatever they wrote: on the pages of officers and operators it is text and does nothing. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import { isOneLine } from '#gateway/core/one-line.ts'
import { mandate, newCaseId, newMessageId, organisation } from '#test/contract/stored-things.ts'
import { openConsole } from '#test/support/console-world.ts'
import type { ConsoleWorld } from '#test/support/console-world.ts'
import { fixtureJson, hasFixtures } from '#test/support/fixtures.ts'
import { elementsOf } from '#test/support/markup.ts'
import type { Person } from '#test/support/web.ts'

const OVERRIDE = 'left \u202egnp.exe\u202c right'
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</textarea></title></style><svg onload=alert(1)>',
  'javascript:alert(1)',
  OVERRIDE,
  '\u2069\u2069 \u2067closed twice',
  '{{constructor.constructor("alert(1)")()}} ${7*7} <%= 7*7 %>',
]
const MEGABYTE = '<svg onload=alert(1)>'.repeat(50_000)
const naughty = (): readonly string[] =>
  hasFixtures() ? z.array(z.string()).parse(fixtureJson('naughty-strings/strings.json')) : []
/** What a store of text keeps. */
const isKept = (text: string): boolean => text.trim() !== '' && text.isWellFormed() && !text.includes('\u0000')

describe('the pages of officers and operators with hostile texts', () => {
  let world: ConsoleWorld
  let officer: Person
  let other: Person
  let operator: Person
  let changeId: string
  before(async () => {
    world = await openConsole()
    officer = await world.web.signIn('officer', { name: 'Ada' })
    other = await world.web.signIn('officer', { name: 'Noor' })
    operator = await world.web.signIn('operator')
    await officer.post('/changes', { title: 'Plain' })
    changeId = (await world.onlyChange()).id
  })
  after(() => world[Symbol.asyncDispose]())

  const asks = (text: string) => {
    const who = { organisation: organisation('pairs-paris'), mandate: mandate('pairs-social-worker') }
    const what = { sections: ['health'], purpose: 'disengagement-support', urgency: 'hours', text } as const
    const at = world.gateway.now()
    const of = { id: newMessageId(), caseId: newCaseId(), holder: organisation('probation-paris'), caseName: text }
    return { ...of, ...who, ...what, account: officer.account.id, askedAt: at, dueAt: at + 1000 }
  }

  /** The text as it may stand in a store that is older than the rule of what may be written: name, title, comment, request. */
  async function pagesWith(text: string): Promise<readonly string[]> {
    const { store } = world.gateway.deps
    const change = await world.onlyChange()
    const ask = asks(text)
    await store.transaction(async (tx) => {
      await tx.people.putAccount({ ...officer.account, name: text })
      const comment = { by: officer.account.id, at: change.changedAt, text }
      await tx.changes.put({ ...change, revision: change.revision + 1, state: 'sent-back', title: text, comment })
      await tx.asks.add(ask)
    })
    const of = `/changes/${changeId}`
    const read = ['/changes', of, `${of}/effect`, `${of}/start`, `/policy?change=${changeId}`, '/requests']
    const cell = `/policy/cells/PS/family?change=${changeId}`
    const pages = await Promise.all([...read, `/requests/${ask.id}`, cell].map((path) => other.get(path)))
    const own = await officer.get(`${of}/approve`)
    const people = await operator.get('/operators/people')
    const refused = [
      await officer.post('/changes', { title: `\u202e${text.slice(0, 5000)}` }),
      await operator.post('/operators/people/new', { name: `\u202e${text.slice(0, 5000)}` }),
    ]
    for (const { status } of refused) assert.equal(status, 422)
    await store.transaction((tx) =>
      tx.asks.answer(ask, { state: 'refused', answer: { decisions: [], text, by: 'b' }, at: ask.askedAt }),
    )
    return [...pages, own, people, ...refused].map((page) => page.text)
  }
  /** Elements but for the marks of what cannot be seen, and that a text was cut; sorted, for people are listed by name. */
  const shapeOf = (text: string): readonly string[] =>
    elementsOf(text)
      .filter((element) => element !== 'span class' && element !== 'strong class')
      .toSorted()

  it('H116 have the same elements and attributes, whatever somebody wrote or is called', async () => {
    const plain = (await pagesWith('plain words')).map(shapeOf)
    const samples = naughty().filter((_, index) => index % 40 === 7)
    for (const text of [...HOSTILE, ...samples, MEGABYTE].filter(isKept))
      assert.deepEqual((await pagesWith(text)).map(shapeOf), plain, JSON.stringify(text.slice(0, 200)))
  }).timeout(60_000)

  it('H116 close a name and a title in, so that nothing in them turns the words around', async () => {
    for (const page of await pagesWith(OVERRIDE)) {
      assert.ok(page.includes('left'))
      // Elements that isolate what is in them, and the values of fields, may hold it as it is.
      const around = page
        .replaceAll(/<bdi>[^<]*<\/bdi>/g, '')
        .replaceAll(/dir="auto">[^<]*/g, '')
        .replaceAll(/ value="[^"]*"/g, '')
      assert.ok(!around.includes('\u202e'), around.slice(Math.max(0, around.indexOf('\u202e') - 200)).slice(0, 220))
    }
  })

  it('H116 refuse at entry, beside its field, what cannot be seen or turns a line', async () => {
    for (const text of [
      OVERRIDE,
      'two\nlines',
      'no\u200bwidth',
      'z\u0301\u0301\u0301\u0301\u0301',
      ...HOSTILE.filter((one) => !isOneLine(one)),
    ]) {
      const titled = await officer.post('/changes', { title: text })
      assert.match(titled.text, /href="#title"[\s\S]*on one line, without signs that cannot be seen/)
      const named = { name: text, role: 'auditor', organisation: 'pairs-paris' }
      const added = await operator.post('/operators/people/new', named)
      assert.match(added.text, /href="#name"[\s\S]*without signs that cannot be seen/)
    }
    const { id, revision } = await world.onlyChange()
    const renamed = await officer.post(`/changes/${id}/title`, { revision: String(revision), title: OVERRIDE })
    assert.equal(renamed.status, 422)
    assert.match(renamed.text, /on one line, without signs that cannot be seen/)
    assert.ok((await operator.post('/operators/people/new', { name: MEGABYTE })).status >= 400)
  })
})
