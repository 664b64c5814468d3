/** The twelve invented cases of the demo: short rows on disk, whole items with ids, dates and labels when read. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { uuidFrom } from '#gateway/core/canonical-json.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { termById } from '#gateway/core/vocabulary/sections.ts'
import { readJson } from '#cli/files.ts'

const DAY_MS = 86_400_000

const rowSchema = z.looseObject({
  term: z.string(),
  /** Days since it was observed. */
  ago: z.int().min(0).default(30),
})
type Row = z.output<typeof rowSchema>

const rows = z.array(rowSchema).min(1).max(60).readonly()
const caseSchema = z.strictObject({
  caseId: z.string(),
  lang: z.enum(['en', 'fr']),
  title: z.strictObject({ en: z.string(), fr: z.string() }),
  author: z.strictObject({ role: z.string(), service: z.string() }),
  facts: z.record(z.string(), z.unknown()),
  items: rows,
  /** What probation adds, and which sections it hands on, when it refers the case to the association. */
  referral: z
    .strictObject({
      sections: z.array(z.string()).readonly(),
      leaveOut: z.array(z.string()).readonly().default([]),
      items: rows,
    })
    .optional(),
})

/** One case, its dates counted from the day the demo is told. */
export interface DemoCase {
  readonly caseId: string
  readonly title: string
  readonly titles: { readonly en: string; readonly fr: string }
  readonly facts: Readonly<Record<string, unknown>>
  readonly items: readonly ItemText[]
  /** Absent: the case is not referred to the association. */
  readonly referral?: readonly ItemText[]
}

const FOLDER = join(import.meta.dirname, 'cases')

/** All cases, by the names of their files. Throws CommandFailed where one cannot be read. */
export async function readDemoCases(now: Instant): Promise<readonly DemoCase[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).toSorted()
  return Promise.all(names.map(async (name) => toCase(caseSchema.parse(await readJson(join(FOLDER, name))), now)))
}

function toCase(text: z.output<typeof caseSchema>, now: Instant): DemoCase {
  const { caseId, lang, author, facts, title, referral } = text
  const items = text.items.map((row, index) => toItem(row, { seed: `${caseId} ${index}`, lang, author, now }))
  const about = { caseId, title: title[lang], titles: title, facts: dated(facts, now) as DemoCase['facts'], items }
  if (referral === undefined) return about
  const own = referral.items.map((row, index) =>
    toItem(row, { seed: `${caseId} referral ${index}`, lang, author: PROBATION, now }),
  )
  return { ...about, referral: [...items.filter((item) => isHandedOn(item, referral)).map(handedOn), ...own] }
}

const PROBATION = { role: 'probation-officer', service: 'probation-paris' }

/** What probation could read and chose to hand on: nothing told in confidence, nothing classified. */
const isHandedOn = (
  item: ItemText,
  referral: { readonly sections: readonly string[]; readonly leaveOut: readonly string[] },
): boolean =>
  referral.sections.includes(item.section) &&
  !referral.leaveOut.includes(item.term) &&
  item.receivedInConfidence !== true &&
  item.classification === undefined

/** A copy under probation's own id, which says what it was made from: each member answers for what it handed on. */
const handedOn = (item: ItemText): ItemText => ({
  ...item,
  itemId: copyIdOf(item.itemId),
  derivedFrom: [item.itemId],
})

/** The id under which probation hands an item of the prison on. */
export const copyIdOf = (itemId: string): string => uuidFrom(`handed on ${itemId}`)

export interface ItemPlace {
  readonly seed: string
  readonly lang: 'en' | 'fr'
  readonly author: { readonly role: string; readonly service: string }
  readonly now: Instant
}

/** A row completed by what its term says of itself. */
export function toItem({ ago, ...row }: Row, { seed, lang, author, now }: ItemPlace): ItemText {
  const term = termById(row.term)
  if (term === undefined) throw new Error(`the demo names a term that the vocabulary does not hold: ${row.term}`)
  return {
    itemId: uuidFrom(`demo ${seed}`),
    section: term.section,
    nature: NATURES[term.section] ?? 'fact',
    subjectCategory: term.subjectCategory,
    specialCategories: [...term.specialCategories],
    author,
    observedAt: dayOf(now, -ago),
    completeness: 'complete',
    ...(CODED.has(term.kind) ? {} : { lang }),
    ...(dated(row, now) as Row),
  }
}

const NATURES: Readonly<Record<string, ItemText['nature']>> = {
  evaluation: 'assessment',
  'risk-needs': 'assessment',
  ideology: 'assessment',
  'violent-risk': 'assessment',
  mediation: 'assessment',
  intelligence: 'intelligence',
  'panel-decision': 'decision',
  'own-statement': 'statement-of-person',
}

/** Values of these ladders are dates, codes and numbers, in no language. */
const CODED: ReadonlySet<string> = new Set([
  'date',
  'birth-date',
  'prison',
  'offence',
  'sentence',
  'amount',
  'child',
  'address',
])

/** ISO 8601 day, so many days from now. */
export const dayOf = (now: Instant, days: number): string => printInstant(now + days * DAY_MS).slice(0, 10)

const RELATIVE_DAY = /^day(?:[+-]\d+)?$/

/** A copy in which `day+21` is the day three weeks from now. */
function dated(value: unknown, now: Instant): unknown {
  if (typeof value === 'string') return RELATIVE_DAY.test(value) ? dayOf(now, Number(value.slice(3))) : value
  if (Array.isArray(value)) return value.map((entry) => dated(entry, now))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, dated(member, now)]))
}
