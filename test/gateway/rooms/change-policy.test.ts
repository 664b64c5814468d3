/** Drafts of policy: written cell by cell, by officers who see one another. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { cellAt } from '#policies/engine/cell.ts'
import { withCell } from '#policies/engine/cell-change.ts'
import { changeHash } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { setOf } from '#gateway/rooms/change-draft.ts'
import {
  draftSet,
  dropEdit,
  dropExample,
  openDraft,
  putEdit,
  putExamples,
  rebaseChange,
  setStart,
  setTitle,
  withdrawChange,
} from '#gateway/rooms/change-policy.ts'
import type { ChangeOutcome } from '#gateway/rooms/change-outcome.ts'
import { changesOfCell } from '#gateway/rooms/own-draft.ts'
import { startChange } from '#gateway/rooms/change-start.ts'
import { tendChanges } from '#gateway/rooms/change-rounds.ts'
import { cellEdit, codeOf, done, openChangeWorld } from '#test/support/policy-changes.ts'
import type { ChangeWorld } from '#test/support/policy-changes.ts'

const SAID = { was: { en: 'was', fr: 'était' }, is: { en: 'is', fr: 'est' } }

describe('drafts of policy', () => {
  let world: ChangeWorld
  beforeEach(async () => {
    world = await openChangeWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const setIn = async (change: PolicyChange): Promise<PolicySet> =>
    (await draftSet(world.store.read, change)) ?? assert.fail('no set')
  const put = async (
    change: PolicyChange,
    by = world.author,
    changes: Parameters<typeof cellEdit>[2] = {},
  ): Promise<ChangeOutcome> => {
    const set = await setIn(change)
    const cell = cellEdit(set, world.now(), changes)
    const edit = { ...SAID, recipientType: cell.recipientType, section: cell.section, reason: cell.reason, cell }
    return putEdit(world.deps, change, { officer: by, set: withCell(set, cell), edit })
  }

  it('begin over the version in force, under the name of the next one, and change nothing', async () => {
    const change = await world.draft()
    assert.equal(change.base, await world.digestInForce())
    assert.notEqual(change.result, change.base)
    assert.equal((await setIn(change)).version, change.version)
    assert.equal(codeOf(await openDraft(world.deps, { officer: world.author, title: ' ' })), 'title-missing')
    const unknown = await openDraft(world.deps, { officer: world.author, title: 'x', returnsTo: 'f'.repeat(64) })
    assert.equal(codeOf(unknown), 'version-unknown')
  })

  it('hold a cell as it is to be, once, whoever says it last, and let go of it', async () => {
    const first = done(await put(await world.draft()))
    const key = { recipientType: 'PS', section: 'family' }
    assert.equal(cellAt(await setIn(first), key, world.now()).level, 'existence')
    const second = done(await put(first, world.approver, { level: 'nothing' }))
    assert.equal(second.edits.length, 1)
    assert.deepEqual(second.authors, [world.author.id, world.approver.id])
    assert.equal(cellAt(await setIn(second), key, world.now()).level, 'nothing')
    const dropped = done(await dropEdit(world.deps, second, { officer: world.author, cell: key }))
    assert.equal(dropped.result, (await world.draft()).result)
    assert.equal(codeOf(await dropEdit(world.deps, dropped, { officer: world.author, cell: key })), 'nothing-changed')
  })

  it('tell the slower of two officers how it stands, and write nothing over', async () => {
    const read = await world.draft()
    const first = done(await put(read))
    const second = await put(read, world.approver, { section: 'health' })
    assert.ok(second.kind === 'stale')
    assert.deepEqual(second.change, first)
    assert.deepEqual((await changesOfCell(world.deps, { recipientType: 'PS', section: 'family' })).length, 1)
    assert.deepEqual(await changesOfCell(world.deps, { recipientType: 'PS', section: 'family' }, read.id), [])
  })

  it('refuse an edit without a reason, of more than rules, or of nothing', async () => {
    const change = await world.draft()
    assert.equal(codeOf(await put(change, world.author, { reason: 'because' })), 'reason-short')
    const set = await setIn(change)
    const edit = { ...SAID, recipientType: 'PS', section: 'family', reason: 'A reason that is long enough' }
    const beyond = { ...set, title: { en: 'Another', fr: 'Autre' } }
    assert.equal(
      codeOf(await putEdit(world.deps, change, { officer: world.author, set: beyond, edit })),
      'beyond-rules',
    )
    assert.equal(codeOf(await putEdit(world.deps, change, { officer: world.author, set, edit })), 'nothing-changed')
  })

  it('keep examples by name, a start that can be, and a title', async () => {
    const officer = world.author
    const change = await world.draft()
    const example = {
      name: 'one',
      question: { facts: {}, milestones: {}, at: 0 },
      item: { id: 'i', facts: {}, observedAt: 0, isPast: false, marking: NO_MARKING, value: PLAIN },
      expected: { level: 'nothing' as const },
    }
    const kept = done(await putExamples(world.deps, change, { officer, examples: [example] }))
    const again = done(await putExamples(world.deps, kept, { officer, examples: [example] }))
    assert.equal(again.examples.length, 1)
    const dropped = done(await dropExample(world.deps, again, { officer, name: 'one' }))
    assert.deepEqual(dropped.examples, [])
    const start = { kind: 'observe', days: 31 } as const
    assert.equal(codeOf(await setStart(world.deps, dropped, { officer, start })), 'start-wrong')
    const past = { kind: 'at', at: world.now() } as const
    assert.equal(codeOf(await setStart(world.deps, dropped, { officer, start: past })), 'start-wrong')
    const started = done(await setStart(world.deps, dropped, { officer, start: { kind: 'observe', days: 2 } }))
    assert.equal(codeOf(await setTitle(world.deps, started, { officer, title: '' })), 'title-missing')
    assert.equal(done(await setTitle(world.deps, started, { officer, title: 'New' })).title, 'New')
  })

  it('are withdrawn by those who wrote them alone, and written no more then', async () => {
    const change = await world.edited()
    assert.equal(codeOf(await withdrawChange(world.deps, change, world.approver)), 'not-author')
    const gone = done(await withdrawChange(world.deps, change, world.author))
    assert.equal(gone.state, 'withdrawn')
    assert.equal(codeOf(await put(gone)), 'out-of-turn')
    assert.equal(codeOf(await withdrawChange(world.deps, { id: 'none', revision: 1 }, world.author)), 'not-found')
  })

  it('are overtaken when another version comes into force, and brought up to it cell by cell', async () => {
    const waiting = await world.edited({ section: 'health' })
    const other = await world.approved()
    const started = done(await startChange(world.deps, other, world.author))
    await tendChanges(world.deps)
    const overtaken = (await world.store.read.changes.get(waiting.id)) ?? assert.fail('gone')
    assert.equal(overtaken.state, 'overtaken')
    assert.equal(codeOf(await put(overtaken)), 'out-of-turn')
    const rebased = done(await rebaseChange(world.deps, overtaken, world.approver))
    assert.deepEqual([rebased.state, rebased.base], ['draft', started.result])
    const set = await setIn(rebased)
    const level = (section: string): string => cellAt(set, { recipientType: 'PS', section }, world.now()).level
    assert.deepEqual([level('family'), level('health')], ['existence', 'existence'])
    assert.ok(rebased.authors.includes(world.approver.id))
  })

  it('return to an earlier version as a change of its own, that has to be approved like any other', async () => {
    const first = await world.digestInForce()
    done(await startChange(world.deps, await world.approved(), world.author))
    const back = done(await openDraft(world.deps, { officer: world.author, title: 'Back', returnsTo: first ?? '' }))
    assert.deepEqual([back.kind, back.state], ['return', 'draft'])
    const set = await setIn(back)
    assert.equal(cellAt(set, { recipientType: 'PS', section: 'family' }, world.now()).level, 'current')
    const approved = await world.approved(await world.submitted(back))
    done(await startChange(world.deps, approved, world.approver))
    assert.equal(await world.digestInForce(), back.result)
    const rules = (await setOf(world.store.read, back.result))?.rules
    assert.deepEqual(rules, (await setOf(world.store.read, first ?? ''))?.rules)
  })

  it('of a version that is stored otherwise than its digest says are not read', async () => {
    const change = await world.draft()
    const version = (await world.store.read.policies.inForce()) ?? assert.fail('none')
    await world.store.transaction((tx) =>
      tx.policies.activate({ ...version, digest: 'e'.repeat(64), text: `${version.text} ` }),
    )
    assert.equal(await setOf(world.store.read, 'e'.repeat(64)), undefined)
    assert.equal(changeHash(change).length, 64)
  })
})

const NO_MARKING = {
  classification: 'non-protege' as const,
  handling: [],
  conditions: [],
  receivedInConfidence: false,
}
const PLAIN = { kind: 'plain', rungs: {}, summaryRung: 'g4' as const }
