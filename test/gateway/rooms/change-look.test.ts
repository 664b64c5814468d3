/** What may disclose more is submitted only after an author looked at its effect as it stands; the approver is told who did, and when. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { Effect } from '#gateway/ports/changes.ts'
import { hashToSubmit, quickFaultOf, submitChange } from '#gateway/rooms/change-approval.ts'
import { digestOfEffect, isUnread, lookAtEffect, looksOf } from '#gateway/rooms/change-look.ts'
import { fourEyes } from '#gateway/rooms/change-signatures.ts'
import { draftSet, setTitle } from '#gateway/rooms/change-policy.ts'
import { made } from '#gateway/rooms/change-draft.ts'
import { beginEffect } from '#gateway/rooms/replay-policy.ts'
import { codeOf, done, lookedAt, openChangeWorld } from '#test/support/policy-changes.ts'
import type { ChangeWorld, Signer } from '#test/support/policy-changes.ts'

describe('the look at an effect', () => {
  let world: ChangeWorld
  beforeEach(async () => {
    world = await openChangeWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const wider = (): Promise<PolicyChange> =>
    world.edited({ level: 'full', bases: ['eu.led.9-2'], purposes: ['social-support', 'disengagement-support'] })
  const submit = async (change: PolicyChange) =>
    codeOf(
      await submitChange(world.deps, change, {
        officer: world.author,
        proof: world.author.sign(await hashToSubmit(world.deps, change)),
      }),
    )
  const run = async (change: PolicyChange): Promise<Effect> => {
    const begun = await beginEffect(world.deps, change.id, { officer: world.author, scope: 'invented' })
    assert.ok(begun.kind === 'begun')
    const effect: Effect = { ...begun.effect, state: 'done' }
    await world.store.transaction((tx) => tx.changes.putEffect(effect))
    return effect
  }
  const effectNow = async ({ id }: PolicyChange): Promise<Effect> =>
    (await world.store.read.changes.effects(id))[0] ?? assert.fail('no effect')
  const look = (change: PolicyChange, effect: Effect, officer: Signer = world.author) =>
    lookAtEffect(world.deps, { effect, change, officer })

  it('is asked for before what may disclose more is submitted, by an author, at the very version that it makes', async () => {
    const change = await wider()
    assert.equal(await submit(change), 'effect-unread')
    const effect = await run(change)
    assert.equal((await quickFaultOf(world.deps, change))?.code, 'effect-unread')
    await look(change, effect, world.approver)
    assert.equal((await quickFaultOf(world.deps, change))?.code, 'effect-unread')
    await look(change, effect)
    assert.equal(await quickFaultOf(world.deps, change), undefined)
    const renamed = done(await setTitle(world.deps, change, { officer: world.author, title: 'Other' }))
    assert.equal(await submit(renamed), 'done')
  })

  it('counts no more once the draft makes another version', async () => {
    const change = await wider()
    await look(change, await run(change))
    const other = { ...change, result: 'f'.repeat(64) }
    assert.deepEqual(looksOf(await effectNow(change), other), [])
    const making = await made(world.store.read, change)
    assert.ok(making.kind === 'made')
    assert.equal(isUnread(other, await effectNow(change), making), true)
    assert.equal(isUnread(change, await effectNow(change), making), false)
    assert.equal(isUnread(change, undefined, making), true)
  })

  it('is not asked for where it is proved that nobody would be shown more', async () => {
    const change = await world.edited()
    assert.ok((await draftSet(world.store.read, change)) !== undefined)
    assert.equal(await quickFaultOf(world.deps, change), undefined)
    // What is done meanwhile, and looked at by no author, changes nothing of what is signed.
    const hash = await hashToSubmit(world.deps, change)
    await look(change, await run(change), world.approver)
    assert.equal(await hashToSubmit(world.deps, change), hash)
    assert.equal(await submit(change), 'done')
    assert.equal((await world.store.read.changes.get(change.id))?.effect, undefined)
  })

  it('is part of what both officers sign: over other numbers, other looks or another run no signature holds', async () => {
    const change = await wider()
    await look(change, await run(change))
    const unsigned = await hashToSubmit(world.deps, change)
    const other = { ...(await effectNow(change)), counts: { replayed: 9, different: 9, more: 9, less: 0 } }
    await world.store.transaction((tx) => tx.changes.putEffect(other))
    assert.notEqual(await hashToSubmit(world.deps, change), unsigned)
    const proof = world.author.sign(unsigned)
    assert.equal(codeOf(await submitChange(world.deps, change, { officer: world.author, proof })), 'proof-refused')
    const submitted = await world.submitted(change)
    assert.deepEqual(
      [submitted.effect?.counts.more, submitted.effect?.digest, submitted.effect?.looks.map(({ name }) => name)],
      [9, digestOfEffect(other), ['Author']],
    )
    // Run again with less to see, it is still the first that was signed.
    await run(change)
    const approved = await world.approved(submitted)
    assert.equal(approved.effect?.counts.more, 9)
    assert.ok((await fourEyes(world.deps, approved)) !== undefined)
    const { effect } = approved
    assert.ok(effect !== undefined)
    const { effect: _gone, ...without } = approved
    const forged = [
      { ...effect, counts: { ...effect.counts, more: 0 } },
      { ...effect, looks: [] },
      { ...effect, digest: 'x' },
    ]
    for (const one of [without, ...forged.map((seen) => ({ ...approved, effect: seen }))])
      assert.equal(await fourEyes(world.deps, one), undefined)
  })

  it('has a digest of all that was found, and of nobody who looked', async () => {
    const effect = await run(await wider())
    const digest = digestOfEffect(effect)
    const found = [
      'scope',
      'base',
      'result',
      'from',
      'until',
      'counts',
      'cells',
      'leftOut',
      'errors',
      'examples',
      'cases',
    ]
    for (const name of found) assert.notEqual(digestOfEffect({ ...effect, [name]: 'other' }), digest, name)
    assert.equal(digestOfEffect({ ...effect, id: 'other', looks: [] }), digest)
  })

  it('is written down once for each officer, in the audit too, and only of what is done and stands', async () => {
    const change = await wider()
    const effect = await run(change)
    await look(change, { ...effect, state: 'running' })
    await look({ ...change, base: 'other' }, effect)
    assert.deepEqual((await effectNow(change)).looks, undefined)
    await look(change, effect)
    await look(change, effect)
    await look(change, await effectNow(change))
    await look(change, effect, world.approver)
    assert.deepEqual(
      (await effectNow(change)).looks?.map(({ name }) => name),
      ['Author', 'Approver'],
    )
    assert.equal((await world.acts()).filter((act) => act === 'effect-read').length, 2)
    await look(change, { ...effect, id: 'gone' })
    assert.equal((await world.acts()).filter((act) => act === 'effect-read').length, 2)
  })

  it('is at one run: whoever runs the same versions again looks again', async () => {
    const change = await wider()
    await look(change, await run(change))
    const again = await run(change)
    assert.equal(again.looks, undefined)
    assert.equal(await submit(change), 'effect-unread')
    await look(change, again)
    assert.equal(await submit(change), 'done')
    const other = await world.edited({ section: 'health' })
    await lookedAt(world.store, other, world.author)
    await lookedAt(world.store, other, world.approver)
    assert.deepEqual(
      looksOf(await effectNow(other), other).map(({ name }) => name),
      ['Author'],
    )
  })
})
