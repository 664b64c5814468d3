/** What every store does with choices, requests, policies and the audit log. */
import assert from 'node:assert/strict'
import { it } from 'mocha'
import { firstBreak } from '#gateway/core/audit.ts'
import { DEFAULT_CHOICE } from '#gateway/core/choice.ts'
import type { Store } from '#gateway/ports/store.ts'
import type { ChoiceKey, InformationGrant, PolicyVersion } from '#gateway/ports/stored.ts'
import { ASSOCIATION, MENTOR, NOW, PRISON, anEvent, newCaseId, newMessageId, organisation } from './stored-things.ts'

/** Choices, requests, policies and audit, on one store. */
export function ruleTablesContract(store: () => Store): void {
  choicesContract(store)
  requestsContract(store)
  policiesContract(store)
  auditContract(store)
}

function choicesContract(store: () => Store): void {
  const put = (key: ChoiceKey, depth: 'D1' | 'D2', expected: number): Promise<boolean> =>
    store().transaction((tx) => tx.choices.put(key, { ...DEFAULT_CHOICE, depth }, expected, NOW + expected))

  it('writes a choice over the revision it was read at, and over no other', async () => {
    const key = { organisation: organisation('chooser'), mandate: MENTOR }
    assert.equal(await store().read.choices.get(key), undefined)
    assert.equal(await put(key, 'D1', 1), false)
    assert.equal(await put(key, 'D1', 0), true)
    assert.equal(await put(key, 'D2', 0), false)
    assert.equal(await put(key, 'D2', 1), true)
    assert.equal(await put(key, 'D1', 1), false)
    assert.deepEqual(await store().read.choices.get(key), {
      choice: { ...DEFAULT_CHOICE, depth: 'D2' },
      revision: 2,
      setAt: NOW + 1,
    })
  })

  it('lets one of two racing changes win', async () => {
    const key = { organisation: organisation('racer') }
    assert.deepEqual(await Promise.all([put(key, 'D1', 0), put(key, 'D2', 0)]), [true, false])
  })

  it('keeps the choices of organisation, mandate and case apart', async () => {
    const [owner, caseId] = [organisation('four-keys'), newCaseId()]
    const keys: readonly ChoiceKey[] = [
      { organisation: owner },
      { organisation: owner, mandate: MENTOR },
      { organisation: owner, caseId },
      { organisation: owner, mandate: MENTOR, caseId },
    ]
    for (const key of keys.slice(0, 3)) assert.equal(await put(key, 'D1', 0), true)
    const found = await Promise.all(keys.map((key) => store().read.choices.get(key)))
    assert.deepEqual(
      found.map((choice) => choice?.revision),
      [1, 1, 1, undefined],
    )
  })
}

function requestsContract(store: () => Store): void {
  it('names the grants in force to a requester, for the case and at the instant', async () => {
    const caseId = newCaseId()
    const grant: InformationGrant = {
      requestId: newMessageId(),
      kind: 'InformationRequest',
      caseId,
      requester: ASSOCIATION,
      holder: PRISON,
      sections: ['housing', 'work'],
      until: NOW,
    }
    const inForce = (at: number, requester = ASSOCIATION) => store().read.requests.inForce(requester, caseId, at)
    await store().transaction((tx) => tx.requests.grant(grant))
    assert.deepEqual(await inForce(NOW - 1), [grant])
    assert.deepEqual(await inForce(NOW), [])
    assert.deepEqual(await inForce(NOW - 1, PRISON), [])
    const narrower = { ...grant, sections: ['work'], until: NOW + 5 }
    await store().transaction((tx) => tx.requests.grant(narrower))
    assert.deepEqual(await inForce(NOW), [narrower])
  })

  it('keeps what each holder granted of one request apart', async () => {
    const caseId = newCaseId()
    const asked = {
      requestId: newMessageId(),
      kind: 'InformationRequest',
      caseId,
      requester: ASSOCIATION,
      until: NOW,
    } as const
    const byPrison: InformationGrant = { ...asked, holder: PRISON, sections: ['housing'] }
    const byCourt: InformationGrant = { ...asked, holder: organisation('court'), sections: ['work'] }
    await store().transaction(async (tx) => {
      await tx.requests.grant(byPrison)
      await tx.requests.grant(byCourt)
    })
    const byHolder = (a: InformationGrant, b: InformationGrant): number => (a.holder < b.holder ? -1 : 1)
    const granted = await store().read.requests.inForce(ASSOCIATION, caseId, NOW - 1)
    assert.deepEqual(granted.toSorted(byHolder), [byPrison, byCourt].toSorted(byHolder))
  })
}

function policiesContract(store: () => Store): void {
  it('has in force what was activated last, an earlier version too', async () => {
    const version = (name: string, activatedAt: number): PolicyVersion => ({
      digest: name.repeat(64),
      id: 'policy',
      version: name,
      text: `{"version":"${name}"}`,
      activatedAt,
    })
    const activate = (policy: PolicyVersion) => store().transaction((tx) => tx.policies.activate(policy))
    const { policies } = store().read
    assert.equal(await policies.inForce(), undefined)
    await activate(version('1', NOW))
    await activate(version('2', NOW + 1))
    assert.deepEqual(await policies.inForce(), version('2', NOW + 1))
    await activate(version('1', NOW + 2))
    assert.deepEqual(await policies.inForce(), version('1', NOW + 2))
    assert.deepEqual(await policies.byDigest('2'.repeat(64)), version('2', NOW + 1))
    assert.equal(await policies.byDigest('3'.repeat(64)), undefined)
  })
}

function auditContract(store: () => Store): void {
  it('chains each event to the one before, also when many are appended at once', async () => {
    assert.equal(await store().read.audit.head(), undefined)
    const append = (act: string) =>
      store().transaction(async (tx) => {
        await tx.audit.append(anEvent({ act }))
        await tx.audit.append(anEvent({ act, recipients: ['new-start'], legalBasis: [] }))
        if (act === 'act-7') throw new Error('undone')
      })
    await Promise.allSettled(Array.from({ length: 20 }, (_, index) => append(`act-${index}`)))
    const rows = await store().read.audit.rows(1, 1000)
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      Array.from({ length: 38 }, (_, index) => index + 1),
    )
    assert.equal(firstBreak(rows), undefined)
    assert.deepEqual(await store().read.audit.head(), { seq: 38, hash: rows.at(-1)?.hash })
    assert.deepEqual(await store().read.audit.rows(20, 2), rows.slice(19, 21))
    assert(rows.every(({ event }) => event.act !== 'act-7'))
  })
}
