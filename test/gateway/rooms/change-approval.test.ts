/** Four eyes: what is signed is exactly what comes into force, by two officers, in time, once. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { APPROVAL_LIFE_MS, changeHash, UNDO_MS } from '#gateway/core/policy-change.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import { approveChange, hashToSubmit, sendBack, submitChange } from '#gateway/rooms/change-approval.ts'
import { draftSet, openDraft, putEdit, putExamples, setStart, setTitle } from '#gateway/rooms/change-policy.ts'
import { tendChanges } from '#gateway/rooms/change-rounds.ts'
import { startChange, undoChange } from '#gateway/rooms/change-start.ts'
import { isVouchedFor, verifyVersion } from '#gateway/rooms/verify-version.ts'
import { activatePolicy } from '#gateway/rooms/activate-policy.ts'
import { beginEffect } from '#gateway/rooms/replay-policy.ts'
import { AGREED, aSigner, codeOf, done, FRANCE_TEXT, openChangeWorld } from '#test/support/policy-changes.ts'
import type { ChangeWorld } from '#test/support/policy-changes.ts'

const DAY_MS = 86_400_000

describe('the approval of a change of policy', () => {
  let world: ChangeWorld
  beforeEach(async () => {
    world = await openChangeWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const now = async ({ id }: PolicyChange): Promise<PolicyChange> =>
    (await world.store.read.changes.get(id)) ?? assert.fail('gone')
  const approve = (change: PolicyChange, by = world.approver, hash = changeHash(change)) =>
    approveChange(world.deps, change, { officer: by, proof: by.sign(hash) })

  it('puts in force what an author and another officer signed, in one transaction with its audit rows', async () => {
    const approved = await world.approved()
    assert.equal(approved.state, 'approved')
    const started = done(await startChange(world.deps, approved, world.author))
    assert.equal(await world.digestInForce(), approved.result)
    assert.equal(started.state, 'in-force')
    const acts = await world.acts()
    assert.deepEqual(acts.slice(-4), ['change-submitted', 'change-approved', 'change-started', 'policy-activated'])
    const verified = await verifyVersion(world.deps, approved.result)
    assert.ok(verified.kind === 'approved')
    assert.deepEqual(verified.by, ['Author', 'Approver'])
    assert.equal(isVouchedFor(verified), true)
  })

  it('H115 refuses its own author, and whoever wrote any of it', async () => {
    const submitted = await world.submitted()
    assert.equal(codeOf(await approve(submitted, world.author)), 'own-change')
    assert.equal((await now(submitted)).state, 'submitted')
  })

  it('H115 refuses a signature over another text, by another passkey, or of another page', async () => {
    const submitted = await world.submitted()
    assert.equal(codeOf(await approve(submitted, world.approver, 'a'.repeat(64))), 'proof-refused')
    const other = await aSigner(world.store, 'Third')
    const proof = other.sign(changeHash(submitted))
    assert.equal(
      codeOf(await approveChange(world.deps, submitted, { officer: world.approver, proof })),
      'proof-refused',
    )
    const elsewhere = { ...world.approver.sign(changeHash(submitted)), origin: 'http://localhost:2' }
    assert.equal(
      codeOf(await approveChange(world.deps, submitted, { officer: world.approver, proof: elsewhere })),
      'proof-refused',
    )
    assert.equal((await now(submitted)).state, 'submitted')
  })

  it('H115 refuses what was signed for an earlier submission of the same text, and the same proof twice', async () => {
    const submitted = await world.submitted()
    const proof = world.approver.sign(changeHash(submitted))
    const back = done(await sendBack(world.deps, submitted, { officer: world.approver, text: 'Say more.' }))
    const again = await world.submitted(back)
    assert.equal(again.result, submitted.result)
    assert.equal(codeOf(await approveChange(world.deps, again, { officer: world.approver, proof })), 'proof-refused')
    const approved = await world.approved(again)
    assert.equal(codeOf(await approveChange(world.deps, approved, { officer: world.approver, proof })), 'out-of-turn')
  })

  it('H115 lapses after fourteen days, before it and after', async () => {
    const submitted = await world.submitted()
    world.advance(APPROVAL_LIFE_MS)
    assert.equal(codeOf(await approve(submitted)), 'lapsed')
    await tendChanges(world.deps)
    assert.equal((await now(submitted)).state, 'lapsed')
    const approved = await world.approved()
    world.advance(APPROVAL_LIFE_MS)
    assert.equal(codeOf(await startChange(world.deps, approved, world.author)), 'lapsed')
    await tendChanges(world.deps)
    assert.equal((await now(approved)).state, 'lapsed')
    assert.notEqual(await world.digestInForce(), approved.result)
  })

  it('H115 counts no more once another version is in force', async () => {
    const [submitted, approved] = [
      await world.submitted(await world.edited({ section: 'health' })),
      await world.approved(),
    ]
    const other = await world.approved(
      await world.submitted(await world.edited({ section: 'finance', level: 'nothing' })),
    )
    done(await startChange(world.deps, other, world.author))
    assert.equal(codeOf(await approve(submitted)), 'overtaken')
    assert.equal(codeOf(await startChange(world.deps, approved, world.author)), 'overtaken')
    await tendChanges(world.deps)
    assert.equal((await now(approved)).state, 'overtaken')
  })

  it('H117 one who alone changes the version, the text, a signature or its proof in the database verifies nothing', async () => {
    const alone = await activatePolicy(
      { ...world.deps, judgeApart: AGREED },
      FRANCE_TEXT.replace(/"version": ?"[^"]+"/, '"version": "7.7"'),
      'a file',
      'operator',
    )
    assert.ok(alone.kind === 'in-force')
    assert.deepEqual(await verifyVersion(world.deps, alone.policy.digest), { kind: 'unapproved' })
    assert.deepEqual(await verifyVersion(world.deps, 'f'.repeat(64)), { kind: 'altered' })
    const submitted = await world.submitted()
    // As somebody would who writes to the tables: approved, in force, and signed by an officer of their own making.
    const forger = await aSigner(world.store, 'Forger')
    const forged: PolicyChange = {
      ...submitted,
      state: 'in-force',
      startedAt: world.now(),
      revision: submitted.revision + 1,
    }
    await world.store.transaction(async (tx) => {
      await tx.changes.put(forged)
      const proof = { ...forger.sign(changeHash(forged)), publicKey: forger.passkey.credential('x').publicKey }
      const hash = changeHash(forged)
      const signature = { changeId: forged.id, account: forger.id, name: 'Forger', as: 'approve' as const, hash }
      await tx.changes.sign({ ...signature, at: world.now(), proof: JSON.stringify(proof), auditSeq: 3 })
      const text = 'not the text of that digest'
      await tx.policies.activate({ digest: forged.result, id: 'x', version: '8', text, activatedAt: world.now() })
    })
    assert.equal((await verifyVersion(world.deps, forged.result)).kind, 'altered')
  })

  it('H117 a change that only the tables say was approved is not started, and the officers are told', async () => {
    const submitted = await world.submitted()
    const forged: PolicyChange = {
      ...submitted,
      state: 'approved',
      approvedAt: world.now(),
      revision: submitted.revision + 1,
    }
    await world.store.transaction((tx) => tx.changes.put(forged))
    assert.equal(codeOf(await startChange(world.deps, forged, world.author)), 'unsigned')
    const told = await now(forged)
    assert.equal(told.state, 'sent-back')
    assert.deepEqual([told.fault?.code, told.fault?.told.length], ['unsigned', 2])
    assert.equal(world.log.filter(({ level }) => level === 'alarm').length, 1)
    assert.notEqual(await world.digestInForce(), forged.result)
  })

  it('is not asked for while an example fails, the set breaks the law, the engines differ, or nothing is changed', async () => {
    const submit = async (change: PolicyChange) =>
      submitChange(world.deps, change, {
        officer: world.author,
        proof: world.author.sign(await hashToSubmit(world.deps, change)),
      })
    assert.equal(codeOf(await submit(await world.draft())), 'nothing-changed')
    const edited = await world.edited()
    const stranger = { officer: world.approver, proof: world.approver.sign(await hashToSubmit(world.deps, edited)) }
    assert.equal(codeOf(await submitChange(world.deps, edited, stranger)), 'not-author')
    const unsigned = { officer: world.author, proof: world.author.sign('b'.repeat(64)) }
    assert.equal(codeOf(await submitChange(world.deps, edited, unsigned)), 'proof-refused')
    world.judge(() => Promise.reject(new Error('no answer')))
    assert.equal(codeOf(await submit(edited)), 'not-judged')
    world.judge(async () => ({
      asked: 1,
      levels: {},
      errors: 0,
      disagreements: [{ index: 0, planLevel: 'full', casbinLevel: 'nothing', planRules: [], casbinRule: undefined }],
    }))
    assert.equal(codeOf(await submit(edited)), 'engines-disagree')
    world.judge(AGREED)
    const begun = await beginEffect(world.deps, edited.id, { officer: world.author, scope: 'invented' })
    assert.ok(begun.kind === 'begun')
    const broken = { ...begun.effect, errors: [{ messageId: 'm', code: 'error:r' }] }
    await world.store.transaction((tx) => tx.changes.putEffect(broken))
    assert.equal(codeOf(await submit(edited)), 'effect-failing')
    const example = {
      name: 'full to nobody known',
      question: { facts: {}, milestones: {}, at: world.now() },
      item: ITEM,
      expected: { level: 'full' as const },
    }
    const failing = done(await putExamples(world.deps, edited, { officer: world.author, examples: [example] }))
    const refused = await submit(failing)
    assert.ok(refused.kind === 'refused' && refused.code === 'examples-failing')
    assert.equal(refused.failing?.length, 1)
  })

  it('does not let a set through that closes what the law keeps open, by a cell or otherwise', async () => {
    const change = await world.draft()
    const now = (await draftSet(world.store.read, change)) ?? assert.fail('none')
    const statute = now.statutes.find(({ kind }) => kind === 'mandatory')
    assert.ok(statute?.kind === 'mandatory')
    const { recipientType, section } = statute
    const closed = await world.edited({ recipientType, section, level: 'nothing' })
    const submit = async (given: PolicyChange) =>
      submitChange(world.deps, given, {
        officer: world.author,
        proof: world.author.sign(await hashToSubmit(world.deps, given)),
      })
    const blocked = await submit(closed)
    assert.ok(blocked.kind === 'refused' && blocked.code === 'edit-blocked')
    assert.ok(blocked.blocks?.some(({ code }) => code === 'mandatory-flow'))
    const [edit] = closed.edits
    assert.ok(edit !== undefined)
    const { cell: _cell, by: _by, at: _at, patch: _patch, ...said } = edit
    const set = (await draftSet(world.store.read, closed)) ?? assert.fail('none')
    const bare = done(await putEdit(world.deps, change, { officer: world.author, set, edit: said }))
    const refused = await submit(bare)
    assert.ok(refused.kind === 'refused' && refused.code === 'set-faulty')
    assert.ok((refused.faults?.length ?? 0) > 0)
  })

  it('is sent back with a word of why, also after it was given, and begins anew then', async () => {
    const approved = await world.approved()
    const { approver } = world
    assert.equal(codeOf(await sendBack(world.deps, approved, { officer: approver, text: ' ' })), 'comment-missing')
    const back = done(await sendBack(world.deps, approved, { officer: approver, text: 'Not yet' }))
    assert.deepEqual([back.state, back.comment?.text], ['sent-back', 'Not yet'])
    assert.equal(codeOf(await sendBack(world.deps, back, { officer: approver, text: 'x' })), 'out-of-turn')
    assert.equal(done(await setTitle(world.deps, back, { officer: world.author, title: 'More' })).state, 'draft')
  })

  it('begins at its date, once, whoever looks; not before, and not by hand', async () => {
    const edited = await world.edited()
    const start = { kind: 'at', at: world.now() + 2 * DAY_MS } as const
    const dated = done(await setStart(world.deps, edited, { officer: world.author, start }))
    const scheduled = await world.approved(await world.submitted(dated))
    assert.equal(scheduled.state, 'scheduled')
    assert.equal(codeOf(await startChange(world.deps, scheduled, world.author)), 'out-of-turn')
    await tendChanges(world.deps)
    assert.equal((await now(scheduled)).state, 'scheduled')
    world.advance(2 * DAY_MS)
    await Promise.all([tendChanges(world.deps), tendChanges(world.deps)])
    assert.equal((await now(scheduled)).state, 'in-force')
    assert.equal(await world.digestInForce(), scheduled.result)
    assert.equal((await world.acts()).filter((act) => act === 'change-started').length, 1)
  })

  it('cannot be given for a date that has passed since', async () => {
    const start = { kind: 'at', at: world.now() + DAY_MS } as const
    const dated = done(await setStart(world.deps, await world.edited(), { officer: world.author, start }))
    const submitted = await world.submitted(dated)
    world.advance(DAY_MS)
    assert.equal(codeOf(await approve(submitted)), 'start-wrong')
  })

  it('leaves the version before in force where the new one does not load, and says who was told', async () => {
    const approved = await world.approved()
    const before = await world.digestInForce()
    world.judge(() => Promise.reject(new Error('the child died')))
    assert.equal(codeOf(await startChange(world.deps, approved, world.author)), 'not-judged')
    assert.equal(await world.digestInForce(), before)
    const told = await now(approved)
    assert.deepEqual([told.state, told.fault?.code], ['sent-back', 'not-judged'])
    assert.deepEqual(told.fault?.told.toSorted(), [world.author.id, world.approver.id].toSorted())
    assert.ok(world.log.some(({ level, event }) => level === 'alarm' && event.includes('the version before stays')))
  })

  it('can be undone in one step for a quarter of an hour, and the version before counts as what officers stand for', async () => {
    const before = (await world.digestInForce()) ?? ''
    const started = done(await startChange(world.deps, await world.approved(), world.author))
    const undone = done(await undoChange(world.deps, started, world.approver))
    assert.equal(undone.state, 'withdrawn')
    assert.equal(await world.digestInForce(), before)
    assert.equal((await verifyVersion(world.deps, before)).kind, 'returned-to')
    const again = done(await startChange(world.deps, await world.approved(), world.author))
    world.advance(UNDO_MS)
    assert.equal(codeOf(await undoChange(world.deps, again, world.author)), 'undo-late')
    assert.equal(codeOf(await undoChange(world.deps, undone, world.author)), 'out-of-turn')
  })

  it('is undone by nobody once another version is in force', async () => {
    const started = done(await startChange(world.deps, await world.approved(), world.author))
    const text = FRANCE_TEXT.replace(/"version": ?"[^"]+"/, '"version": "7.7"')
    await activatePolicy({ ...world.deps, judgeApart: AGREED }, text, 'a file', 'operator')
    assert.equal(codeOf(await undoChange(world.deps, started, world.author)), 'overtaken')
  })

  it('survives the end of a gateway between approval and start: nothing has begun, and everything still counts', async () => {
    const approved = await world.approved()
    // What a kill in the middle of the start leaves: the transaction did not come about.
    const broken = {
      ...world.deps,
      store: { ...world.store, transaction: () => Promise.reject(new Error('killed')) },
    }
    assert.equal(codeOf(await startChange(broken, approved, world.author).catch(() => ({ kind: 'killed' }))), 'killed')
    assert.deepEqual(await now(approved), approved)
    done(await startChange(world.deps, approved, world.author))
    assert.equal(await world.digestInForce(), approved.result)
  })

  it('is neither given nor started where an example that has to pass does not, and names it', async () => {
    const submitted = await world.submitted()
    const example = {
      name: 'came with another gateway',
      question: { facts: {}, milestones: {}, at: world.now() },
      item: ITEM,
      expected: { level: 'full' as const },
    }
    const deps = { ...world.deps, changing: { ...world.deps.changing, shipped: async () => [example] } }
    const { approver } = world
    const proof = approver.sign(changeHash(submitted))
    const refused = await approveChange(deps, submitted, { officer: approver, proof })
    assert.ok(refused.kind === 'refused' && refused.code === 'examples-failing')
    assert.deepEqual(
      refused.failing?.map(({ name }) => name),
      ['came with another gateway'],
    )
    const approved = await world.approved(submitted)
    assert.equal(codeOf(await startChange(deps, approved, world.author)), 'examples-failing')
    const told = await now(approved)
    assert.deepEqual([told.state, told.fault?.code], ['sent-back', 'examples-failing'])
    assert.notEqual(await world.digestInForce(), approved.result)
  })

  it('is of nothing where there is no policy', async () => {
    const empty = { ...world.deps, store: { ...world.store, read: { ...world.store.read } } }
    const read = { ...empty.store.read, policies: { ...empty.store.read.policies, inForce: async () => undefined } }
    const none = { ...empty, store: { ...empty.store, read } }
    assert.equal(codeOf(await openDraft(none, { officer: world.author, title: 'x' })), 'version-unknown')
  })
})

const ITEM = {
  id: 'i',
  facts: {},
  observedAt: 0,
  isPast: false,
  marking: { classification: 'non-protege' as const, handling: [], conditions: [], receivedInConfidence: false },
  value: { kind: 'plain', rungs: {}, summaryRung: 'g4' as const },
}
