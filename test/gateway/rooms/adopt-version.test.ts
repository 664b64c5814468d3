/** The adoption of a version that came without officers: two sign it as it stands, and what counts as that and what does not. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { changeHash, isUndoable } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { activatePolicy } from '#gateway/rooms/activate-policy.ts'
import { awaitedAdoption, beginAdoption, keepAdoption } from '#gateway/rooms/adopt-version.ts'
import { approveChange, hashToSubmit, sendBack, submitChange } from '#gateway/rooms/change-approval.ts'
import { prepareWithholding, reviewEmergency, withholdEverything } from '#gateway/rooms/change-emergency.ts'
import { openDraft, putEdit, putExamples, rebaseChange, setStart, setTitle } from '#gateway/rooms/change-policy.ts'
import { tendChanges } from '#gateway/rooms/change-rounds.ts'
import { startChange, undoChange } from '#gateway/rooms/change-start.ts'
import { setOf } from '#gateway/rooms/change-draft.ts'
import { draftsFor } from '#gateway/rooms/own-draft.ts'
import { changeDesk } from '#gateway/rooms/read-changes.ts'
import { isAdopted, isVouchedFor, verifyVersion } from '#gateway/rooms/verify-version.ts'
import { AGREED, codeOf, done, FRANCE_TEXT, openChangeWorld } from '#test/support/policy-changes.ts'
import type { ChangeWorld } from '#test/support/policy-changes.ts'

describe('the adoption of a version', () => {
  let world: ChangeWorld
  let shipped: string
  beforeEach(async () => {
    world = await openChangeWorld()
    shipped = (await world.digestInForce()) ?? assert.fail('nothing is in force')
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const begun = async (digest = shipped): Promise<PolicyChange> =>
    done(await beginAdoption(world.deps, { officer: world.author, digest, title: 'Adopt it' }))
  const submit = async (change: PolicyChange) =>
    submitChange(world.deps, change, {
      officer: world.author,
      proof: world.author.sign(await hashToSubmit(world.deps, change)),
    })
  const approve = (change: PolicyChange, by = world.approver) =>
    approveChange(world.deps, change, { officer: by, proof: by.sign(changeHash(change)) })
  const adopted = async (digest = shipped): Promise<PolicyChange> =>
    done(await approve(done(await submit(await begun(digest)))))
  const isWhole = (digest: string): Promise<boolean> => isAdopted(world.deps, digest)
  const file = async (version: string): Promise<string> => {
    const text = FRANCE_TEXT.replace(/"version": ?"[^"]+"/, `"version": "${version}"`)
    const activated = await activatePolicy({ ...world.deps, judgeApart: AGREED }, text, 'a file', 'operator')
    assert.ok(activated.kind === 'in-force')
    return activated.policy.digest
  }

  it('is signed by two over its digest, and leaves the version where and since when it was', async () => {
    const before = await world.store.read.policies.inForce()
    assert.deepEqual(await awaitedAdoption(world.deps, shipped), {})
    const change = await begun()
    assert.deepEqual([change.base, change.result, change.version], [shipped, shipped, before?.version])
    assert.equal((await awaitedAdoption(world.deps, shipped))?.open?.id, change.id)
    assert.equal(await isWhole(shipped), false)
    const submitted = done(await submit(change))
    assert.equal(await isWhole(shipped), false)
    world.advance(1000)
    const started = done(await approve(submitted))
    assert.deepEqual([started.state, started.startedAt], ['in-force', world.now()])
    assert.deepEqual(await world.store.read.policies.inForce(), before)
    assert.deepEqual((await world.acts()).slice(-4), [
      'change-drafted',
      'change-submitted',
      'change-approved',
      'change-started',
    ])
    assert.equal(await isWhole(shipped), true)
    assert.equal(await awaitedAdoption(world.deps, shipped), undefined)
    const verified = await verifyVersion(world.deps, shipped)
    assert.ok(verified.kind === 'approved' && isVouchedFor(verified))
    assert.deepEqual(verified.by, ['Author', 'Approver'])
    assert.equal((await changeDesk(world.deps, started.id))?.isBaseAdopted, true)
  })

  it('H115 is not done by one alone, nor by what one signed before it was sent back', async () => {
    const submitted = done(await submit(await begun()))
    assert.equal(codeOf(await approve(submitted, world.author)), 'own-change')
    const back = done(await sendBack(world.deps, submitted, { officer: world.approver, text: 'Wait.' }))
    const proof = world.approver.sign(changeHash(submitted))
    const again = done(await submit(back))
    assert.equal(codeOf(await approveChange(world.deps, again, { officer: world.approver, proof })), 'proof-refused')
    assert.equal(await isWhole(shipped), false)
  })

  it('is of the version that its page showed, begun once, and never twice', async () => {
    const change = await begun()
    assert.equal((await begun()).id, change.id)
    const other = { officer: world.approver, digest: 'f'.repeat(64), title: 'Another' }
    assert.equal(codeOf(await beginAdoption(world.deps, other)), 'overtaken')
    const second = done(await openDraft(world.deps, { officer: world.author, title: 'At once', adopts: shipped }))
    done(await approve(done(await submit(change))))
    assert.equal(codeOf(await submit(second)), 'adopted-already')
    assert.equal(codeOf(await beginAdoption(world.deps, { ...other, digest: shipped })), 'adopted-already')
  })

  it('is neither written nor put off nor undone, and no cell is written into it', async () => {
    const change = await begun()
    const { author: officer } = world
    const set = (await setOf(world.store.read, shipped)) ?? assert.fail('no set')
    const said = { recipientType: 'PS', section: 'family', reason: 'No longer needed for this work.' }
    const edit = { ...said, was: { en: 'was', fr: 'était' }, is: { en: 'is', fr: 'est' } }
    for (const outcome of [
      await putEdit(world.deps, change, { officer, set: { ...set, rules: [] }, edit }),
      await putExamples(world.deps, change, { officer, examples: [] }),
      await setStart(world.deps, change, { officer, start: { kind: 'observe', days: 3 } }),
      await setTitle(world.deps, change, { officer, title: 'Otherwise' }),
    ])
      assert.equal(codeOf(outcome), 'adopts-as-is')
    assert.deepEqual(await draftsFor(world.deps, officer), [])
    const started = done(await approve(done(await submit(change))))
    assert.equal(isUndoable(started, world.now()), false)
    assert.equal(codeOf(await undoChange(world.deps, started, officer)), 'undo-late')
  })

  it('is overtaken by another version, and may be brought up to that one as it stands', async () => {
    const change = await begun()
    const other = await file('7.7')
    assert.equal(await keepAdoption(world.deps, { ...change, revision: change.revision + 1 }, 'x'), 'overtaken')
    await tendChanges(world.deps)
    const overtaken = (await world.store.read.changes.get(change.id)) ?? assert.fail('gone')
    assert.equal(overtaken.state, 'overtaken')
    const anew = done(await rebaseChange(world.deps, overtaken, world.author))
    assert.deepEqual([anew.base, anew.result, anew.version], [other, other, '7.7'])
    done(await approve(done(await submit(anew))))
    assert.deepEqual([await isWhole(other), await isWhole(shipped)], [true, false])
  })

  it('H117 is nothing that an emergency or an undone change stands for', async () => {
    const started = done(await startChange(world.deps, await world.approved(), world.author))
    assert.equal(await isWhole(started.result), true)
    done(await undoChange(world.deps, started, world.author))
    assert.equal((await verifyVersion(world.deps, shipped)).kind, 'returned-to')
    assert.equal(await isWhole(shipped), false)
    const emergency = await withheld()
    assert.equal((await verifyVersion(world.deps, emergency.result)).kind, 'emergency')
    assert.equal(await isWhole(emergency.result), false)
    const proof = world.approver.sign(changeHash(emergency))
    done(await reviewEmergency(world.deps, emergency, { officer: world.approver, proof }))
    assert.equal((await verifyVersion(world.deps, emergency.result)).kind, 'approved')
    assert.equal(await isWhole(emergency.result), false)
    await adopted(emergency.result)
    assert.deepEqual([await isWhole(emergency.result), await isWhole(shipped)], [true, false])
  })

  it('goes on through an emergency that one officer puts upon it', async () => {
    await adopted()
    const { result } = await withheld()
    assert.deepEqual([await isWhole(result), await isWhole('f'.repeat(64))], [true, false])
    assert.equal(await isWhole(await file('7.7')), false)
  })

  const withheld = async (): Promise<PolicyChange> => {
    const from = { recipientType: 'PS' }
    const given = { officer: world.author, from, reason: 'A telephone with access was stolen today.' }
    const id = randomUUID()
    const prepared = await prepareWithholding(world.deps, id, given)
    assert.ok(prepared.kind === 'prepared')
    const proof = world.author.sign(changeHash(prepared.change))
    return done(await withholdEverything(world.deps, id, { ...given, proof }))
  }
})
