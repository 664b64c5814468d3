/** A store that never sees what it keeps: every value is sealed on its way in and opened on its way out, whatever database lies behind. */
import type { Log } from '#gateway/ports/log.ts'
import type { Store, Tx } from '#gateway/ports/store.ts'
import { SealBroken } from '#gateway/ports/vault.ts'
import type { Vault } from '#gateway/ports/vault.ts'
import { KekAway } from '#adapters/vault/kek.ts'
import type { Answering } from '#adapters/vault/kek.ts'
import { sealedAsks, sealedInbox } from './asks.ts'
import { sealedAudit } from './audit.ts'
import { sealedLabels } from './case-labels.ts'
import { sealedCases } from './cases.ts'
import { sealedChanges } from './changes.ts'
import { sealedDeliveries } from './deliveries.ts'
import { sealedLedger } from './ledger.ts'
import { sealedMessages } from './messages.ts'
import type { OpenedMessages } from './messages.ts'
import { sealedOutbox } from './outbox.ts'
import { sealedRecalls } from './recalls.ts'
import { sealedChoices, sealedRequests } from './rules.ts'
import type { Sealing } from './sealing.ts'

/**
 * The inner store behind the vault. What does not open raises an alarm and throws SealBroken, which ends its transaction; while the KEK
 * does not answer, what needs a key that is not unwrapped rejects with StoreUnavailable, and so does `ping`.
 * The vault is closed with the store.
 */
export function sealStore(inner: Store, vault: Vault & Answering, log: Pick<Log, 'alarm'>): Store {
  const sealing = alarmed(vault, log)
  const opened: OpenedMessages = new WeakMap()
  return {
    transaction: (work, options) => inner.transaction((tx) => work(sealedTx(tx, sealing, opened)), options),
    read: sealedTx(inner.read, sealing, opened),
    ping: async () => {
      await inner.ping()
      vault.answers?.()
    },
    [Symbol.asyncDispose]: async () => {
      await inner[Symbol.asyncDispose]()
      await vault[Symbol.asyncDispose]()
    },
  }
}

const sealedTx = (tx: Tx, sealing: Sealing, opened: OpenedMessages): Tx => ({
  messages: sealedMessages(tx.messages, sealing, opened),
  cases: sealedCases(tx.cases, sealing),
  outbox: sealedOutbox(tx.outbox, sealing),
  deliveries: sealedDeliveries(tx, sealing),
  ledger: sealedLedger(tx.ledger, sealing),
  choices: sealedChoices(tx.choices, sealing),
  requests: sealedRequests(tx.requests, sealing),
  recalls: sealedRecalls(tx.recalls, sealing),
  // Names of organisations, dates and counts.
  memberships: tx.memberships,
  // Policies are public.
  policies: tx.policies,
  // Ids, codes and dates.
  carries: tx.carries,
  handedErrands: tx.handedErrands,
  audit: sealedAudit(tx.audit, sealing),
  // Names of duties, numbers of replicas, and ids that say nothing.
  replicas: tx.replicas,
  // Staff, not cases.
  people: tx.people,
  // Sealed already, under a word of their writer's.
  keptForms: tx.keptForms,
  // Numbers by organisation.
  flows: tx.flows,
  asks: sealedAsks(tx.asks, sealing),
  inbox: sealedInbox(tx.inbox, sealing),
  labels: sealedLabels(tx.labels, sealing),
  // A code and hours, of mandates.
  noticeChoices: tx.noticeChoices,
  changes: sealedChanges(tx.changes, sealing),
  // Leaves hold nothing personal.
  log: tx.log,
})

function alarmed(vault: Vault, log: Pick<Log, 'alarm'>): Sealing {
  const watch =
    <Given extends readonly unknown[], T>(work: (...given: Given) => Promise<T>): ((...given: Given) => Promise<T>) =>
    async (...given) => {
      try {
        return await work(...given)
      } catch (cause) {
        if (cause instanceof SealBroken) log.alarm('what is stored does not open', { fault: cause.message })
        if (cause instanceof KekAway) log.alarm('the key encryption key does not answer', { fault: cause.message })
        throw cause
      }
    }
  return {
    ...vault,
    aliasFor: watch(vault.aliasFor),
    seal: watch(vault.seal),
    open: watch(vault.open),
    caseOf: watch(vault.caseOf),
    blindItems: watch(vault.blindItems),
    openItems: watch(vault.openItems),
  }
}
