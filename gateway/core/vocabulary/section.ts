/** What a section and a term are: the names an item may carry, in two languages, with the ladder of its value. */
import type { LadderKind } from '#policies/engine/ladder.ts'
import type { Rung } from '#policies/language/level.ts'
import type { SPECIAL_CATEGORIES, SUBJECT_CATEGORIES } from '#gateway/core/item.ts'

export type SpecialCategory = (typeof SPECIAL_CATEGORIES)[number]
export type SubjectCategory = (typeof SUBJECT_CATEGORIES)[number]

/** Section ids by number, 1 to 31; the order is fixed. */
export const SECTION_IDS = [
  'identity',
  'custody',
  'measures',
  'release-plan',
  'third-parties',
  'evaluation',
  'risk-needs',
  'protective-factors',
  'ideology',
  'violent-risk',
  'mediation',
  'psychology',
  'health',
  'accommodation',
  'employment',
  'finance',
  'family',
  'network',
  'lifestyle',
  'life-course',
  'incidents',
  'programmes',
  'intelligence',
  'contacts',
  'transfers',
  'quarterly-report',
  'meeting-record',
  'panel-decision',
  'closure',
  'own-statement',
  'handling',
] as const
export type SectionId = (typeof SECTION_IDS)[number]

/** What an item says. */
export interface Term {
  /** Unique in all sections. */
  readonly id: string
  /** The one section it belongs to. */
  readonly section: SectionId
  readonly en: string
  readonly fr: string
  /** Ladder of its value. */
  readonly kind: LadderKind
  /** What stands for "summary" (depth 2). A rung that the ladder lacks: summary says no more than existence. */
  readonly summaryRung: Rung
  /** LED Art. 6 category of the person it is usually about. */
  readonly subjectCategory: SubjectCategory
  /** LED Art. 10 categories that it usually holds. */
  readonly specialCategories: readonly SpecialCategory[]
  /** Of the safety floor: no choice of a recipient hides it while it is in force. */
  readonly isFloor: boolean
  /** Records an event, which becomes past with time; false for a standing fact, in a section of events too. */
  readonly recordsEvent: boolean
}

export interface Section {
  readonly number: number
  readonly id: SectionId
  readonly en: string
  readonly fr: string
  /** Holds events (21, 22, 25 to 29), which become past when their window has gone by. */
  readonly isEvent: boolean
  readonly terms: readonly Term[]
}

/** A term as written in the tables; what is left out is as its section says. */
export interface TermRow {
  readonly id: string
  readonly en: string
  readonly fr: string
  readonly kind: LadderKind
  readonly rung: Rung
  readonly about?: SubjectCategory
  readonly special?: readonly SpecialCategory[]
  readonly isFloor?: true
  /** A fact that lasts, in a section of events. */
  readonly isStanding?: true
}

export interface SectionRow {
  readonly id: SectionId
  readonly en: string
  readonly fr: string
  readonly isEvent?: true
  readonly about?: SubjectCategory
  readonly special?: readonly SpecialCategory[]
  readonly terms: readonly TermRow[]
}

/** A section from its row, with what the row leaves out. */
export function section(row: SectionRow): Section {
  const isEvent = row.isEvent === true
  return {
    number: SECTION_IDS.indexOf(row.id) + 1,
    id: row.id,
    en: row.en,
    fr: row.fr,
    isEvent,
    terms: row.terms.map((term) => ({
      id: term.id,
      section: row.id,
      en: term.en,
      fr: term.fr,
      kind: term.kind,
      summaryRung: term.rung,
      subjectCategory: term.about ?? row.about ?? 'convicted',
      specialCategories: term.special ?? row.special ?? [],
      isFloor: term.isFloor === true,
      recordsEvent: isEvent && term.isStanding !== true,
    })),
  }
}
