/** People: accounts, passkeys, sessions, what counts once, forms that wait for their writers; and the flows of a day. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { it } from 'mocha'
import type { Account, Session } from '#gateway/core/account.ts'
import type { Store } from '#gateway/ports/store.ts'
import { ASSOCIATION, MENTOR, NOW, aDelivery, mandate, organisation } from './stored-things.ts'

const anAccount = (changes: Partial<Account> = {}): Account => ({
  id: randomUUID(),
  name: 'DEMO Amel',
  role: 'officer',
  organisation: ASSOCIATION,
  from: NOW,
  ...changes,
})

const aSession = (account: string, changes: Partial<Session> = {}): Session => ({
  id: randomUUID(),
  account,
  method: 'passkey',
  computer: 'own',
  beganAt: NOW,
  seenAt: NOW,
  ...changes,
})

/** Rows without the prototype that a driver gives them. */
const plain = (rows: readonly (object | undefined)[]): unknown => rows.map((row) => row && { ...row })

/** Facts of the `people`, `keptForms` and `flows` parts of any store. */
export function peopleTablesContract(store: () => Store): void {
  it('keeps an account as it is from now on, finds it by subject, and lists all by name', async () => {
    const account = anAccount({ name: 'Zoé', role: 'reader', mandate: MENTOR, subject: `https://idp ${randomUUID()}` })
    const other = anAccount({ name: 'Amel', language: 'fr' })
    await store().transaction(async ({ people }) => {
      await people.putAccount(account)
      await people.putAccount(other)
      await people.putAccount({ ...other, endedAt: NOW + 1 })
    })
    const { people } = store().read
    assert.deepEqual(await people.account(account.id), account)
    assert.deepEqual(await people.account(other.id), { ...other, endedAt: NOW + 1 })
    assert.deepEqual(await people.accountOfSubject(account.subject ?? ''), account)
    assert.equal(await people.accountOfSubject('https://idp nobody'), undefined)
    const names = (await people.accounts()).map(({ name }) => name)
    assert.deepEqual(names, names.toSorted())
  })

  it('lets no two accounts have one subject', async () => {
    const subject = `https://idp ${randomUUID()}`
    const put = (account: Account) => store().transaction(({ people }) => people.putAccount(account))
    await put(anAccount({ subject }))
    await assert.rejects(put(anAccount({ subject })))
  })

  it('counts a use of a passkey only from the counter that was read', async () => {
    const { id: account } = anAccount()
    const id = randomUUID()
    const credential = { id, account, publicKey: 'k', counter: 3, transports: ['usb', 'nfc'], label: 'x', addedAt: NOW }
    await store().transaction(({ people }) => people.addCredential(credential))
    const use = (counter: number) =>
      store().transaction(({ people }) => people.useCredential({ id, counter }, { counter: 5, at: NOW + 1 }))
    assert.deepEqual([await use(2), await use(3), await use(3)], [false, true, false])
    const { people } = store().read
    assert.deepEqual(await people.credential(id), { ...credential, counter: 5, usedAt: NOW + 1 })
    assert.deepEqual(
      (await people.credentialsOf(account)).map((one) => one.id),
      [id],
    )
    await store().transaction((tx) => tx.people.removeCredential(id))
    assert.equal(await people.credential(id), undefined)
  })

  it('ends a session, those of an account, and those that were not seen since', async () => {
    const [account, other] = [randomUUID(), randomUUID()]
    const [one, two, three] = [aSession(account), aSession(account), aSession(other, { seenAt: 5, steppedUpAt: 4 })]
    const { people } = store().read
    const ended = await store().transaction(async (tx) => {
      for (const session of [one, two, three]) await tx.people.beginSession(session)
      await tx.people.touchSession(three.id, { seenAt: 7 })
      assert.deepEqual(await tx.people.session(three.id), { ...three, seenAt: 7 })
      await tx.people.endSession(one.id)
      return [await tx.people.endSessions({ account }), await tx.people.endSessions({ seenBefore: 8 })]
    })
    assert.deepEqual(ended, [1, 1])
    for (const { id } of [one, two, three]) assert.equal(await people.session(id), undefined)
  })

  it('gives what counts once to whoever comes first, in its time', async () => {
    const ids = [randomUUID(), randomUUID()]
    const [inTime = '', late = ''] = ids
    const taken = await store().transaction(async ({ people }) => {
      for (const id of ids) {
        await people.beginCeremony({ id, kind: 'proof', state: '{}', until: NOW })
        await people.addLink({ id, account: 'a', until: NOW })
      }
      return {
        seen: [await people.link(inTime, NOW - 1), await people.link(late, NOW)],
        ceremonies: [await people.takeCeremony(inTime, NOW - 1), await people.takeCeremony(inTime, NOW - 1)],
        lateCeremony: await people.takeCeremony(late, NOW),
        links: [await people.takeLink(inTime, NOW - 1), await people.takeLink(inTime, NOW - 1)],
        lateLink: await people.takeLink(late, NOW),
      }
    })
    const [link, ceremony] = [
      { id: inTime, account: 'a', until: NOW },
      { id: inTime, kind: 'proof', state: '{}', until: NOW },
    ]
    assert.deepEqual(plain(taken.seen), [link, undefined])
    assert.deepEqual(plain(taken.ceremonies), [ceremony, undefined])
    assert.deepEqual(plain(taken.links), [link, undefined])
    assert.deepEqual([taken.lateCeremony, taken.lateLink], [undefined, undefined])
  })

  it('lists links that were proposed, oldest first, and confirms each once', async () => {
    const [first, second, direct] = [randomUUID(), randomUUID(), randomUUID()]
    const link = { account: 'a', until: NOW + 10, proposedBy: 'one' }
    await store().transaction(async ({ people }) => {
      await people.addLink({ ...link, id: second, proposedAt: NOW + 1 })
      await people.addLink({ ...link, id: first, proposedAt: NOW })
      await people.addLink({ id: direct, account: 'a', until: NOW + 10 })
      await people.confirmLink(first, { confirmedBy: 'two', code: 'c', until: NOW + 20 })
      await people.confirmLink(first, { confirmedBy: 'three', code: 'd', until: NOW + 30 })
    })
    const found = await store().read.people.proposedLinks(NOW)
    assert.deepEqual(plain(found), [
      { ...link, id: first, proposedAt: NOW, confirmedBy: 'two', code: 'c', until: NOW + 20 },
      { ...link, id: second, proposedAt: NOW + 1 },
    ])
    assert.deepEqual(
      (await store().read.people.proposedLinks(NOW + 10)).map(({ id }) => id),
      [first],
    )
    await store().transaction(async ({ people }) => {
      for (const id of [first, second, direct]) await people.takeLink(id, NOW)
    })
  })

  it('lets go of what has ended, and of nothing else', async () => {
    const [old, young] = [randomUUID(), randomUUID()]
    await store().transaction(async ({ people, keptForms }) => {
      for (const [id, until] of [
        [old, NOW],
        [young, NOW + 2],
      ] as const) {
        await people.beginCeremony({ id, kind: 'x', state: '{}', until })
        await people.addLink({ id, account: 'a', until })
        await keptForms.keep({ id, account: id, sealed: 's', until })
      }
      await people.forgetEnded(NOW + 1)
      await keptForms.forget({ before: NOW + 1 })
      assert.equal(await people.takeCeremony(old, 0), undefined)
      assert.equal(await people.link(old, 0), undefined)
      assert.equal((await people.takeCeremony(young, 0))?.id, young)
      assert.equal((await people.link(young, 0))?.id, young)
      assert.deepEqual([await keptForms.get(old, 0), (await keptForms.get(young, 0))?.id], [undefined, young])
      assert.equal(await keptForms.get(young, NOW + 2), undefined)
      await keptForms.forget({ account: young })
      assert.equal(await keptForms.get(young, 0), undefined)
    })
  })

  it('counts nobody who neither sent nor received anything since', async () => {
    const { flows } = store().read
    assert.deepEqual(await flows.since(Number.MAX_SAFE_INTEGER), [])
    assert.deepEqual(await flows.between(Number.MAX_SAFE_INTEGER), [])
    assert.deepEqual(await flows.sentTo(organisation('nobody'), 0), [])
  })

  it('counts what each mandate was sent lately, and what it was never withdrawn from', async () => {
    const busy = organisation('busy')
    await store().transaction(async (tx) => {
      for (const [name, createdAt] of [
        ['mentor-1', NOW - 2000],
        ['mentor-1', NOW],
        ['mentor-2', NOW + 2000],
      ] as const)
        await tx.deliveries.add(aDelivery({ organisation: busy, mandate: mandate(name), createdAt }))
      const gone = aDelivery({ organisation: busy, mandate: mandate('mentor-2'), createdAt: NOW + 4000 })
      await tx.deliveries.add(gone)
      await tx.deliveries.setState(gone.id, 'withdrawn', NOW + 5000)
    })
    assert.deepEqual(await store().read.flows.sentTo(busy, NOW), [
      { mandate: 'mentor-1', lately: 1, held: 2 },
      { mandate: 'mentor-2', lately: 2, held: 1 },
    ])
  })
}
