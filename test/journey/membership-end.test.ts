/** The end of a membership: what is stopped, withdrawn and reported, and that it begins again where it ended too soon. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { closureSchema } from '#gateway/http/agency/schemas.ts'
import { heldBy } from '#gateway/rooms/held.ts'
import { makeRound, meetMembers } from '#gateway/rooms/round.ts'
import { aCaseId, COURT, employment, handover, identity, last, openStage, PRISON, recall } from './stage.ts'
import type { Stage } from './stage.ts'

const PRISON_ALONE = { organisation: PRISON.organisation }

describe('the end of a membership', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  const court = 'court-paris' as OrganisationId
  const suspended = (old: Registry): Registry => ({
    ...old,
    participants: old.participants.map((entry) =>
      entry.id === court ? { ...entry, suspendedAt: stage.gateway.now() } : entry,
    ),
  })
  const openEnd = async () => (await stage.gateway.deps.store.read.memberships.open())[0]
  const alarmsOf = (event: string): number => stage.gateway.log.filter((line) => line.event === event).length

  it('stops what is queued, withdraws what was not fetched, and reports what is held, once', async () => {
    const { gateway } = stage
    const [read, unread] = [aCaseId(), aCaseId()]
    await stage.send(PRISON, handover(read, [employment(), identity()], { to: ['court-paris'] }))
    await stage.read(COURT, read)
    await stage.send(PRISON, handover(unread, [employment()], { to: ['court-paris'] }))
    const registry = gateway.deps.registry()
    gateway.changeRegistry(suspended)
    await meetMembers(gateway.deps)
    await makeRound(gateway.deps)
    const end = await openEnd()
    assert.deepEqual(
      [end?.organisation, end?.reason, end?.withdrawn, end?.report?.deliveries, end?.report?.items],
      [court, 'participant-suspended', 1, 1, 2],
    )
    const holdings = await heldBy(gateway.deps.store.read, court)
    assert.deepEqual(
      holdings.map(({ caseId, kind, deliveries, items, recalled }) => [caseId, kind, deliveries, items, recalled]),
      [[read, 'CaseHandover', 1, 2, 0]],
    )
    assert.ok(!JSON.stringify(holdings).includes('apprentice'))
    const rows = await gateway.deps.store.read.audit.rows(1, 100_000)
    const acts = rows.map(({ event }) => event.act).filter((act) => act.startsWith('membership-'))
    assert.deepEqual(acts, ['membership-ended', 'membership-reported'])
    assert.equal(alarmsOf('a member is out: what it still holds is in its report'), 1)

    // Back again: nothing that waited is lost, and it is judged by what is in force now.
    gateway.changeRegistry(() => registry)
    await meetMembers(gateway.deps)
    await gateway.settled()
    assert.equal(await openEnd(), undefined)
    assert.equal((await stage.inbox(COURT, unread)).length, 1)
  })

  it('leaves the notice of a recall where it is, and shows the sender that its holder is out', async () => {
    const { gateway } = stage
    const caseId = aCaseId()
    const item = employment()
    await stage.send(PRISON, handover(caseId, [item], { to: ['court-paris'] }))
    await stage.read(COURT, caseId)
    const registry = gateway.deps.registry()
    const id = await stage.send(PRISON, recall(caseId, [item]))
    gateway.changeRegistry(suspended)
    await meetMembers(gateway.deps)
    const response = await gateway.ask(PRISON_ALONE, 'get', `/v1/submissions/${id}/closure`)
    const [line] = closureSchema.parse(response.body).organisations
    assert.deepEqual([line?.out, line?.state], ['participant-suspended', 'waiting'])
    const holdings = await heldBy(gateway.deps.store.read, court)
    assert.equal(holdings.find((holding) => holding.caseId === caseId)?.recalled, 1)
    gateway.changeRegistry(() => registry)
    await meetMembers(gateway.deps)
    assert.equal(last(await stage.inbox(COURT, caseId)).kind, 'Recall')
  })

  it('is found of a member that the registry names no more', async () => {
    const { gateway } = stage
    const caseId = aCaseId()
    await stage.send(PRISON, handover(caseId, [employment()], { to: ['court-paris'] }))
    await stage.read(COURT, caseId)
    const registry = gateway.deps.registry()
    gateway.changeRegistry((old) => ({
      ...old,
      participants: old.participants.filter(({ id }) => id !== court),
      mandates: old.mandates.filter(({ organisation }) => organisation !== court),
    }))
    await makeRound(gateway.deps)
    const end = await openEnd()
    gateway.changeRegistry(() => registry)
    assert.deepEqual([end?.organisation, end?.reason], [court, 'mandate-unknown'])
    assert.ok((end?.report?.deliveries ?? 0) >= 1)
    await meetMembers(gateway.deps)
  })

  it('looks at nobody while the clock cannot be relied on', async () => {
    const { gateway } = stage
    const registry = gateway.deps.registry()
    gateway.changeRegistry(suspended)
    await meetMembers({ ...gateway.deps, isClockReliable: () => false })
    gateway.changeRegistry(() => registry)
    assert.equal(await openEnd(), undefined)
  })
})
