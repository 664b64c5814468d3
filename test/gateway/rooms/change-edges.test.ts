/** Changes of policy at their edges: versions that cannot be read, races, and whoever is no officer any more. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { withCell } from '#policies/engine/cell-change.ts'
import { changeHash } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { Registry } from '#gateway/core/participants.ts'
import type { Policies } from '#gateway/ports/store.ts'
import { approveChange, hashToSubmit, quickFaultOf, submitChange } from '#gateway/rooms/change-approval.ts'
import { examplesBefore, examplesOf, keptExamples } from '#gateway/rooms/change-draft.ts'
import { prepareWithholding, withholdEverything } from '#gateway/rooms/change-emergency.ts'
import { staleOf, write } from '#gateway/rooms/change-outcome.ts'
import {
  draftSet,
  openDraft,
  putEdit,
  putExamples,
  rebaseChange,
  setStart,
  setTitle,
} from '#gateway/rooms/change-policy.ts'
import { heldSignatures } from '#gateway/rooms/change-signatures.ts'
import { startChange, undoChange } from '#gateway/rooms/change-start.ts'
import { tendChanges } from '#gateway/rooms/change-rounds.ts'
import { changeDesk, listChanges, namesOf } from '#gateway/rooms/read-changes.ts'
import { beginEffect, workOnEffects } from '#gateway/rooms/replay-policy.ts'
import type { ReplayDeps } from '#gateway/rooms/replay-policy.ts'
import { cellEdit, codeOf, done, openChangeWorld } from '#test/support/policy-changes.ts'
import type { ChangeWorld } from '#test/support/policy-changes.ts'

const SAID = { was: { en: 'was', fr: 'était' }, is: { en: 'is', fr: 'est' }, reason: 'A reason that is long enough' }
const DAY_MS = 86_400_000

describe('changes of policy at their edges', () => {
  let world: ChangeWorld
  beforeEach(async () => {
    world = await openChangeWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  /** The same store, where its versions are read so. */
  const reading = (policies: Partial<Policies>): ReplayDeps => {
    const { read } = world.store
    return { ...world.deps, store: { ...world.store, read: { ...read, policies: { ...read.policies, ...policies } } } }
  }
  const UNREADABLE = { byDigest: async () => undefined }

  it('do nothing where the version that they change cannot be read', async () => {
    const deps = reading(UNREADABLE)
    const { author, approver } = world
    const change = await world.edited()
    const edit = { ...SAID, recipientType: 'PS', section: 'family' }
    const set = (await draftSet(world.store.read, change)) ?? assert.fail('none')
    assert.equal(codeOf(await putEdit(deps, change, { officer: author, set, edit })), 'version-unknown')
    assert.equal(codeOf(await setTitle(deps, change, { officer: author, title: 'x' })), 'version-unknown')
    assert.equal(await draftSet(deps.store.read, change), undefined)
    assert.equal((await quickFaultOf(deps, change))?.code, 'version-unknown')
    assert.deepEqual((await changeDesk(deps, change.id))?.cells, [])
    const from = { officer: author, from: { recipientType: 'PS' }, reason: 'A telephone was stolen today.' }
    assert.equal(codeOf(await prepareWithholding(deps, 'x', from)), 'version-unknown')
    const none = reading({ inForce: async () => undefined })
    assert.equal(codeOf(await prepareWithholding(none, 'x', from)), 'version-unknown')
    assert.deepEqual(await examplesOf(deps, deps.store.read, change), [])
    const begun = await beginEffect(world.deps, change.id, { officer: author, scope: 'invented' })
    assert.ok(begun.kind === 'begun')
    await workOnEffects(deps)
    assert.equal((await world.store.read.changes.effect(begun.effect.id))?.state, 'failed')
    const submitted = await world.submitted(change)
    const proof = approver.sign(changeHash(submitted))
    assert.equal(codeOf(await approveChange(deps, submitted, { officer: approver, proof })), 'version-unknown')
    const approved = await world.approved(submitted)
    assert.equal(codeOf(await startChange(deps, approved, approver)), 'version-unknown')
    const again = done(await startChange(world.deps, await world.approved(), author))
    assert.equal(codeOf(await undoChange(deps, again, author)), 'version-unknown')
  })

  it('are brought up to no version where none is in force, and not where an edit without a form fits no more', async () => {
    const change = await world.draft()
    const set = (await draftSet(world.store.read, change)) ?? assert.fail('none')
    const edit = { ...SAID, recipientType: 'PS', section: 'family' }
    const cell = cellEdit(set, world.now())
    const written = done(await putEdit(world.deps, change, { officer: world.author, set: withCell(set, cell), edit }))
    done(await startChange(world.deps, await world.approved(), world.author))
    await tendChanges(world.deps)
    const overtaken = (await world.store.read.changes.get(written.id)) ?? assert.fail('gone')
    const none = reading({ inForce: async () => undefined })
    assert.equal(codeOf(await rebaseChange(none, overtaken, world.author)), 'version-unknown')
    const refused = await rebaseChange(world.deps, overtaken, world.author)
    assert.ok(refused.kind === 'refused' && refused.code === 'edit-conflicts')
    assert.equal(refused.edit?.section, 'family')
    assert.equal((await rebaseChange(world.deps, { ...overtaken, revision: 1 }, world.author)).kind, 'stale')
  })

  it('are told to whoever was slower, and to nobody where they are gone', async () => {
    const change = await world.draft()
    const next: PolicyChange = { ...change, revision: 9 }
    const written = await write(world.deps, next, { act: 'change-edited', actor: 'x' })
    assert.equal(written.kind, 'stale')
    assert.equal(codeOf(await staleOf(world.deps, 'none')), 'not-found')
    const proof = world.author.sign('e'.repeat(64))
    const { author } = world
    assert.equal((await submitChange(world.deps, { ...change, revision: 9 }, { officer: author, proof })).kind, 'stale')
    const nowhere = { id: 'none', revision: 1 }
    assert.equal(codeOf(await approveChange(world.deps, nowhere, { officer: author, proof })), 'not-found')
    assert.equal(codeOf(await setTitle(world.deps, nowhere, { officer: author, title: 'x' })), 'not-found')
  })

  it('are submitted neither with a start that has passed nor over a version that has been replaced', async () => {
    const dated = done(
      await setStart(world.deps, await world.edited(), {
        officer: world.author,
        start: { kind: 'at', at: world.now() + DAY_MS },
      }),
    )
    world.advance(DAY_MS)
    assert.equal((await quickFaultOf(world.deps, dated))?.code, 'start-wrong')
    const waiting = await world.edited({ section: 'health' })
    done(await startChange(world.deps, await world.approved(), world.author))
    const submit = { officer: world.author, proof: world.author.sign(await hashToSubmit(world.deps, waiting)) }
    assert.equal(codeOf(await submitChange(world.deps, waiting, submit)), 'overtaken')
  })

  it('are written once where they are started twice at one moment', async () => {
    const approved = await world.approved()
    const both = await Promise.all([
      startChange(world.deps, approved, world.author),
      startChange(world.deps, approved, world.approver),
    ])
    assert.equal(both.filter(({ kind }) => kind === 'done').length, 1)
    const other = await world.approved(await world.submitted(await world.edited({ section: 'health' })))
    // Somebody withdraws it while it is judged.
    world.judge(async () => {
      await world.store.transaction((tx) =>
        tx.changes.put({ ...other, state: 'withdrawn', revision: other.revision + 1 }),
      )
      return { asked: 1, levels: {}, errors: 0, disagreements: [] }
    })
    assert.equal((await startChange(world.deps, other, world.author)).kind, 'stale')
  })

  it('tell officers that count, and call whoever is gone by the id', async () => {
    await world.store.transaction(async (tx) => {
      const account = { name: 'Gone', role: 'officer' as const, organisation: 'pairs-paris' as OrganisationId, from: 0 }
      await tx.people.putAccount({ ...account, id: randomUUID(), endedAt: 1 })
      await tx.people.putAccount({ ...account, id: randomUUID(), endedAt: world.now() + DAY_MS })
      await tx.people.putAccount({ ...account, id: randomUUID(), role: 'operator' })
    })
    const approved = await world.approved()
    world.judge(() => Promise.reject(new Error('no answer')))
    await startChange(world.deps, approved, world.author)
    assert.equal((await world.store.read.changes.get(approved.id))?.fault?.told.length, 3)
    assert.equal((await namesOf(world.deps))('nobody'), 'nobody')
    const lists = await listChanges(world.deps, world.approver.id)
    assert.deepEqual([lists.waiting.length, lists.mine.length, lists.others.length], [0, 0, 1])
  })

  it('whose proof is no JSON, or of another row of the audit, is not signed', async () => {
    const submitted = await world.submitted()
    assert.equal((await heldSignatures(world.deps, submitted)).length, 1)
    const [kept] = await world.store.read.changes.signatures(submitted.id)
    assert.ok(kept !== undefined)
    const forge = async (given: object): Promise<number> => {
      const { read } = world.store
      const changes = { ...read.changes, signatures: async () => [{ ...kept, ...given }] }
      const deps = { ...world.deps, store: { ...world.store, read: { ...read, changes } } }
      return (await heldSignatures(deps, submitted)).length
    }
    assert.deepEqual(
      [await forge({ proof: '{' }), await forge({ auditSeq: 1 }), await forge({ auditSeq: 999 })],
      [0, 0, 0],
    )
    assert.equal(await forge({}), 1)
  })

  it('carry their examples on to the next, over those that came with the policy', async () => {
    const item = {
      id: 'i',
      facts: {},
      observedAt: 0,
      isPast: false,
      marking: { classification: 'non-protege' as const, handling: [], conditions: [], receivedInConfidence: false },
      value: { kind: 'plain', rungs: {}, summaryRung: 'g4' as const },
    }
    const example = {
      name: 'kept',
      question: { facts: {}, milestones: {}, at: 0 },
      item,
      expected: { level: 'nothing' as const },
    }
    const edited = done(
      await putExamples(world.deps, await world.edited(), { officer: world.author, examples: [example] }),
    )
    done(await startChange(world.deps, await world.approved(await world.submitted(edited)), world.author))
    const next = await world.edited({ section: 'health' })
    const shipped = { ...example, name: 'shipped' }
    const deps = { ...world.deps, changing: { ...world.deps.changing, shipped: async () => [shipped] } }
    const names = (await examplesOf(deps, world.store.read, next)).map(({ name }) => name)
    assert.deepEqual(names, ['shipped', 'kept'])
    world.advance(1000)
    // An undone change, and one of another policy, leave none behind.
    const unknown = await examplesOf(deps, world.store.read, { base: 'none', examples: [shipped] })
    assert.deepEqual(unknown, [shipped])
    assert.deepEqual(await keptExamples(world.store.read, 'another-policy'), [])
    const undone = done(
      await putExamples(world.deps, next, { officer: world.author, examples: [{ ...example, name: 'undone' }] }),
    )
    const started = done(
      await startChange(world.deps, await world.approved(await world.submitted(undone)), world.author),
    )
    const policy = (await world.store.read.policies.inForce())?.id ?? ''
    const keptNames = async () => (await keptExamples(world.store.read, policy)).map(({ name }) => name)
    assert.deepEqual(await keptNames(), ['kept', 'undone'])
    // What it changes is held against what held before it, also once it is in force itself.
    const before = await examplesBefore(deps, world.store.read, started)
    assert.deepEqual(
      before.map(({ name }) => name),
      ['shipped', 'kept'],
    )
    done(await undoChange(world.deps, started, world.author))
    assert.deepEqual(await keptNames(), ['kept'])
    const begun = await beginEffect(deps, next.id, { officer: world.author, scope: 'invented' })
    assert.ok(begun.kind === 'begun')
    await workOnEffects(deps)
    assert.equal((await world.store.read.changes.effect(begun.effect.id))?.state, 'done')
  })

  it('withhold from an organisation too, not what the law keeps open, and not over a version that was replaced meanwhile', async () => {
    const mandates = [{ organisation: 'somebody', type: 'PS' }]
    const registry = { mandates, participants: [], edges: [] } as unknown as Registry
    const deps = { ...world.deps, registry: () => registry }
    const given = { officer: world.author, from: { organisation: 'somebody' }, reason: 'A telephone was stolen today.' }
    const prepared = await prepareWithholding(deps, 'one', given)
    assert.ok(prepared.kind === 'prepared')
    assert.match(prepared.text, /recipient\.organisation/)
    const set = (await draftSet(world.store.read, await world.draft())) ?? assert.fail('none')
    const free = set.vocabulary.recipientTypes.find(
      (type) => !set.statutes.some((statute) => statute.kind === 'mandatory' && statute.recipientType === type),
    )
    const bound = set.statutes.find(({ kind }) => kind === 'mandatory')
    assert.ok(bound?.kind === 'mandatory')
    const of = async (recipientType: string) =>
      prepareWithholding(world.deps, 'two', { ...given, from: { recipientType } })
    const [open, closed] = [await of(bound.recipientType), await of(free ?? 'PS')]
    assert.ok(open.kind === 'prepared' && open.kept.includes(bound.section))
    assert.ok(closed.kind === 'prepared')
    world.judge(async () => {
      world.judge(async () => ({ asked: 1, levels: {}, errors: 0, disagreements: [] }))
      done(await startChange(world.deps, await world.approved(), world.author))
      return { asked: 1, levels: {}, errors: 0, disagreements: [] }
    })
    const proof = world.author.sign(changeHash(prepared.change))
    assert.equal(codeOf(await withholdEverything(deps, 'one', { ...given, proof })), 'overtaken')
    assert.equal(codeOf(await openDraft(world.deps, { officer: world.author, title: 'after' })), 'done')
  })
})
