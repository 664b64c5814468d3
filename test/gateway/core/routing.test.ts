/** Who is to be asked about a message: the edges that carry it, the mandates that its case falls to, and what stops a flow. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { toCaseId, toOrganisationId } from '#gateway/core/ids.ts'
import type { CaseId, OrganisationId } from '#gateway/core/ids.ts'
import type { Edge, Mandate, Participant, Registry } from '#gateway/core/participants.ts'
import {
  carriesGrants,
  carriesWhole,
  covers,
  edgeFault,
  edgesFor,
  isMeasureOver,
  mandateOf,
  mandatesFor,
  participantFault,
  participantOf,
  routesOf,
} from '#gateway/core/routing.ts'
import type { CasePlace, RouteRequest } from '#gateway/core/routing.ts'
import { aSeat } from '#test/support/routed.ts'
import type { Seat } from '#test/support/routed.ts'

const organisation = (text: string): OrganisationId => toOrganisationId(text) ?? assert.fail(text)
const CASE: CaseId = toCaseId('DEMO-2026-01') ?? assert.fail('case')
const HOUR_MS = 3_600_000

describe('routing', () => {
  let seat: Seat
  let edge: Edge
  let mandate: Mandate
  before(async () => {
    seat = await aSeat()
    edge = seat.registry.edges.find(({ id }) => id === 'probation-to-pairs') ?? assert.fail('edge')
    mandate = mandateOf(seat.registry, 'pairs-mediator') ?? assert.fail('mandate')
  })
  after(() => seat[Symbol.asyncDispose]())

  /** The example network with one edge, changed. */
  const withEdge = (change: Partial<Edge>): Registry => ({ ...seat.registry, edges: [{ ...edge, ...change }] })
  const member = (id: string, change: Partial<Participant>): Registry => ({
    ...seat.registry,
    edges: [edge],
    participants: seat.registry.participants.map((old) => (old.id === id ? { ...old, ...change } : old)),
  })

  describe('edgesFor', () => {
    const found = (change: Partial<Edge>, request: Partial<RouteRequest> = {}): boolean => {
      const from = organisation('probation-paris')
      const asked = { from, kind: 'Referral', purpose: 'disengagement-support', at: seat.at } as const
      return edgesFor({ registry: withEdge(change), ...asked, ...request }).length === 1
    }
    it('finds the flow of that kind, purpose and sender', () => {
      assert.ok(found({}))
      assert.ok(found({}, { to: [organisation('pairs-paris')] }))
      assert.ok(found({}, { to: [organisation('prison-paris'), organisation('pairs-paris')] }))
    })
    it('finds none of another kind, purpose or sender, to others, or out of its time', () => {
      assert.ok(!found({ kinds: ['QuarterlyReport'] }))
      assert.ok(!found({ purposes: ['victim-safety'] }))
      assert.ok(!found({}, { from: organisation('prison-paris') }))
      assert.ok(!found({}, { to: [organisation('prison-paris')] }))
      assert.ok(!found({}, { to: [] }))
      assert.ok(!found({ validUntil: seat.at }))
    })
    it('keeps the order of the registry', () => {
      const edges = ['b', 'c', 'a'].map((id) => ({ ...edge, id }))
      const asked = { from: edge.from, kind: 'Referral', purpose: 'disengagement-support', at: seat.at } as const
      const ids = edgesFor({ registry: { ...seat.registry, edges }, ...asked }).map(({ id }) => id)
      assert.deepEqual(ids, ['b', 'c', 'a'])
    })
  })

  describe('carriesWhole', () => {
    it('is true of a kind that the edge takes, to everybody or to its end', () => {
      assert.ok(carriesWhole(edge, { kind: 'Referral', addressees: undefined }))
      assert.ok(carriesWhole(edge, { kind: 'Referral', addressees: [organisation('prison-paris'), edge.to] }))
      assert.ok(!carriesWhole(edge, { kind: 'Referral', addressees: [organisation('prison-paris')] }))
      assert.ok(!carriesWhole({ ...edge, kinds: [] }, { kind: 'Referral', addressees: undefined }))
      assert.ok(!carriesWhole({ ...edge, kinds: ['Correction'] }, { kind: 'Referral', addressees: [edge.to] }))
    })
  })

  it('opens granted requests on an edge that takes answers to them, and no other', () => {
    assert.ok(carriesGrants({ ...edge, kinds: ['Referral', 'InformationResponse'] }))
    assert.ok(!carriesGrants({ ...edge, kinds: ['Referral', 'InformationRequest'] }))
  })

  describe('edgeFault', () => {
    const fault = (change: Partial<Edge>, registry = seat.registry): string | undefined =>
      edgeFault(registry, { ...edge, ...change }, seat.at)
    const running = (): Edge['agreement'] => ({ id: 'running', from: seat.at, until: seat.at + 1 })
    it('finds none from the first instant to the last but one', () => {
      assert.equal(fault({ validFrom: seat.at, validUntil: seat.at + 1 }), undefined)
      assert.equal(fault({ agreement: running(), art9: running() }), undefined)
      assert.equal(fault({ agreement: undefined }), undefined)
    })
    it('wants an authorisation in force where a flow leaves the Directive, and nowhere else', () => {
      assert.equal(fault({ art9: undefined }), 'regime-switch-unauthorised')
      const toLed = member('pairs-paris', { regime: 'LED' })
      assert.equal(fault({ art9: undefined, regime: 'LED' }, toLed), undefined)
      assert.equal(fault({ art9: undefined, regime: 'GDPR' }, toLed), 'regime-switch-unauthorised')
      assert.equal(fault({ art9: undefined, regime: 'LED' }), 'regime-switch-unauthorised')
      assert.equal(fault({ art9: undefined }, member('probation-paris', { regime: 'GDPR' })), undefined)
    })
    it('finds what is wrong with either end, the recipient first', () => {
      assert.equal(fault({}, member('pairs-paris', { suspendedAt: seat.at })), 'participant-suspended')
      assert.equal(fault({}, member('probation-paris', { suspendedAt: seat.at })), 'participant-suspended')
      assert.equal(fault({}, member('probation-paris', { until: seat.at })), 'competence-expired')
      const both = member('pairs-paris', { until: seat.at })
      const participants = both.participants.map((old) =>
        old.id === 'probation-paris' ? { ...old, suspendedAt: seat.at } : old,
      )
      assert.equal(fault({}, { ...both, participants }), 'competence-expired')
    })
  })

  it('suspends a member from that instant on, and expires its competence outside its time', () => {
    const of = (change: Partial<Participant>): string | undefined =>
      participantFault({ ...seat.member('pairs-paris'), ...change }, seat.at)
    assert.equal(of({}), undefined)
    assert.equal(of({ suspendedAt: seat.at + 1 }), undefined)
    assert.equal(of({ suspendedAt: seat.at }), 'participant-suspended')
    assert.equal(of({ from: seat.at + 1 }), 'competence-expired')
    assert.equal(of({ from: seat.at, until: seat.at + 1 }), undefined)
    assert.equal(of({ until: seat.at }), 'competence-expired')
  })

  describe('isMeasureOver', () => {
    const measure = (until?: string): object => ({
      id: 'm1',
      type: 'follow-up',
      from: '2026-01-01',
      sections: [],
      until,
    })
    const over = (registry: Registry, ...measures: readonly object[]): boolean =>
      isMeasureOver(registry, edge, { measures: measures as never }, seat.at)
    it('is true only where every measure has ended', () => {
      assert.ok(over(seat.registry, measure('2026-02-01'), measure('2026-03-01')))
      assert.ok(!over(seat.registry, measure('2026-02-01'), measure()))
      assert.ok(!over(seat.registry))
    })
    it('is never true within one regime', () =>
      assert.ok(!over(member('probation-paris', { regime: 'GDPR' }), measure('2026-02-01'))))
    it('is true at the very instant of the end', () => {
      const until = new Date(seat.at).toISOString()
      assert.ok(isMeasureOver(seat.registry, edge, { measures: [measure(until)] as never }, seat.at))
      assert.ok(!isMeasureOver(seat.registry, edge, { measures: [measure(until)] as never }, seat.at - 1))
    })
  })

  describe('mandates', () => {
    const place = (change: Partial<CasePlace> = {}): CasePlace => ({
      caseId: CASE,
      site: 'paris',
      assigned: [],
      ...change,
    })
    const ids = (change: Partial<Mandate>, at = seat.at): readonly string[] =>
      mandatesFor({ ...seat.registry, mandates: [{ ...mandate, ...change }] }, edge, place(), at).map(({ id }) => id)
    it('are those of the recipient, in their time, that the case falls to', () => {
      const open = { sites: undefined, cases: undefined }
      assert.deepEqual(ids(open), ['pairs-mediator'])
      assert.deepEqual(ids({ ...open, organisation: organisation('prison-paris') }), [])
      assert.deepEqual(ids({ ...open, until: seat.at }), [])
      assert.deepEqual(ids({ ...open, from: seat.at + 1 }), [])
      assert.deepEqual(ids({ sites: ['lyon'], cases: undefined }), [])
    })
    it('named for cases go by them, whatever the site', () => {
      const named = { ...mandate, sites: ['lyon'], cases: [CASE] }
      assert.ok(covers(named, place(), seat.at))
      assert.ok(!covers({ ...named, sites: ['paris'], cases: ['C-2'] }, place(), seat.at))
    })
    it('of a site get no case without one', () =>
      assert.ok(!covers({ ...mandate, sites: ['paris'], cases: undefined }, place({ site: undefined }), seat.at)))
    it('assigned to a case get it in the time of the assignment alone', () => {
      const elsewhere = { ...mandate, sites: ['lyon'], cases: undefined }
      const assigned = (id: string, from: number, until?: number): boolean =>
        covers(
          elsewhere,
          place({ assigned: [{ mandate: id, from, ...(until === undefined ? {} : { until }) }] }),
          seat.at,
        )
      assert.ok(assigned(mandate.id, seat.at))
      assert.ok(assigned(mandate.id, seat.at - HOUR_MS, seat.at + 1))
      assert.ok(!assigned(mandate.id, seat.at + 1))
      assert.ok(!assigned(mandate.id, seat.at - HOUR_MS, seat.at))
      assert.ok(!assigned('pairs-nurse', seat.at - HOUR_MS))
    })
    it('and edges make the routes, each edge with the mandates at its end', () => {
      const all = seat.registry.edges.filter(({ to }) => ['pairs-paris', 'probation-paris'].includes(to))
      const routes = routesOf(seat.registry, all, place({ site: undefined }), seat.at)
      assert.ok(routes.length > 0)
      for (const route of routes) assert.equal(route.mandate.organisation, route.edge.to)
      assert.deepEqual(routesOf(seat.registry, [], place(), seat.at), [])
    })
  })

  it('finds members and mandates by their id, and nobody by another', () => {
    assert.equal(participantOf(seat.registry, 'pairs-paris')?.id, 'pairs-paris')
    assert.equal(participantOf(seat.registry, 'nobody'), undefined)
    assert.equal(mandateOf(seat.registry, 'pairs-mediator')?.id, 'pairs-mediator')
    assert.equal(mandateOf(seat.registry, 'nobody'), undefined)
  })
})
