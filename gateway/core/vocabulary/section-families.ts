/** The families in which the sections stand together on pages, and the sections that need more care than others. */
import type { Bilingual } from '#policies/language/policy.ts'
import type { SectionId } from './section.ts'
import { SECTIONS } from './sections.ts'

export interface SectionFamily {
  readonly id: string
  readonly name: Bilingual
  readonly sections: readonly SectionId[]
}

/** Six families; each of the 31 sections is in one of them. */
export const SECTION_FAMILIES: readonly SectionFamily[] = [
  {
    id: 'justice',
    name: { en: 'Identity and justice', fr: 'Identité et justice' },
    sections: ['identity', 'custody', 'measures', 'panel-decision', 'transfers'],
  },
  {
    id: 'release',
    name: { en: 'Release and the people around', fr: 'Sortie et entourage' },
    sections: ['release-plan', 'third-parties', 'contacts', 'family', 'network'],
  },
  {
    id: 'assessment',
    name: { en: 'Assessments', fr: 'Évaluations' },
    sections: ['evaluation', 'risk-needs', 'protective-factors', 'ideology', 'violent-risk', 'intelligence'],
  },
  {
    id: 'care',
    name: { en: 'Care and support', fr: 'Soins et accompagnement' },
    sections: ['mediation', 'psychology', 'health', 'programmes', 'own-statement'],
  },
  {
    id: 'life',
    name: { en: 'Daily life', fr: 'Vie quotidienne' },
    sections: ['accommodation', 'employment', 'finance', 'lifestyle', 'life-course'],
  },
  {
    id: 'follow-up',
    name: { en: 'Follow-up and records', fr: 'Suivi et comptes rendus' },
    sections: ['incidents', 'quarterly-report', 'meeting-record', 'closure', 'handling'],
  },
]

/** Sections that usually hold special categories (LED Art. 10). */
export const SPECIAL_SECTIONS: ReadonlySet<string> = new Set(
  SECTIONS.filter(({ terms }) => terms.some(({ specialCategories }) => specialCategories.length > 0)).map(
    ({ id }) => id,
  ),
)

/** Sections with items of the safety floor. */
export const FLOOR_SECTIONS: ReadonlySet<string> = new Set(
  SECTIONS.filter(({ terms }) => terms.some(({ isFloor }) => isFloor)).map(({ id }) => id),
)

const categoriesOf = ({ terms }: (typeof SECTIONS)[number]): readonly string[] =>
  terms.flatMap(({ specialCategories }) => specialCategories)

/** Other sections that hold the same special category: where one of them is shown, silence about this one may be heard. */
export function sectionsAlike(section: string): readonly SectionId[] {
  const own = new Set(SECTIONS.filter(({ id }) => id === section).flatMap(categoriesOf))
  return SECTIONS.filter((other) => other.id !== section && categoriesOf(other).some((one) => own.has(one))).map(
    ({ id }) => id,
  )
}
