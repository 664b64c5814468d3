/** A log whose time-stamping authority or witnesses are silent: deliveries wait with it, and it goes on by itself. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { makeLeaf } from '#gateway/core/log/leaf.ts'
import { codeOf } from '#test/support/problem-code.ts'
import { checkpointIfDue, publicationStanding, publishedSize, receiptFor } from '#gateway/rooms/publish.ts'
import { stampIfDue, stampStanding } from '#gateway/rooms/stamp-log.ts'
import type { StampDeps } from '#gateway/rooms/stamp-log.ts'
import { DEFAULT_GRACE, stampState } from '#gateway/core/log/grace.ts'
import { aLogWorld, LOG_TIME } from '#test/support/log-world.ts'
import type { LogWorld } from '#test/support/log-world.ts'
import { aPublishedLog, entries, entry, publish } from '#test/support/published-log.ts'

const HOUR_MS = 3_600_000

describe('H132 the time-stamping authority', () => {
  const LEAF = { at: LOG_TIME, act: 'x', secret: Buffer.alloc(32), caseId: '', salt: Buffer.alloc(32), body: '' }

  /** A log stamped once, with an entry since, before an authority that answers or does not. */
  async function aStampedLog(
    then: 'answers' | 'is-away',
  ): Promise<{ readonly world: LogWorld; readonly deps: StampDeps }> {
    const world = await aPublishedLog(3)
    let isAway = false
    const stamp: StampDeps['timeStamps']['stamp'] = async () => {
      if (isAway) throw new Error('no answer')
      return { ok: true, value: { token: Uint8Array.of(1), at: world.deps.clock() } }
    }
    const deps = { ...world.deps, timeStamps: { stamp }, grace: DEFAULT_GRACE }
    assert.equal(await stampIfDue(deps), 'stamped')
    await world.append(makeLeaf(LEAF))
    await publish(world)
    isAway = then === 'is-away'
    return { world, deps }
  }

  it('H132 away for 71 h: a warning, and forwarding goes on; away for 73 h: it stops', async () => {
    const { world, deps } = await aStampedLog('is-away')
    world.wait(23 * HOUR_MS)
    assert.equal(await stampIfDue(deps), 'failed')
    assert.deepEqual(await stampStanding(deps), { ok: true, value: 'in-time' })
    world.wait(48 * HOUR_MS)
    assert.deepEqual(await stampStanding(deps), { ok: true, value: 'late' })
    world.wait(2 * HOUR_MS)
    assert.equal(codeOf(await stampStanding(deps)), 'timestamp-overdue')
  })

  it('H132 back again: forwarding goes on by itself', async () => {
    const { world, deps } = await aStampedLog('answers')
    world.wait(80 * HOUR_MS)
    assert.equal(codeOf(await stampStanding(deps)), 'timestamp-overdue')
    assert.equal(await stampIfDue(deps), 'stamped')
    assert.equal(codeOf(await stampStanding(deps)), 'ok')
    assert.equal(await stampIfDue(deps), 'not-due')
  })

  it('H132 that has never stamped: the time counts from the first entry', async () => {
    const world = await aPublishedLog(1)
    const fresh = await aLogWorld()
    await fresh.append(makeLeaf(LEAF))
    const deps = { ...fresh.deps, grace: DEFAULT_GRACE }
    assert.equal(codeOf(await stampStanding(deps)), 'ok')
    fresh.wait(73 * HOUR_MS)
    assert.equal(codeOf(await stampStanding(deps)), 'timestamp-overdue')
    // Entries that cannot be read close at once.
    assert.equal(codeOf(await stampStanding({ ...world.deps, grace: DEFAULT_GRACE })), 'timestamp-overdue')
  })

  for (const [name, hours, expected] of [
    ['just stamped', 0, 'in-time'],
    ['24 h', 24, 'in-time'],
    ['25 h', 25, 'late'],
    ['71 h', 71, 'late'],
    ['72 h', 72, 'late'],
    ['73 h', 73, 'overdue'],
    ['a stamp half an hour ahead of the clock', -0.5, 'in-time'],
    ['a stamp two hours ahead of the clock', -2, 'overdue'],
    ['no time at all', Number.NaN, 'overdue'],
  ] as const)
    it(`H132 ${name}: ${expected}`, () =>
      assert.equal(stampState(LOG_TIME, LOG_TIME + hours * HOUR_MS, DEFAULT_GRACE), expected))
})

describe('H133 witnesses that do not answer', () => {
  it('H133 hold back publication; deliveries wait, there is an alarm, and it goes on by itself when they are back', async () => {
    const world = await aLogWorld()
    await world.append(...entries(0, 4))
    await checkpointIfDue(world.deps)
    const [one, two] = world.witnesses
    assert.equal(await one?.round(world.deps), 'kept')
    assert.equal(codeOf(await publicationStanding(world.deps)), 'ok')
    world.wait(61_000)
    assert.equal(codeOf(await publicationStanding(world.deps)), 'witnesses-silent')
    assert.deepEqual(world.alarms, ['the log waits for its witnesses; deliveries wait with it'])
    assert.equal(await publishedSize(world.log), 0)
    assert.equal(codeOf(await receiptFor(world.log, 0)), 'witnesses-silent')
    assert.equal(world.kept(), undefined)
    // Work goes on being logged, and no second checkpoint pushes the first aside.
    await world.append(...entries(4, 600))
    assert.equal(await checkpointIfDue(world.deps), 'not-due')
    assert.equal(await two?.round(world.deps), 'published')
    assert.equal(await publishedSize(world.log), 4)
    assert.equal(codeOf(await receiptFor(world.log, 3)), 'ok')
    assert.equal(codeOf(await receiptFor(world.log, 4)), 'witnesses-silent')
    assert.equal(await checkpointIfDue(world.deps), 'proposed')
    assert.equal(codeOf(await publicationStanding(world.deps)), 'ok')
  })

  it('H133 are not made up for by one that answers twice', async () => {
    const world = await aLogWorld()
    await world.append(entry(0))
    await checkpointIfDue(world.deps)
    const [one] = world.witnesses
    for (let round = 0; round < 3; round += 1) assert.equal(await one?.round(world.deps), 'kept')
    assert.equal((await world.log.waiting())?.cosignatures.length, 1)
    assert.equal(await publishedSize(world.log), 0)
  })

  it('H133 that leave the network no longer count for what they cosigned', async () => {
    const world = await aLogWorld()
    await world.append(entry(0))
    await checkpointIfDue(world.deps)
    const [one, two, three] = world.witnesses
    await one?.round(world.deps)
    const left = world.trust.witnesses.slice(1)
    const deps = {
      ...world.deps,
      publication: {
        ...world.deps.publication,
        witnesses: { ...world.deps.publication.witnesses, keys: () => left },
      },
    }
    assert.equal(await two?.round(deps), 'kept')
    assert.equal(await three?.round(deps), 'published')
  })
})
