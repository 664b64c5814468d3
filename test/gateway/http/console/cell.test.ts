/** P4, one cell: what is typed is said back, shown and weighed; it is saved into a draft, and nobody writes over somebody else. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { openConsole } from '#test/support/console-world.ts'
import type { ConsoleWorld } from '#test/support/console-world.ts'
import type { Person } from '#test/support/web.ts'

type Form = Readonly<Record<string, string | readonly string[]>>

const PURPOSES = ['disengagement-support', 'social-support']
const REVIEW = '2027-11-21'
const lower: Form = {
  level: 'summary',
  omission: 'silent',
  purposes: PURPOSES,
  bases: ['eu.led.9-2'],
  'rung-child': 'g2',
  'rung-third-person': 'g2',
  review: REVIEW,
  reason: 'Less is enough for the support that is given.',
}
const FAMILY = '/policy/cells/PS/family'

describe('the page of a cell', () => {
  let world: ConsoleWorld
  let officer: Person
  let other: Person
  before(async () => {
    world = await openConsole()
    officer = await world.web.signIn('officer')
    other = await world.web.signIn('officer')
  })
  after(() => world[Symbol.asyncDispose]())

  const hiddenIn = (text: string): Form => {
    const found = [...text.matchAll(/<input type="hidden" name="(change|revision)" value="([^"]*)"/g)]
    return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]))
  }

  it('says the cell back as it is, with its rules, its law and no rule of its own', async () => {
    const { text } = await officer.get(FAMILY)
    assert.match(text, /receives the section “Family and parenthood” in its current detail/)
    assert.match(text, /Other rules that open this cell: ps\.17/)
    assert.match(text, /No rule of its own/)
    assert.match(text, /id="preview"/)
    assert.match((await officer.get('/policy/cells/JU/evaluation')).text, /The law keeps this flow open/)
  })

  it('shows beside each level and each step how an invented value would read there', async () => {
    const select = (text: string): string =>
      /<select[^>]*id="rung-child"[\s\S]*?<\/select>/.exec(text)?.[0] ?? assert.fail('no select')
    const { text } = await officer.get(FAMILY)
    assert.match(select(text), /Step 1: aged 5 and 7[\s\S]*Step 2: aged 3-5 and 6-10[\s\S]*Step 3: 2 children/)
    assert.match(text, /As precise as the level allows: Lou, 1 June 2019/)
    assert.match(text, /Generalised step by step, as each kind of value allows. For example: /)
    const french = await officer.get(FAMILY, { cookie: `${officer.cookie}; __Host-language=fr` })
    assert.match(select(french.text), /Palier 1\s: âgés de 5 et 7 ans/)
  })

  it('calls legal bases in the language of the page, and says none in words', async () => {
    const french = await officer.get(FAMILY, { cookie: `${officer.cookie}; __Host-language=fr` })
    assert.match(french.text, /Directive 2016\/680, art\. 9, §2, usage hors directive/)
    assert.doesNotMatch(french.text, /GDPR then applies/)
    assert.match((await officer.get(FAMILY)).text, /GDPR then applies/)
    const none = await officer.get(`${FAMILY}?level=nothing`)
    assert.match(none.text, /No purpose[\s\S]*No legal basis/)
    assert.doesNotMatch(none.text, /\b0 (?:purposes|legal bases)/)
  })

  it('is not there for a cell that the policy does not know, nor for a draft that is not there', async () => {
    for (const path of ['/policy/cells/XX/family', '/policy/cells/PS/xx', `${FAMILY}?change=none`])
      assert.equal((await officer.get(path)).status, 404, path)
    assert.equal((await officer.post('/policy/cells/XX/family', lower)).status, 404)
  })

  it('is read by an auditor, who has no form', async () => {
    const auditor = await world.web.signIn('auditor')
    assert.doesNotMatch((await auditor.get(FAMILY)).text, /name="level"/)
    assert.equal((await auditor.post(FAMILY, lower)).status, 404)
  })

  it('shows what is typed before it is saved, by address and by button', async () => {
    const query = new URLSearchParams({ level: 'existence', reason: 'short', purposes: 'social-support' })
    assert.match((await officer.get(`${FAMILY}?${query.toString()}`)).text, /is told only that something exists/)
    const { status, text } = await officer.post(FAMILY, { ...lower, act: 'preview' })
    assert.equal(status, 200)
    assert.match(text, /receives the section “Family and parenthood” as a summary/)
    assert.match(text, /With this edit/)
    assert.match(text, /cell\.PS\.family\.limit/)
    assert.match(text, /p, \d+, 2, deny/)
    assert.deepEqual(await world.gateway.deps.store.read.changes.list(), [])
  })

  it('names every field that cannot be read, and keeps what was typed', async () => {
    const wrong = {
      ...lower,
      level: 'full',
      reach: 'months',
      months: 'many',
      from: 'soon',
      until: '2027-02-30',
      review: '',
      reason: 'too short',
      conditions: ['on-request', 'person-informed', 'same-site', 'clinicians-only'],
    }
    const { status, text } = await officer.post(FAMILY, wrong)
    assert.equal(status, 422)
    for (const name of ['months', 'from', 'until', 'review', 'reason', 'conditions'])
      assert.match(text, new RegExp(`href="#${name}"`), name)
    assert.match(text, />\s*too short<\/textarea>/)
    const turned = await officer.post(FAMILY, { ...lower, from: '2027-02-01', until: '2027-01-01' })
    assert.match(turned.text, /The last day must come after the first/)
  })

  it('does not save what breaks the law, and says which', async () => {
    const { status, text } = await officer.post('/policy/cells/JU/evaluation', { ...lower, level: 'nothing' })
    assert.equal(status, 422)
    assert.match(text, /It closes a flow that the law keeps open/)
    assert.match(text, /evaluation-to-judge/)
    assert.deepEqual(await world.gateway.deps.store.read.changes.list(), [])
  })

  it('warns of special categories in full, of free text, of children, and of agreements that end', async () => {
    const query = new URLSearchParams({ level: 'full', reach: 'release', purposes: 'oversight' })
    const { text } = await officer.get(`/policy/cells/PS/family?${query.toString()}`)
    assert.match(text, /Children or third persons stand in it more precisely/)
    assert.match(text, /it would never be used/)
    assert.match(
      (await officer.get('/policy/cells/PS/psychology?level=full')).text,
      /Special categories of data are released in full/,
    )
    const closed = await officer.get('/policy/cells/PS/psychology?level=nothing&omission=silent')
    assert.match(closed.text, /The omission is silent/)
    assert.match(closed.text, /It hides safety items/)
  })

  it('saves into a new draft, with both sentences, and goes to it', async () => {
    const reply = await officer.post(FAMILY, { ...lower, ...hiddenIn((await officer.get(FAMILY)).text) })
    const change = await world.onlyChange()
    assert.equal(reply.status, 303)
    assert.equal(reply.headers.get('location'), `/changes/${change.id}`)
    const [edit] = change.edits
    assert.match(edit?.was.en ?? '', /in its current detail/)
    assert.match(edit?.is.fr ?? '', /sous forme de synthèse/)
    assert.equal(edit?.cell?.level, 'summary')
    assert.deepEqual(
      edit?.patch.after.map(({ id }) => id),
      ['cell.PS.family.limit', 'cell.PS.family.purpose'],
    )
  })

  it('writes on in the same draft, which the matrix shows', async () => {
    const path = '/policy/cells/PS/network'
    await officer.post(path, { ...lower, level: 'existence', ...hiddenIn((await officer.get(path)).text) })
    assert.equal((await world.onlyChange()).edits.length, 2)
    const { text } = await officer.get(`/policy?show=changed&version=${(await world.onlyChange()).id}`)
    assert.equal([...text.matchAll(/href="\/policy\/cells\//g)].length, 2)
    assert.match((await officer.get(FAMILY)).text, /as a summary/)
  })

  it('shows both versions to whoever was slower, with what was typed, and takes the second try', async () => {
    const change = await world.onlyChange()
    const path = `${FAMILY}?change=${change.id}`
    const mine = hiddenIn((await officer.get(path)).text)
    const theirs = hiddenIn((await other.get(path)).text)
    assert.deepEqual(mine, theirs)
    assert.equal((await other.post(FAMILY, { ...lower, ...theirs, level: 'existence' })).status, 303)
    const { status, text } = await officer.post(FAMILY, { ...lower, ...mine })
    assert.equal(status, 409)
    assert.match(text, /Two versions of this cell/)
    assert.match(text, /In the draft now:<\/strong>\s*A recipient [^<]* is told only that something exists/)
    assert.match(text, /What you wrote:<\/strong>\s*A recipient [^<]* as a summary/)
    assert.equal((await officer.post(FAMILY, { ...lower, ...hiddenIn(text) })).status, 303)
    const [edit] = (await world.onlyChange()).edits.filter(({ section }) => section === 'family')
    assert.equal(edit?.cell?.level, 'summary')
  })

  it('tells of what somebody else is about to change in the same cell', async () => {
    const third = await world.web.signIn('officer')
    const { text } = await third.get(FAMILY)
    assert.match(text, /Another change speaks of this cell too/)
    assert.match(text, /Write into “/)
  })

  it('begins another draft beside one that is open, and both say that the other speaks of the cell', async () => {
    const first = await world.onlyChange()
    const { text } = await officer.get(FAMILY)
    assert.match(text, /Put into a new draft/)
    const form = { ...lower, ...hiddenIn(text), level: 'existence' }
    const reply = await officer.post(FAMILY, { ...form, act: 'new' })
    assert.equal(reply.status, 303)
    const second = (reply.headers.get('location') ?? '').slice('/changes/'.length)
    assert.notEqual(second, first.id)
    const changes = await world.gateway.deps.store.read.changes.list()
    assert.deepEqual(changes.map(({ id }) => id).toSorted(), [first.id, second].toSorted())
    assert.equal(changes.find(({ id }) => id === second)?.edits[0]?.cell?.level, 'existence')
    assert.equal(changes.find(({ id }) => id === first.id)?.revision, first.revision)
    for (const draft of [first.id, second])
      assert.match((await other.get(`${FAMILY}?change=${draft}`)).text, /Another change speaks of this cell too/)
    const blocked = await officer.post('/policy/cells/JU/evaluation', { ...form, level: 'nothing', act: 'new' })
    assert.equal(blocked.status, 422)
    const same = await officer.post('/policy/cells/PS/finance', {
      ...form,
      level: 'full',
      reach: 'months',
      months: '12',
      purposes: [],
      bases: [],
      act: 'new',
    })
    assert.equal(same.status, 422)
    assert.equal((await world.gateway.deps.store.read.changes.list()).length, 2)
  })

  it('says that nothing changed where the edit says what the rules say', async () => {
    const path = '/policy/cells/PS/finance'
    const { text } = await officer.get(path)
    const query = { ...lower, level: 'full', reach: 'months', months: '12', purposes: [], bases: [] }
    const { status } = await officer.post(path, { ...query, ...hiddenIn(text) })
    assert.equal(status, 422)
  })
})
