/** A message as its sender signed it: one envelope for all kinds, and the body that each carried kind adds. */
import { z } from 'zod'
import { CASE_PATTERN, NAME_PATTERN, UUID_PATTERN } from './ids.ts'
import type { CaseId, DeliveryId, ItemId, MandateId, MessageId, OrganisationId } from './ids.ts'
import { instantText, itemIdSchema, itemSchema } from './item.ts'
import type { Item } from './item.ts'
import { MESSAGE_KINDS } from './message-kinds.ts'
import type { CarriedKind } from './message-kinds.ts'

export const SCHEMA_VERSION = 'passerelle/1'
/** The most items one message may hold. */
export const MAX_ITEMS = 16_384
/** The most deliveries one attestation may name. */
export const MAX_ATTESTED = 200

const name = z.string().regex(NAME_PATTERN)
const uuid = z.string().regex(UUID_PATTERN)
const messageId = uuid.transform((text) => text as MessageId)
const deliveryId = uuid.transform((text) => text as DeliveryId)
const mandateId = name.transform((text) => text as MandateId)
const sections = z.array(name).min(1).max(31).readonly()

/** What every message says, whatever its kind. `inReplyTo` is the id that the gateway gave the message answered. `jti` is unique for its issuer; times are seconds since 1970 (RFC 7519). */
export const envelopeSchema = z.strictObject({
  sch: z.literal(SCHEMA_VERSION),
  iss: z.string().min(3).max(200),
  aud: z.string().min(3).max(200),
  iat: z.int().min(0),
  jti: uuid,
  kind: z.enum(MESSAGE_KINDS),
  caseId: z
    .string()
    .regex(CASE_PATTERN)
    .transform((text) => text as CaseId),
  purpose: name,
  legalBasisId: z.string().min(3).max(100),
  /** Narrows the agreed edges to these organisations; absent: every edge that carries this kind. */
  to: z
    .array(name.transform((text) => text as OrganisationId))
    .min(1)
    .max(50)
    .readonly()
    .optional(),
  inReplyTo: messageId.optional(),
})

const measure = z
  .strictObject({
    id: name,
    type: name,
    from: instantText,
    until: instantText.optional(),
    sections: z.array(name).max(31).readonly(),
  })
  .readonly()

/** What the sender states about the case itself, for policy to rely on; each member only from one who may vouch for it. */
export const caseFactsSchema = z
  .strictObject({
    measures: z.array(measure).max(50).readonly(),
    informed: z
      .array(z.strictObject({ id: name, sections }).readonly())
      .max(50)
      .readonly(),
    careTeam: name,
    milestones: z
      .strictObject({ 'measure-start': instantText, release: instantText, transfer: instantText })
      .partial()
      .readonly(),
    site: name,
    jurisdiction: name,
    minor: z.boolean(),
    /** Access limited to these mandates or organisations (a limited access case). */
    restrictedTo: z.array(name).max(200).readonly(),
    excludedFrom: z.array(name).max(200).readonly(),
  })
  .partial()
  .readonly()
export type CaseFacts = z.output<typeof caseFactsSchema>

const items = z.array(itemSchema).max(MAX_ITEMS).readonly()
const facts = caseFactsSchema.optional()
const kind = <K extends CarriedKind, Shape extends z.ZodRawShape>(literal: K, shape: Shape) =>
  envelopeSchema.extend({ kind: z.literal(literal), ...shape }).readonly()

export const DECLINE_REASONS = [
  'no-capacity',
  'out-of-area',
  'conflict-of-interest',
  'person-declined',
  'other',
] as const
export const CORRECTION_REASONS = ['inaccurate', 'unlawfully-transmitted', 'disputed', 'rectified', 'other'] as const
export const REFUSAL_REASONS = ['not-necessary', 'no-basis', 'not-held', 'secrecy', 'other'] as const
const necessity = z.string().min(20).max(2000)

/** The carried kinds, told apart by `kind`. */
export const messageSchema = z.discriminatedUnion('kind', [
  kind('CaseHandover', { items, facts }),
  kind('HandoverAck', { inReplyTo: messageId }),
  kind('Referral', { items, facts }),
  kind('ReferralAccepted', {
    inReplyTo: messageId,
    mandates: z.array(mandateId).min(1).max(20).readonly(),
    firstAppointment: instantText.optional(),
  }),
  kind('ReferralDeclined', { inReplyTo: messageId, reason: z.enum(DECLINE_REASONS) }),
  kind('QuarterlyReport', { items, quarter: z.string().regex(/^\d{4}-Q[1-4]$/) }),
  kind('MonthlyMeetingRecord', { items, meetingOn: instantText, attendees: z.array(mandateId).max(50).readonly() }),
  kind('IncidentAlert', {
    items,
    severity: z.enum(['minor', 'serious', 'severe']),
    finding: z.enum(['alleged', 'established']),
  }),
  kind('EndOfCustodyNote', { items }),
  kind('Correction', { items, reason: z.enum(CORRECTION_REASONS) }),
  kind('Recall', {
    recalled: z.array(itemIdSchema).min(1).max(MAX_ITEMS).readonly(),
    reason: z.enum(CORRECTION_REASONS),
  }),
  kind('RecallAck', {
    inReplyTo: messageId,
    action: z.enum(['deleted', 'locked']),
    /** Own mandates that it answers for; absent: all of them. */
    mandates: z.array(mandateId).min(1).max(20).readonly().optional(),
    /** Deliveries that it collected and answers for; without `mandates`, their mandates alone are answered for. */
    deliveries: z.array(deliveryId).min(1).max(MAX_ATTESTED).readonly().optional(),
  }),
  kind('InformationRequest', { sections, necessity, until: instantText }),
  kind('IntelligenceRequest', { sections, necessity, until: instantText }),
  kind('InformationResponse', {
    inReplyTo: messageId,
    granted: z.array(name).max(31).readonly(),
    refused: z
      .array(z.strictObject({ section: name, reason: z.enum(REFUSAL_REASONS) }).readonly())
      .max(31)
      .readonly(),
    until: instantText,
    items: items.optional(),
  }),
])

export type Message = z.output<typeof messageSchema>
export type MessageText = z.input<typeof messageSchema>

/** What it brings; nothing where its kind holds no items. */
export const itemsOf = (message: Message): readonly Item[] => ('items' in message ? (message.items ?? []) : [])

/** What it states of its case, where it does. */
export const factsOf = (message: Message): CaseFacts | undefined => ('facts' in message ? message.facts : undefined)

/** The versions that its items replace. */
export const replacedBy = (message: Message): readonly ItemId[] =>
  itemsOf(message).flatMap(({ supersedes }) => (supersedes === undefined ? [] : [supersedes]))
