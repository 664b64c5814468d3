/** Why somebody did or did not get something: decision records found by what an officer knows, read without content, and written down as a look. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { toCaseId, toDeliveryId, toMessageId } from '#gateway/core/ids.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import type { DecisionRecord } from '#gateway/core/projection.ts'
import type { Account } from '#gateway/core/account.ts'
import type { DeliveryEntry } from '#gateway/ports/stored.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { setOf } from './change-draft.ts'
import type { ChangeDeps } from './change-outcome.ts'

export interface WhyAsked {
  /** Of a delivery, a message or a case, as somebody knows it. */
  readonly reference: string
  /** An organisation or a mandate; empty: any. */
  readonly recipient: string
  /** Deliveries made from then on, and before. */
  readonly from?: Instant
  readonly until?: Instant
}

const MOST_FOUND = 100

type WhyDeps = Pick<ChangeDeps, 'store' | 'clock'>

/** Newest first; the same empty answer whatever it is that is not there. */
export async function searchDecisions(
  deps: WhyDeps,
  who: Pick<Account, 'id' | 'role'>,
  asked: WhyAsked,
): Promise<readonly DeliveryEntry[]> {
  const { recipient, from = 0, until = Number.POSITIVE_INFINITY } = asked
  const found = (await deliveriesOf(deps, asked.reference.trim()))
    .filter(({ createdAt }) => createdAt >= from && createdAt < until)
    .filter(({ organisation, mandate }) => recipient === '' || organisation === recipient || mandate === recipient)
    .toSorted((a, b) => b.createdAt - a.createdAt)
    .slice(0, MOST_FOUND)
  await audited(deps, who, { act: 'decisions-searched', digest: sha256Hex(asked.reference.trim()) })
  return found
}

async function deliveriesOf({ store }: WhyDeps, reference: string): Promise<readonly DeliveryEntry[]> {
  const { read } = store
  const delivery = toDeliveryId(reference)
  const one = delivery === undefined ? undefined : await read.deliveries.get(delivery)
  if (one !== undefined) return [one]
  const message = toMessageId(reference)
  const ofMessage = message === undefined ? [] : await read.deliveries.ofMessage(message)
  if (ofMessage.length > 0) return ofMessage
  const named = (await read.cases.casesNamed(reference)).map(({ caseId }) => caseId)
  const own = toCaseId(reference)
  const cases = new Set<CaseId>([...(own === undefined ? [] : [own]), ...named])
  return (await Promise.all([...cases].map((caseId) => read.deliveries.ofCase(caseId)))).flat()
}

export interface DecisionRead {
  readonly delivery: DeliveryEntry
  readonly record: DecisionRecord
  /** The version that it was judged by; undefined where it is not stored. */
  readonly set: PolicySet | undefined
}

/** One decision; undefined where there is none, or none any more. */
export async function readDecision(
  deps: WhyDeps,
  who: Pick<Account, 'id' | 'role'>,
  reference: string,
): Promise<DecisionRead | undefined> {
  const { read } = deps.store
  const id = toDeliveryId(reference)
  const found = id === undefined ? undefined : await read.deliveries.get(id)
  const record = found === undefined ? undefined : await read.deliveries.recordOf(found.id)
  if (found === undefined || record === undefined) return undefined
  const { parcel: _parcel, ...delivery } = found
  await audited(deps, who, { act: 'decision-read', deliveryId: delivery.id, caseId: delivery.caseId })
  return { delivery, record, set: await setOf(read, record.policy.digest) }
}

async function audited(
  { store, clock }: WhyDeps,
  { id, role }: Pick<Account, 'id' | 'role'>,
  event: { readonly act: string; readonly digest?: string; readonly deliveryId?: string; readonly caseId?: string },
): Promise<void> {
  await store.transaction((tx) =>
    tx.audit.append({ at: printInstant(clock()), operation: 'consultation', actor: id, role, ...event }),
  )
}
