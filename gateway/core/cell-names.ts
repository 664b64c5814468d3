/** What a policy names, in the words of this service: sections, recipient types, purposes and kinds of value. What is not known is called by its id. */
import type { CellNames } from '#policies/engine/cell-sentence.ts'
import type { Bilingual } from '#policies/language/policy.ts'
import type { PageLanguage } from './account.ts'
import { entryOf } from './vocabulary/code-list.ts'
import { legalBasisById } from './vocabulary/legal-bases.ts'
import { PURPOSES } from './vocabulary/purposes.ts'
import { RECIPIENT_TYPES, VALUE_KINDS } from './vocabulary/recipient-types.ts'
import { sectionById } from './vocabulary/sections.ts'

const named = (language: PageLanguage, known: Bilingual | undefined, id: string): string =>
  known === undefined ? id : language === 'fr' ? known.fr : known.en

export const sectionName = (language: PageLanguage, id: string): string => named(language, sectionById(id), id)

export const typeName = (language: PageLanguage, id: string): string => named(language, RECIPIENT_TYPES.get(id), id)

export const purposeName = (language: PageLanguage, id: string): string => named(language, entryOf(PURPOSES, id), id)

const KINDS: ReadonlyMap<string, Bilingual> = new Map(Object.entries(VALUE_KINDS))
export const kindName = (language: PageLanguage, id: string): string => named(language, KINDS.get(id), id)

/** Titles in a policy are in English; undefined where that is the language, or only the policy has a title for it. */
export const basisTitle = (language: PageLanguage, id: string): string | undefined =>
  language === 'fr' ? legalBasisById(id)?.fr : undefined

/** What sentences about cells call things by. */
export const cellNamesIn = (language: PageLanguage): CellNames => ({
  recipientType: (id) => typeName(language, id),
  section: (id) => sectionName(language, id),
  purpose: (id) => purposeName(language, id),
  kind: (id) => kindName(language, id),
  basis: (id) => basisTitle(language, id),
})
