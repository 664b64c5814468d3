/** Builders of what a store holds: each makes a valid thing, a test gives what it changes. Only invented people and places. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { toCaseId, toDeliveryId, toItemId, toMandateId, toMessageId, toOrganisationId } from '#gateway/core/ids.ts'
import type { CaseId, DeliveryId, ItemId, MandateId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import { messageSchema } from '#gateway/core/message.ts'
import type { Message } from '#gateway/core/message.ts'
import type { DecisionRecord } from '#gateway/core/projection.ts'
import type { AuditEvent } from '#gateway/core/audit.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { Acceptance, Delivery, Job, LedgerEntry, StoredMessage } from '#gateway/ports/stored.ts'

const made = <Id>(id: Id | undefined): Id => {
  assert(id !== undefined, 'the id of a test is well formed')
  return id
}

export const organisation = (name: string): OrganisationId => made(toOrganisationId(name))
export const mandate = (name: string): MandateId => made(toMandateId(name))
export const caseId = (reference: string): CaseId => made(toCaseId(reference))
export const newCaseId = (): CaseId => caseId(`C-${randomUUID()}`)
export const newItemId = (): ItemId => made(toItemId(randomUUID()))
export const newMessageId = (): MessageId => made(toMessageId(randomUUID()))
export const newDeliveryId = (): DeliveryId => made(toDeliveryId(randomUUID()))

/** 2027-03-01T00:00:00Z. */
export const NOW = 1_803_859_200_000
export const PRISON = organisation('prison-north')
export const ASSOCIATION = organisation('new-start')
export const MENTOR = mandate('mentor-1')

export const aMessage = (inCase: CaseId = newCaseId()): Message =>
  messageSchema.parse({
    sch: 'passerelle/1',
    iss: 'spiffe://example.test/org/prison-north',
    aud: 'spiffe://example.test/gateway',
    iat: NOW / 1000,
    jti: randomUUID(),
    kind: 'EndOfCustodyNote',
    caseId: inCase,
    purpose: 'reintegration',
    legalBasisId: 'xx.example.1',
    items: [],
  })

export function aStored(changes: Partial<StoredMessage> = {}): StoredMessage {
  const inCase = changes.caseId ?? newCaseId()
  return {
    id: newMessageId(),
    issuer: PRISON,
    jti: randomUUID(),
    kind: 'EndOfCustodyNote',
    caseId: inCase,
    attested: 'originator',
    receivedAt: NOW,
    message: aMessage(inCase),
    ...changes,
  }
}

export const anAcceptance = (of: StoredMessage, changes: Partial<Acceptance> = {}): Acceptance => ({
  messageId: of.id,
  issuer: of.issuer,
  jti: of.jti,
  messageDigest: 'a'.repeat(64),
  idempotencyKey: randomUUID(),
  bodyDigest: 'b'.repeat(64),
  receipt: 'receipt',
  acceptedAt: of.receivedAt,
  ...changes,
})

/** Puts a message into the store and answers it. */
export async function accepted(tx: Tx, changes: Partial<StoredMessage> = {}): Promise<StoredMessage> {
  const stored = aStored(changes)
  await tx.messages.accept(anAcceptance(stored), stored)
  return stored
}

export const aJob = (changes: Partial<Job> = {}): Omit<Job, 'attempts'> => {
  const { attempts: _, ...job } = {
    id: randomUUID(),
    messageId: newMessageId(),
    caseId: caseId('C-1000'),
    edge: 'prison-to-association',
    mandate: MENTOR,
    dueAt: NOW,
    attempts: 0,
    cause: 'submission',
    ...changes,
  }
  return job
}

export const aDelivery = (
  changes: Partial<Omit<Delivery, 'seq' | 'state' | 'parcel'>> = {},
): Omit<Delivery, 'seq' | 'state' | 'parcel'> => ({
  id: newDeliveryId(),
  messageId: newMessageId(),
  caseId: caseId('C-1000'),
  kind: 'EndOfCustodyNote',
  edge: 'prison-to-association',
  organisation: ASSOCIATION,
  mandate: MENTOR,
  kid: 'k'.repeat(43),
  projectionDigest: 'c'.repeat(64),
  policyDigest: 'd'.repeat(64),
  depth: 'D1',
  cause: 'submission',
  logIndex: 0,
  createdAt: NOW,
  ...changes,
})

export const aLedgerEntry = (changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  deliveryId: newDeliveryId(),
  itemId: newItemId(),
  caseId: caseId('C-1000'),
  organisation: ASSOCIATION,
  mandate: MENTOR,
  level: 'current',
  rules: ['r-1', 'r-2'],
  conditions: ['no-onward'],
  policyVersion: '1',
  choiceDigest: 'e'.repeat(64),
  at: NOW,
  ...changes,
})

export const anEvent = (changes: Partial<AuditEvent> = {}): AuditEvent => ({
  at: '2027-03-01T00:00:00.000Z',
  operation: 'collection',
  act: 'submission-accepted',
  actor: 'prison-north',
  ...changes,
})

export const aRecord = (): DecisionRecord => ({
  policy: { id: 'p', version: '1', digest: 'd'.repeat(64) },
  at: '2027-03-01T00:00:00.000Z',
  edge: 'prison-to-association',
  mandate: MENTOR,
  messageId: newMessageId(),
  questionDigest: 'f'.repeat(64),
  choiceDigest: 'c'.repeat(64),
  depth: 'D1',
  items: [],
})
