/** Which policy decides at a gateway where two officers have to adopt it from the first start on. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'mocha'
import { openPolicy } from '#cli/wire-policy.ts'
import type { WiredPolicy } from '#cli/wire-policy.ts'
import { changeHash } from '#gateway/core/policy-change.ts'
import { activatePolicy } from '#gateway/rooms/activate-policy.ts'
import { beginAdoption } from '#gateway/rooms/adopt-version.ts'
import { approveChange } from '#gateway/rooms/change-approval.ts'
import { startChange, undoChange } from '#gateway/rooms/change-start.ts'
import { policyNow } from '#gateway/rooms/policy-now.ts'
import { AGREED, done, FRANCE_TEXT, openChangeWorld } from '#test/support/policy-changes.ts'
import type { ChangeWorld } from '#test/support/policy-changes.ts'

const ALONE = { isOneOfMany: false, hasCompany: async () => false }
const AMONG_OTHERS = { isOneOfMany: true, hasCompany: async () => true }
const versioned = (version: string): string => FRANCE_TEXT.replace(/"version": ?"[^"]+"/, `"version": "${version}"`)
const TEXTS = { first: FRANCE_TEXT, other: versioned('7.7'), third: versioned('8.8') }

describe('a policy that two officers have to adopt', () => {
  let folder: string
  let world: ChangeWorld
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passerelle-adopted-'))
    for (const [name, text] of Object.entries(TEXTS)) await writeFile(join(folder, `${name}.json`), text)
  })
  after(() => rm(folder, { recursive: true }))
  beforeEach(async () => {
    world = await openChangeWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const strict = (file: keyof typeof TEXTS = 'first', replica = ALONE): Promise<WiredPolicy> =>
    openPolicy(
      { policy: join(folder, `${file}.json`), judgeQuestions: 1, policyApproval: 'adopted' },
      {
        store: { ...world.store, [Symbol.asyncDispose]: async () => {} },
        clock: world.now,
        log: world.deps.log,
        changing: world.deps.changing,
      },
      replica,
    )
  const decides = async ({ deps }: WiredPolicy): Promise<string | undefined> =>
    (await policyNow(deps, world.store.read))?.digest
  const told = (): number => world.log.filter(({ event }) => event.includes('nothing is decided')).length
  const adopt = async (digest: string): Promise<void> => {
    const { author, approver, deps } = world
    const begun = done(await beginAdoption(deps, { officer: author, digest, title: 'Adopt it' }))
    const submitted = await world.submitted(begun)
    done(await approveChange(deps, submitted, { officer: approver, proof: approver.sign(changeHash(submitted)) }))
  }

  it('H117 decides nothing before, on any gateway, also after a restart; and then on each without one', async () => {
    const gateways = [await strict(), await strict('first', AMONG_OTHERS), await strict()]
    for (const gateway of gateways) {
      assert.deepEqual([await decides(gateway), await decides(gateway)], [undefined, undefined])
      assert.equal(gateway.deps.policy(), undefined)
    }
    assert.equal(told(), gateways.length)
    assert.ok(world.log.some(({ level, event }) => level === 'warn' && event.includes('before two officers adopt')))
    const digest = (await world.digestInForce()) ?? ''
    assert.equal(await gateways[0]?.deps.mayDecide?.(digest), false)
    await adopt(digest)
    for (const gateway of gateways) assert.equal(await decides(gateway), digest)
    const later = await strict()
    assert.equal(later.deps.policy()?.digest, digest)
  })

  it('H117 is no other than what they adopted: a file with another text stops the start', async () => {
    await strict()
    const other = await strict('other')
    assert.deepEqual([other.first.set.version, await decides(other)], ['7.7', undefined])
    await adopt(other.first.digest)
    assert.equal(await decides(other), other.first.digest)
    // A file that was in force before is passed over, one that never was stops the start.
    assert.equal((await strict('first')).first.digest, other.first.digest)
    await assert.rejects(strict('third'), /differs from what two officers approved/)
  })

  it('H117 decides nothing again once another text is put in force beside them, and may be started to adopt it', async () => {
    const running = await strict()
    await adopt((await world.digestInForce()) ?? '')
    assert.ok((await decides(running)) !== undefined)
    await activatePolicy({ ...world.deps, judgeApart: AGREED }, TEXTS.other, 'a file', 'operator')
    assert.equal(await decides(running), undefined)
    await assert.rejects(strict('first'), /two officers did not approve what is in force/)
    const again = await strict('other')
    assert.equal(await decides(again), undefined)
    await adopt(again.first.digest)
    assert.deepEqual([await decides(running), await decides(again)], [again.first.digest, again.first.digest])
  })

  it('is also one that they approved as a change of what nobody had adopted, and not what comes back when that is undone', async () => {
    const gateway = await strict()
    const started = done(await startChange(world.deps, await world.approved(), world.author))
    assert.equal(await decides(gateway), started.result)
    done(await undoChange(world.deps, started, world.approver))
    assert.equal(await decides(gateway), undefined)
  })
})
