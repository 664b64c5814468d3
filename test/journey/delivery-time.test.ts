/** Policy, agreements and mandates are asked when a parcel is made and again when it is fetched: what ended in between is not handed out. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { Registry } from '#gateway/core/participants.ts'
import { refusal } from '#test/support/gateway.ts'
import {
  COURT,
  DAY_MS,
  PRISON,
  PROBATION,
  SOCIAL_WORKER,
  aCaseId,
  employment,
  handover,
  identity,
  namesOf,
  openStage,
  referral,
  shownOf,
} from './stage.ts'
import type { Stage } from './stage.ts'

/** A set in force that permits nothing. */
const permitless = (text: string): string =>
  JSON.stringify({ ...(JSON.parse(text) as object), version: '9.9.9', rules: [], statutes: [] })

describe('between submission and collection', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  const LAPSES: readonly {
    readonly name: string
    readonly reason: string
    readonly lapse: (old: Registry, now: number) => Registry
  }[] = [
    {
      name: 'a mandate that ended',
      reason: 'mandate-ended',
      lapse: (old, now) => ({
        ...old,
        mandates: old.mandates.map((entry) => (entry.id === COURT.mandate ? { ...entry, until: now } : entry)),
      }),
    },
    {
      name: 'an edge that ended',
      reason: 'edge-ended',
      lapse: (old, now) => ({
        ...old,
        edges: old.edges.map((entry) => (entry.id === 'prison-to-court' ? { ...entry, validUntil: now } : entry)),
      }),
    },
    {
      name: 'a kind that is agreed no more',
      reason: 'edge-missing',
      lapse: (old) => ({
        ...old,
        edges: old.edges.map((entry) => (entry.id === 'prison-to-court' ? { ...entry, kinds: ['Recall'] } : entry)),
      }),
    },
    {
      name: 'a purpose that is agreed no more',
      reason: 'edge-missing',
      lapse: (old) => ({
        ...old,
        edges: old.edges.map((entry) =>
          entry.id === 'prison-to-court' ? { ...entry, purposes: ['judicial-decision'] } : entry,
        ),
      }),
    },
    {
      name: 'a sender whose competence lapsed',
      reason: 'competence-expired',
      lapse: (old, now) => ({
        ...old,
        participants: old.participants.map((entry) => (entry.id === 'prison-paris' ? { ...entry, until: now } : entry)),
      }),
    },
    {
      name: 'a sender that was suspended',
      reason: 'participant-suspended',
      lapse: (old, now) => ({
        ...old,
        participants: old.participants.map((entry) =>
          entry.id === 'prison-paris' ? { ...entry, suspendedAt: now } : entry,
        ),
      }),
    },
  ]
  for (const { name, reason, lapse } of LAPSES) {
    it(`${name} stops what is unread in the mailbox`, async () => {
      const caseId = aCaseId()
      const { gateway } = stage
      await stage.send(PRISON, handover(caseId, [employment()], { to: ['court-paris'] }))
      const called = await namesOf(gateway, caseId)
      const [waiting] = (await gateway.deliveries({ organisation: 'court-paris' })).filter((entry) =>
        called.has(entry.caseId),
      )
      assert.ok(waiting !== undefined)
      const registry = gateway.deps.registry()
      gateway.changeRegistry((old) => lapse(old, gateway.now()))
      const collected = await gateway.collect({ organisation: 'court-paris' }, waiting.id)
      gateway.changeRegistry(() => registry)
      assert.equal(refusal(410, collected).code, 'delivery-withdrawn')
    })

    it(`${name} stops what is queued, and its sender is told why`, async () => {
      const caseId = aCaseId()
      const { gateway } = stage
      const registry = gateway.deps.registry()
      gateway.changeRegistry((old) => ({
        ...old,
        participants: old.participants.map((entry) => (entry.id === 'court-paris' ? { ...entry, keys: [] } : entry)),
      }))
      const id = await stage.send(PRISON, handover(caseId, [employment()], { to: ['court-paris'] }))
      gateway.changeRegistry(() => lapse(registry, gateway.now()))
      await stage.pass(DAY_MS / 24)
      gateway.changeRegistry(() => registry)
      const { edges } = await stage.stateOf(PRISON, id)
      assert.deepEqual(
        edges.map((edge) => [edge.state, edge.reason]),
        [['stopped', reason]],
      )
      assert.deepEqual(await stage.inbox(COURT, caseId), [])
    })
  }

  it('an agreement that ended stops what is unread at an association', async () => {
    const caseId = aCaseId()
    const { gateway } = stage
    await stage.send(PROBATION, referral(caseId, [employment()]))
    const registry = gateway.deps.registry()
    gateway.changeRegistry((old) => ({
      ...old,
      edges: old.edges.map((edge) =>
        edge.art9 === undefined ? edge : { ...edge, art9: { ...edge.art9, until: gateway.now() } },
      ),
    }))
    assert.deepEqual(await stage.inbox(SOCIAL_WORKER, caseId), [])
    gateway.changeRegistry(() => registry)
  })

  it('a recipient that was suspended is not let in at all', async () => {
    const { gateway } = stage
    const registry = gateway.deps.registry()
    gateway.changeRegistry((old) => ({
      ...old,
      participants: old.participants.map((entry) =>
        entry.id === 'court-paris' ? { ...entry, suspendedAt: gateway.now() } : entry,
      ),
    }))
    const answer = await gateway.ask({ organisation: 'court-paris' }, 'get', '/v1/deliveries')
    gateway.changeRegistry(() => registry)
    assert.equal(refusal(403, answer).code, 'participant-suspended')
  })

  it('H066 a policy that was withdrawn stops what is queued and what is unread: no cache answers', async () => {
    const { gateway } = stage
    const { readFileSync } = await import('node:fs')
    const text = readFileSync('policies/packs/france-prison-exit.json', 'utf8')
    const [unread, queued] = [aCaseId(), aCaseId()]
    await stage.send(PRISON, handover(unread, [employment()]))
    await gateway.putPolicy(permitless(text))
    await stage.send(PRISON, handover(queued, [employment()]))
    assert.deepEqual([await stage.inbox(PROBATION, unread), await stage.inbox(PROBATION, queued)], [[], []])
    await gateway.putPolicy(undefined)
    assert.equal(
      refusal(503, await gateway.send('prison-paris', handover(aCaseId(), [employment()]))).code,
      'policy-unavailable',
    )
    await gateway.putPolicy(text)
    const again = aCaseId()
    await stage.send(PRISON, handover(again, [employment()]))
    assert.equal((await stage.inbox(PROBATION, again)).length, 1)
  })

  it('no policy at all keeps what is queued until there is one', async () => {
    const { gateway } = stage
    const { readFileSync } = await import('node:fs')
    const caseId = aCaseId()
    const registry = gateway.deps.registry()
    gateway.changeRegistry((old) => ({
      ...old,
      participants: old.participants.map((entry) => ({
        ...entry,
        keys: entry.keys.filter(({ use }) => use === 'sign'),
      })),
    }))
    await stage.send(PRISON, handover(caseId, [employment()]))
    gateway.changeRegistry(() => registry)
    await gateway.putPolicy(undefined)
    await stage.pass(DAY_MS / 24)
    await gateway.putPolicy(readFileSync('policies/packs/france-prison-exit.json', 'utf8'))
    await stage.pass(DAY_MS)
    assert.equal((await stage.inbox(PROBATION, caseId)).length, 1)
  })

  describe('a case of limited access', () => {
    it('is for those it names', async () => {
      const caseId = aCaseId()
      const facts = { minor: false, restrictedTo: ['court-paris'] }
      await stage.send(PRISON, handover(caseId, [employment(), identity()], { facts }))
      assert.equal((await stage.inbox(COURT, caseId)).length, 1)
      assert.deepEqual(await stage.inbox(PROBATION, caseId), [])
    })

    it('gives nothing to whom it excludes, of what is unread either', async () => {
      const caseId = aCaseId()
      await stage.send(PRISON, handover(caseId, [employment()]))
      const facts = { minor: false, excludedFrom: [PROBATION.mandate] }
      await stage.send(PRISON, handover(caseId, [identity()], { facts }))
      assert.deepEqual(await stage.inbox(PROBATION, caseId), [])
      assert.deepEqual((await stage.inbox(COURT, caseId)).flatMap((one) => shownOf(one)).length, 2)
    })

    it('is opened by nobody but who closed it', async () => {
      const caseId = aCaseId()
      await stage.send(
        PRISON,
        handover(caseId, [employment()], { facts: { minor: false, excludedFrom: ['court-paris'] } }),
      )
      const opening = {
        kind: 'CaseHandover',
        caseId,
        purpose: 'sentence-execution',
        legalBasisId: 'eu.led.8',
        items: [identity()],
      }
      await stage.send(PROBATION, {
        ...opening,
        facts: { excludedFrom: [], restrictedTo: ['court-paris', 'probation-paris'] },
      })
      assert.deepEqual(await stage.inbox(COURT, caseId), [])
      await stage.send(PRISON, handover(caseId, [identity()], { facts: { minor: false, excludedFrom: [] } }))
      assert.ok((await stage.inbox(COURT, caseId)).length > 0)
    })
  })
})
