/** What a mapping file may say: `passerelle-mapping/1`, written by an integrator without code. Its schema, read from unknown JSON. */
import { z } from 'zod'
import {
  EVALUATION_SCHEMES,
  KNOWN_CLASSIFICATIONS,
  NATURES,
  SECRECY_REGIMES,
  SPECIAL_CATEGORIES,
  SUBJECT_CATEGORIES,
} from '#gateway/core/item.ts'
import { NAME_PATTERN } from '#gateway/core/ids.ts'
import { HANDLING_CODES, TLP_LABELS } from '#policies/language/item.ts'
import { isDateForm } from '#adapters/dialects/native-date.ts'

export const MAPPING_FORMAT = 'passerelle-mapping/1'
const MAX_EXPRESSION_CHARS = 4000
const MAX_PATTERN_CHARS = 400
const MAX_ROWS = 500

const name = z.string().regex(NAME_PATTERN, 'expected a name of two small letters, digits or hyphens, or more')
/** `/a` from where the source starts, `a` from the record, `./a` from the place that the row names. */
const pattern = z.string().max(MAX_PATTERN_CHARS)
const patterns = z.array(pattern).min(1).max(20).readonly()
const conditions = z.record(
  pattern,
  z
    .array(z.union([z.string().max(200), z.boolean()]))
    .min(1)
    .max(100)
    .readonly(),
)
const file = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)

const grade = z.strictObject({ scheme: z.enum(EVALUATION_SCHEMES), code: z.string().max(2) }).readonly()
const labels = z
  .strictObject({
    classification: z.enum(KNOWN_CLASSIFICATIONS),
    handling: z.array(z.enum(HANDLING_CODES)).max(4).readonly(),
    tlp: z.enum(TLP_LABELS),
    conditions: z.array(name).max(20).readonly(),
    secrecyRegime: z.enum(SECRECY_REGIMES),
    receivedInConfidence: z.literal(true),
    specialCategories: z.array(z.enum(SPECIAL_CATEGORIES)).max(9).readonly(),
    releasableTo: z.array(name).max(50).readonly(),
    originator: name,
    source: grade,
    information: grade,
  })
  .partial()
  .readonly()

const listEntry = z.strictObject({ text: z.string().min(1).max(500).optional(), labels: labels.optional() }).readonly()
/** Codes and what they stand for, here or in a file beside the mapping; a taxonomy of MISP gives a condition for each of its values. */
const codes = z.record(z.string().min(1).max(100), listEntry)
const list = z.union([
  z.strictObject({ codes }).readonly(),
  z.strictObject({ file }).readonly(),
  z.strictObject({ taxonomy: file, codes: codes.optional() }).readonly(),
])

const mark = z.union([
  z.strictObject({ from: pattern, where: conditions.optional(), list: name }).readonly(),
  z
    .strictObject({
      from: pattern,
      where: conditions.optional(),
      condition: name,
      after: z.string().min(1).max(100).optional(),
    })
    .readonly(),
])
const marks = z.array(mark).max(50).readonly()

const value = z.discriminatedUnion('as', [
  z.strictObject({ as: z.enum(['text', 'day', 'time', 'json']), at: pattern.optional() }).readonly(),
  z
    .strictObject({
      as: z.literal('lines'),
      only: z.array(z.string()).min(1).readonly().optional(),
      at: pattern.optional(),
    })
    .readonly(),
  z
    .strictObject({
      as: z.literal('record'),
      members: z.record(z.string().min(1).max(60), patterns),
      numbers: z.array(z.string()).readonly().optional(),
      constants: z.record(z.string().min(1).max(60), z.string().max(500)).optional(),
      joint: z.string().max(10).optional(),
    })
    .readonly(),
  z.strictObject({ as: z.literal('code'), list: name, at: pattern.optional() }).readonly(),
  z
    .strictObject({
      as: z.literal('expression'),
      expression: z.string().min(1).max(MAX_EXPRESSION_CHARS),
      take: z.record(z.string().min(1).max(60), pattern).optional(),
    })
    .readonly(),
])

/** One row by itself, so that a fault elsewhere hides none of its own. */
export const rowSchema = z
  .strictObject({
    from: pattern,
    section: name,
    term: z.string().min(1).max(120),
    nature: z.enum(NATURES),
    value,
    rungs: z.strictObject({ g1: value, g2: value, g3: value, g4: value }).partial().readonly().optional(),
    observedAt: patterns.optional(),
    validUntil: patterns.optional(),
    where: conditions.optional(),
    unless: conditions.optional(),
    confidentialIf: pattern.optional(),
    subjectCategory: z.enum(SUBJECT_CATEGORIES).optional(),
    specialCategories: z.array(z.enum(SPECIAL_CATEGORIES)).max(9).readonly().optional(),
    secrecyRegime: z.enum(SECRECY_REGIMES).optional(),
    authorRole: name.optional(),
    labels: labels.optional(),
    marks: marks.optional(),
  })
  .readonly()

const restriction = z
  .strictObject({
    from: pattern,
    states: z.enum(['restrictedTo', 'excludedFrom', 'closed', 'closed-unless-named']),
    member: z.string().max(60).optional(),
  })
  .readonly()

const prefix = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,20}$/)
/** `local` without a namespace, `prefix:local` with one of the mapping's own prefixes. */
const element = z.string().regex(/^(?:[A-Za-z][A-Za-z0-9-]{0,20}:)?[A-Za-z_][A-Za-z0-9._-]{0,99}$/)
const attribute = z.string().regex(/^@(?:[A-Za-z][A-Za-z0-9-]{0,20}:)?[A-Za-z_][A-Za-z0-9._-]{0,99}$/)

const source = z.discriminatedUnion('format', [
  z
    .strictObject({
      format: z.literal('json'),
      /** A member of the root that may hold the document as text: what comes in a notification. */
      unwrap: z.string().min(1).max(60).optional(),
    })
    .readonly(),
  z
    .strictObject({
      format: z.literal('xml'),
      namespaces: z.record(prefix, z.string().min(1).max(300)).default({}),
      start: element,
      repeated: z.array(element).max(200).readonly().default([]),
      same: z.record(element, element).default({}),
      references: z.strictObject({ from: attribute, to: attribute, as: element }).readonly().optional(),
      schema: file.optional(),
    })
    .readonly(),
  z
    .strictObject({
      format: z.literal('csv'),
      encoding: z.enum(['utf-8', 'latin1', 'windows-1252']).default('utf-8'),
      delimiter: z.enum([',', ';', '\t', '|']).default(','),
      /** Lines before the row that names the columns: a title, a date of printing. */
      skipLines: z.int().min(0).max(100).default(0),
      /** Absent: the first row names the columns. */
      columns: z.array(z.string().min(1).max(60)).min(1).max(500).readonly().optional(),
      required: z.array(z.string().min(1).max(60)).readonly().default([]),
      maxChars: z.record(z.string().min(1).max(60), z.int().min(1).max(20_000)).default({}),
    })
    .readonly(),
])
export type SourceSettings = z.output<typeof source>
export type XmlSettings = Extract<SourceSettings, { readonly format: 'xml' }>
export type JsonSettings = Extract<SourceSettings, { readonly format: 'json' }>
export type CsvSettings = Extract<SourceSettings, { readonly format: 'csv' }>

export const mappingFileSchema = z
  .strictObject({
    format: z.literal(MAPPING_FORMAT),
    id: name,
    version: z.int().min(1).max(100_000),
    title: z.strictObject({ en: z.string().min(1).max(200), fr: z.string().min(1).max(200) }).readonly(),
    source,
    /** Where the records stand; each is about one person. Absent: the whole source is one record. */
    records: pattern.default(''),
    /** Which records these are, for those who receive them: `record` of their items. */
    record: z.string().min(1).max(200),
    author: z.strictObject({ role: name, service: name }).readonly(),
    /** Patterns of the number under which the sender keeps the case. */
    caseReference: patterns.optional(),
    /** Patterns of the document's own number, to recognise it when it comes again. */
    documentId: patterns.optional(),
    dates: z.array(z.string().max(30).refine(isDateForm, 'not a form of a date')).max(10).readonly().default([]),
    required: z.array(pattern).max(50).readonly().default([]),
    subject: z.array(pattern).max(10).readonly().default([]),
    lists: z.record(name, list).default({}),
    marks: marks.default([]),
    restriction: z.array(restriction).max(20).readonly().default([]),
    /** Records that are not for this mapping, with the reason that is told: of an organisation, say. */
    refuse: z
      .array(z.strictObject({ where: conditions, why: z.string().min(3).max(200) }).readonly())
      .max(20)
      .readonly()
      .default([]),
    /** What is left out on purpose, with the reason: told apart from what nobody thought of. */
    leftOut: z
      .array(z.strictObject({ from: pattern, why: z.string().min(3).max(300) }).readonly())
      .max(200)
      .readonly()
      .default([]),
    items: z.array(rowSchema).max(MAX_ROWS).readonly(),
  })
  .readonly()

/** A mapping file as it was written, defaults filled in. */
export type MappingFile = z.output<typeof mappingFileSchema>
export type CodeListSource = z.output<typeof list>
export const codesSchema = z.strictObject({ format: z.literal('passerelle-codes/1'), codes }).readonly()
