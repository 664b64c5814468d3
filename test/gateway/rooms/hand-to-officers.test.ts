/** What is handed to the officers of which little is known any more: its case was erased, its mandate has gone, its errand moved on. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, it } from 'mocha'
import type { AuditEvent } from '#gateway/core/audit.ts'
import type { HandedErrand } from '#gateway/core/handed-errand.ts'
import type { StuckJob } from '#gateway/ports/carries.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { dealWithHanded, handedById, handToOfficers, openHanded } from '#gateway/rooms/hand-to-officers.ts'

const ERRAND = randomUUID()
const [messageId, mandate] = [randomUUID(), 'mandate-gone']
const JOB = { id: ERRAND, position: 1, messageId, edge: 'e', mandate, state: 'stuck', dueAt: 0, attempts: 20 }
const CARRY = { id: ERRAND, deliveryId: randomUUID(), organisation: 'o', way: 'https', cause: 'delivery', root: ERRAND }
const HANDED = { id: randomUUID(), errand: ERRAND, messageId, mandate, reason: 'must-reach', account: 'a', handedAt: 1 }

/** A store in which that job is stuck, and what is written there. */
function around(job: object | undefined, name?: string) {
  const events: AuditEvent[] = []
  const added: object[] = []
  const handed = { ...HANDED, state: 'open' } as unknown as HandedErrand
  const tx = {
    carries: { stuck: async () => (job === undefined ? [] : [job as StuckJob]) },
    outbox: { ofMessage: async () => [] },
    people: { account: async () => (name === undefined ? undefined : { name }) },
    audit: { append: async (event: AuditEvent) => events.push(event) },
    handedErrands: {
      add: async (one: object) => added.push(one),
      get: async () => handed,
      open: async () => [handed],
      ofErrands: async () => [],
      dealWith: async () => true,
    },
  } as unknown as Tx
  const store = { read: tx, transaction: (work: (tx: Tx) => Promise<unknown>) => work(tx) } as never
  const registry = () => ({ mandates: [], participants: [], edges: [] }) as never
  return { deps: { store, registry, clock: () => 7, newId: () => 'new' }, events, added }
}

describe('what is handed to the officers', () => {
  it('names the mandate where the registry knows it no more, and no case where that was erased', async () => {
    const { deps, events, added } = around(JOB)
    const by = { id: 'b', role: 'operator' } as const
    assert.deepEqual(await handToOfficers(deps, { errand: ERRAND, reason: 'must-reach', by }), {
      ok: true,
      value: 'new',
    })
    assert.deepEqual(added, [{ ...HANDED, id: 'new', account: 'b', handedAt: 7 }])
    const dealt = await dealWithHanded(deps, { id: HANDED.id, outcome: 'redeliver', by: { id: 'c', role: 'officer' } })
    assert.ok(dealt.ok)
    assert.deepEqual(
      events.map(({ act, actor, recipients, caseId }) => [act, actor, recipients, caseId]),
      [
        ['errand-handed-over', 'b', [mandate], undefined],
        ['errand-dealt-with', 'c', [mandate], undefined],
      ],
    )
  })

  it('names the recipient of the errand itself, where it was decided', async () => {
    const { deps, events, added } = around({ ...JOB, carry: CARRY })
    const by = { id: 'b', role: 'operator' } as const
    await handToOfficers(deps, { errand: ERRAND, reason: 'asks-what', by })
    assert.deepEqual([(added[0] as HandedErrand).organisation, events[0]?.recipients], ['o', ['o']])
  })

  it('says where the errand stands now, and who handed it over by name where the account is known', async () => {
    const told = async (job: object | undefined, name?: string) => {
      const { deps } = around(job, name)
      const [line] = await openHanded(deps)
      const one = await handedById(deps, HANDED.id)
      assert.deepEqual(one.ok && one.value, line)
      return [line?.errandState, line?.isJudged, line?.by]
    }
    assert.deepEqual(await told(undefined), ['moved', true, 'a'])
    assert.deepEqual(await told(JOB, 'N'), ['stuck', false, 'N'])
    assert.deepEqual(await told({ ...JOB, state: 'waiting', carry: CARRY }), ['waiting', true, 'a'])
  })
})
