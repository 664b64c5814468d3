/** What is told when nobody answers a request for more: once, by whichever gateway finds it, and nothing of the case. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'mocha'
import type { NewAsk } from '#gateway/ports/asks.ts'
import { escalateAsks } from '#gateway/rooms/escalate-asks.ts'
import { mandate, newCaseId, newMessageId, organisation } from '#test/contract/stored-things.ts'
import { aSeat } from '#test/support/routed.ts'
import type { Seat } from '#test/support/routed.ts'

const SECRETS = { caseName: 'KM 2026 014', text: 'what somebody wrote about a neighbour' }

describe('a request for more that nobody answers', () => {
  let seat: Seat
  let told: { readonly event: string; readonly fields: object | undefined }[]
  let counted: (readonly [name: string, labels: object | undefined])[]
  beforeEach(async () => {
    seat = await aSeat()
    told = []
    counted = []
  })
  afterEach(() => seat[Symbol.asyncDispose]())

  const deps = () => ({
    store: seat.store,
    clock: () => seat.at,
    log: {
      info: () => {},
      warn: () => {},
      alarm: (event: string, fields?: object) => void told.push({ event, fields }),
    },
    meter: { count: (name: string, labels?: object) => void counted.push([name, labels]), observe: () => {} },
  })
  const ask = async (dueAt: number): Promise<NewAsk> => {
    const written = {
      id: newMessageId(),
      caseId: newCaseId(),
      organisation: organisation('pairs'),
      mandate: mandate('pairs-social-worker'),
      account: randomUUID(),
      holder: organisation('probation-paris'),
      sections: ['health'],
      purpose: 'disengagement-support',
      urgency: 'hours',
      askedAt: dueAt - 1000,
      dueAt,
      ...SECRETS,
    } as const
    await seat.store.transaction((tx) => tx.asks.add(written))
    return written
  }
  const rows = async () =>
    (await seat.store.read.audit.rows(1, 1000)).map(({ event }) => event).filter(({ act }) => act === 'more-overdue')

  it('is told as one alarm, one audit row and one count, however many gateways find it and however often they start', async () => {
    const late = await ask(seat.at - 1)
    const soon = await ask(seat.at)
    await Promise.all([escalateAsks(deps()), escalateAsks(deps())])
    await escalateAsks(deps())
    assert.deepEqual(
      (await rows()).map(({ caseId, recipients, justification }) => [caseId, recipients, justification]),
      [[late.caseId, [late.mandate], 'hours']],
    )
    assert.equal(told.length, 1)
    assert.deepEqual(counted, [['overdue_requests', { urgency: 'hours' }]])
    assert.equal((await seat.store.read.asks.get(late.id))?.escalatedAt, seat.at)
    assert.equal((await seat.store.read.asks.get(soon.id))?.escalatedAt, undefined)
  })

  it('is told without what the case is called, and without what was written', async () => {
    const late = await ask(seat.at - 1)
    await escalateAsks(deps())
    const said = JSON.stringify([told, await rows()])
    assert.ok(said.includes(late.id))
    for (const secret of Object.values(SECRETS)) assert.ok(!said.includes(secret), secret)
  })

  it('waits where the clock cannot be relied on, and says so where the store does not answer', async () => {
    await ask(seat.at - 1)
    await escalateAsks({ ...deps(), isClockReliable: () => false })
    assert.deepEqual([told, await rows()], [[], []])
    const away = new Proxy(seat.store, {
      get: () => {
        throw new Error('away')
      },
    })
    await escalateAsks({ ...deps(), store: away })
    assert.deepEqual(told, [{ event: 'overdue requests could not be looked at', fields: undefined }])
  })
})
