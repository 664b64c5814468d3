/** A policy as officers read it: who signed it, what could not be put in force and who was told; and the cells of a change. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { buildPolicy } from '#gateway/rooms/activate-policy.ts'
import { cellDesk, saveEdit } from '#gateway/rooms/edit-cell.ts'
import { draftsFor, draftToWrite } from '#gateway/rooms/own-draft.ts'
import { readMatrix, readPolicy } from '#gateway/rooms/read-policy.ts'
import type { ReadDeps } from '#gateway/rooms/read-policy.ts'
import { startChange } from '#gateway/rooms/change-start.ts'
import { readSignatures } from '#gateway/rooms/change-signatures.ts'
import type { PolicyInForce } from '#gateway/rooms/deps.ts'
import { widthOfChange } from '#gateway/rooms/width-of-change.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import { cellEdit, done, FRANCE_TEXT, openChangeWorld } from '#test/support/policy-changes.ts'
import type { ChangeWorld } from '#test/support/policy-changes.ts'

const built = async (text: string): Promise<PolicyInForce> => {
  const made = await buildPolicy(text, 'test', Date.now())
  assert.ok(made.kind === 'built')
  return made.policy
}

describe('the policy as officers read it', () => {
  let world: ChangeWorld
  let first: PolicyInForce
  let deps: ReadDeps & Pick<ChangeWorld['deps'], 'changing' | 'registry' | 'newId' | 'log'>
  beforeEach(async () => {
    world = await openChangeWorld()
    first = await built(FRANCE_TEXT)
    deps = { ...world.deps, policy: () => first }
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it('is nothing where none is in force, and where a change is not there', async () => {
    const none = { ...deps, policy: () => undefined }
    assert.equal(await readPolicy(none), undefined)
    assert.equal(await readMatrix(none), undefined)
    assert.equal(await readPolicy(deps, 'no-such-change'), undefined)
    assert.equal(await widthOfChange(none, 'no-such-change'), undefined)
    assert.equal(await cellDesk(none, { officer: world.author, recipientType: 'PS', section: 'family' }), undefined)
    const saved = await saveEdit(
      { ...none },
      { officer: world.author, edit: cellEdit(first.set, world.now()), title: 'x' },
    )
    assert.deepEqual(saved, { kind: 'refused', code: 'version-unknown' })
  })

  it('says since when it is in force and who signed it', async () => {
    assert.deepEqual((await readPolicy(deps))?.signedBy, [])
    const change = done(await startChange(world.deps, await world.approved(), world.approver))
    const stored = await world.store.read.policies.byDigest(change.result)
    const second = await built(stored?.text ?? '')
    const read = await readPolicy({ ...deps, policy: () => second })
    assert.deepEqual(read?.signedBy.toSorted(), ['Approver', 'Author'])
    assert.equal(read?.since, stored?.activatedAt)
    assert.equal(read?.failed, undefined)
  })

  it('names nobody whose signature the audit does not know, or who signed another state of the change', async () => {
    const change = done(await startChange(world.deps, await world.approved(), world.approver))
    const stored = await world.store.read.policies.byDigest(change.result)
    const second = await built(stored?.text ?? '')
    const [kept] = await world.store.read.changes.signatures(change.id)
    assert.ok(kept !== undefined)
    await world.store.transaction((tx) => tx.changes.sign({ ...kept, account: 'mallory', name: 'Mallory' }))
    const read = await readPolicy({ ...deps, policy: () => second })
    assert.deepEqual(read?.signedBy.toSorted(), ['Approver', 'Author'])
    const standings = (of: typeof change) =>
      readSignatures(world.deps, of).then((all) => all.map(({ name, standing }) => `${name} ${standing}`).toSorted())
    assert.deepEqual(await standings(change), ['Approver counts', 'Author counts', 'Mallory unknown'])
    const other = { ...change, submissions: 9 }
    assert.deepEqual(await standings(other), ['Approver earlier', 'Author earlier', 'Mallory unknown'])
  })

  it('is an earlier version where its digest is asked for, without what drafts say of it', async () => {
    const before = await world.digestInForce()
    done(await startChange(world.deps, await world.approved(), world.approver))
    const second = await built((await world.store.read.policies.inForce())?.text ?? '')
    const now = { ...deps, policy: () => second }
    await world.edited({ section: 'health' })
    const earlier = await readMatrix(now, before)
    assert.deepEqual([earlier?.policy.isEarlier, earlier?.policy.digest], [true, before])
    assert.equal(
      earlier?.rows.flat().some(({ isInDraft }) => isInDraft),
      false,
    )
    const matrix = await readMatrix(now, second.digest)
    assert.deepEqual([matrix?.policy.isEarlier, matrix?.earlier.map(({ digest }) => digest)], [undefined, [before]])
    assert.equal(await readPolicy(now, 'f'.repeat(64)), undefined)
  })

  it('is the one before where the version in force cannot be read, and says that the operators were told', async () => {
    await world.store.transaction((tx) =>
      tx.people.putAccount({
        id: 'op',
        name: 'Operator',
        role: 'operator',
        organisation: 'x' as OrganisationId,
        from: 0,
      }),
    )
    const read = await readPolicy({ ...deps, policyIn: async () => undefined })
    assert.equal(read?.digest, first.digest)
    assert.deepEqual(read?.failed?.told, ['Operator'])
    assert.equal(read?.failed?.version, first.set.version)
    const bare = { ...world.store.read, policies: { ...world.store.read.policies, inForce: async () => undefined } }
    const unknown = { ...deps, policyIn: async () => undefined, store: { ...world.store, read: bare } }
    assert.equal((await readPolicy(unknown))?.failed, undefined)
  })

  it('is the version in force, held back, where two officers have still to adopt it; and one that cannot be read is not shown', async () => {
    const held = { ...deps, policy: () => undefined, policyIn: async () => undefined, mayDecide: async () => false }
    const read = await readPolicy(held)
    assert.deepEqual([read?.digest, read?.isHeldBack, read?.failed], [first.digest, true, undefined])
    assert.deepEqual((await readMatrix(held))?.awaited, {})
    assert.equal(await readPolicy({ ...held, mayDecide: async () => true }), undefined)
    const bare = {
      ...world.store.read,
      policies: { ...world.store.read.policies, digestInForce: async () => undefined },
    }
    assert.equal(await readPolicy({ ...held, store: { ...world.store, read: bare } }), undefined)
    const version = { digest: 'a'.repeat(64), id: 'x', version: '9', text: '{}', activatedAt: 1 }
    await world.store.transaction((tx) => tx.policies.activate(version))
    const unread = await readPolicy({ ...held, policy: () => first })
    assert.deepEqual([unread?.digest, unread?.isHeldBack, unread?.failed?.version], [first.digest, undefined, '9'])
  })

  it('says which change could not start, when, and who was told', async () => {
    const change = await world.approved()
    const fault = { at: world.now(), code: 'set-faulty', told: [world.author.id, 'nobody'] }
    await world.store.transaction((tx) => tx.changes.put({ ...change, revision: change.revision + 1, fault }))
    const read = await readPolicy(deps)
    assert.deepEqual(read?.failed, { version: change.version, at: fault.at, told: ['Author'] })
  })

  it('shows which cells a change speaks of, in force and in the change itself', async () => {
    const change = await world.edited()
    const marked = async (id?: string): Promise<number> =>
      (await readMatrix(deps, id))?.rows.flat().filter(({ isInDraft }) => isInDraft).length ?? 0
    assert.equal(await marked(), 1)
    assert.equal(await marked(change.id), 1)
    assert.equal((await readMatrix(deps))?.drafts.length, 1)
  })

  it('is written in the own draft first, in that of another where it is named, and never in an emergency', async () => {
    const own = await world.draft()
    const theirs = done(await draftToWrite(world.deps, { officer: world.approver, id: undefined, title: 'Theirs' }))
    assert.notEqual(theirs.id, own.id)
    assert.deepEqual(
      (await draftsFor(world.deps, world.author)).map(({ id }) => id),
      [own.id, theirs.id],
    )
    const named = done(await draftToWrite(world.deps, { officer: world.author, id: theirs.id, title: 'x' }))
    assert.equal(named.id, theirs.id)
    const again = done(await draftToWrite(world.deps, { officer: world.author, id: undefined, title: 'x' }))
    assert.equal(again.id, own.id)
  })

  it('is not written over where the draft moved on, nor where the title of a new one is missing', async () => {
    const change = await world.edited()
    const edit = cellEdit(first.set, world.now(), { section: 'network', level: 'existence', rungs: {} })
    const stale = await saveEdit(deps, {
      officer: world.approver,
      edit,
      read: { id: change.id, revision: change.revision - 1 },
      title: 'x',
    })
    assert.equal(stale.kind, 'stale')
    const untitled = await saveEdit(deps, { officer: world.approver, edit, title: ' ' })
    assert.deepEqual(untitled, { kind: 'refused', code: 'title-missing' })
    const gone = await saveEdit(deps, {
      officer: world.approver,
      edit,
      read: { id: 'gone', revision: 1 },
      title: 'New',
    })
    assert.deepEqual(gone, { kind: 'refused', code: 'not-found' })
  })
})
