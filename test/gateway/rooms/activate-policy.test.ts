/** A policy comes into force whole, or the one before stays. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, describe, it } from 'mocha'
import type { Agreement } from '#policies/engine/agreement.ts'
import type { Store } from '#gateway/ports/store.ts'
import { activatePolicy } from '#gateway/rooms/activate-policy.ts'
import type { ActivateDeps } from '#gateway/rooms/activate-policy.ts'
import { openSqliteStore } from '#adapters/store/open.ts'

const TEXT = readFileSync(resolve(import.meta.dirname, '../../../policies/packs/france-prison-exit.json'), 'utf8')
const NEWER = TEXT.replace(/"version": ?"[^"]+"/, '"version": "9.9.9"')
const AGREED: Agreement = { asked: 7, levels: {}, errors: 0, disagreements: [] }
const DIFFERENCE = { index: 0, planLevel: 'full', casbinLevel: 'nothing', planRules: [], casbinRule: undefined }

describe('activatePolicy', () => {
  let store: Store
  const judged: string[] = []
  before(async () => {
    store = await openSqliteStore(':memory:')
  })
  after(() => store[Symbol.asyncDispose]())

  const deps = (answer: Agreement = AGREED): ActivateDeps => ({
    store,
    clock: () => Date.parse('2026-11-21T09:00:00Z'),
    judgeApart: async (text) => {
      judged.push(text)
      return answer
    },
  })

  it('refuses a faulty text with its faults, asks nobody, and stores nothing', async () => {
    const activated = await activatePolicy(deps(), '{"format": "no policy"}', 'test', 'officer')
    assert.ok(activated.kind === 'faulty' && activated.faults.length > 0)
    assert.deepEqual([await store.read.policies.inForce(), judged.length], [undefined, 0])
  })

  it('H062 refuses at the start a set that does not classify a term which the door takes, and stores nothing', async () => {
    const older = JSON.parse(TEXT) as { readonly vocabulary: { readonly terms: readonly string[] } }
    // A new version of the catalogue: no rule names the term yet.
    const newest = older.vocabulary.terms.find((term) => TEXT.split(`"${term}"`).length === 2)
    assert.ok(newest !== undefined)
    const classified = older.vocabulary.terms.filter((term) => term !== newest)
    const text = JSON.stringify({ ...older, vocabulary: { ...older.vocabulary, terms: classified } })
    const activated = await activatePolicy(deps(), text, 'test', 'officer')
    assert.ok(activated.kind === 'faulty')
    assert.ok(
      activated.faults.some(
        ({ code, detail }) => code === 'name-unknown' && detail.includes(`the door takes the term ${newest}`),
      ),
    )
    assert.equal(await store.read.policies.inForce(), undefined)
  })

  it('refuses one on which plan and casbin differ, and stores nothing', async () => {
    const activated = await activatePolicy(deps({ ...AGREED, disagreements: [DIFFERENCE] }), TEXT, 'test', 'officer')
    assert.equal(activated.kind, 'disagreement')
    assert.equal(await store.read.policies.inForce(), undefined)
  })

  it('puts one in force that was judged, with an audit row that names who did it', async () => {
    const activated = await activatePolicy(deps(), TEXT, 'test', 'officer')
    assert.ok(activated.kind === 'in-force')
    assert.deepEqual([activated.asked, (await store.read.policies.inForce())?.digest], [7, activated.policy.digest])
    const [row] = await store.read.audit.rows(1, 1)
    assert.deepEqual(
      [row?.event.act, row?.event.actor, row?.event.policy],
      ['policy-activated', 'officer', activated.policy.digest],
    )
  })

  it('judges the version in force no second time, and a newer one again', async () => {
    judged.length = 0
    const same = await activatePolicy(deps(), TEXT, 'test', 'officer')
    assert.ok(same.kind === 'in-force' && same.asked === 0)
    assert.equal(judged.length, 0)
    const newer = await activatePolicy(deps(), NEWER, 'test', 'officer')
    assert.ok(newer.kind === 'in-force' && newer.asked === 7)
    assert.equal((await store.read.policies.inForce())?.version, '9.9.9')
  })

  it('leaves the version before in force where the judging process fails', async () => {
    const failing = { ...deps(), judgeApart: () => Promise.reject(new Error('no answer')) }
    await assert.rejects(activatePolicy(failing, NEWER.replace('9.9.9', '9.9.10'), 'test', 'officer'))
    assert.equal((await store.read.policies.inForce())?.version, '9.9.9')
  })
})
