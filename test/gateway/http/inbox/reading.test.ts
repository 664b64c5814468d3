/** The inbox of people: what came, the choice before first sight, the case at that depth, and what stands in its place. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'mocha'
import { isFloorTerm } from '#gateway/core/label.ts'
import type { DeliveryId, MandateId } from '#gateway/core/ids.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { PAIRS, aReader, firstOf, follow, openAt } from '#test/support/hosted-inbox.ts'
import { anItemText } from '#test/support/messages.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb } from '#test/support/web.ts'
import {
  PRISON,
  PROBATION,
  aCaseId,
  ban,
  employment,
  handover,
  housing,
  identity,
  openStage,
  referral,
} from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

const CONSTANT = 'You may not be shown everything that exists.'
const DAY_MS = 86_400_000

describe('reading at the inbox', () => {
  let inbox: InboxStage
  let stage: Stage
  let gateway: TestGateway
  let web: TestWeb
  let reader: Person
  before(async () => {
    inbox = await openInboxStage({}, { depth: 'D0' })
    ;({ stage, gateway, web, reader } = inbox)
  })
  after(() => inbox[Symbol.asyncDispose]())

  const refer = async (items: readonly Parameters<typeof referral>[1][number][]): Promise<string> => {
    await stage.send(PROBATION, referral(aCaseId(), items))
    return firstOf(reader)
  }
  const actsOf = async (deliveryId: string): Promise<readonly string[]> =>
    (await gateway.deps.store.read.audit.rows(1, 10_000)).flatMap(({ event }) =>
      event.deliveryId === deliveryId && event.operation === 'consultation' ? [`${event.act} ${event.actor}`] : [],
    )

  it('lists what came by the name that the reader uses, without a word of what is in it and without a number', async () => {
    await refer([identity(), employment()])
    const list = await reader.get('/inbox')
    assert.match(list.text, />Referral</)
    assert.match(list.text, /DEMO Probation service of Paris/)
    for (const hidden of ['DEMO-J', 'Alix', 'apprentice', 'full-name']) assert.ok(!list.text.includes(hidden), hidden)
    assert.ok(list.text.includes(CONSTANT))
  })

  it('shows the floor and who sends why before the choice, and nothing else of the case', async () => {
    const path = await refer([ban(), employment(), identity()])
    const arrival = await follow(gateway, reader, path)
    assert.ok(arrival.path.endsWith('/arrival'))
    for (const said of ['No contact with the neighbour', 'Support for disengagement', 'LED Art. 9(2)', CONSTANT])
      assert.ok(arrival.text.includes(said), said)
    for (const hidden of ['apprentice', 'Alix', 'the same mandate as you'])
      assert.ok(!arrival.text.includes(hidden), hidden)
    const id = arrival.path.split('/')[2] ?? ''
    assert.deepEqual(await actsOf(id), [
      `delivery-collected ${reader.account.id}`,
      `inbox-arrival-read ${reader.account.id}`,
    ])
  })

  for (const depth of ['D0', 'D1', 'D2', 'D3', 'D4'] as const)
    it(`shows at ${depth} what the door shows at ${depth}, with the floor, and the same view as the delivery in the log`, async () => {
      const items = [
        ban(),
        identity({ lang: 'fr' }),
        employment(),
        housing({ nature: 'assessment' }),
        anItemText({
          section: 'own-statement',
          term: 'own-words',
          nature: 'statement-of-person',
          value: 'I want to work',
        }),
        anItemText({ section: 'mediation', term: 'mediation-themes', value: 'long text', rungs: { g2: 'trust' } }),
        anItemText({
          section: 'quarterly-report',
          term: 'report-narrative',
          value: 'went well',
          observedAt: '2026-01-10',
        }),
      ]
      const page = await openAt(gateway, reader, await refer(items), depth)
      assert.equal(page.status, 200)
      const id = page.path.split('/')[2] ?? ''
      const collected = await gateway.collect({ organisation: PAIRS, mandate: 'pairs-social-worker' }, id)
      const projection = await gateway.open(collected.text)
      assert.equal(projection.depth, depth)
      for (const { level, value, section, term } of projection.items) {
        if (typeof value === 'string' && level !== 'existence' && !/^\d{4}/.test(value))
          assert.ok(page.text.includes(value), `${section} ${value}`)
        assert.ok(term === undefined || !isFloorTerm(section, term) || page.text.includes('No contact'))
      }
      const shown = new Set(projection.items.map(({ value }) => value))
      for (const { value } of items)
        if (typeof value === 'string' && !shown.has(value) && value !== '2026-12-01')
          assert.ok(!page.text.includes(value), value)
      assert.ok(page.text.includes('No contact with the neighbour'))
      const words = page.text.indexOf('I want to work')
      const home = page.text.indexOf('hostel-room')
      assert.ok(words === -1 || home === -1 || words < home, 'the person speaks first')
    })

  it('records each look, and collects once', async () => {
    const page = await openAt(gateway, reader, await refer([ban(), employment()]), 'D0')
    await reader.get(page.path)
    await reader.get(`${page.path}/timeline`)
    const acts = await actsOf(page.path.split('/')[2] ?? '')
    assert.equal(acts.filter((act) => act.startsWith('delivery-collected')).length, 1)
    assert.equal(acts.filter((act) => act.startsWith('inbox-read')).length, 3)
  })

  it('names who of a mandate chose, went deeper and acknowledged, and of a member’s own system the mandate', async () => {
    const colleague = await aReader(web)
    const path = await refer([ban(), employment()])
    assert.match((await follow(gateway, reader, path)).text, /Others here read for the same mandate as you/)
    const page = await openAt(gateway, reader, path, 'D0')
    const form = { depth: 'D2', reason: 'plan', text: 'The plan is due on Monday.', span: 'from-now-on' }
    const deeper = await follow(gateway, colleague, await colleague.post(`${page.path}/more`, form))
    await colleague.post(`${deeper.path}/acknowledge`)
    const id = (page.path.split('/')[2] ?? '') as DeliveryId
    const caseId = (await gateway.deps.store.read.deliveries.get(id))?.caseId ?? assert.fail(id)
    await gateway.choose({ organisation: PAIRS, mandate: 'pairs-social-worker' }, { depth: 'D1' }, caseId)
    const names = new Map([
      [reader.account.id, 'reader'],
      [colleague.account.id, 'colleague'],
    ])
    const rows = await gateway.deps.store.read.audit.rows(1, 10_000)
    const said = rows.flatMap(({ event: { act, actor, role, ...event } }) =>
      event.caseId === caseId && ['choice-set', 'pulled-up', 'delivery-acknowledged'].includes(act)
        ? [`${act} ${names.get(actor ?? '') ?? actor} ${role}`]
        : [],
    )
    assert.deepEqual(said, [
      'choice-set reader pairs-social-worker',
      'choice-set colleague pairs-social-worker',
      'pulled-up colleague pairs-social-worker',
      'delivery-acknowledged colleague pairs-social-worker',
      'choice-set pairs-social-worker undefined',
    ])
  })

  it('marks what came new since the last visit, and says what the person disputes beside it', async () => {
    const caseId = aCaseId()
    const disputed = employment({ disputed: true, subjectStatement: 'I left that shop.', lang: 'en' })
    await stage.send(PROBATION, referral(caseId, [disputed, ban()]))
    const page = await openAt(gateway, reader, await firstOf(reader), 'D3')
    assert.match(page.text, /I left that shop\./)
    assert.match(page.text, /Disputed/)
    assert.ok(!page.text.includes('New since your last visit'))
    const timeline = await reader.get(`${page.path}/timeline?order=oldest&section=employment`)
    assert.match(timeline.text, /<ol class="timeline">/)
    const nothing = await reader.get(`${page.path}/timeline?section=health`)
    assert.match(nothing.text, /Nothing to show here/)
  })

  it('says each absence in its own words, without a number', async () => {
    const page = await openAt(gateway, reader, await refer([ban(), employment(), housing()]), 'D0')
    assert.match(page.text, /You chose not to see it/)
    const arrival = await follow(gateway, reader, await refer([ban(), employment(), housing()]))
    const sealed = await reader.post(arrival.path, {
      depth: 'D3',
      'reveal-on': '2099-02-01',
      'reveal-meetings': '3',
      hide: ['health'],
      ways: ['facts', 'ask-me'],
      reach: 'months',
      'reach-months': '6',
      versions: 'all',
    })
    const later = await follow(gateway, reader, sealed)
    assert.match(later.text, /opens on 1 February 2099, or before that once you have met/)
    for (const [given, words] of [
      [{ 'reveal-on': '2099-02-01' }, /opens on 1 February 2099\./],
      [{ 'reveal-meetings': '2' }, /number of times that you set \(2\)\./],
    ] as const) {
      const next = await follow(gateway, reader, await refer([ban(), employment(), housing()]))
      const chosen = await reader.post(next.path, { depth: 'D3', ...given })
      assert.match((await follow(gateway, reader, chosen)).text, words)
    }
  })

  it('opens no more of a case that was opened than was chosen, but for a reason', async () => {
    const page = await openAt(gateway, reader, await refer([ban(), employment()]), 'D1')
    for (const more of [{ depth: 'D4' }, { depth: 'D1', 'depth-employment': 'D3' }]) {
      const refused = await reader.post(`${page.path}/arrival`, more)
      assert.equal(refused.status, 422)
      assert.match(refused.text, /You have opened this case\. More of it takes a reason/)
    }
    assert.equal((await reader.post(`${page.path}/arrival`, { depth: 'D0' })).status, 303)
    assert.equal((await reader.post(`${page.path}/arrival`, { depth: 'D0', hide: 'health' })).status, 303)
    const { path } = await follow(gateway, reader, page.path)
    assert.equal((await reader.post(`${path}/arrival`, { depth: 'D0' })).status, 422)
  })

  it('offers no depth above the organisation’s, and refuses one that is sent all the same', async () => {
    await gateway.choose({ organisation: PAIRS }, { depth: 'D2' })
    const path = await refer([ban(), employment()])
    const arrival = await follow(gateway, reader, path)
    assert.ok(!arrival.text.includes('value="D3"'))
    assert.match(arrival.text, /read up to “Current picture”/)
    const above = await reader.post(arrival.path, { depth: 'D4' })
    assert.equal(above.status, 422)
    assert.match(above.text, /govuk-error-summary/)
    await gateway.choose({ organisation: PAIRS }, { depth: 'D4', versions: 'all' })
    const narrowed = await reader.post(arrival.path, { depth: 'D4', hide: 'health' })
    assert.equal(narrowed.status, 303)
  })

  it('says what is wrong with a choice beside its field, and keeps what was written', async () => {
    const arrival = await follow(gateway, reader, await refer([ban()]))
    const wrong = await reader.post(arrival.path, {
      hide: ['nothing-known'],
      'reveal-on': 'tomorrow',
      'reveal-meetings': '0',
      reach: 'months',
      'reach-months': '-1',
    })
    assert.equal(wrong.status, 422)
    for (const id of ['depth', 'hide', 'reveal-on', 'reveal-meetings', 'reach-months'])
      assert.ok(wrong.text.includes(`href="#${id}"`), id)
    assert.ok(wrong.text.includes('value="tomorrow"'))
    const day = await reader.post(arrival.path, { depth: 'D1', reach: 'date', 'reach-date': '2026' })
    assert.ok(day.text.includes('href="#reach-date"'))
    for (const reach of ['release', 'date'])
      assert.equal((await reader.post(arrival.path, { depth: 'D1', reach, 'reach-date': '2026-01-01' })).status, 303)
    const kept = await follow(gateway, reader, `${arrival.path}`)
    assert.ok(kept.text.includes('value="2026-01-01"'))
  })

  it('goes deeper with a reason, for a visit alone or from now on, and back', async () => {
    const page = await openAt(gateway, reader, await refer([ban(), employment()]), 'D0')
    const wrong = await reader.post(`${page.path}/more`, { section: 'nothing-known', text: 'short' })
    for (const id of ['depth', 'section', 'span', 'reason', 'text']) assert.ok(wrong.text.includes(`href="#${id}"`), id)
    const form = { depth: 'D1', reason: 'plan', text: 'The plan is due on Monday.', span: 'visit' }
    const deeper = await follow(gateway, reader, await reader.post(`${page.path}/more`, form))
    assert.match(deeper.text, /apprentice-baker/)
    assert.match(deeper.text, /for this visit alone/)
    const nextDay = await web.signIn('reader', { organisation: PAIRS, mandate: 'pairs-social-worker' as MandateId })
    const back = await follow(gateway, nextDay, deeper.path)
    assert.ok(!back.text.includes('apprentice-baker'))
    const ofOne = { ...form, section: 'employment', depth: 'D2', span: 'from-now-on' }
    const kept = await follow(gateway, nextDay, await nextDay.post(`${back.path}/more`, ofOne))
    assert.match(kept.text, /apprentice-baker/)
    assert.match((await follow(gateway, reader, kept.path)).text, /apprentice-baker/)
    const whole = { ...form, span: 'from-now-on' }
    const deep = await follow(gateway, reader, await reader.post(`${kept.path}/more`, whole))
    assert.match((await reader.get(`${deep.path}/more`)).text, /Read less from now on/)
    const less = await follow(gateway, reader, await reader.post(`${deep.path}/less`, { less: 'D0' }))
    assert.ok(!less.text.includes('apprentice-baker'))
    const nothing = await reader.post(`${less.path}/less`, { less: 'D4' })
    assert.ok(nothing.headers.get('location')?.endsWith('/more'))
  })

  it('falls back to the least depth where what was chosen before is above the organisation’s by now', async () => {
    const page = await openAt(gateway, reader, await refer([ban(), employment()]), 'D2')
    const form = { depth: 'D3', reason: 'plan', text: 'The plan is due on Monday.', span: 'visit' }
    await follow(gateway, reader, await reader.post(`${page.path}/more`, form))
    await gateway.choose({ organisation: PAIRS }, { depth: 'D1' })
    const later = await aReader(web)
    const back = await follow(gateway, later, page.path)
    assert.match(back.text, /“Start without history”/)
    const refused = await reader.post(`${back.path}/more`, { ...form, depth: 'D4' })
    assert.equal(refused.status, 422)
    await gateway.choose({ organisation: PAIRS }, { depth: 'D4', versions: 'all' })
  })

  it('is acknowledged, and then waits for nobody', async () => {
    const page = await openAt(gateway, reader, await refer([ban()]), 'D0')
    const waiting = await reader.get('/inbox?tab=waiting')
    assert.ok(waiting.text.includes(page.path))
    const done = await reader.post(`${page.path}/acknowledge`)
    assert.equal(done.headers.get('location'), '/inbox?tab=mine')
    assert.ok(!(await reader.get('/inbox?tab=waiting')).text.includes(page.path))
    assert.match((await reader.get('/inbox?tab=mine')).text, /Acknowledged/)
    assert.match((await reader.get(page.path)).text, /Acknowledged on/)
    const unopened = await refer([ban()])
    assert.equal((await reader.post(`${unopened}/acknowledge`)).status, 409)
  })

  it('finds a case by the reader’s own reference, and by no other', async () => {
    const caseId = aCaseId()
    await stage.send(PROBATION, referral(caseId, [ban()]))
    const path = await firstOf(reader)
    const own = /<code dir="ltr">([^<]+)<\/code>/.exec((await reader.get(`${path}/label`)).text)?.[1] ?? ''
    assert.ok((await reader.get(`/inbox?reference=${encodeURIComponent(own)}`)).text.includes(path))
    const answers = await Promise.all(
      [caseId, 'DEMO-NOBODY', 'ZZ-01'].map(async (name) =>
        (await reader.get(`/inbox?reference=${name}`)).text.replaceAll(name, ''),
      ),
    )
    assert.equal(new Set(answers).size, 1)
    assert.match(answers[0] ?? '', /No case is known to you by this/)
  })

  it('filters by kind and by when an answer is due', async () => {
    await refer([ban()])
    assert.match((await reader.get('/inbox?kind=IncidentAlert')).text, /Nothing on this page fits/)
    assert.match((await reader.get('/inbox?kind=Referral&due=soon')).text, /Nothing on this page fits/)
    gateway.advance(30 * DAY_MS)
    const later = await aReader(web)
    assert.match((await later.get('/inbox?due=overdue')).text, /Overdue/)
    assert.equal((await later.get('/inbox?due=never&before=x&tab=none&kind=no')).status, 200)
    assert.match((await later.get('/inbox?tab=closed')).text, /Nothing was withdrawn/)
    reader = later
  })

  it('pages back through what came, without saying how much there is', async () => {
    for (let count = 0; count < 26; count += 1) await gateway.send(PROBATION.organisation, referral(aCaseId(), [ban()]))
    await gateway.settled()
    const first = await reader.get('/inbox')
    const next = /href="(\?[^"]*before=\d+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&')
    assert.ok(next)
    const second = await reader.get(`/inbox${next}`)
    assert.equal(second.status, 200)
    assert.notEqual(second.text, first.text)
  }).timeout(60_000)

  it('H118 answers what is another’s as what nobody ever sent, on every page and form', async () => {
    const path = await refer([ban()])
    const psychologist = await aReader(web, 'pairs-psychologist' as MandateId)
    const unknown = `/inbox/${randomUUID()}`
    const blank = (text: string, id: string): string => text.replaceAll(id, 'ID')
    for (const rest of ['', '/arrival', '/timeline', '/more', '/ask', '/accept', '/decline', '/notice']) {
      const [theirs, nobodys] = [await psychologist.get(path + rest), await psychologist.get(unknown + rest)]
      assert.deepEqual([theirs.status, nobodys.status], [404, 404], rest)
      assert.equal(blank(theirs.text, path.slice(7)), blank(nobodys.text, unknown.slice(7)), rest)
    }
    for (const rest of ['/arrival', '/more', '/less', '/ask', '/acknowledge', '/accept', '/decline', '/notice']) {
      const form = { depth: 'D4', action: 'deleted', reason: 'other', referent: 'pairs-psychologist', less: 'D0' }
      assert.equal((await psychologist.post(path + rest, form)).status, 404, rest)
    }
    assert.equal((await reader.get('/inbox/not-an-id')).status, 404)
    const officer = await web.signIn('officer', { organisation: PAIRS })
    for (const place of ['/inbox', path, '/inbox/access']) assert.equal((await officer.get(place)).status, 404, place)
    assert.equal((await reader.get('/requests')).status, 404)
  })

  it('shows nothing to a mandate that ended, was never known, or is of another organisation', async () => {
    const path = await refer([ban()])
    const stranger = await web.signIn('reader', { organisation: PAIRS, mandate: 'nobody-known' as MandateId })
    const wrong = await web.signIn('reader', {
      organisation: 'city-paris' as never,
      mandate: 'pairs-mediator' as MandateId,
    })
    for (const person of [stranger, wrong]) assert.notEqual((await person.get('/inbox')).status, 200)
    const registry = gateway.deps.registry()
    gateway.changeRegistry((old) => ({
      ...old,
      mandates: old.mandates.map((one) => (one.id === 'pairs-social-worker' ? { ...one, until: gateway.now() } : one)),
    }))
    for (const place of ['/inbox', path, '/inbox/access', '/inbox/first'])
      assert.notEqual((await reader.get(place)).status, 200, place)
    gateway.changeRegistry(() => ({
      ...registry,
      participants: registry.participants.map((one) =>
        one.id === PAIRS ? { ...one, suspendedAt: gateway.now() } : one,
      ),
    }))
    assert.notEqual((await reader.get(path)).status, 200)
    gateway.changeRegistry(() => registry)
  })

  it('shows nothing while the policy cannot be had, and says that access ended where the flow has', async () => {
    const page = await openAt(gateway, reader, await refer([ban()]), 'D0')
    const registry = gateway.deps.registry()
    gateway.changeRegistry((old) => ({
      ...old,
      edges: old.edges.map((edge) =>
        edge.id === 'probation-to-pairs' ? { ...edge, validUntil: gateway.now() } : edge,
      ),
    }))
    const ended = await follow(gateway, reader, page.path)
    assert.equal(ended.status, 410)
    assert.ok(!ended.text.includes('No contact'))
    gateway.changeRegistry(() => registry)
    await gateway.putPolicy(undefined)
    const closed = await reader.get(page.path)
    assert.equal(closed.status, 503)
    assert.ok(!closed.text.includes('No contact'))
  })
})

describe('a kind without a choice', () => {
  it('opens what holds no history without asking how much', async () => {
    await using stage = await openStage()
    const { gateway } = stage
    await using web = await openTestWeb(gateway.deps)
    const caseId = aCaseId()
    const handed = await stage.send(PRISON, handover(caseId, [identity()]))
    await stage.read(PROBATION, caseId)
    await stage.send(PROBATION, {
      kind: 'HandoverAck',
      caseId,
      purpose: 'sentence-execution',
      legalBasisId: 'fr.cpen.r113-49',
      inReplyTo: handed,
    })
    const registry = await web.signIn('reader', {
      organisation: 'prison-paris' as never,
      mandate: 'prison-registry' as MandateId,
    })
    const page = await follow(gateway, registry, await firstOf(registry))
    assert.match(page.text, /says no more than its kind/)
    const arrival = await registry.get(`${page.path}/arrival`)
    assert.equal(arrival.headers.get('location'), page.path)
    const notice = await registry.get(`${page.path}/notice`)
    assert.equal(notice.headers.get('location'), page.path)
  })
})
