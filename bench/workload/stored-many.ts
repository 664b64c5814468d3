/** One real case of a hosted inbox, written again under ever new names by the store's own functions: a hundred thousand walks would take hours. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Instant } from '#policies/language/instant.ts'
import type { CaseId, DeliveryId, ItemId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import { itemsOf } from '#gateway/core/message.ts'
import type { DecisionRecord } from '#gateway/core/projection.ts'
import type { Store, Tx } from '#gateway/ports/store.ts'
import type {
  Acceptance,
  CaseName,
  Delivery,
  Job,
  LedgerEntry,
  StatedFacts,
  StoredMessage,
} from '#gateway/ports/stored.ts'

/** All that is stored of one case with one delivery. */
export interface Model {
  readonly acceptance: Acceptance
  readonly message: StoredMessage
  readonly names: readonly CaseName[]
  readonly facts: readonly StatedFacts[]
  readonly job: Omit<Job, 'attempts'>
  readonly delivery: Delivery
  readonly record: DecisionRecord
  readonly ledger: readonly LedgerEntry[]
}

/** Throws where the delivery is not whole. */
export async function modelOf({ read }: Store, id: DeliveryId): Promise<Model> {
  const delivery = await read.deliveries.get(id)
  const message = delivery === undefined ? undefined : await read.messages.get(delivery.messageId)
  const acceptance = message === undefined ? undefined : await read.messages.acceptance(message.id)
  const record = await read.deliveries.recordOf(id)
  if (delivery === undefined || message === undefined || acceptance === undefined || record === undefined)
    throw new Error('the model of the bench is not whole')
  const [status] = await read.outbox.ofMessage(message.id)
  if (status === undefined) throw new Error('the model of the bench has no job')
  const { attempts: _attempts, ...job } = status.job
  const [names, facts] = await Promise.all([read.cases.names(message.caseId), read.cases.facts(message.caseId)])
  return { acceptance, message, names, facts, job, delivery, record, ledger: await read.ledger.ofDelivery(id) }
}

export interface Filling {
  readonly count: number
  /** Of the first of them; the others come evenly until `until`. */
  readonly from: Instant
  readonly until: Instant
}

/** Cases of one transaction. */
const GROUP = 500
/** Of the names that one case has, by its recipients' types. */
const MOST_NAMES = 3
/** Of a case of 2 kB; a real parcel is filled up to 37 kB or more, which no page reads of a case that it does not open. */
const PARCEL_BYTES = 2250
/** Bytes of chance, as ciphertext is: no two alike, and none that a database could store shorter. */
const aParcel = (): string => randomBytes(PARCEL_BYTES).toString('base64url')

/** Answers the ids of the deliveries. A third of them waits, a fifth is opened, a tenth was taken back, the rest is acknowledged. */
export async function fillWith(store: Store, model: Model, filling: Filling): Promise<ReadonlySet<string>> {
  const made = new Set<string>()
  for (let first = 0; first < filling.count; first += GROUP) {
    const numbers = Array.from({ length: Math.min(GROUP, filling.count - first) }, (_, index) => first + index)
    await store.transaction(async (tx) => {
      for (const number of numbers) made.add(await addOne(tx, model, atOf(filling, number), number))
    })
  }
  return made
}

const atOf = ({ count, from, until }: Filling, number: number): Instant =>
  Math.round(from + ((until - from) * number) / count)

async function addOne(tx: Tx, model: Model, at: Instant, number: number): Promise<DeliveryId> {
  const caseId = `DEMO-BENCH-${number}` as CaseId
  const messageId = randomUUID() as MessageId
  await addMessage(tx, model, { caseId, messageId, at, number })
  await addJob(tx, model, { caseId, messageId, at, number })
  const delivery = await addDelivery(tx, model, { caseId, messageId, at, number })
  await addErrand(tx, { delivery, organisation: model.delivery.organisation, messageId, caseId, at, number })
  await addAsk(tx, model, { caseId, messageId, at, number })
  return delivery
}

interface Copy {
  readonly caseId: CaseId
  readonly messageId: MessageId
  readonly at: Instant
  readonly number: number
}

async function addMessage(tx: Tx, model: Model, { caseId, messageId, at, number }: Copy): Promise<void> {
  const jti = randomUUID()
  // What was signed in copies is a hundred times as long as what it says, and no page reads it of a case that it does not open.
  const { copies: _copies, ...stored } = model.message
  await tx.messages.accept(
    { ...model.acceptance, messageId, jti, idempotencyKey: jti, acceptedAt: at },
    { ...stored, id: messageId, jti, caseId, receivedAt: at, message: { ...stored.message, caseId } },
  )
  const items = itemsOf(stored.message).map(({ itemId }) => ({ itemId: itemId as ItemId }))
  await tx.cases.addItems(caseId, messageId, items, at)
  for (const facts of model.facts) await tx.cases.stateFacts(caseId, { ...facts, at })
  const names = model.names.slice(0, MOST_NAMES).map((said, index) => ({
    ...said,
    name: `bench-${number}-${index}`,
    ...(said.messageId === undefined ? {} : { messageId }),
  }))
  await tx.cases.addNames(caseId, names)
}

async function addJob(tx: Tx, { job }: Model, { caseId, messageId, at }: Copy): Promise<void> {
  const id = randomUUID()
  await tx.outbox.add([{ ...job, id, messageId, caseId, dueAt: at }])
  await tx.outbox.finish(id, 'done', 'delivered', at)
}

async function addDelivery(tx: Tx, model: Model, { caseId, messageId, at, number }: Copy): Promise<DeliveryId> {
  const id = randomUUID() as DeliveryId
  const { parcel: _parcel, seq: _seq, state: _state, collectedAt: _collected, ...delivery } = model.delivery
  const logIndex = await tx.audit.append({
    at: new Date(at).toISOString(),
    operation: 'disclosure',
    act: 'delivery-sealed',
    actor: model.message.issuer,
    caseId,
    messageId,
    deliveryId: id,
  })
  await tx.deliveries.add({ ...delivery, id, messageId, caseId, logIndex, createdAt: at })
  await tx.deliveries.putParcel(id, aParcel())
  await tx.deliveries.putRecord(id, { ...model.record, messageId })
  await tx.ledger.add(model.ledger.map((entry) => ({ ...entry, deliveryId: id, caseId, at })))
  await standAs(tx, id, { at, number })
  return id
}

/** One of each delivery; every hundredth was given up. */
async function addErrand(
  tx: Tx,
  errand: Copy & { readonly delivery: DeliveryId; readonly organisation: OrganisationId },
): Promise<void> {
  const { delivery, organisation, messageId, caseId, at, number } = errand
  const id = randomUUID()
  const job = { id, messageId, caseId, edge: 'to-nobody', mandate: 'nobody' as MandateId, dueAt: at, cause: 'carry' }
  await tx.outbox.add([job])
  const about = {
    deliveryId: delivery,
    organisation,
    way: 'https',
    cause: 'delivery',
    root: id,
    plannedAt: at,
  } as const
  await tx.carries.add({ id, ...about })
  const isGivenUp = number % 100 === 0
  await tx.carries.mark(id, isGivenUp ? { fault: 'failed' } : { handedAt: at, takenAt: at })
  await tx.outbox.finish(id, isGivenUp ? 'stuck' : 'done', isGivenUp ? 'given-up' : 'carried', at)
}

/** In every thirtieth case; half of them are still open. */
async function addAsk(tx: Tx, { delivery, message }: Model, { caseId, at, number }: Copy): Promise<void> {
  if (number % 30 !== 0) return
  const { organisation, mandate } = delivery
  const id = randomUUID() as MessageId
  const asked = {
    id,
    caseId,
    organisation,
    mandate,
    account: 'nobody',
    holder: message.issuer,
    caseName: `bench-${number}-0`,
  }
  const ask = {
    ...asked,
    sections: ['accommodation'],
    purpose: message.message.purpose,
    urgency: 'week',
    text: WHAT_IS_ASKED,
  } as const
  await tx.asks.add({ ...ask, askedAt: at, dueAt: at + 7 * DAY_MS })
  if (number % 60 === 0) return
  const answer = { decisions: [], text: 'It cannot be given.', by: 'officer' }
  await tx.asks.answer({ id, caseId }, { state: 'refused', answer, at: at + DAY_MS })
}

const WHAT_IS_ASKED = 'Which hostel is meant, and until when may the person stay there?'

const DAY_MS = 86_400_000

async function standAs(tx: Tx, id: DeliveryId, { at, number }: Pick<Copy, 'at' | 'number'>): Promise<void> {
  const share = number % 30
  if (share < 10) {
    await tx.carries.awaitReading({ deliveryId: id, nextAt: at + 2 * DAY_MS, dueAt: at + 30 * DAY_MS })
    return
  }
  await tx.deliveries.setState(id, 'collected', at + 1)
  if (share < 16) return
  await tx.deliveries.setState(id, share < 19 ? 'withdrawn' : 'acknowledged', at + 2)
}
