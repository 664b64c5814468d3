/** Which policy a gateway starts with, where another is put in force beside it. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { verifyEvidence } from '#adapters/sign-in/passkeys.ts'
import { openSqliteStore } from '#adapters/store/open.ts'
import { PROJECT_ROOT } from '#cli/project-root.ts'
import { openPolicy } from '#cli/wire-policy.ts'
import type { Store } from '#gateway/ports/store.ts'
import { activatePolicy } from '#gateway/rooms/activate-policy.ts'

const FILE = join(PROJECT_ROOT, 'policies/packs/france-prison-exit.json')
const AMONG_OTHERS = { isOneOfMany: true, hasCompany: async () => true }

describe('the policy of a gateway that starts', () => {
  it('is the newer one that another put in force after this one had looked, and the older file does not bring its own back', async () => {
    await using store = await openSqliteStore(':memory:')
    const alarms: string[] = []
    const log = { info: () => {}, warn: () => {}, alarm: (event: string) => void alarms.push(event) }
    const wiring = { store, clock: Date.now, log, changing: { verifyEvidence } }
    const config = { policy: FILE, judgeQuestions: 1, needsApproval: false }
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
})

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
