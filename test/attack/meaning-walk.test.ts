/** Messages that are right in form and wrong in meaning, over a whole walk through a gateway: what of them reaches whom. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { CaseId, OrganisationId } from '#gateway/core/ids.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { bootGateway, expectStatus, refusal } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aHandover, aReferral, anItemText } from '#test/support/messages.ts'

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
