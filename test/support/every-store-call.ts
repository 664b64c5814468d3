/** Every call of the store's port, once each: for what has to hold of all the statements that they take. */
import type { Tx } from '#gateway/ports/store.ts'
import { aChange, aDifference, anEffect } from '#test/contract/change-tables.contract.ts'
import { NOW, anEvent, mandate, organisation } from '#test/contract/stored-things.ts'
import { callOfCases } from './every-case-call.ts'

/** What grows with people, days and decisions of officers, not with cases: some hundreds of rows, and they may be walked. */
export const SMALL_TABLES: ReadonlySet<string> = new Set([
  'policies',
  'policy_changes',
  'change_effects',
  'accounts',
  'sessions',
  'kept_forms',
  'leases',
  'log_stamps',
])

/** In a transaction of an empty store. Answers what was not called, as `part.call`: nothing, or a call is missing below. */
export async function callEverything(tx: Tx): Promise<readonly string[]> {
  const called = new Set<string>()
  const watched = watch(tx, called)
  await callOfCases(watched)
  await callOfPolicies(watched)
  await callOfPeople(watched)
  await callOfLog(watched)
  return Object.entries(tx)
    .flatMap(([part, calls]) => Object.keys(calls as object).map((call) => `${part}.${call}`))
    .filter((name) => !called.has(name))
}

/** The same transaction, which writes down what is called. */
function watch(tx: Tx, called: Set<string>): Tx {
  const partOf = (name: string, part: object): object =>
    new Proxy(part, {
      get: (target, call) => {
        called.add(`${name}.${String(call)}`)
        const found: unknown = Reflect.get(target, call)
        return found
      },
    })
  return Object.fromEntries(
    Object.entries(tx).map(([name, part]) => [name, partOf(name, part as object)]),
  ) as unknown as Tx
}

async function callOfPolicies(tx: Tx): Promise<void> {
  const policy = { digest: 'd', id: 'p', version: '1', text: '{}', activatedAt: NOW }
  await tx.policies.activate(policy)
  await tx.policies.inForce()
  await tx.policies.digestInForce()
  await tx.policies.byDigest('d')
  await tx.policies.versions()
  const change = aChange()
  const effect = anEffect(change.id)
  const signature = {
    changeId: change.id,
    account: 'a',
    name: 'A',
    as: 'submit',
    hash: 'h',
    at: NOW,
    proof: '{}',
  } as const
  await tx.changes.add(change)
  await tx.changes.get(change.id)
  await tx.changes.put({ ...change, revision: 2 })
  await tx.changes.list()
  await tx.changes.list(['draft'])
  await tx.changes.ofResult('r')
  await tx.changes.sign({ ...signature, auditSeq: 1 })
  await tx.changes.signatures(change.id)
  await tx.changes.putEffect(effect)
  await tx.changes.effect(effect.id)
  await tx.changes.effects(change.id)
  await tx.changes.running()
  await tx.changes.addDifferences([aDifference(effect.id, 1)])
  await tx.changes.differences(effect.id, 1)
  await tx.changes.forgetEffect(effect.id)
  await tx.changes.observe(change.id, [{ recipientType: 'mentor', section: 'health', gains: 1, losses: 0 }])
  await tx.changes.observed(change.id)
}

async function callOfPeople({ people, keptForms, noticeChoices, replicas }: Tx): Promise<void> {
  const [id, account, until] = ['one', 'account', NOW]
  const person = { id: account, name: 'A', role: 'auditor', organisation: organisation('none'), from: NOW } as const
  const session = { id, account, method: 'passkey', computer: 'own', beganAt: NOW, seenAt: NOW } as const
  await people.putAccount(person)
  await people.account(account)
  await people.accountOfSubject('subject')
  await people.accounts()
  await people.addCredential({ id, account, publicKey: 'k', counter: 0, transports: [], label: 'l', addedAt: NOW })
  await people.credential(id)
  await people.credentialsOf(account)
  await people.useCredential({ id, counter: 0 }, { counter: 1, at: NOW })
  await people.removeCredential(id)
  await people.beginSession(session)
  await people.session(id)
  await people.touchSession(id, { seenAt: NOW })
  await people.endSession(id)
  await people.endSessions({ account })
  await people.endSessions({ seenBefore: NOW })
  await people.beginCeremony({ id, kind: 'sign-in', state: '{}', until })
  await people.takeCeremony(id, NOW)
  await people.addLink({ id, account, until })
  await people.link(id, NOW)
  await people.proposedLinks(NOW)
  await people.confirmLink(id, { confirmedBy: 'b', code: 'c', until })
  await people.takeLink(id, NOW)
  await people.forgetEnded(NOW)
  await noticeChoices.put(mandate('mentor'), { channel: 'none' }, NOW)
  await noticeChoices.of(mandate('mentor'))
  await keptForms.keep({ id, account, sealed: 's', until })
  await keptForms.get(id, NOW)
  await keptForms.forget({ account })
  await keptForms.forget({ before: NOW })
  await replicas.lease({ name: 'duty', holder: 'h', now: NOW, until })
  await replicas.endLease('duty', 'h')
  await replicas.leases(NOW)
  await replicas.spend('issuer', id, until)
  await replicas.forget(NOW)
}

async function callOfLog({ audit, log, flows }: Tx): Promise<void> {
  await audit.append(anEvent())
  await audit.head()
  await audit.rows(1, 1)
  await log.append('{}')
  await log.size()
  await log.nodes([{ level: 0, index: 0 }])
  await log.leaves(0, 1)
  await log.propose({ size: 1, note: 'n', proposedAt: NOW })
  await log.waiting()
  await log.cosign('w', 'line')
  await log.publish({ size: 1, note: 'n', publishedAt: NOW })
  await log.published()
  await log.checkpoints(0, 1)
  await log.stamp({ size: 1, token: new Uint8Array(1), stampedAt: NOW })
  await log.lastStamp()
  await log.stamps(0, 1)
  await log.forget([1])
  await flows.since(NOW)
  await flows.between(NOW)
  await flows.sentTo(organisation('none'), NOW)
}
