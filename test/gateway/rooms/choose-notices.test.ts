/** Notices by mail as a mandate chose them: they wait for the end of quiet hours, or are not sent; alerts and what is overdue are. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'mocha'
import type { NoticeChoice } from '#gateway/core/notice-choice.ts'
import { DEFAULT_NOTICES } from '#gateway/core/notice-choice.ts'
import { shownIn } from '#gateway/core/zoned-time.ts'
import { chooseNotices, noticesOf } from '#gateway/rooms/choose-notices.ts'
import type { HostedReader } from '#gateway/rooms/read-inbox-reader.ts'
import { remindUnread } from '#gateway/rooms/remind-unread.ts'
import { openCourierStage, PROBATION } from '#test/support/courier-stage.ts'
import type { CourierStage } from '#test/support/courier-stage.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ENTRY = { way: 'mail', to: 'accueil@association.example', alternate: 'dpo@association.example' } as const
const ALERT = { kind: 'IncidentAlert', severity: 'serious', finding: 'alleged' } as const

describe('Notices by mail as somebody chose them', function () {
  this.timeout(60_000)
  let stage: CourierStage
  let told: string[] = []
  let cases = 0
  const aCase = (): string => `DEMO-N-${(cases += 1)}`
  before(async () => {
    stage = await openCourierStage({}, (carriers) => ({
      ...carriers,
      by: {
        ...carriers.by,
        mail: {
          carry: async ({ recipient }) => {
            told.push(recipient.isAlternate === true ? 'alternate' : 'own')
            return { kind: 'taken' }
          },
          ping: async () => ({ kind: 'taken' }),
        },
      },
    }))
    stage.reachBy(PROBATION, [ENTRY])
  })
  after(() => stage[Symbol.asyncDispose]())
  afterEach(async () => {
    // Nothing was told for a day, and nothing waits.
    await choose(DEFAULT_NOTICES)
    await stage.later(2 * DAY_MS)
    told = []
  })

  const readers = (): readonly HostedReader[] => {
    const { participants, mandates } = stage.gateway.deps.registry()
    const participant = participants.find(({ id }) => id === PROBATION)
    assert.ok(participant)
    return mandates
      .filter(({ organisation }) => organisation === PROBATION)
      .map((mandate) => ({ participant, mandate, account: 'account-1', session: 's-1' }))
  }
  const choose = async (choice: NoticeChoice): Promise<void> => {
    for (const reader of readers()) await chooseNotices(stage.gateway.deps, reader, choice)
  }
  /** From an hour ago, for three. */
  const quietNow = (): NoticeChoice => {
    const hourAt = (at: number): string => shownIn('Europe/Paris', at).hour
    const now = stage.gateway.now()
    const quiet = { from: hourAt(now - HOUR_MS), until: hourAt(now + 2 * HOUR_MS), zone: 'Europe/Paris' }
    return { channel: 'mail', quiet }
  }
  const outcomeOf = async (id: Parameters<CourierStage['errandsOf']>[0]): Promise<string | undefined> =>
    (await stage.errandsOf(id))[0]?.job?.outcome

  it('wait until the quiet hours end, and then go', async () => {
    await choose(quietNow())
    const id = await stage.handOver(aCase())
    assert.deepEqual(told, [])
    assert.equal(await outcomeOf(id), 'quiet-hours')
    await stage.later(HOUR_MS)
    assert.deepEqual(told, [])
    await stage.later(HOUR_MS + 60_000)
    assert.deepEqual(told, ['own'])
    assert.equal(await outcomeOf(id), 'noticed')
  })

  it('of an alert go at once, whatever was chosen', async () => {
    await choose(quietNow())
    await stage.handOver(aCase(), ALERT)
    assert.deepEqual(told, ['own'])
    await stage.later(2 * DAY_MS)
    await choose({ channel: 'none' })
    await stage.handOver(aCase(), ALERT)
    assert.equal(told.length, 2)
  })

  it('are not sent where none are wanted, but for what is overdue and to the alternate', async () => {
    await choose({ channel: 'none' })
    const id = await stage.handOver(aCase())
    assert.equal(await outcomeOf(id), 'unwanted')
    const causes = async (): Promise<readonly (readonly [string, string | undefined])[]> =>
      (await stage.errandsOf(id)).map(({ cause, job }) => [cause, job?.outcome] as const)
    for (let day = 0; day < 14; day += 1) {
      await stage.later(DAY_MS)
      await remindUnread(stage.gateway.deps)
      await stage.later(0)
    }
    const outcomes = new Map(await causes())
    assert.equal(outcomes.get('delivery'), 'unwanted')
    assert.equal(outcomes.get('reminder'), 'unwanted')
    assert.equal(outcomes.get('overdue'), 'noticed')
    assert.equal(outcomes.get('alternate'), 'noticed')
    assert.deepEqual([...new Set(told)].toSorted(), ['alternate', 'own'])
  })

  it('are chosen once for a mandate, with one row in the audit, and the same again changes nothing', async () => {
    const [reader] = readers()
    assert.ok(reader)
    const { deps } = stage.gateway
    const rows = async (): Promise<readonly unknown[]> =>
      (await deps.store.read.audit.rows(1, 5000)).filter(({ event }) => event.act === 'notices-chosen')
    const before = (await rows()).length
    assert.deepEqual(await noticesOf(deps, reader), DEFAULT_NOTICES)
    await chooseNotices(deps, reader, { channel: 'none' })
    await chooseNotices(deps, reader, { channel: 'none' })
    assert.equal((await rows()).length, before + 1)
    assert.deepEqual(await noticesOf(deps, reader), { channel: 'none' })
  })

  it('are no choice of those whose organisation is told nothing by mail', async () => {
    const [reader] = readers()
    assert.ok(reader)
    const { couriers: _, ...untold } = reader.participant
    const { deps } = stage.gateway
    assert.equal(await noticesOf(deps, { ...reader, participant: untold }), undefined)
    const pushed = { ...reader.participant, couriers: [stage.push] }
    assert.equal(await noticesOf(deps, { ...reader, participant: pushed }), undefined)
  })
})
