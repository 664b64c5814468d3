/** Attacks on the meaning of a disclosure: what a curious recipient, a careless officer or a hostile member could make of it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, describe, it } from 'mocha'
import type { Ceiling } from '#policies/engine/ceiling.ts'
import { decide } from '#policies/engine/decide.ts'
import type { Level } from '#policies/language/level.ts'
import { parsePolicy } from '#policies/language/text.ts'
import { factsTogether } from '#gateway/core/case-facts.ts'
import { itemSchema } from '#gateway/core/item.ts'
import type { CaseId, OrganisationId } from '#gateway/core/ids.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { label } from '#gateway/core/label.ts'
import { messageSchema } from '#gateway/core/message.ts'
import type { CaseFacts } from '#gateway/core/message.ts'
import type { ProblemPlace } from '#gateway/core/problem.ts'
import { projectItem } from '#gateway/core/project-item.ts'
import type { ProjectedItem } from '#gateway/core/projection.ts'
import { participantOf } from '#gateway/core/routing.ts'
import { follows } from '#gateway/core/workflow.ts'
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'
import { understand } from '#gateway/rooms/understand.ts'
import { aTestNetwork } from '#test/support/example-network.ts'
import { bootGateway, expectStatus, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aHandover, aReferral, anItemText } from '#test/support/messages.ts'

const FRANCE_PACK = resolve(import.meta.dirname, '../../policies/packs/france-prison-exit.json')
const NOW = Date.parse('2026-11-21T09:00:00Z')

const aCeiling = (changes: Partial<Ceiling>): Ceiling => ({
  level: 'full',
  omission: 'silent',
  rules: ['permit'],
  conditions: [],
  bases: [],
  rungs: {},
  because: [],
  ...changes,
})

/** The item as it leaves at that level, which must be one at which something leaves. */
function shownAt(level: Level, item: Partial<ItemText>, rungs: Ceiling['rungs'] = {}): ProjectedItem {
  const read = itemSchema.parse(anItemText(item))
  const situation = { at: NOW, isSuperseded: false, windowMonths: {}, attested: 'originator' } as const
  const request = { item: read, labelled: label(read, situation), ceiling: aCeiling({ level, rungs }), level }
  const shown = projectItem(request)
  assert.ok(shown !== undefined)
  return shown
}

const GENERALISED = {
  section: 'incidents',
  term: 'disciplinary-sanction',
  value: undefined,
  rungs: { g2: ['sanctioned'] },
  observedAt: '2026-10-13T14:05:00Z',
  recordedAt: '2026-10-14',
  validUntil: '2027-03-17',
  method: 'interview at the clinic on the hill',
} as const satisfies Partial<ItemText>

describe('beside a value that is generalised or only named', () => {
  for (const level of ['existence', 'summary'] as const)
    it(`no date is told to the day: ${level}`, () => {
      assert.equal(shownAt(level, GENERALISED).level, level)
      assert.doesNotMatch(JSON.stringify(shownAt(level, GENERALISED)), /\d{4}-\d{2}-\d{2}/)
    })

  it('no text of the sender says how it came about', () => {
    for (const level of ['existence', 'summary'] as const)
      assert.equal(JSON.stringify(shownAt(level, GENERALISED)).includes('clinic'), false)
  })

  it('a date is told no finer than the rung that policy sets for dates', () => {
    const shown = shownAt('summary', GENERALISED, { date: 'g3' })
    assert.deepEqual([shown.observedAt, shown.quality.asOf, shown.quality.validUntil], ['2026', '2026', '2027'])
  })
})

describe('the place of an item in its native record', () => {
  const place = { record: 'case-notes', at: '/caseNotes/7/psychology' }

  it('goes to nobody where the item was mapped: it counts what came before, and names what is only said to exist', () => {
    for (const level of ['existence', 'full'] as const) {
      const shown = shownAt(level, { ...place })
      assert.deepEqual([shown.at, shown.record], [undefined, undefined])
    }
  })

  it('goes along where the record is handed on in its own form', () => {
    const shown = shownAt('existence', { ...place, section: 'persons' })
    assert.deepEqual([shown.at, shown.record], [place.at, place.record])
  })
})

const parsed = parsePolicy(readFileSync(FRANCE_PACK, 'utf8'), FRANCE_PACK)
if (!parsed.ok) throw new Error('the France pack has faults')
const { set } = parsed

describe('what an item says of its own use', () => {
  /** Where the message is refused, or nothing where it is understood. */
  async function faultsOf(item: Partial<ItemText>): Promise<readonly ProblemPlace[]> {
    const { registry } = await aTestNetwork(NOW)
    const sender = participantOf(registry, 'prison-paris')
    assert.ok(sender !== undefined)
    const envelope = { sch: 'passerelle/1', iss: sender.uri, aud: 'broker', iat: 0, jti: randomUUID() }
    const payload = { ...envelope, ...aHandover({ items: [anItemText(item)] }) }
    const verified = { sender, payload, bytesDigest: '', kid: '', attested: 'originator' } as const
    const understood = understand({ dialects: [], set, now: NOW, idOf: String }, verified)
    return understood.ok ? [] : (understood.problem.errors ?? [])
  }

  it('binds its sender too: a message for another purpose is refused with it', async () => {
    const faults = await faultsOf({ purposes: ['health-care'] })
    assert.deepEqual(faults, [{ pointer: '/items/0/purposes', code: 'not-for-this-purpose' }])
  })

  it('binds its sender too: it is refused on legal bases of which none is in force', async () => {
    const faults = await faultsOf({ legalBasisIds: ['fr.ncpp.l6422-1', 'fr.unknown.1'] })
    assert.deepEqual(faults, [{ pointer: '/items/0/legalBasisIds', code: 'not-valid-now' }])
  })

  it('lets it go where its purposes and one of its bases hold', async () => {
    const uses = { purposes: ['health-care', 'release-preparation'], legalBasisIds: ['eu.led.8', 'fr.ncpp.l6422-1'] }
    assert.deepEqual(await faultsOf(uses), [])
  })
})

describe('the France pack', () => {
  const floor = SECTIONS.flatMap(({ terms }) => terms).filter(({ isFloor }) => isFloor)

  for (const type of ['PS', 'PP', 'PM'])
    it(`withholds no term of the safety floor from ${type} because the person was not told of it`, () => {
      const facts = { 'recipient.type': type, 'edge.regime': 'GDPR', 'edge.purpose': 'disengagement-support' }
      const question = { at: NOW, milestones: {}, facts: { ...facts, 'case.minor': false } }
      const withheld = floor.filter(({ id, section }) => {
        const item = itemSchema.parse(anItemText({ section, term: id, value: null, subjectInformed: 'no' }))
        const situation = { at: NOW, isSuperseded: false, windowMonths: {}, attested: 'originator' } as const
        return decide(set, question, label(item, situation)).rules.includes('limit.person-not-informed')
      })
      assert.deepEqual(
        withheld.map(({ id }) => id),
        [],
      )
    })
})

describe('facts that several members state of one case', () => {
  const measure = (id: string, until?: string): NonNullable<CaseFacts['measures']>[number] => ({
    id,
    type: 'probation',
    from: '2025-01-01',
    sections: [],
    ...(until === undefined ? {} : { until }),
  })

  it('keep the measures of each: nobody ends another member’s by not naming it', () => {
    const together = factsTogether([
      { by: 'prison', facts: { measures: [measure('a'), measure('b')] } },
      { by: 'probation', facts: { measures: [measure('d')] } },
    ])
    assert.deepEqual(
      together.measures?.map(({ id }) => id),
      ['a', 'b', 'd'],
    )
  })

  it('take no consent for standing that a later list leaves out, whoever wrote it', () => {
    const together = factsTogether([
      { by: 'prison', facts: { informed: [{ id: 'c', sections: ['health'] }] } },
      { by: 'probation', facts: { informed: [] } },
    ])
    assert.deepEqual(together.informed, [])
  })

  it('take of one measure the latest word, and of each member its last list', () => {
    const together = factsTogether([
      { by: 'prison', facts: { measures: [measure('a'), measure('b')] } },
      { by: 'probation', facts: { measures: [measure('a', '2026-01-01')] } },
    ])
    assert.deepEqual(together.measures, [measure('a', '2026-01-01'), measure('b')])
    const after = factsTogether([
      { by: 'prison', facts: { measures: [measure('a')] } },
      { by: 'prison', facts: { measures: [] } },
    ])
    assert.deepEqual(after.measures, [])
  })
})

describe('a version that replaces itself', () => {
  const ids = [randomUUID(), randomUUID()] as const
  for (const [name, items] of [
    ['at once', [{ itemId: ids[0], supersedes: ids[0] }]],
    ['in a circle', ids.map((itemId, index) => ({ itemId, supersedes: ids[1 - index] }))],
  ] as const)
    it(`${name} is refused: it would be past when it comes, and a ban in it never shown`, () => {
      const texts = items.map((item) => anItemText(item))
      const message = messageSchema.parse({
        sch: 'passerelle/1',
        iss: 'prison',
        aud: 'broker',
        iat: 0,
        jti: randomUUID(),
        ...aHandover({ items: texts }),
      })
      const before = { ownerOf: () => undefined, organisationOf: () => undefined }
      assert.equal(follows(message, 'prison-paris' as OrganisationId, before).ok, false)
    })
})

const SOCIAL_WORKER = { organisation: 'pairs-paris', mandate: 'pairs-social-worker' }
const PSYCHOLOGIST = { organisation: 'pairs-paris', mandate: 'pairs-psychologist' }

const aBan = (changes: Partial<ItemText> = {}): ItemText =>
  anItemText({
    section: 'measures',
    term: 'prohibition-contact',
    value: 'not the sister',
    nature: 'decision',
    ...changes,
  })

describe('over a whole walk', () => {
  let gateway: TestGateway
  let caseNumber = 0
  const newCase = (): string => `DEMO-M-${++caseNumber}`
  before(async () => {
    gateway = await bootGateway()
  })
  after(() => gateway.stop())

  const send = async (organisation: string, message: object): Promise<string> => {
    const { body } = expectStatus(202, await gateway.send(organisation, message)) as { body: { id: string } }
    await gateway.settled()
    return body.id
  }
  const shownTo = async (reader: { readonly organisation: string; readonly mandate: string }, caseId: string) =>
    (await gateway.receive(reader)).filter((projection) => projection.caseId === caseId)
  const itemsOf = async (reader: { readonly organisation: string; readonly mandate: string }, caseId: string) =>
    (await shownTo(reader, caseId)).flatMap(({ items }) => items.map(({ itemId }) => itemId))

  it('a fact stated later opens what was sent before, for whom it opens it', async () => {
    const caseId = newCase()
    const note = anItemText({ section: 'psychology', term: 'psychological-attendance', value: 'weekly' })
    await gateway.choose(PSYCHOLOGIST, { depth: 'D4' }, caseId)
    await send('probation-paris', aReferral({ caseId, items: [note] }))
    assert.deepEqual(await itemsOf(PSYCHOLOGIST, caseId), [])
    await send('probation-paris', aReferral({ caseId, items: [], facts: { careTeam: 'pairs-team-1' } }))
    assert.deepEqual(await itemsOf(PSYCHOLOGIST, caseId), [note.itemId])
  })

  it('a restriction stated later takes what nobody fetched off the list of whom it shuts out', async () => {
    const caseId = newCase()
    await send('probation-paris', aReferral({ caseId, items: [aBan()] }))
    const listed = async (): Promise<number> =>
      (await gateway.deliveries(SOCIAL_WORKER)).filter((row) => row.caseId === caseId).length
    assert.equal(await listed(), 1)
    await send('prison-paris', aHandover({ caseId, facts: { excludedFrom: ['pairs-social-worker'] } }))
    assert.equal(await listed(), 0)
  })

  it('a new version that leaves a reader of the old one behind is refused, and the ban stands', async () => {
    const caseId = newCase()
    const ban = aBan()
    const message = { caseId, purpose: 'probation-supervision', legalBasisId: 'fr.cpen.ex-d581' }
    await send('probation-paris', aReferral({ caseId, items: [ban] }))
    const newer = { kind: 'QuarterlyReport', quarter: '2026-Q3', ...message, items: [aBan({ supersedes: ban.itemId })] }
    const refused = refusal(409, await gateway.send('probation-paris', newer))
    assert.deepEqual(refused.errors, [{ pointer: '/items/0/supersedes', code: 'leaves-readers-behind' }])
    assert.deepEqual(await itemsOf(SOCIAL_WORKER, caseId), [ban.itemId])
  })

  it('what is derived from another member’s item keeps its markings, or is refused', async () => {
    const caseId = newCase()
    const source = anItemText({ handling: ['H1', 'H2'], author: { role: 'registrar', service: 'prison-paris' } })
    await send('prison-paris', aHandover({ caseId, items: [source] }))
    const quote = (changes: Partial<ItemText>) =>
      gateway.send(
        'probation-paris',
        aReferral({ caseId, items: [aBan({ derivedFrom: [source.itemId], ...changes })] }),
      )
    const refused = refusal(409, await quote({ handling: ['H1'] }))
    assert.deepEqual(refused.errors, [{ pointer: '/items/0/derivedFrom', code: 'marking-shed' }])
    expectStatus(202, await quote({ handling: ['H2', 'H1'], originator: 'prison-paris' }))
    await gateway.settled()
    assert.deepEqual(await itemsOf(SOCIAL_WORKER, caseId), [])
  })

  it('a correction tells whoever read the old version, even after the flow to them has ended, and no more than that', async () => {
    const caseId = newCase()
    const ban = aBan()
    await using ending = await bootGateway()
    expectStatus(202, await ending.send('probation-paris', aReferral({ caseId, items: [ban] })))
    await ending.settled()
    assert.equal((await ending.receive(SOCIAL_WORKER)).length, 1)
    ending.changeRegistry((registry) => ({
      ...registry,
      edges: registry.edges.map((edge) =>
        edge.id === 'probation-to-pairs' ? { ...edge, validUntil: ending.now() - 1 } : edge,
      ),
    }))
    const items = [aBan({ supersedes: ban.itemId, value: 'not the brother' })]
    const correction = aReferral({ kind: 'Correction', reason: 'inaccurate', caseId, items, to: undefined })
    expectStatus(202, await ending.send('probation-paris', correction))
    await ending.settled()
    const [notice] = (await ending.receive(SOCIAL_WORKER)).filter(({ kind }) => kind === 'Correction')
    assert.deepEqual([notice?.body, notice?.items], [{ corrected: [ban.itemId], reason: 'inaccurate' }, []])
  })

  it('nothing goes to an association once every measure of the case has ended', async () => {
    const ended = { id: 'measure-1', type: 'probation', from: '2025-01-01', until: '2026-01-01', sections: [] }
    const caseId = newCase()
    await send('probation-paris', aReferral({ caseId, items: [aBan()], facts: { measures: [ended] } }))
    assert.deepEqual(await itemsOf(SOCIAL_WORKER, caseId), [])
    await send(
      'probation-paris',
      aReferral({ caseId, items: [], facts: { measures: [{ ...ended, until: '2999-01-01' }] } }),
    )
    assert.equal((await itemsOf(SOCIAL_WORKER, caseId)).length, 1)
  })

  it('two agreed flows to one mandate do not take each other’s parcels away', async () => {
    const caseId = newCase()
    await using doubled = await bootGateway({
      registry: (registry) => {
        const flow = registry.edges.find(({ id }) => id === 'probation-to-pairs')
        assert.ok(flow !== undefined)
        return { ...registry, edges: [...registry.edges, { ...flow, id: 'second-flow', basis: 'fr.cpp.706-25-16' }] }
      },
    })
    expectStatus(202, await doubled.send('probation-paris', aReferral({ caseId, items: [aBan()] })))
    await doubled.settled()
    assert.equal((await doubled.receive(SOCIAL_WORKER)).length, 2)
  })

  it('a grant does not outlive the request that it answers', async () => {
    const caseId = newCase()
    const about = { caseId, purpose: 'public-security', legalBasisId: 'eu.led.8' }
    const asked = await send('interior-ministry', {
      ...about,
      kind: 'InformationRequest',
      to: ['prison-paris'],
      sections: ['risk-needs'],
      necessity: 'a threat that was reported last night',
      until: '2026-12-01',
    })
    const until = '2030-01-01'
    await send('prison-paris', {
      ...about,
      kind: 'InformationResponse',
      inReplyTo: asked,
      granted: ['risk-needs'],
      refused: [],
      until,
    })
    const grants = await gateway.deps.store.read.requests.inForce(
      'interior-ministry' as OrganisationId,
      caseId as CaseId,
      Date.parse('2026-11-25'),
    )
    assert.deepEqual(
      grants.map((grant) => grant.until),
      [Date.parse('2026-12-01')],
    )
  })

  it('what is said beside the items goes with a value, not with a bare existence', async () => {
    const caseId = newCase()
    const items = [anItemText({ section: 'meeting-record', term: 'meeting-decision', value: 'x' })]
    const record = { kind: 'MonthlyMeetingRecord', meetingOn: '2026-11-12', attendees: [], items }
    await gateway.choose(SOCIAL_WORKER, { depth: 'D4', askMe: true }, caseId)
    await send('probation-paris', aReferral({ caseId, to: ['pairs-paris'], ...record }))
    const [shown] = await shownTo(SOCIAL_WORKER, caseId)
    assert.deepEqual([shown?.items[0]?.level, shown?.body], ['existence', {}])
  })

  it('the officer is told when policy keeps an item of the safety floor from a recipient', async () => {
    const caseId = newCase()
    const ban = aBan({ releasableTo: ['court-paris'] })
    const messageId = await send('probation-paris', aReferral({ caseId, items: [ban] }))
    const told = gateway.log.filter(
      ({ event, fields }) => event.includes('safety floor') && fields['messageId'] === messageId,
    )
    assert.ok(told.length > 0)
    assert.ok(told.every(({ fields }) => fields['items'] === 1))
  })
})
