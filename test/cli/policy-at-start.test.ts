/** Which policy a gateway starts with, where another is put in force beside it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { parseCases } from '#policies/engine/case-text.ts'
import type { Example } from '#policies/engine/case-text.ts'
import { verifyEvidence } from '#adapters/sign-in/passkeys.ts'
import { openSqliteStore } from '#adapters/store/open.ts'
import { PROJECT_ROOT } from '#cli/project-root.ts'
import { openPolicy } from '#cli/wire-policy.ts'
import type { Store } from '#gateway/ports/store.ts'
import { activatePolicy } from '#gateway/rooms/activate-policy.ts'
import { examplesOf } from '#gateway/rooms/change-draft.ts'
import { putExamples } from '#gateway/rooms/change-policy.ts'
import { startChange } from '#gateway/rooms/change-start.ts'
import { done, FRANCE_TEXT, openChangeWorld } from '#test/support/policy-changes.ts'
import type { ChangeWorld } from '#test/support/policy-changes.ts'

const FILE = join(PROJECT_ROOT, 'policies/packs/france-prison-exit.json')
const CASES = join(PROJECT_ROOT, 'policies/cases/france-prison-exit.json')
const parsed = parseCases(readFileSync(CASES, 'utf8'), CASES)
assert.ok(parsed.ok)
/** Those that ship something in full. */
const EXAMPLES = parsed.examples.filter(({ expected }) => expected.level === 'full')
const AMONG_OTHERS = { isOneOfMany: true, hasCompany: async () => true }

describe('the policy of a gateway that starts', () => {
  it('is the newer one that another put in force after this one had looked, and the older file does not bring its own back', async () => {
    await using store = await openSqliteStore(':memory:')
    const alarms: string[] = []
    const log = { info: () => {}, warn: () => {}, alarm: (event: string) => void alarms.push(event) }
    const wiring = { store, clock: Date.now, log, changing: { verifyEvidence } }
    const config = { policy: FILE, judgeQuestions: 1, policyApproval: 'off' as const }
    await openPolicy(config, wiring, AMONG_OTHERS)
    const newer = (await readFile(FILE, 'utf8')).replace(/"version": ?"[^"]+"/, '"version": "9.9.9"')
    const activateNewer = async (): Promise<void> => {
      const judgeApart = async () => ({ asked: 0, levels: {}, errors: 0, disagreements: [] })
      await activatePolicy({ ...wiring, judgeApart }, newer, 'newer', 'operator')
    }
    const { first } = await openPolicy(config, { ...wiring, store: afterNextLook(store, activateNewer) }, AMONG_OTHERS)
    assert.deepEqual([first.set.version, (await store.read.policies.inForce())?.version], ['9.9.9', '9.9.9'])
    assert.equal(alarms.length, 1)
  })

  describe('after officers have kept an example of what they narrowed', () => {
    let world: ChangeWorld
    let folder: string
    const [shipped] = EXAMPLES
    assert.ok(shipped !== undefined)
    const kept: Example = { ...shipped, name: 'what officers kept', expected: { level: 'existence' } }
    beforeEach(async () => {
      world = await openChangeWorld()
      folder = await mkdtemp(join(tmpdir(), 'passerelle-'))
      const [recipientType, section] = [
        String(shipped.question.facts['recipient.type']),
        String(shipped.item.facts['section']),
      ]
      const draft = await world.edited({ recipientType, section, level: 'existence' })
      const change = done(await putExamples(world.deps, draft, { officer: world.author, examples: [kept] }))
      done(await startChange(world.deps, await world.approved(await world.submitted(change)), world.author))
    })
    afterEach(async () => {
      await world[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    })
    const startWith = async (text: string): Promise<string> => {
      const file = join(folder, 'policy.json')
      await writeFile(file, text)
      const { changing: own, ...deps } = world.deps
      const { first } = await openPolicy(
        { policy: file, judgeQuestions: 1, policyApproval: 'off' },
        { ...deps, changing: own },
        { isOneOfMany: false, hasCompany: async () => false },
      )
      return first.set.version
    }
    const narrowed = async (): Promise<string> => (await world.store.read.policies.inForce())?.text ?? ''

    it('is none that breaks it: the start stops, the example is named, and what officers approved stays stored', async () => {
      const before = await narrowed()
      const { read } = world.store
      await assert.rejects(
        startWith(versioned(FRANCE_TEXT)),
        /1 examples that officers kept would come out otherwise \(what officers kept\)/,
      )
      // The store was closed with the start.
      await assert.rejects(async () => read.policies.inForce())
      assert.match(before, /"existence"/)
    })

    it('is a newer file that keeps it, and the next draft still has to', async () => {
      assert.equal(await startWith(versioned(await narrowed())), '9.9.9')
      const next = await world.edited({ section: 'health' })
      const names = (await examplesOf(world.deps, world.store.read, next)).map(({ name }) => name)
      assert.deepEqual(names, ['what officers kept'])
    })
  })
})

const versioned = (text: string): string => text.replace(/"version": ?"[^"]+"/, '"version": "9.9.9"')

/** The store, where that happens as soon as the version in force was read whole for the first time. */
function afterNextLook(store: Store, happens: () => Promise<void>): Store {
  let isToCome = true
  const inForce: Store['read']['policies']['inForce'] = async () => {
    const found = await store.read.policies.inForce()
    if (isToCome) {
      isToCome = false
      await happens()
    }
    return found
  }
  return { ...store, read: { ...store.read, policies: { ...store.read.policies, inForce } } }
}
