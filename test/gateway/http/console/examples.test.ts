/** P6, P2 and the width of a draft: examples kept, run and taken back; one recipient; a proof or a counter-example. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'mocha'
import { parseCases } from '#policies/engine/case-text.ts'
import { openConsole } from '#test/support/console-world.ts'
import type { ConsoleWorld } from '#test/support/console-world.ts'
import type { Person } from '#test/support/web.ts'

const shipped = parseCases(readFileSync('policies/cases/france-prison-exit.json'), 'cases')
assert.ok(shipped.ok)
const { examples } = shipped

const textOf = (page: string): string => page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
const FAMILY = '/policy/cells/PS/family'
const edit = {
  level: 'existence',
  omission: 'silent',
  purposes: ['social-support', 'disengagement-support'],
  'rung-child': 'g2',
  'rung-third-person': 'g2',
  review: '2027-11-21',
  reason: 'Less is enough for the support that is given.',
}

describe('the examples of a policy', () => {
  let world: ConsoleWorld
  let officer: Person
  before(async () => {
    world = await openConsole({}, { shipped: async () => examples })
    officer = await world.web.signIn('officer')
  })
  after(() => world[Symbol.asyncDispose]())

  const keep = {
    case: 'DEMO-001',
    recipient: 'PS',
    section: 'family',
    at: '2026-11-21',
    version: '',
    role: '',
    more: '',
    purpose: 'social-support',
  }

  it('that came with it are asked of it, and pass', async () => {
    const { text } = await officer.get('/examples')
    assert.match(text, new RegExp(`${examples.length} examples, and all of them pass`))
    assert.match(textOf(text), /Must not receive it/)
    assert.match(textOf(text), /Must receive: Summary/)
    assert.equal((await officer.get('/examples?version=none')).status, 404)
  })

  it('are kept from what a recipient sees, in a draft', async () => {
    const reply = await officer.post('/examples', keep)
    const change = await world.onlyChange()
    assert.equal(reply.headers.get('location'), `/examples?version=${change.id}`)
    assert.deepEqual(
      change.examples.map(({ name, expected }) => [name, expected.level]),
      [['DEMO-001 · PS · family', 'current']],
    )
    assert.equal(change.examples[0]?.item.value.exact, '')
    assert.match(
      textOf((await officer.get(`/examples?version=${change.id}`)).text),
      /DEMO-001 · PS · family.* Passes In a draft Take back/,
    )
  })

  it('are named beside a cell as soon as what is typed there would break them', async () => {
    const { text } = await officer.post(FAMILY, { ...edit, act: 'preview' })
    assert.match(textOf(text), /These examples would no longer come out as they must .*DEMO-001 · PS · family/)
    const asIs = await officer.get(FAMILY)
    assert.doesNotMatch(asIs.text, /would no longer come out/)
  })

  it('fail first, with what was expected and what came, once the draft says otherwise', async () => {
    const { id, revision } = await world.onlyChange()
    await officer.post(FAMILY, { ...edit, change: id, revision: String(revision) })
    const text = textOf((await officer.get(`/examples?version=${id}`)).text)
    assert.match(
      text,
      /DEMO-001 · PS · family .* Must receive: Current detail.* Fails.* Received instead: That it exists\./,
    )
    assert.match(text, /A draft cannot be submitted while one does/)
    const page = textOf((await officer.get(`/changes/${id}`)).text)
    assert.match(page, /It cannot be submitted yet .*DEMO-001 · PS · family/)
  })

  it('are kept of every section of a case at once', async () => {
    const { text } = await officer.get('/see-as?case=DEMO-001&recipient=PS')
    const select = /<select[^>]*id="keep-PS"[\s\S]*?<\/select>/.exec(text)?.[0] ?? assert.fail('no choice')
    assert.match(select, /Every section of this case/)
    const sections = [...select.matchAll(/value="([a-z-]+)"/g)].map(([, value]) => value).filter((one) => one !== 'all')
    assert.equal((await officer.post('/examples', { ...keep, section: 'all' })).status, 303)
    const { examples: kept, id } = await world.onlyChange()
    assert.deepEqual(new Set(kept.map(({ item }) => item.facts['section'])), new Set(sections))
    for (const { name } of kept.filter((one) => one.name !== 'DEMO-001 · PS · family'))
      await officer.post('/examples/drop', { version: id, name })
  })

  it('that a draft expects otherwise show the approver what was, and stand apart from those it adds, before the effect', async () => {
    const { id, ...change } = await world.onlyChange()
    const { store } = world.gateway.deps
    const [own] = change.examples
    const [loosened, tightened, same] = [
      examples.find(({ expected }) => expected.level === 'nothing'),
      examples.find(({ expected }) => expected.level === 'full'),
      examples.find(({ expected }) => expected.level === 'summary'),
    ]
    assert.ok(own !== undefined && loosened !== undefined && tightened !== undefined && same !== undefined)
    const otherwise = [
      { ...loosened, expected: { level: 'current' as const } },
      { ...tightened, expected: { level: 'nothing' as const } },
      { ...same, expected: { level: 'summary' as const } },
    ]
    await store.transaction((tx) =>
      tx.changes.put({ ...change, id, revision: change.revision + 1, examples: [own, ...otherwise] }),
    )
    const other = await world.web.signIn('officer', { name: 'Noor' })
    for (const page of [`/changes/${id}/approve`, `/changes/${id}`]) {
      const said = textOf((await other.get(page)).text)
      const [, changed = '', added = ''] =
        /Expected otherwise from now on (.*) Added (.*?)(?:Effect|Examples) /.exec(said) ?? []
      assert.ok(changed.includes(loosened.name) && changed.includes(tightened.name) && changed.includes(same.name))
      assert.match(changed, /Discloses more.*Must not receive it.*Must receive: Current detail/)
      assert.match(changed, /Discloses less/)
      assert.ok(added.includes(own.name) && !changed.includes(own.name), added)
    }
    const approval = (await other.get(`/changes/${id}/approve`)).text
    assert.ok(approval.indexOf('Expected otherwise') < approval.indexOf('/effect"'))
    const kept = await world.onlyChange()
    await store.transaction((tx) => tx.changes.put({ ...kept, revision: kept.revision + 1, examples: [own] }))
  })

  it('are taken back from the draft, once', async () => {
    const { id } = await world.onlyChange()
    const drop = { version: id, name: 'DEMO-001 · PS · family' }
    assert.equal((await officer.post('/examples/drop', drop)).status, 303)
    assert.deepEqual((await world.onlyChange()).examples, [])
    assert.equal((await officer.post('/examples/drop', { ...drop, version: 'none' })).status, 409)
  })

  it('are not kept of a case or section that is not there', async () => {
    for (const changed of [{ case: 'DEMO-099' }, { section: 'xx' }, { version: 'none' }])
      assert.equal((await officer.post('/examples', { ...keep, ...changed })).status, 404, JSON.stringify(changed))
  })

  it('that name what the policy no longer knows say so', async () => {
    const [first] = examples
    assert.ok(first !== undefined)
    const old = { ...first, name: 'old', item: { ...first.item, facts: { ...first.item.facts, section: 'gone' } } }
    const own = await openConsole({}, { shipped: async () => [old] })
    try {
      const page = await (await own.web.signIn('officer')).get('/examples')
      assert.match(textOf(page.text), /No longer applies/)
    } finally {
      await own[Symbol.asyncDispose]()
    }
  })

  it('may be none', async () => {
    const own = await openConsole({}, { shipped: async () => [] })
    try {
      assert.match((await (await own.web.signIn('auditor')).get('/examples')).text, /There is no example yet/)
    } finally {
      await own[Symbol.asyncDispose]()
    }
  })

  it('a draft that only takes away is proved to disclose no more, and one that adds is shown where', async () => {
    const { id } = await world.onlyChange()
    assert.match((await officer.get(`/policy/width/${id}`)).text, /Proved: under this draft/)
    const again = await world.onlyChange()
    await officer.post(FAMILY, {
      ...edit,
      level: 'full',
      bases: ['eu.led.9-2'],
      change: id,
      revision: String(again.revision),
    })
    const text = textOf((await officer.get(`/policy/width/${id}`)).text)
    assert.match(text, /this is a case in which the draft discloses more/)
    assert.match(text, /about an item of the section “Family and parenthood”/)
    assert.match(text, /recipient\.type: PS/)
    assert.equal((await officer.get('/policy/width/none')).status, 404)
  })
})

describe('the page of a recipient', () => {
  const DAY_MS = 86_400_000
  let world: ConsoleWorld
  let officer: Person
  before(async () => {
    const now = Date.now()
    world = await openConsole({
      registry: (registry) => ({
        ...registry,
        participants: registry.participants.map((one) =>
          one.id === 'mairie-lyon' ? { ...one, suspendedAt: now - DAY_MS } : one,
        ),
        edges: registry.edges.map((edge) =>
          edge.to === 'pairs-paris'
            ? {
                ...edge,
                agreement: { id: 'ends-soon', from: 0, until: now + 10 * DAY_MS },
                art9: { id: 'is-over', from: 0, until: now - DAY_MS },
              }
            : edge,
        ),
      }),
    })
    officer = await world.web.signIn('officer')
  })
  after(() => world[Symbol.asyncDispose]())

  it('names who stands behind it, its agreements, its column and its numbers, in amber and red', async () => {
    const { status, text } = await officer.get('/policy/recipients/PS')
    assert.equal(status, 200)
    assert.match(text, /The agreement ends-soon ends on/)
    assert.match(text, /The agreement is-over ended on/)
    assert.equal([...text.matchAll(/href="\/policy\/cells\/PS\//g)].length, 31)
    assert.match(textOf(text), /Deepest history up to 12 months back/)
    assert.match(textOf(text), /Open requests 0/)
  })

  it('is found by an organisation too, and for every type of the policy', async () => {
    assert.match((await officer.get('/policy/recipients/pairs-paris')).text, /pairs-paris/)
    for (const type of world.gateway.deps.policy()?.set.vocabulary.recipientTypes ?? [])
      assert.equal((await officer.get(`/policy/recipients/${type}`)).status, 200, type)
    assert.equal((await officer.get('/policy/recipients/nobody')).status, 404)
  })
})
