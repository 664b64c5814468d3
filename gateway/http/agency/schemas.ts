/** The bodies of the agency door as schemas: what is taken is read with them, what is answered is described by them. */
import { z } from 'zod'
import { CASE_PATTERN, NAME_PATTERN, UUID_PATTERN } from '#gateway/core/ids.ts'
import type { CaseId, DeliveryId, MandateId, MessageId } from '#gateway/core/ids.ts'
import { DEPTHS, choiceSchema } from '#gateway/core/choice.ts'
import { DECLINE_REASONS } from '#gateway/core/message.ts'
import { CARRIED_KINDS } from '#gateway/core/message-kinds.ts'
import { PROBLEMS } from '#gateway/core/problem.ts'
import { ESCALATION_STEPS } from '#gateway/core/escalation.ts'
import { MEMBERSHIP_FAULTS } from '#gateway/core/membership.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'

const uuid = z.string().regex(UUID_PATTERN)
const name = z.string().regex(NAME_PATTERN)
const instant = z.iso.datetime()
const RECALL_STATES = ['waiting', 'deleted', 'locked', 'unreachable'] as const
const isProblemCode = (text: string): text is ProblemCode => text in PROBLEMS

export const messageIdParameter = z.strictObject({ id: uuid.transform((text) => text as MessageId) })
export const deliveryIdParameter = z.strictObject({ id: uuid.transform((text) => text as DeliveryId) })
export const caseParameter = z.strictObject({
  case: z
    .string()
    .regex(CASE_PATTERN)
    .transform((text) => text as CaseId),
})
export const problemCodeParameter = z.strictObject({ code: z.string().refine(isProblemCode) })

/** The mandate that speaks; its own assertion goes into the Authorization header. */
export const mandateQuery = z.strictObject({ mandate: name.transform((text) => text as MandateId).optional() })

const MAX_PAGE = 200
const DEFAULT_PAGE = 50
export const pageQuery = z.strictObject({
  ...mandateQuery.shape,
  cursor: z.string().max(100).optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .refine((limit) => limit <= MAX_PAGE)
    .optional(),
})
export const pageLimit = (limit: number | undefined): number => limit ?? DEFAULT_PAGE

export const certificateRequestSchema = z
  .string()
  .meta({ id: 'CertificateRequest', description: 'PKCS#10 (RFC 2986), DER in base64.' })
export const certificatesSchema = z
  .string()
  .meta({ id: 'Certificates', description: 'PKCS#7 certs-only (RFC 5652 §5.1), DER in base64.' })
export const joseSchema = z.string().meta({ id: 'CompactJose', description: 'A compact JWE (RFC 7516) as its text.' })

export const noteSchema = z
  .string()
  .meta({ id: 'Note', description: 'A signed note, or what goes with one, as its text.' })
export const cosignatureSchema = z
  .string()
  .meta({ id: 'Cosignature', description: 'A signature line of a note (c2sp.org/signed-note).' })

const acceptedSchema = z.strictObject({
  id: uuid,
  receipt: z.string(),
  status: z.string(),
})
export const submissionAcceptedSchema = acceptedSchema.meta({
  id: 'SubmissionAccepted',
  description: 'The id that the gateway gave the message, the signed receipt (compact JWS), and where its state is.',
})

export const submissionSchema = z
  .strictObject({
    id: uuid,
    kind: z.enum(CARRIED_KINDS),
    caseId: z.string(),
    jti: uuid,
    acceptedAt: instant,
    receipt: z.string(),
    edges: z.array(
      z.strictObject({
        organisation: name,
        state: z.enum(['waiting', 'delivered', 'acknowledged', 'stopped', 'stuck']),
        reason: z.string().optional(),
        at: instant,
        timeline: z.array(
          z.strictObject({
            state: z.enum([
              'accepted',
              'delivered',
              'stopped',
              'stuck',
              'unread',
              'acknowledged',
              'taken-on',
              'declined',
            ]),
            at: instant,
            reason: z.enum(DECLINE_REASONS).optional(),
          }),
        ),
      }),
    ),
    answers: z.array(z.strictObject({ organisation: name, state: z.enum(RECALL_STATES), dueAt: instant })).optional(),
  })
  .meta({ id: 'Submission', description: 'A state per recipient organisation, without content and without choices.' })

export const closureSchema = z
  .strictObject({
    id: uuid,
    kind: z.enum(['Recall', 'Correction']),
    caseId: z.string(),
    acceptedAt: instant,
    isClosed: z.boolean(),
    organisations: z.array(
      z.strictObject({
        organisation: name,
        state: z.enum(RECALL_STATES),
        dueAt: instant,
        reachedAt: instant.optional(),
        collectedAt: instant.optional(),
        answeredAt: instant.optional(),
        escalation: z.strictObject({ step: z.enum(ESCALATION_STEPS), at: instant }).optional(),
        dpo: z.email().optional(),
        out: z.enum(MEMBERSHIP_FAULTS).optional(),
        attestations: z.array(
          z.strictObject({ digest: z.string().length(64), at: instant, signed: z.string().optional() }),
        ),
      }),
    ),
  })
  .meta({
    id: 'Closure',
    description:
      'Closed once every organisation has answered. `signed` is the compact JWS of the RecallAck as its sender signed it; its digest is left when the case is erased.',
  })

export const lastCopiesSchema = z
  .strictObject({ digest: z.string().max(64), versions: z.record(z.string(), z.int()) })
  .meta({ id: 'LastCopies', description: 'Empty text and no versions where this member sent none.' })

export const mailboxPageSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        id: uuid,
        kind: z.enum(CARRIED_KINDS),
        messageId: uuid,
        caseId: z.string(),
        sender: name,
        mandate: name,
        state: z.enum(['in-mailbox', 'collected', 'acknowledged']),
        createdAt: instant,
        keysHeldBy: z.enum(['mandate', 'organisation', 'gateway']),
      }),
    ),
    next: z.string().optional(),
  })
  .meta({ id: 'MailboxPage', description: 'Oldest first, without a total; `next` is the cursor of the next page.' })

export const acknowledgementSchema = z
  .strictObject({ id: uuid, state: z.literal('acknowledged'), acknowledgedAt: instant })
  .meta({ id: 'Acknowledgement' })

const MIN_REASON = 10
const MAX_REASON = 2_000
export const pullUpSchema = z
  .strictObject({
    depth: z.enum(DEPTHS),
    sections: z.record(name, z.enum(DEPTHS)).optional(),
    reason: z.string().trim().min(MIN_REASON).max(MAX_REASON),
  })
  .meta({
    id: 'PullUp',
    description: 'A deeper view for the case of this delivery. Only a digest of the reason is kept.',
  })

export const pullUpAcceptedSchema = z
  .strictObject({ delivery: uuid, mailbox: z.string() })
  .meta({ id: 'PullUpAccepted', description: 'The case is judged anew; what comes of it arrives in the mailbox.' })

export const choiceBodySchema = choiceSchema.meta({ id: 'Choice' })

export const choiceViewSchema = z
  .strictObject({
    choice: choiceBodySchema,
    revision: z.int().min(0),
    owner: z.enum(['organisation', 'mandate']),
  })
  .meta({ id: 'ChoiceView', description: 'Revision 0: nothing was chosen yet, and this is what applies instead.' })

export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().regex(/^urn:uuid:/),
    code: z.string().refine(isProblemCode),
    errors: z
      .array(z.strictObject({ pointer: z.string(), code: z.string(), expected: z.string().optional() }))
      .optional(),
    retryable: z.boolean(),
  })
  .meta({
    id: 'Problem',
    description: 'RFC 9457. `type` leads to a page about the problem; `errors` say where, never what.',
  })

export const problemPageSchema = z
  .strictObject({ code: z.string(), status: z.int(), title: z.string(), detail: z.string(), retryable: z.boolean() })
  .meta({ id: 'ProblemPage' })

export const trustListSchema = z
  .strictObject({
    payload: z.string(),
    signatures: z.array(z.strictObject({ protected: z.string(), signature: z.string() })),
  })
  .meta({ id: 'TrustList', description: 'RFC 7515 §7.2.1; the payload is described in docs/trust-list.md.' })

const entries = z.array(z.looseObject({ id: name }))
export const networkSchema = z
  .strictObject({
    network: z.string(),
    broker: z.looseObject({ id: name, uri: z.string(), url: z.string() }),
    participants: entries,
    edges: entries,
    mandates: entries,
  })
  .meta({ id: 'Network', description: 'As network.json of docs/join.md has it, without keys and addresses.' })

export const keyRequestKeptSchema = z.strictObject({ status: z.literal('kept') }).meta({ id: 'KeyRequestKept' })

export const jwkSetSchema = z
  .strictObject({ keys: z.array(z.record(z.string(), z.string())) })
  .meta({ id: 'JwkSet', description: 'RFC 7517 §5.' })
