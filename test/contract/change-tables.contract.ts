/** Changes of policy: drafts that two cannot write at once, signatures, effects and what was observed. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'mocha'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { Difference, Effect } from '#gateway/ports/changes.ts'
import type { Store } from '#gateway/ports/store.ts'
import { ASSOCIATION, MENTOR, newCaseId, newMessageId, NOW, PRISON } from './stored-things.ts'

export const aChange = (changes: Partial<PolicyChange> = {}): PolicyChange => ({
  id: randomUUID(),
  revision: 1,
  kind: 'edits',
  state: 'draft',
  title: 'Family as a summary',
  authors: ['a'],
  base: 'b'.repeat(64),
  result: randomUUID(),
  version: '1.1',
  edits: [],
  examples: [],
  start: { kind: 'now' },
  submissions: 0,
  createdAt: NOW,
  changedAt: NOW,
  ...changes,
})

export const anEffect = (changeId: string, changes: Partial<Effect> = {}): Effect => ({
  id: randomUUID(),
  changeId,
  scope: 'real',
  base: 'b',
  result: 'r',
  by: 'a',
  from: NOW - 1000,
  until: NOW,
  state: 'running',
  startedAt: NOW,
  position: 0,
  last: 9,
  counts: { replayed: 0, different: 0, more: 0, less: 0 },
  cells: [],
  leftOut: {},
  examples: [],
  errors: [],
  ...changes,
})

export const aDifference = (effectId: string, position: number, changes: Partial<Difference> = {}): Difference => ({
  effectId,
  position,
  direction: 'less',
  messageId: newMessageId(),
  caseId: newCaseId(),
  at: NOW,
  sender: PRISON,
  recipient: ASSOCIATION,
  mandate: MENTOR,
  recipientType: 'mentor',
  sections: [{ section: 'health', before: 'full', after: 'summary', direction: 'less' }],
  ...changes,
})

export function changeTablesContract(store: () => Store): void {
  it('writes a change for whoever read its last revision, and for nobody else', async () => {
    const first = aChange()
    await store().transaction((tx) => tx.changes.add(first))
    const [one, other] = ['one', 'other'].map((title) => ({ ...first, title, revision: 2 }))
    assert.ok(one !== undefined && other !== undefined)
    const put = (change: PolicyChange): Promise<boolean> => store().transaction((tx) => tx.changes.put(change))
    assert.deepEqual([await put(one), await put(other)], [true, false])
    assert.deepEqual(await store().read.changes.get(first.id), one)
    assert.equal(await store().read.changes.get(randomUUID()), undefined)
  })

  it('lists changes by state, what was changed last first, and those that made a version', async () => {
    const result = randomUUID()
    const [older, newer, started] = [
      aChange({ changedAt: NOW + 1, state: 'lapsed', result }),
      aChange({ changedAt: NOW + 2, state: 'lapsed' }),
      aChange({ changedAt: NOW + 3, state: 'in-force', startedAt: NOW, result }),
    ]
    await store().transaction(async (tx) => {
      for (const change of [older, newer, started]) await tx.changes.add(change)
    })
    assert.deepEqual(await store().read.changes.list(['lapsed']), [newer, older])
    assert.deepEqual((await store().read.changes.list()).slice(0, 3), [started, newer, older])
    assert.deepEqual(await store().read.changes.ofResult(result), [started])
  })

  it('keeps a signature once, oldest first', async () => {
    const changeId = randomUUID()
    const signature = {
      changeId,
      account: 'a',
      name: 'A',
      as: 'submit' as const,
      hash: 'h',
      at: NOW,
      proof: '{}',
      auditSeq: 1,
    }
    const sign = (changes: object): Promise<void> =>
      store().transaction((tx) => tx.changes.sign({ ...signature, ...changes }))
    await sign({ account: 'b', as: 'approve', at: NOW + 1 })
    await sign({})
    await assert.rejects(sign({ at: NOW + 2 }))
    const kept = await store().read.changes.signatures(changeId)
    assert.deepEqual(
      kept.map(({ account, as }) => [account, as]),
      [
        ['a', 'submit'],
        ['b', 'approve'],
      ],
    )
  })

  it('keeps how far an effect has come, and what would differ, more first', async () => {
    const effect = anEffect(randomUUID())
    await store().transaction((tx) => tx.changes.putEffect(effect))
    assert.ok((await store().read.changes.running()).some(({ id }) => id === effect.id))
    const done: Effect = { ...effect, state: 'done', position: 9, endedAt: NOW + 1 }
    const [less, more] = [aDifference(effect.id, 1), aDifference(effect.id, 2, { direction: 'more' })]
    await store().transaction(async (tx) => {
      await tx.changes.putEffect(done)
      await tx.changes.addDifferences([less, more])
      // Taken up again after a kill.
      await tx.changes.addDifferences([less])
    })
    assert.deepEqual(await store().read.changes.effect(effect.id), done)
    assert.deepEqual(await store().read.changes.effects(effect.changeId), [done])
    assert.ok(!(await store().read.changes.running()).some(({ id }) => id === effect.id))
    assert.deepEqual(await store().read.changes.differences(effect.id, 10), [more, less])
    assert.deepEqual(await store().read.changes.differences(effect.id, 1), [more])
    await store().transaction((tx) => tx.changes.forgetEffect(effect.id))
    assert.equal(await store().read.changes.effect(effect.id), undefined)
    assert.deepEqual(await store().read.changes.differences(effect.id, 10), [])
  })

  it('adds up what was observed, by recipient type and section', async () => {
    const changeId = randomUUID()
    const observe = (section: string, gains: number, losses: number): Promise<void> =>
      store().transaction((tx) => tx.changes.observe(changeId, [{ recipientType: 't', section, gains, losses }]))
    await observe('health', 1, 0)
    await observe('family', 0, 2)
    await observe('health', 2, 1)
    assert.deepEqual(await store().read.changes.observed(changeId), [
      { recipientType: 't', section: 'family', gains: 0, losses: 2 },
      { recipientType: 't', section: 'health', gains: 3, losses: 1 },
    ])
    assert.deepEqual(await store().read.changes.observed(randomUUID()), [])
  })
}
