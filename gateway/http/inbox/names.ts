/** How things of a case are called on the pages of the inbox: sections, terms, kinds, services, roles. */
import type { CarriedKind } from '#gateway/core/message-kinds.ts'
import { CARRIED_KINDS } from '#gateway/core/message-kinds.ts'
import { participantOf } from '#gateway/core/routing.ts'
import { legalBasisById } from '#gateway/core/vocabulary/legal-bases.ts'
import { PURPOSES } from '#gateway/core/vocabulary/purposes.ts'
import { entryOf } from '#gateway/core/vocabulary/code-list.ts'
import { SECTIONS, sectionById, termIn } from '#gateway/core/vocabulary/sections.ts'
import type { SelectItem } from '#gateway/http/web/kit.ts'
import type { Visit } from '#gateway/http/web/route.ts'
import { pick } from '#gateway/http/web/words.ts'

type Reading = Pick<Visit, 'language' | 't' | 'deps'>

/** A name that the vocabulary does not hold is that of a native record, as its sender writes it. */
export const sectionName = ({ language }: Pick<Visit, 'language'>, id: string): string => {
  const section = sectionById(id)
  return section === undefined ? id : pick(language, section)
}

export const termName = ({ language }: Pick<Visit, 'language'>, section: string, id: string): string => {
  const term = termIn(section, id)
  return term === undefined ? id : pick(language, term)
}

/** All sections there are, whatever a case holds. */
export const sectionItems = (visit: Pick<Visit, 'language'>): readonly SelectItem[] =>
  SECTIONS.map(({ id }) => ({ value: id, text: sectionName(visit, id) }))

export const kindName = ({ t }: Pick<Visit, 't'>, kind: CarriedKind): string => t(`inbox:kind.${kind}`)

/** Undefined for what is no kind that is carried. */
export const kindOf = (text: string): CarriedKind | undefined => CARRIED_KINDS.find((kind) => kind === text)

export const serviceName = ({ language, deps }: Reading, id: string): string => {
  const participant = participantOf(deps.registry(), id)
  return participant === undefined ? id : pick(language, participant.name)
}

export const purposeName = ({ language }: Pick<Visit, 'language'>, code: string): string => {
  const purpose = entryOf(PURPOSES, code)
  return purpose === undefined ? code : pick(language, purpose)
}

export const basisName = ({ language }: Pick<Visit, 'language'>, id: string): string => {
  const basis = legalBasisById(id)
  return basis === undefined ? id : pick(language, basis)
}

const ROLE_NAMES = [
  'intelligence-officer',
  'registry',
  'registrar',
  'prison-officer',
  'prison-head',
  'evaluator',
  'educator',
  'probation-officer',
  'probation-counsellor',
  'probation-director',
  'radicalisation-lead',
  'enforcement-judge',
  'enforcement-judge-at',
  'magistrate',
  'at-prosecutor',
  'prosecutor',
  'clerk',
  'social-worker',
  'case-referent',
  'site-manager',
  'psychologist',
  'mediator',
  'prefecture',
  'prefecture-officer',
  'mayor',
  'municipal-officer',
  'partner-officer',
  'youth-justice',
  'ministry-officer',
  'external-consultant',
  'duty-officer',
] as const

/** A role that no words are known for is shown as its sender writes it. */
export const roleName = ({ t }: Pick<Visit, 't'>, role: string): string => {
  const known = ROLE_NAMES.find((name) => name === role)
  return known === undefined ? role : t(`inbox:role.${known}`)
}

const FIELD_NAMES = [
  'name',
  'role',
  'phone',
  'email',
  'note',
  'initial',
  'count',
  'sector',
  'size',
  'level',
  'town',
  'has',
  'text',
  'article',
  'natinf',
  'heading',
  'family',
  'nature',
  'years',
  'months',
  'days',
  'kind',
  'setting',
  'band',
  'bands',
  'ages',
  'any',
  'children',
  'birthDate',
  'asOf',
  'statement',
  'grading',
  'score',
  'scale',
  'method',
  'amount',
  'service',
  'street',
  'postcode',
  'commune',
  'region',
] as const

/** The name of a member of a value. */
export const fieldName = ({ t }: Pick<Visit, 't'>, field: string): string => {
  const known = FIELD_NAMES.find((name) => name === field)
  return known === undefined ? field : t(`inbox:field.${known}`)
}
