/** What a draft would have done, what it is seen to do, and what one officer withholds at once. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, beforeEach, describe, it } from 'mocha'
import { withCell } from '#policies/engine/cell-change.ts'
import { changeHash, REVIEW_MS } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { JudgedMessage } from '#gateway/core/stages.ts'
import type { Effect } from '#gateway/ports/changes.ts'
import { prepareWithholding, reviewEmergency, withholdEverything } from '#gateway/rooms/change-emergency.ts'
import { draftSet, openDraft, putEdit, setStart, setTitle } from '#gateway/rooms/change-policy.ts'
import { tendChanges } from '#gateway/rooms/change-rounds.ts'
import { startChange } from '#gateway/rooms/change-start.ts'
import { openObserving } from '#gateway/rooms/observe-change.ts'
import { beginEffect, isStale, workOnEffects } from '#gateway/rooms/replay-policy.ts'
import type { ReplayDeps } from '#gateway/rooms/replay-policy.ts'
import { verifyVersion } from '#gateway/rooms/verify-version.ts'
import { activatePolicy } from '#gateway/rooms/activate-policy.ts'
import { work } from '#gateway/rooms/walk.ts'
import { bootGateway } from '#test/support/gateway.ts'
import type { TestGateway } from '#test/support/gateway.ts'
import { aReferral, anItemText } from '#test/support/messages.ts'
import { AGREED, cellEdit, codeOf, done, FRANCE_TEXT, openChangeWorld } from '#test/support/policy-changes.ts'
import type { ChangeWorld } from '#test/support/policy-changes.ts'
import { CHANGING } from '#test/support/web.ts'

const NONE: ReadonlySet<string> = new Set()
const OFFICER = { id: 'officer', name: 'Officer' }
const REASON = 'A complaint about this section was made.'
const SAID = { was: { en: 'was', fr: 'était' }, is: { en: 'is', fr: 'est' } }

describe('a draft replayed over deliveries', () => {
  let gateway: TestGateway
  let deps: ReplayDeps
  before(async () => {
    gateway = await bootGateway()
    deps = { ...gateway.deps, changing: CHANGING }
    await activatePolicy({ ...deps, judgeApart: AGREED }, FRANCE_TEXT, 'test', 'operator')
    for (const [index, section] of ['family', 'release-plan', 'family'].entries()) {
      const term = section === 'family' ? 'parental-role' : 'first-appointment'
      const value = section === 'family' ? 'Sees her every week.' : '2026-12-01'
      const sent = await gateway.send(
        'probation-paris',
        aReferral({ caseId: `REPLAY-${index}`, items: [anItemText({ section, term, value })] }),
      )
      assert.equal(sent.status, 202, sent.text)
    }
    await gateway.settled()
  })
  after(() => gateway.stop())

  const narrowed = async (
    recipientType: string,
    section: string,
    level: 'nothing' | 'existence' | 'full',
  ): Promise<PolicyChange> => {
    const change = done(await openDraft(deps, { officer: OFFICER, title: 'Draft' }))
    const set = (await draftSet(deps.store.read, change)) ?? assert.fail('none')
    const cell = cellEdit(set, gateway.now(), { recipientType, section, level })
    const edit = { ...SAID, recipientType, section, reason: cell.reason, cell }
    return done(await putEdit(deps, change, { officer: OFFICER, set: withCell(set, cell), edit }))
  }
  const replayed = async (change: PolicyChange, scope: Effect['scope'] = 'real'): Promise<Effect> => {
    const begun = await beginEffect(deps, change.id, { officer: OFFICER, scope, reason: REASON })
    assert.ok(begun.kind === 'begun')
    await workOnEffects(deps)
    return (await deps.store.read.changes.effect(begun.effect.id)) ?? assert.fail('gone')
  }

  const typeOfPairs = (): string =>
    deps.registry().mandates.find(({ organisation }) => organisation === 'pairs-paris')?.type ?? assert.fail('nobody')

  it('counts every recipient of every message, and names those that would get less or more, with levels alone', async () => {
    const effect = await replayed(await narrowed(typeOfPairs(), 'family', 'nothing'))
    assert.equal(effect.state, 'done')
    assert.ok(effect.counts.replayed >= 3, JSON.stringify(effect))
    const found = await deps.store.read.changes.differences(effect.id, 10)
    assert.equal(found.length, effect.counts.different)
    assert.equal(effect.counts.more, 0)
    for (const { sections } of found)
      assert.deepEqual(
        sections.map(({ section }) => section),
        ['family'],
      )
    assert.doesNotMatch(JSON.stringify([effect, found]), /every week/)
  })

  it('goes on where it was, after a stop in the middle, to the same counts; and never twice', async () => {
    const change = await narrowed('PS', 'family', 'full')
    const whole = await replayed(change)
    const begun = await beginEffect(deps, change.id, { officer: OFFICER, scope: 'real', reason: REASON })
    assert.ok(begun.kind === 'begun')
    await workOnEffects(deps, () => true)
    const waiting = await deps.store.read.changes.effect(begun.effect.id)
    assert.equal(waiting?.state, 'running')
    await Promise.all([workOnEffects(deps), workOnEffects(deps)])
    const again = await deps.store.read.changes.effect(begun.effect.id)
    assert.deepEqual(again?.counts, whole.counts)
    assert.equal(await deps.store.read.changes.effect(whole.id), undefined)
  })

  it('ends where the draft was changed meanwhile, and is stale then', async () => {
    const change = await narrowed('PS', 'family', 'nothing')
    const begun = await beginEffect(deps, change.id, { officer: OFFICER, scope: 'real', reason: REASON })
    assert.ok(begun.kind === 'begun')
    const other = done(await setTitle(deps, change, { officer: OFFICER, title: 'Other' }))
    assert.equal(isStale(begun.effect, other), false)
    const set = (await draftSet(deps.store.read, other)) ?? assert.fail('none')
    const cell = cellEdit(set, gateway.now(), { recipientType: 'PS', section: 'health', level: 'nothing' })
    const edit = { ...SAID, recipientType: 'PS', section: 'health', reason: cell.reason, cell }
    const edited = done(await putEdit(deps, other, { officer: OFFICER, set: withCell(set, cell), edit }))
    assert.equal(isStale(begun.effect, edited), true)
    await workOnEffects(deps)
    assert.equal((await deps.store.read.changes.effect(begun.effect.id))?.state, 'failed')
  })

  it('asks for a reason for real deliveries, and for none for invented questions, which find what would disclose more', async () => {
    const change = await narrowed('PS', 'family', 'full')
    assert.equal(codeOf(await beginEffect(deps, change.id, { officer: OFFICER, scope: 'real' })), 'reason-short')
    assert.equal(codeOf(await beginEffect(deps, 'none', { officer: OFFICER, scope: 'invented' })), 'not-found')
    const effect = await replayed(change, 'invented')
    assert.ok(effect.counts.replayed > 1000)
    assert.ok(effect.counts.more > 0)
    assert.equal(effect.examples[0]?.direction, 'more')
  })

  it('asks of the invented cases what each recipient that it touches would be shown otherwise, more first', async () => {
    const { cases = [], counts, cells } = await replayed(await narrowed('PS', 'family', 'full'), 'invented')
    assert.ok(cases.length > 0)
    assert.ok(counts.replayed >= 12)
    assert.equal(cases[0]?.direction, 'more')
    for (const one of cases) {
      assert.match(one.caseId, /^DEMO-/)
      assert.deepEqual([one.recipientType, one.section], ['PS', 'family'])
    }
    assert.equal(new Set(cases.map(({ caseId }) => caseId)).size, cases.length)
    assert.deepEqual(new Set(cells.map(({ section }) => section)), new Set(['family']))
    const real = await replayed(await narrowed('PS', 'family', 'full'))
    assert.equal(real.cases, undefined)
    const closed = await replayed(await narrowed('PS', 'family', 'nothing'), 'invented')
    assert.ok(closed.cases?.every(({ direction }) => direction === 'less'))
    assert.equal(closed.counts.more, 0)
  })

  it('asks as a clinician too, and as somebody who asked for it', async () => {
    const { cases = [] } = await replayed(await narrowed('PP', 'psychology', 'nothing'), 'invented')
    assert.ok(
      cases.some(({ role }) => role === 'psychologist'),
      JSON.stringify(cases.slice(0, 2)),
    )
  })

  it('says what could not be looked at: erased cases, flows that are gone, and what ends in an error', async () => {
    const change = await narrowed('PS', 'family', 'nothing')
    const begun = await beginEffect(deps, change.id, { officer: OFFICER, scope: 'real', reason: REASON })
    assert.ok(begun.kind === 'begun')
    const { read } = deps.store
    const none = {
      ...deps,
      store: { ...deps.store, read: { ...read, outbox: { ...read.outbox, ofMessage: async () => [] } } },
    }
    await workOnEffects(none)
    const erased = await read.changes.effect(begun.effect.id)
    assert.ok((erased?.leftOut['case-erased'] ?? 0) > 0)
    const all = done(await openDraft(deps, { officer: OFFICER, title: 'All' }))
    await deps.store.transaction((tx) => tx.changes.putEffect({ ...begun.effect, id: randomUUID(), changeId: all.id }))
    const failing = {
      ...deps,
      store: {
        ...deps.store,
        read: { ...read, changes: { ...read.changes, running: () => Promise.reject(new Error('lost')) } },
      },
    }
    await workOnEffects(failing)
    assert.ok(gateway.log.some(({ event }) => event === 'a replay of policy could not go on'))
    await workOnEffects(deps)
  })

  it('leaves out messages whose content is gone, and flows that the registry has no more; a fault of ours is an error', async () => {
    const change = await narrowed(typeOfPairs(), 'family', 'nothing')
    const run = async (given: ReplayDeps): Promise<Effect> => {
      const begun = await beginEffect(deps, change.id, { officer: OFFICER, scope: 'real', reason: REASON })
      assert.ok(begun.kind === 'begun')
      await workOnEffects(given)
      return (await deps.store.read.changes.effect(begun.effect.id)) ?? assert.fail('gone')
    }
    const { read } = deps.store
    const reading = (messages: object, cases: object = {}): ReplayDeps => ({
      ...deps,
      store: {
        ...deps.store,
        read: { ...read, messages: { ...read.messages, ...messages }, cases: { ...read.cases, ...cases } },
      },
    })
    const gone = await run(reading({ get: async () => undefined }))
    const unknown = await run({ ...deps, registry: () => ({ ...deps.registry(), edges: [], mandates: [] }) })
    const broken = await run(reading({}, { itemStates: () => Promise.reject(new Error('lost')) }))
    const counts = [gone.leftOut['case-erased'] ?? 0, unknown.leftOut['edge-missing'] ?? 0, broken.errors.length]
    assert.ok(
      counts.every((count) => count > 0),
      JSON.stringify(counts),
    )
  })

  it('is observed beside the version in force: counts grow with deliveries, and those stay as they were', async () => {
    const observing = openObserving(deps)
    const [mandate = assert.fail('nobody')] = deps
      .registry()
      .mandates.filter(({ organisation }) => organisation === 'pairs-paris')
    const change = await narrowed(mandate.type, 'family', 'nothing')
    const observed: PolicyChange = {
      ...change,
      state: 'observing',
      approvedAt: gateway.now(),
      start: { kind: 'observe', days: 2 },
      revision: change.revision + 1,
    }
    await deps.store.transaction((tx) => tx.changes.put(observed))
    await observing.turn()
    observing.observe({ route: {} } as JudgedMessage, { superseded: NONE, recalled: NONE, uncarried: NONE })
    assert.ok(gateway.log.some(({ event }) => event === 'an observed change could not be asked'))
    const item = anItemText({ section: 'family', term: 'parental-role', value: 'Sees her every week.' })
    const paused = await bootGateway({ worker: 'paused' })
    try {
      await paused.send('probation-paris', aReferral({ caseId: 'OBSERVED', items: [item] }))
      const jobs = await paused.deps.store.transaction((tx) =>
        tx.outbox.claim({ now: paused.now(), leaseMs: 1000, limit: 50 }),
      )
      for (const job of jobs) await work({ ...paused.deps, observing }, job)
      assert.ok(jobs.length > 0)
      assert.ok((await paused.deliveries({ organisation: 'pairs-paris' })).length > 0)
    } finally {
      await paused.stop()
    }
    await observing.turn()
    const cells = await deps.store.read.changes.observed(change.id)
    assert.ok(cells.every(({ section, gains }) => section === 'family' && gains === 0))
    assert.ok(cells.length > 0)
    await observing.turn()
    assert.deepEqual(await deps.store.read.changes.observed(change.id), cells)
  })

  it('never disturbs a delivery: what cannot be observed is said in the log', async () => {
    const { read } = deps.store
    const lost = {
      ...deps,
      store: {
        ...deps.store,
        read: { ...read, changes: { ...read.changes, list: () => Promise.reject(new Error('lost')) } },
      },
    }
    await openObserving(lost).turn()
    assert.ok(gateway.log.some(({ event }) => event.includes('could not be written down')))
  })
})

describe('everything withheld at once', () => {
  let world: ChangeWorld
  beforeEach(async () => {
    world = await openChangeWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const reason = 'A telephone with access was stolen today.'
  const withhold = async (from: { readonly recipientType?: string; readonly organisation?: string }) => {
    const id = randomUUID()
    const given = { officer: world.author, from, reason }
    const prepared = await prepareWithholding(world.deps, id, given)
    if (prepared.kind === 'refused') return prepared
    return withholdEverything(world.deps, id, { ...given, proof: world.author.sign(changeHash(prepared.change)) })
  }

  it('is in force on one signature, until another officer has looked and signed', async () => {
    const change = done(await withhold({ recipientType: 'PS' }))
    assert.equal(await world.digestInForce(), change.result)
    assert.equal((await verifyVersion(world.deps, change.result)).kind, 'emergency')
    const review = (by = world.approver, read = change) =>
      reviewEmergency(world.deps, read, { officer: by, proof: by.sign(changeHash(read)) })
    assert.equal(codeOf(await review(world.author)), 'own-change')
    assert.equal((await review(world.approver, { ...change, revision: 9 })).kind, 'stale')
    const wrong = { officer: world.approver, proof: world.approver.sign('c'.repeat(64)) }
    assert.equal(codeOf(await reviewEmergency(world.deps, change, wrong)), 'proof-refused')
    const reviewed = done(await review())
    assert.equal((await verifyVersion(world.deps, change.result)).kind, 'approved')
    assert.equal(codeOf(await review(world.approver, reviewed)), 'out-of-turn')
    assert.equal(codeOf(await review(world.approver, await world.draft())), 'not-found')
  })

  it('is overdue after 72 hours, told once', async () => {
    const change = done(await withhold({ recipientType: 'PS' }))
    await tendChanges(world.deps)
    world.advance(REVIEW_MS)
    await tendChanges(world.deps)
    await tendChanges(world.deps)
    assert.equal((await world.acts()).filter((act) => act === 'emergency-overdue').length, 1)
    assert.ok(world.log.some(({ event }) => event.includes('nobody looked in time')))
    assert.ok((await world.store.read.changes.get(change.id))?.overdueAt !== undefined)
  })

  it('needs a reason, a recipient that the policy knows, a signature, and agreement of both engines', async () => {
    const given = { officer: world.author, from: { recipientType: 'PS' }, reason: 'short' }
    assert.equal(codeOf(await prepareWithholding(world.deps, 'x', given)), 'reason-short')
    assert.equal(codeOf(await withhold({ recipientType: 'XX' })), 'recipient-unknown')
    assert.equal(codeOf(await withhold({ organisation: 'nobody-known' })), 'recipient-unknown')
    assert.equal(codeOf(await withhold({})), 'recipient-unknown')
    const unsigned = { ...given, reason, proof: world.author.sign('d'.repeat(64)) }
    assert.equal(codeOf(await withholdEverything(world.deps, 'x', unsigned)), 'proof-refused')
    assert.equal(codeOf(await withholdEverything(world.deps, 'x', { ...unsigned, reason: '' })), 'reason-short')
    world.judge(() => Promise.reject(new Error('no answer')))
    assert.equal(codeOf(await withhold({ recipientType: 'PS' })), 'not-judged')
    const difference = { index: 0, planLevel: 'full', casbinLevel: 'nothing', planRules: [], casbinRule: undefined }
    world.judge(async () => ({ asked: 1, levels: {}, errors: 0, disagreements: [difference] }))
    assert.equal(codeOf(await withhold({ recipientType: 'PS' })), 'engines-disagree')
  })

  it('ends an observation that is over, and waits to be started by hand then', async () => {
    const start = { kind: 'observe', days: 2 } as const
    const dated = done(await setStart(world.deps, await world.edited(), { officer: world.author, start }))
    const observing = await world.approved(await world.submitted(dated))
    assert.equal(observing.state, 'observing')
    assert.equal(codeOf(await startChange(world.deps, observing, world.author)), 'out-of-turn')
    world.advance(2 * 86_400_000)
    await tendChanges(world.deps)
    const over = (await world.store.read.changes.get(observing.id)) ?? assert.fail('gone')
    assert.equal(over.state, 'approved')
    done(await startChange(world.deps, over, world.author))
  })

  it('is told where changes cannot be tended', async () => {
    const { read } = world.store
    const lost = {
      ...world.deps,
      store: {
        ...world.store,
        read: { ...read, changes: { ...read.changes, list: () => Promise.reject(new Error('lost')) } },
      },
    }
    await tendChanges(lost)
    assert.ok(world.log.some(({ event }) => event.includes('could not be tended')))
  })
})
