/** A version that officers put in force: taken by every gateway at the store without a restart, and not lost to an older file at the next start. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'mocha'
import type { Config } from '#cli/config.ts'
import { openChanging, shippedExamples, shippedPack } from '#cli/wire-changes.ts'
import { openPolicy } from '#cli/wire-policy.ts'
import type { WiredPolicy } from '#cli/wire-policy.ts'
import { activatePolicy, buildPolicy } from '#gateway/rooms/activate-policy.ts'
import { startChange, undoChange } from '#gateway/rooms/change-start.ts'
import { policyNow, sharePolicy } from '#gateway/rooms/policy-now.ts'
import { AGREED, done, FRANCE_TEXT, openChangeWorld } from '#test/support/policy-changes.ts'
import type { ChangeWorld } from '#test/support/policy-changes.ts'

const ALONE = { isOneOfMany: false, hasCompany: async () => false }
const AMONG_OTHERS = { isOneOfMany: true, hasCompany: async () => true }
const OTHER_TEXT = FRANCE_TEXT.replace(/"version": ?"[^"]+"/, '"version": "7.7"')

describe('a version that officers put in force', () => {
  let folder: string
  let world: ChangeWorld
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passerelle-changes-'))
    await writeFile(join(folder, 'first.json'), FRANCE_TEXT)
    await writeFile(join(folder, 'other.json'), OTHER_TEXT)
  })
  after(() => rm(folder, { recursive: true }))
  beforeEach(async () => {
    world = await openChangeWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const open = (
    file: 'first' | 'other',
    policyApproval: Config['policyApproval'],
    replica = ALONE,
  ): Promise<WiredPolicy> =>
    openPolicy(
      { policy: join(folder, `${file}.json`), judgeQuestions: 100, policyApproval },
      {
        store: { ...world.store, [Symbol.asyncDispose]: async () => {} },
        clock: world.now,
        log: world.deps.log,
        changing: world.deps.changing,
      },
      replica,
    )
  const start = async (): Promise<string> =>
    done(await startChange(world.deps, await world.approved(), world.author)).result

  it('is taken by the gateway that is alone, and by each of several, without a restart', async () => {
    const gateways = [await open('first', 'off'), await open('first', 'off', AMONG_OTHERS)]
    const result = await start()
    for (const { deps } of gateways) {
      assert.equal((await policyNow(deps, world.store.read))?.digest, result)
      assert.equal(deps.policy()?.digest, result)
    }
  })

  it('is not pushed back by an older file at the next start, whether or not two have to approve', async () => {
    const result = await start()
    for (const approval of ['off', 'required'] as const)
      assert.equal((await open('first', approval)).first.digest, result)
    assert.equal(await world.digestInForce(), result)
  })

  it('H117 a file with another version stops the start where two have to approve, and is told elsewhere', async () => {
    await start()
    await assert.rejects(open('other', 'required'), /differs from what two officers approved/)
    assert.equal((await open('other', 'off')).first.set.version, '7.7')
    assert.ok(world.log.some(({ level, event }) => level === 'alarm' && event.includes('two officers approved')))
    await assert.rejects(open('other', 'required'), /two officers did not approve what is in force/)
  })

  it('H117 what was put in force beside the officers serves nobody where two have to approve', async () => {
    const { deps } = await open('first', 'required')
    await start()
    assert.ok((await policyNow(deps, world.store.read)) !== undefined)
    await activatePolicy({ ...world.deps, judgeApart: AGREED }, OTHER_TEXT, 'a file', 'operator')
    assert.equal(await policyNow(deps, world.store.read), undefined)
    assert.ok(world.log.some(({ event }) => event.includes('nothing is decided')))
  })

  it('may be the file itself where officers have changed nothing yet, and again once a change was undone', async () => {
    const { first } = await open('first', 'required')
    const started = done(await startChange(world.deps, await world.approved(), world.author))
    done(await undoChange(world.deps, started, world.approver))
    assert.equal((await open('first', 'required')).first.digest, first.digest)
  })

  it('H117 stops the start of a gateway beside others as well, where nobody approved what is in force', async () => {
    await start()
    await activatePolicy({ ...world.deps, judgeApart: AGREED }, OTHER_TEXT, 'a file', 'operator')
    const first = open('first', 'required', AMONG_OTHERS)
    await assert.rejects(first, /two officers did not approve what is in force/)
    assert.equal((await open('first', 'off', AMONG_OTHERS)).first.set.version, '7.7')
  })

  it('that cannot be read here lets nothing be decided', async () => {
    const built = await buildPolicy(FRANCE_TEXT, 'test', world.now())
    assert.ok(built.kind === 'built')
    const shared = sharePolicy(world.deps, built.policy)
    await world.store.transaction((tx) =>
      tx.policies.activate({ digest: 'a'.repeat(64), id: 'x', version: '9', text: '{}', activatedAt: 1 }),
    )
    assert.equal(await shared.now(world.store.read), undefined)
  })

  it('has its pack as shipped and the examples that came with it, which pass; others have none', async () => {
    assert.ok((await shippedExamples('france-prison-exit')).length > 10)
    assert.deepEqual(await shippedExamples('../secrets'), [])
    assert.deepEqual(await shippedExamples('another'), [])
    assert.equal((await shippedPack('france-prison-exit'))?.id, 'france-prison-exit')
    for (const id of ['../secrets', 'another']) assert.equal(await shippedPack(id), undefined)
    const { judgeApart } = openChanging({ judgeQuestions: 100 })
    assert.deepEqual((await judgeApart(FRANCE_TEXT)).disagreements, [])
  })
})
