/** The envelope of an item (`domain.md` §3.6): what every item of a case summary says about itself, read from unknown JSON. */
import { z } from 'zod'
import { parseInstant } from '#policies/language/instant.ts'
import { HANDLING_CODES, TLP_LABELS } from '#policies/language/item.ts'
import { NAME_PATTERN, UUID_PATTERN } from './ids.ts'
import type { ItemId } from './ids.ts'

export const NATURES = ['fact', 'assessment', 'opinion', 'intelligence', 'statement-of-person', 'decision'] as const

/** LED Art. 6 categories of the person an item is about (`domain.md` §2.11). */
export const SUBJECT_CATEGORIES = [
  'suspect',
  'convicted',
  'victim',
  'other-witness',
  'other-contact',
  'other-associate',
  'family-member',
  'child',
  'professional',
] as const

/** LED Art. 10 categories, and the GDPR Art. 10 flag `offence`. */
export const SPECIAL_CATEGORIES = [
  'racial-ethnic',
  'political',
  'religious-philosophical',
  'trade-union',
  'genetic',
  'biometric-id',
  'health',
  'sex-life-orientation',
  'offence',
] as const

export const SECRECY_REGIMES = ['none', 'spip', 'medical', 'social-work', 'psychologist', 'lawyer', 'clergy'] as const

/** Every classification that a sender may write; those above Diffusion Restreinte are refused at the door, unread. */
export const KNOWN_CLASSIFICATIONS = ['non-protege', 'diffusion-restreinte', 'secret', 'tres-secret'] as const

export const EVALUATION_SCHEMES = ['europol-4x4', 'uk-5x5x5', 'uk-3x5x2', 'admiralty'] as const

const MAX_TEXT_CHARS = 20_000

const name = z.string().regex(NAME_PATTERN)
/** The checked maker of an item id, for whatever names one. */
export const itemIdSchema = z
  .string()
  .regex(UUID_PATTERN)
  .transform((text) => text as ItemId)
const text = z.string().max(MAX_TEXT_CHARS)
export const instantText = z.string().refine((value) => parseInstant(value) !== undefined, 'not an ISO 8601 instant')
const names = z.array(name).max(50).readonly()
const evaluation = z.strictObject({ scheme: z.enum(EVALUATION_SCHEMES), code: z.string().max(2) }).readonly()
/** The value itself; its shape belongs to the ladder kind of the term and is checked there. */
const value = z.json()

export const itemSchema = z
  .strictObject({
    itemId: itemIdSchema,
    section: name,
    term: z.string().min(1).max(120),
    value: value.optional(),
    /** Authored rungs of the ladder, coarser than the value. */
    rungs: z.strictObject({ g1: value, g2: value, g3: value, g4: value }).partial().readonly().optional(),
    nature: z.enum(NATURES),
    subjectCategory: z.enum(SUBJECT_CATEGORIES),
    specialCategories: z.array(z.enum(SPECIAL_CATEGORIES)).max(9).readonly().default([]),
    author: z.strictObject({ role: name, service: name }).readonly(),
    observedAt: instantText,
    recordedAt: instantText.optional(),
    validUntil: instantText.optional(),
    source: evaluation.optional(),
    information: evaluation.optional(),
    completeness: z.enum(['complete', 'partial', 'unknown']).default('unknown'),
    method: z.string().max(200).optional(),
    evidenceFor: z.array(text).max(20).readonly().optional(),
    evidenceAgainst: z.array(text).max(20).readonly().optional(),
    missingInformation: text.optional(),
    secrecyRegime: z.enum(SECRECY_REGIMES).default('none'),
    receivedInConfidence: z.boolean().default(false),
    classification: z.enum(KNOWN_CLASSIFICATIONS).default('non-protege'),
    handling: z.array(z.enum(HANDLING_CODES)).max(4).readonly().default([]),
    handlingNote: z.string().max(500).optional(),
    tlp: z.enum(TLP_LABELS).optional(),
    conditions: names.default([]),
    originator: name.optional(),
    releasableTo: names.optional(),
    releaseUntil: instantText.optional(),
    purposes: names.optional(),
    legalBasisIds: z.array(z.string().min(3).max(100)).max(10).readonly().optional(),
    retentionId: z.string().max(60).optional(),
    disputed: z.boolean().default(false),
    subjectStatement: text.optional(),
    subjectInformed: z.enum(['yes', 'no', 'deferred']).default('yes'),
    supersedes: itemIdSchema.optional(),
    derivedFrom: z.array(itemIdSchema).max(50).readonly().optional(),
    lang: z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/)
      .optional(),
    /** Where it came from in a native record: the record's name and the JSON Pointer in it. */
    record: z.string().max(200).optional(),
    at: z.string().max(500).optional(),
  })
  .readonly()

export type Item = z.output<typeof itemSchema>
export type ItemText = z.input<typeof itemSchema>
