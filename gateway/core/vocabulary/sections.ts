/** The 31 sections of a case summary and their terms (`domain.md` §3.2). */
import type { Section, Term } from './section.ts'
import { ASSESSMENT_SECTIONS } from './sections-assessment.ts'
import { CARE_SECTIONS } from './sections-care.ts'
import { CONDUCT_SECTIONS } from './sections-conduct.ts'
import { CONTACT_SECTIONS } from './sections-contact.ts'
import { ENGAGEMENT_SECTIONS } from './sections-engagement.ts'
import { JUSTICE_SECTIONS } from './sections-justice.ts'
import { LIFE_SECTIONS } from './sections-life.ts'
import { RECORD_SECTIONS } from './sections-record.ts'
import { RELEASE_SECTIONS } from './sections-release.ts'

export const VOCABULARY_VERSION = 'passerelle-vocabulary/1'

/** By number. */
export const SECTIONS: readonly Section[] = [
  ...JUSTICE_SECTIONS,
  ...RELEASE_SECTIONS,
  ...ASSESSMENT_SECTIONS,
  ...ENGAGEMENT_SECTIONS,
  ...CARE_SECTIONS,
  ...LIFE_SECTIONS,
  ...CONDUCT_SECTIONS,
  ...CONTACT_SECTIONS,
  ...RECORD_SECTIONS,
].toSorted((a, b) => a.number - b.number)

const BY_ID: ReadonlyMap<string, Section> = new Map(SECTIONS.map((entry) => [entry.id, entry]))
const TERMS: ReadonlyMap<string, Term> = new Map(SECTIONS.flatMap(({ terms }) => terms.map((term) => [term.id, term])))

/** Undefined for a name that the vocabulary does not hold. */
export const sectionById = (id: string): Section | undefined => BY_ID.get(id)

/** By number 1 to 31. */
export const sectionByNumber = (number: number): Section | undefined => SECTIONS[number - 1]

/** Undefined for a name that the vocabulary does not hold. */
export const termById = (id: string): Term | undefined => TERMS.get(id)

/** The section that a term belongs to, or undefined for a name that the vocabulary does not hold. */
export const sectionOfTerm = (id: string): Section | undefined => {
  const term = termById(id)
  return term === undefined ? undefined : sectionById(term.section)
}

/** The term as an item of that section means it. A section of another vocabulary (a native record) has terms of its own, without a ladder. */
export const termIn = (section: string, id: string): Term | undefined =>
  sectionById(section) === undefined ? undefined : termById(id)
