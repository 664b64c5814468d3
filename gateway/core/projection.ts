/** What one mandate gets of one message: a type with nowhere to put withheld text, and the manifest of declared omissions. */
import { z } from 'zod'
import { HANDLING_CODES, CLASSIFICATIONS, TLP_LABELS } from '#policies/language/item.ts'
import { RUNGS } from '#policies/language/level.ts'
import { DEPTHS } from './choice.ts'
import type { ItemId } from './ids.ts'
import { EVALUATION_SCHEMES } from './item.ts'

/** On every page and in every parcel, whether or not anything is missing. */
export const CONSTANT_SENTENCE = {
  en: 'You may not be shown everything that exists.',
  fr: 'Il se peut que tout ce qui existe ne vous soit pas montré.',
} as const

const evaluation = z.strictObject({ scheme: z.enum(EVALUATION_SCHEMES), code: z.string() }).readonly()

/** LED Art. 7(2): lets the recipient judge accuracy, completeness, reliability and currency. */
const quality = z
  .strictObject({
    asOf: z.string(),
    validUntil: z.string().optional(),
    completeness: z.enum(['complete', 'partial', 'unknown']),
    source: evaluation.optional(),
    information: evaluation.optional(),
    method: z.string().optional(),
    generalised: z.boolean(),
  })
  .readonly()

const marking = z
  .strictObject({
    classification: z.enum(CLASSIFICATIONS),
    handling: z.array(z.enum(HANDLING_CODES)).readonly(),
    tlp: z.enum(TLP_LABELS).optional(),
    originator: z.string().optional(),
    conditions: z.array(z.string()).readonly(),
    releaseUntil: z.string().optional(),
  })
  .readonly()

export const projectedItemSchema = z
  .strictObject({
    /** Absent at `existence`: what exists is not named. */
    itemId: z.string().optional(),
    section: z.string(),
    term: z.string().optional(),
    level: z.enum(['existence', 'summary', 'current', 'full']),
    rung: z.enum(RUNGS).optional(),
    value: z.json().optional(),
    nature: z.string().optional(),
    subjectCategory: z.string().optional(),
    author: z.strictObject({ role: z.string(), service: z.string().optional() }).readonly(),
    observedAt: z.string(),
    past: z.boolean(),
    quality,
    marking,
    evidenceFor: z.array(z.string()).readonly().optional(),
    evidenceAgainst: z.array(z.string()).readonly().optional(),
    missingInformation: z.string().optional(),
    disputed: z.boolean().optional(),
    subjectStatement: z.string().optional(),
    supersedes: z.string().optional(),
    lang: z.string().optional(),
    /** Where it stands in its native record. */
    record: z.string().optional(),
    at: z.string().optional(),
  })
  .readonly()
export type ProjectedItem = z.output<typeof projectedItemSchema>

/** A declared omission, by section and reason, once each: never a count, never an id. */
export const withheldEntrySchema = z
  .strictObject({
    section: z.string(),
    kind: z.enum(['policy-declared', 'your-choice', 'sealed-until']),
    reason: z.string(),
  })
  .readonly()
export type WithheldEntry = z.output<typeof withheldEntrySchema>

export const projectionSchema = z
  .strictObject({
    sch: z.literal('passerelle-projection/1'),
    iss: z.string(),
    aud: z.string(),
    iat: z.int(),
    jti: z.string(),
    kind: z.string(),
    messageId: z.string(),
    inReplyTo: z.string().optional(),
    sender: z.string(),
    caseId: z.string(),
    purpose: z.string(),
    legalBasis: z.array(z.string()).readonly(),
    regime: z.enum(['LED', 'GDPR', 'NATSEC', 'THIRD']),
    agreement: z.string().optional(),
    art9: z.string().optional(),
    attested: z.enum(['originator', 'broker']),
    depth: z.enum(DEPTHS),
    /** Kind-specific members without case content: reason codes, granted sections, dates. */
    body: z.record(z.string(), z.json()).readonly(),
    items: z.array(projectedItemSchema).readonly(),
    withheld: z.array(withheldEntrySchema).readonly(),
    conditions: z.array(z.string()).readonly(),
    notice: z.strictObject({ en: z.string(), fr: z.string() }).readonly(),
    policy: z.strictObject({ id: z.string(), version: z.string() }).readonly(),
  })
  .readonly()
export type Projection = z.output<typeof projectionSchema>

/** One line of a decision record: what became of one item version, readable without its content. */
export interface ItemOutcome {
  readonly itemId: ItemId
  readonly section: string
  readonly term: string
  readonly outcome: 'passed' | 'generalised' | 'existence' | 'withheld'
  /** Level that policy and markings permit. */
  readonly ceiling: string
  /** Level after the recipient's choices and the floor. */
  readonly level: string
  readonly omission: 'silent' | 'declared'
  readonly rules: readonly string[]
  /** What else acted: a marking, the choice of the organisation or of the practitioner, the floor, an error. */
  readonly because: readonly string[]
}

/** The record of one judgement, byte for byte the same on replay (LED Art. 4(4)). */
export interface DecisionRecord {
  readonly policy: { readonly id: string; readonly version: string; readonly digest: string }
  readonly at: string
  readonly edge: string
  readonly mandate: string
  readonly messageId: string
  /** SHA-256 of the canonical question: all attributes that were asked with. */
  readonly questionDigest: string
  /** SHA-256 of the canonical choices applied. */
  readonly choiceDigest: string
  readonly depth: string
  readonly items: readonly ItemOutcome[]
}
