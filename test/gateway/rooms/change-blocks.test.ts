/** What stands against an edit is asked again before it is submitted, also after it was brought up to another version. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { withCell } from '#policies/engine/cell-change.ts'
import { changeHash } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { hashToSubmit, quickFaultOf, submitChange } from '#gateway/rooms/change-approval.ts'
import { blockedEdit, setBesides } from '#gateway/rooms/change-blocks.ts'
import { prepareWithholding, withholdEverything } from '#gateway/rooms/change-emergency.ts'
import { draftSet, dropEdit, putEdit, rebaseChange } from '#gateway/rooms/change-policy.ts'
import { tendChanges } from '#gateway/rooms/change-rounds.ts'
import { cellEdit, codeOf, done, lookedAt, openChangeWorld } from '#test/support/policy-changes.ts'
import type { ChangeWorld } from '#test/support/policy-changes.ts'

const REASON = 'A telephone with access was stolen today.'

describe('what stands against an edit', () => {
  let world: ChangeWorld
  beforeEach(async () => {
    world = await openChangeWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const withheldFromPs = async (): Promise<void> => {
    const id = randomUUID()
    const given = { officer: world.author, from: { recipientType: 'PS' }, reason: REASON }
    const prepared = await prepareWithholding(world.deps, id, given)
    assert.ok(prepared.kind !== 'refused')
    const proof = world.author.sign(changeHash(prepared.change))
    done(await withholdEverything(world.deps, id, { ...given, proof }))
    await tendChanges(world.deps)
  }
  const now = async ({ id }: PolicyChange): Promise<PolicyChange> =>
    (await world.store.read.changes.get(id)) ?? assert.fail('gone')

  it('is found in a draft that was brought up to a version that limits more, and named with its cell', async () => {
    const change = await world.edited()
    assert.equal(await quickFaultOf(world.deps, change), undefined)
    await withheldFromPs()
    const rebased = done(await rebaseChange(world.deps, await now(change), world.author))
    assert.equal(rebased.state, 'draft')
    const fault = await quickFaultOf(world.deps, rebased)
    assert.deepEqual([fault?.code, fault?.edit?.section], ['edit-blocked', 'family'])
    assert.deepEqual(
      fault?.blocks?.map(({ code }) => code),
      ['limited-elsewhere'],
    )
    await lookedAt(world.store, rebased, world.author)
    const proof = world.author.sign(await hashToSubmit(world.deps, rebased))
    assert.equal(codeOf(await submitChange(world.deps, rebased, { officer: world.author, proof })), 'edit-blocked')
    const cell = { recipientType: 'PS', section: 'family' }
    const dropped = done(await dropEdit(world.deps, rebased, { officer: world.author, cell }))
    assert.equal((await quickFaultOf(world.deps, dropped))?.code, 'nothing-changed')
  })

  it('is nothing where an edit has no form, or the version that it changes cannot be read', async () => {
    const change = await world.draft()
    const set = (await draftSet(world.store.read, change)) ?? assert.fail('none')
    const cell = cellEdit(set, world.now(), { recipientType: 'PS', section: 'family', level: 'nothing' })
    const said = {
      recipientType: 'PS',
      section: 'family',
      was: { en: 'a', fr: 'b' },
      is: { en: 'c', fr: 'd' },
      reason: REASON,
    }
    const given = { officer: world.author, set: withCell(set, cell) }
    const bare = done(await putEdit(world.deps, change, { ...given, edit: said }))
    const { read } = world.store
    assert.equal(await blockedEdit(read, bare, world.now()), undefined)
    const whole = done(await putEdit(world.deps, bare, { ...given, edit: { ...said, cell } }))
    assert.deepEqual((await blockedEdit(read, whole, world.now()))?.blocks, [
      { code: 'floor-hidden', about: ['family'] },
    ])
    assert.equal(await blockedEdit(read, { ...whole, base: 'none' }, world.now()), undefined)
    assert.equal(await setBesides(read, { ...whole, base: 'none' }, cell), undefined)
    const [edit] = whole.edits
    assert.ok(edit !== undefined)
    const { cell: _cell, ...unsaid } = edit
    const lost = { ...unsaid, section: 'health', patch: { before: edit.patch.after, after: [] } }
    const broken = { ...whole, edits: [lost, edit] }
    assert.equal(await setBesides(read, broken, cell), undefined)
    assert.equal(await blockedEdit(read, broken, world.now()), undefined)
  })
})
