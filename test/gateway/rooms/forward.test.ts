/** The second walk where the world changes under it: what comes in between judgement and delivery is never missed. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { fail } from '#gateway/core/problem.ts'
import type { Deps, PolicyInForce } from '#gateway/rooms/deps.ts'
import { forward, isStillOwed } from '#gateway/rooms/forward.ts'
import { work } from '#gateway/rooms/walk.ts'
import type { Job } from '#gateway/ports/stored.ts'
import {
  COURT,
  DAY_MS,
  PRISON,
  aCaseId,
  ban,
  employment,
  handover,
  identity,
  openStage,
  recall,
  shownOf,
} from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { bootGateway, expectStatus } from '#test/support/gateway.ts'

describe('forward without copies of its own', () => {
  it('waits where it has no key to say the message again with, and goes on once it has', async () => {
    await using gateway = await bootGateway({ worker: 'paused' })
    await gateway.choose(COURT, { depth: 'D4' })
    const caseId = aCaseId()
    expectStatus(202, await gateway.send('prison-paris', handover(caseId, [employment()], { to: ['court-paris'] })))
    const [job] = await gateway.deps.store.read.outbox.waitingOfCase(caseId as never)
    assert.ok(job !== undefined)
    const { keyRing } = gateway.deps
    const publicKeys = () => keyRing.publicKeys().filter(({ use }) => use !== 'present')
    const keyless = { ...gateway.deps, keyRing: { ...keyRing, publicKeys } }
    assert.deepEqual(await forward(keyless, job), { kind: 'retry', reason: 'present-key-missing' })
    assert.equal((await forward(gateway.deps, job)).kind, 'done')
  })
})

describe('forward', () => {
  let stage: Stage
  before(async () => {
    stage = await openStage({ limits: { sampleOneIn: 1 } })
  })
  after(() => stage[Symbol.asyncDispose]())

  /** A job that waits because its recipient has no key, and then could be done. */
  const waiting = async (caseId: string, body: object): Promise<Job> => {
    const { gateway } = stage
    const registry = gateway.deps.registry()
    gateway.changeRegistry((old) => ({
      ...old,
      participants: old.participants.map((entry) => (entry.id === 'court-paris' ? { ...entry, keys: [] } : entry)),
    }))
    await stage.send(PRISON, body)
    gateway.changeRegistry(() => registry)
    const [job] = await gateway.deps.store.read.outbox.waitingOfCase(caseId as never)
    assert.ok(job !== undefined)
    return job
  }

  /** The same gateway, in which something happens while a parcel is being signed. */
  const whileSealing = (happens: () => Promise<unknown>): Deps => {
    const { deps } = stage.gateway
    let isFirst = true
    const present: Deps['keyRing']['present'] = async (...given) => {
      if (isFirst) {
        isFirst = false
        await happens()
      }
      return deps.keyRing.present(...given)
    }
    return { ...deps, keyRing: { ...deps.keyRing, present } }
  }

  /** The policy in force, whose second opinion is always no. */
  const doubting = (deps: Deps): PolicyInForce => {
    const policy = deps.policy()
    assert.ok(policy !== undefined)
    const levelOf = () => ({ level: 'nothing', rule: undefined, failed: false }) as never
    return { ...policy, judge: { ...policy.judge, levelOf } }
  }

  const CHANGES: readonly {
    readonly name: string
    readonly happens: (caseId: string, itemId: string) => Promise<unknown>
  }[] = [
    {
      name: 'a recall',
      happens: (caseId, itemId) => stage.send(PRISON, recall(caseId, [employment({ itemId })])),
    },
    {
      name: 'a restriction',
      happens: (caseId) =>
        stage.send(
          PRISON,
          handover(caseId, [identity()], { facts: { minor: false, restrictedTo: ['probation-paris'] } }),
        ),
    },
    {
      name: 'a narrower choice',
      happens: (caseId) => stage.gateway.choose(COURT, { depth: 'D0' }, caseId),
    },
  ]
  it('keeps nothing that was worked out of a case once something is recalled from it', async () => {
    const { kept, store } = stage.gateway.deps
    assert.ok(kept !== undefined)
    const [caseId, other] = [aCaseId(), aCaseId()]
    const item = employment()
    const sent = await Promise.all(
      [caseId, other].map(async (id) => {
        await stage.send(PRISON, handover(id, [id === caseId ? item : employment()]))
        const [stored] = await store.read.messages.ofCase(id as never)
        assert.ok(stored !== undefined)
        return stored
      }),
    )
    const before = sent.map(kept.memoryOf)
    await stage.send(PRISON, recall(caseId, [item]))
    const after = sent.map(kept.memoryOf)
    assert.notEqual(after[0], before[0])
    assert.equal(after[1], before[1])
  })

  for (const { name, happens } of CHANGES)
    it(`delivers nothing of what ${name} took away while it was being sealed`, async () => {
      const caseId = aCaseId()
      const item = employment()
      const job = await waiting(caseId, handover(caseId, [item], { to: ['court-paris'] }))
      const deps = whileSealing(() => happens(caseId, item.itemId))
      assert.deepEqual(await forward(deps, job), { kind: 'retry', reason: 'changed-meanwhile' })
      await stage.pass(DAY_MS / 24)
      const seen = (await stage.inbox(COURT, caseId)).flatMap((one) => shownOf(one))
      assert.ok(!seen.some(([, , value]) => value === 'apprentice-baker'), JSON.stringify(seen))
    })

  it('delivers where what came in between changes nothing for its recipient', async () => {
    const caseId = aCaseId()
    const job = await waiting(caseId, handover(caseId, [employment()], { to: ['court-paris'] }))
    const deps = whileSealing(() => stage.send(PRISON, handover(caseId, [identity()], { to: ['probation-paris'] })))
    assert.equal((await forward(deps, job)).kind, 'done')
    assert.equal((await stage.inbox(COURT, caseId)).length, 1)
  })

  it('delivers once, whoever else works on the same job', async () => {
    const caseId = aCaseId()
    const job = await waiting(caseId, handover(caseId, [employment()], { to: ['court-paris'] }))
    await Promise.all([work(stage.gateway.deps, job), work(stage.gateway.deps, job)])
    assert.equal((await stage.inbox(COURT, caseId)).length, 1)
  })

  it('withholds an item on which casbin and the plan differ, and raises an alarm', async () => {
    const caseId = aCaseId()
    const { deps } = stage.gateway
    const job = await waiting(caseId, handover(caseId, [employment()], { to: ['court-paris'] }))
    const outcome = await forward({ ...deps, policy: () => doubting(deps) }, job)
    assert.deepEqual(outcome, { kind: 'done', outcome: 'nothing-to-send' })
    assert.ok(stage.gateway.log.some(({ level, event }) => level === 'alarm' && event === 'plan and casbin disagree'))
  })

  it('warns of an item of the safety floor that does not pass, by number and without a word of it', async () => {
    const caseId = aCaseId()
    const { deps } = stage.gateway
    const job = await waiting(caseId, handover(caseId, [ban(), employment()], { to: ['court-paris'] }))
    const before = stage.gateway.log.length
    await forward({ ...deps, policy: () => doubting(deps) }, job)
    const warned = stage.gateway.log.slice(before).filter(({ event }) => event.startsWith('items of the safety floor'))
    assert.deepEqual(
      warned.map(({ level, fields }) => [level, fields['items'], fields['messageId'], fields['mandate']]),
      [['warn', 1, job.messageId, job.mandate]],
    )
    assert.doesNotMatch(JSON.stringify(warned), /bakery|contact/)
  })

  it('waits while no trust list is in force, or the clock has stepped back', async () => {
    const caseId = aCaseId()
    const { deps } = stage.gateway
    const { trustLists } = deps
    assert.ok(trustLists !== undefined)
    const job = await waiting(caseId, handover(caseId, [employment()], { to: ['court-paris'] }))
    const unlisted = { ...deps, trustLists: { ...trustLists, inForce: () => fail('trust-list-expired') } }
    assert.deepEqual(await forward(unlisted, job), { kind: 'retry', reason: 'trust-list-expired' })
    const unsure = { ...deps, isClockReliable: () => false }
    assert.deepEqual(await forward(unsure, job), { kind: 'retry', reason: 'clock-unreliable' })
    assert.deepEqual(await deps.store.read.deliveries.ofCase(caseId as never), [])
  })

  it('finishes nothing under a policy that another gateway has replaced meanwhile', async () => {
    const { deps } = stage.gateway
    const replaced: Deps = {
      ...deps,
      policyIn: async () => deps.policy(),
      store: {
        ...deps.store,
        transaction: (work, options) =>
          deps.store.transaction(
            (tx) => work({ ...tx, policies: { ...tx.policies, digestInForce: async () => 'another' } }),
            options,
          ),
      },
    }
    const again = { kind: 'retry', reason: 'changed-meanwhile' }
    const caseId = aCaseId()
    const job = await waiting(caseId, handover(caseId, [employment()], { to: ['court-paris'] }))
    assert.deepEqual(await forward(replaced, job), again)
    assert.deepEqual(await forward({ ...replaced, policyIn: async () => doubting(deps) }, job), again)
    assert.deepEqual(await deps.store.read.deliveries.ofCase(caseId as never), [])
    assert.equal((await forward(deps, job)).kind, 'done')
    assert.deepEqual(await forward(replaced, { ...job, cause: 're-judge' }), again)
    assert.deepEqual(await forward(deps, job), { kind: 'done', outcome: 'unchanged' })
    const [entry] = await deps.store.read.deliveries.ofCase(caseId as never)
    assert.ok(entry !== undefined)
    const owed = (by: Deps): Promise<boolean> => by.store.transaction((tx) => isStillOwed(by, tx, entry))
    assert.deepEqual([await owed(deps), await owed(replaced)], [true, false])
  })

  it('waits, and delivers nothing, while no key of this gateway can present a copy', async () => {
    const caseId = aCaseId()
    const { deps } = stage.gateway
    const job = await waiting(caseId, handover(caseId, [employment()], { to: ['court-paris'] }))
    const keyless = { ...deps, keyRing: { ...deps.keyRing, present: async () => undefined } }
    assert.deepEqual(await forward(keyless, job), { kind: 'retry', reason: 'present-key-missing' })
    assert.equal((await stage.inbox(COURT, caseId)).length, 0)
    assert.equal((await forward(deps, job)).kind, 'done')
  })

  it('delivers nothing to a member whose suspension became known while it was being sealed', async () => {
    const caseId = aCaseId()
    const { gateway } = stage
    const job = await waiting(caseId, handover(caseId, [employment()], { to: ['court-paris'] }))
    const registry = gateway.deps.registry()
    const suspend = async (): Promise<void> =>
      gateway.changeRegistry((old) => ({
        ...old,
        participants: old.participants.map((entry) =>
          entry.id === 'court-paris' ? { ...entry, suspendedAt: gateway.now() - DAY_MS } : entry,
        ),
      }))
    const outcome = await forward(whileSealing(suspend), job)
    gateway.changeRegistry(() => registry)
    assert.deepEqual(outcome, { kind: 'retry', reason: 'changed-meanwhile' })
    const { read } = gateway.deps.store
    assert.deepEqual(await read.deliveries.ofCase(caseId as never), [])
  })

  it('delivers nothing to a member whose suspension, or whose mandate’s end, is dated between judgement and delivery', async () => {
    const { gateway } = stage
    const registry = gateway.deps.registry()
    for (const [name, end] of [
      ['participants', 'suspendedAt'],
      ['mandates', 'until'],
    ] as const) {
      const caseId = aCaseId()
      const job = await waiting(caseId, handover(caseId, [employment()], { to: ['court-paris'] }))
      const endsSoon = async (): Promise<void> => {
        const at = gateway.now() + 500
        const ended = (entry: { readonly id: string; readonly organisation?: string }): object =>
          entry.id === 'court-paris' || entry.organisation === 'court-paris' ? { ...entry, [end]: at } : entry
        gateway.changeRegistry((old) => ({ ...old, [name]: old[name].map(ended) }))
        gateway.advance(1_000)
      }
      const outcome = await forward(whileSealing(endsSoon), job)
      gateway.changeRegistry(() => registry)
      assert.deepEqual(outcome, { kind: 'retry', reason: 'changed-meanwhile' }, name)
      assert.deepEqual(await gateway.deps.store.read.deliveries.ofCase(caseId as never), [])
    }
  })

  it('stops at a job whose message is not there', async () => {
    const job = {
      id: 'none',
      messageId: 'none',
      caseId: 'DEMO-0',
      edge: 'none',
      mandate: 'none',
      dueAt: 0,
      attempts: 1,
    }
    const outcome = await forward(stage.gateway.deps, { ...job, cause: 'submission' } as never)
    assert.deepEqual(outcome, { kind: 'stopped', outcome: 'message-missing' })
  })
})
