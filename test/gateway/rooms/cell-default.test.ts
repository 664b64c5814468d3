/** Cells beside what they were before officers touched them, and where a version came from. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { changeHash } from '#gateway/core/policy-change.ts'
import { activatePolicy, buildPolicy } from '#gateway/rooms/activate-policy.ts'
import { beginAdoption } from '#gateway/rooms/adopt-version.ts'
import { besideDefault } from '#gateway/rooms/cell-default.ts'
import { prepareWithholding, withholdEverything } from '#gateway/rooms/change-emergency.ts'
import { startChange } from '#gateway/rooms/change-start.ts'
import { readMatrix } from '#gateway/rooms/read-policy.ts'
import type { Matrix, ReadDeps } from '#gateway/rooms/read-policy.ts'
import { AGREED, done, FRANCE_TEXT, openChangeWorld } from '#test/support/policy-changes.ts'
import type { ChangeWorld } from '#test/support/policy-changes.ts'

const OWN_TEXT = FRANCE_TEXT.replace('"id": "france-prison-exit"', '"id": "our-own"')

/** Of another policy, and one whose text is not there. */
const GONE = ['another', 'our-own'].map((id) => ({ id, digest: 'f'.repeat(64), version: '1', activatedAt: 1 }))

describe('a cell beside its default', () => {
  let world: ChangeWorld
  let deps: ReadDeps & ChangeWorld['deps']
  beforeEach(async () => {
    world = await openChangeWorld()
    const policyIn: ReadDeps['policyIn'] = async (read) => {
      const built = await buildPolicy((await read.policies.inForce())?.text ?? '', 'test', world.now())
      assert.ok(built.kind === 'built')
      return built.policy
    }
    deps = { ...world.deps, policy: () => undefined, policyIn }
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const matrix = async (): Promise<Matrix> => (await readMatrix(deps)) ?? assert.fail('no matrix')
  const changedIn = ({ rows }: Matrix): readonly string[] =>
    rows.flat().flatMap(({ isChanged, recipientType, section }) => (isChanged ? [`${recipientType}/${section}`] : []))
  const file = async (text: string): Promise<void> => {
    const { kind } = await activatePolicy({ ...world.deps, judgeApart: AGREED }, text, 'a file', 'operator')
    assert.equal(kind, 'in-force')
  }
  const narrow = async (): Promise<void> => {
    done(await startChange(world.deps, await world.approved(), world.author))
  }

  it('follows what is shipped in a fresh install, and the one that officers narrowed does not', async () => {
    const fresh = await matrix()
    assert.deepEqual([fresh.defaults, fresh.origin, changedIn(fresh)], ['shipped', { kind: 'shipped' }, []])
    await narrow()
    const narrowed = await matrix()
    assert.deepEqual([narrowed.defaults, changedIn(narrowed)], ['shipped', ['PS/family']])
    assert.equal(narrowed.origin?.kind, 'approved')
  })

  it('is changed by an emergency as well, which leaves no rule of its own in the cell', async () => {
    const from = { recipientType: 'PS' }
    const given = { officer: world.author, from, reason: 'A telephone with access was stolen today.' }
    const id = randomUUID()
    const prepared = await prepareWithholding(world.deps, id, given)
    assert.ok(prepared.kind === 'prepared')
    done(await withholdEverything(world.deps, id, { ...given, proof: world.author.sign(changeHash(prepared.change)) }))
    const withheld = await matrix()
    const changed = changedIn(withheld)
    assert.ok(changed.includes('PS/family') && changed.every((cell) => cell.startsWith('PS/')))
    assert.ok(withheld.rows.flat().every(({ state }) => state !== 'changed'))
  })

  it('is changed where a file under the name of a pack says otherwise, and withheld where it took the rule out', async () => {
    const pack = JSON.parse(FRANCE_TEXT) as { readonly rules: readonly { readonly id: string }[] }
    const rules = pack.rules.filter(({ id }) => !id.startsWith('ps.'))
    assert.ok(rules.length < pack.rules.length)
    await file(JSON.stringify({ ...pack, rules, version: '7.7' }))
    const read = await matrix()
    assert.deepEqual([read.defaults, read.origin], ['shipped', { kind: 'file' }])
    const [withheld] = read.rows.flat().filter(({ isChanged, state }) => isChanged && state === 'no-rule')
    assert.equal(withheld?.recipientType, 'PS')
  })

  it('follows the last file where no pack of that name is shipped, whatever officers put in force since', async () => {
    await file(OWN_TEXT)
    const fresh = await matrix()
    assert.deepEqual([fresh.defaults, fresh.origin, changedIn(fresh)], ['file', { kind: 'file' }, []])
    const { digest } = fresh.policy
    const adoption = await beginAdoption(world.deps, { officer: world.author, digest, title: 'Adopt it' })
    await world.approved(await world.submitted(done(adoption)))
    const adopted = await matrix()
    assert.deepEqual([adopted.defaults, adopted.origin?.kind, changedIn(adopted)], ['file', 'approved', []])
    await narrow()
    const narrowed = await matrix()
    assert.deepEqual([narrowed.defaults, changedIn(narrowed)], ['file', ['PS/family']])
  })

  it('is known by its own rules alone where nothing is stored that it could follow', async () => {
    await file(OWN_TEXT)
    await narrow()
    const { policy, rows } = await matrix()
    const { read } = world.store
    const bare = { ...read, policies: { ...read.policies, versions: async () => GONE } }
    const beside = await besideDefault({ ...world.deps, store: { ...world.store, read: bare } }, policy)
    assert.equal(beside.from, undefined)
    const changed = rows.flat().filter((cell) => beside.standing(cell).isChanged)
    assert.deepEqual(
      changed.map(({ section }) => section),
      ['family'],
    )
  })
})
