/** What a demo lets anybody do, and no other gateway: move the clock, begin anew. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { MOST_DAYS_AHEAD, openDemoClock } from '#cli/demo/clock.ts'
import { demoControls } from '#cli/wire-web.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { TestWeb } from '#test/support/web.ts'

const DAY_MS = 86_400_000

describe('the clock of a demo', () => {
  it('goes ahead by whole days, never back, and never past what its certificates last', () => {
    const clock = openDemoClock(() => 1000)
    for (const days of [0, -1, 0.5, Number.NaN, MOST_DAYS_AHEAD + 1]) assert.equal(clock.move(days), false)
    assert.equal(clock.now(), 1000)
    assert.ok(clock.move(7) && clock.move(1))
    assert.deepEqual([clock.now(), clock.aheadDays()], [1000 + 8 * DAY_MS, 8])
    assert.equal(clock.move(MOST_DAYS_AHEAD - 7), false)
  })
})

describe('pages of a demo', () => {
  let gateway: TestGateway
  let demo: TestWeb
  let real: TestWeb
  let begun = 0
  let rounds = 0
  const clock = openDemoClock()

  before(async () => {
    gateway = await bootGateway({ worker: 'paused' })
    const handles = { clock, onReset: () => (begun += 1) }
    const controls = demoControls(handles, gateway.deps, () => (rounds += 1))
    demo = await openTestWeb(gateway.deps, { isDemo: true, demo: controls })
    real = await openTestWeb(gateway.deps)
  })
  after(async () => {
    await demo[Symbol.asyncDispose]()
    await real[Symbol.asyncDispose]()
    await gateway.stop()
  })

  it('move its clock, and begin what has come due by then', async () => {
    const moved = await demo.stranger.post('/demo/clock', { days: '7' })
    assert.deepEqual([moved.status, moved.headers.get('location')], [303, '/'])
    assert.deepEqual([clock.aheadDays(), rounds], [7, 1])
  })

  it('refuse days that are none, or too many', async () => {
    for (const days of ['', '0', '-1', '7.5', '99', 'soon'])
      assert.equal((await demo.stranger.post('/demo/clock', { days })).status, 400, days)
    assert.equal(clock.aheadDays(), 7)
  })

  it('begin it anew, and say so until it is there', async () => {
    assert.equal((await demo.stranger.get('/demo/again')).status, 303)
    const reset = await demo.stranger.post('/demo/reset')
    assert.deepEqual([reset.status, reset.headers.get('location')], [303, '/demo/again'])
    assert.equal(begun, 1)
    const waiting = await demo.stranger.get('/demo/again')
    assert.deepEqual([waiting.status, waiting.headers.get('refresh')], [200, '3'])
    assert.match(waiting.text, /The demo begins anew/)
  })

  it('are not there where nothing is invented', async () => {
    for (const path of ['/demo/clock', '/demo/reset'])
      assert.equal((await real.stranger.post(path, { days: '1' })).status, 404)
    assert.equal((await real.stranger.get('/demo/again')).status, 404)
  })
})
