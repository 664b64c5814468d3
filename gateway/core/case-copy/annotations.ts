/** What the gateway adds to a presentation, in its own name: how much is shown of each item, and on what terms. Never a value of the sender's. */
import { z } from 'zod'
import { CASE_PATTERN } from '#gateway/core/ids.ts'
import { projectionSchema } from '#gateway/core/projection.ts'

/** Members of a projection that are the gateway's own word. */
export const GATEWAY_MEMBERS = [
  'iss',
  'aud',
  'iat',
  'jti',
  'messageId',
  'legalBasis',
  'regime',
  'agreement',
  'art9',
  'attested',
  'depth',
  'withheld',
  'conditions',
  'notice',
  'policy',
] as const

const { shape } = projectionSchema.unwrap()
const place = z.int().min(0)

const annotatedItem = z
  .strictObject({
    /** Which of the elements that are shown, in their order. */
    element: place,
    level: z.enum(['existence', 'summary', 'current', 'full']),
    past: z.boolean(),
    /** All that travel with it: the sender's own and those that policy added. */
    conditions: z.array(z.string()).readonly(),
  })
  .readonly()

export const annotationsSchema = z
  .strictObject({
    iss: shape.iss,
    aud: shape.aud,
    iat: shape.iat,
    jti: shape.jti,
    messageId: shape.messageId,
    legalBasis: shape.legalBasis,
    regime: shape.regime,
    agreement: shape.agreement,
    art9: shape.art9,
    attested: shape.attested,
    depth: shape.depth,
    withheld: shape.withheld,
    conditions: shape.conditions,
    notice: shape.notice,
    policy: shape.policy,
    /** In the order of the message. */
    items: z.array(annotatedItem).readonly(),
    /** Which of the ids that are shown, in the order of the message. */
    corrected: z.array(place).readonly(),
    /** What the recipient calls the case, where it is not by the handle of this copy. */
    caseId: z.string().regex(CASE_PATTERN).optional(),
    /** Whose message it is, where the gateway says it in its own name and not to hide that. */
    sender: shape.sender.optional(),
    /** Something older than what this recipient was shown last: never the news. */
    earlier: z.literal(true).optional(),
  })
  .readonly()
export type Annotations = z.output<typeof annotationsSchema>
export type AnnotatedItem = z.output<typeof annotatedItem>
