/** Notices by mail as a whole gateway sends them: one a day however much waits, sooner for an alert, none for what was read. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { SMTPServer } from 'smtp-server'
import { openMailNotices } from '#adapters/courier/mail-notice.ts'
import { openTurnstile } from '#gateway/core/turnstile.ts'
import { remindUnread } from '#gateway/rooms/remind-unread.ts'
import { listening } from '#test/support/couriers.ts'
import { openCourierStage, PROBATION } from '#test/support/courier-stage.ts'
import type { CourierStage } from '#test/support/courier-stage.ts'
import { expectStatus } from '#test/support/gateway.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ENTRY = { way: 'mail', to: 'accueil@association.example', alternate: 'dpo@association.example' } as const

describe('Notices by mail', function () {
  this.timeout(120_000)
  let stage: CourierStage
  let server: Awaited<ReturnType<typeof listening>>
  const told: string[] = []
  before(async () => {
    server = await listening(
      new SMTPServer({
        authOptional: true,
        logger: false,
        hideSTARTTLS: true,
        onData: (stream, { envelope }, done) => {
          stream.resume()
          stream.on('end', () => {
            told.push(...envelope.rcptTo.map(({ address }) => address))
            done()
          })
        },
      }).server,
    )
    const mail = openMailNotices({ host: '127.0.0.1', port: server.port, tls: 'demo', from: 'notices@gateway.example' })
    stage = await openCourierStage({}, (carriers) => ({
      ...carriers,
      turnstile: openTurnstile({ most: 3, mostOfAKind: 1 }),
      by: { ...carriers.by, mail },
    }))
    stage.reachBy(PROBATION, [ENTRY])
  })
  after(async () => {
    await stage[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  it('tell of the first delivery at once, and of all the others of the day in one, a day later', async () => {
    for (const one of ['1', '2', '3']) await stage.handOver(`DEMO-M-${one}`)
    assert.equal(told.length, 1)
    await stage.later(12 * HOUR_MS)
    assert.equal(told.length, 1)
    await stage.later(13 * HOUR_MS)
    assert.equal(told.length, 2)
    await stage.later(3 * DAY_MS)
    assert.equal(told.length, 2)
  })

  it('tell of nothing that was read meanwhile', async () => {
    await stage.later(2 * DAY_MS)
    await stage.handOver('DEMO-M-4')
    const before = told.length
    const id = await stage.handOver('DEMO-M-5')
    const [delivery] = await stage.deliveriesOf(id)
    assert.ok(delivery !== undefined)
    expectStatus(200, await stage.gateway.collect({ organisation: PROBATION }, delivery.id))
    await stage.later(2 * DAY_MS)
    assert.equal(told.length, before)
    assert.equal((await stage.errandsOf(id))[0]?.job?.outcome, 'collected')
  })

  it('name the alternate where it is its turn, once a day as well', async () => {
    const before = told.length
    for (let round = 0; round < 6; round += 1) {
      await stage.later(7 * DAY_MS)
      await remindUnread(stage.gateway.deps)
      await stage.later(0)
    }
    const alternates = told.slice(before).filter((to) => to === ENTRY.alternate)
    assert.ok(alternates.length >= 1 && alternates.length <= 6, `${alternates.length} notices`)
    assert.ok(told.every((to) => to === ENTRY.to || to === ENTRY.alternate))
  })
})
