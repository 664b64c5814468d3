/** The dialects that a gateway speaks unless it is told otherwise. */
import type { Dialect } from '#gateway/ports/dialect.ts'
import { hmppsMapped } from './hmpps-mapped.ts'
import { hmppsRecord } from './hmpps-record.ts'
import { ADDRESS_MAPPINGS } from './mappings/address.ts'
import { ASSESSMENT_MAPPINGS } from './mappings/assessment.ts'
import { CONDUCT_MAPPINGS } from './mappings/conduct.ts'
import { CONTACT_MAPPINGS } from './mappings/contact.ts'
import { LICENCE_MAPPINGS } from './mappings/licence.ts'
import { PERSON_MAPPINGS } from './mappings/person.ts'
import { plain } from './plain.ts'

/** By id: `passerelle`, `hmpps`, `hmpps-record`. */
export const DIALECTS: readonly Dialect[] = [
  plain,
  hmppsMapped([
    ...PERSON_MAPPINGS,
    ...ASSESSMENT_MAPPINGS,
    ...LICENCE_MAPPINGS,
    ...CONTACT_MAPPINGS,
    ...ADDRESS_MAPPINGS,
    ...CONDUCT_MAPPINGS,
  ]),
  hmppsRecord,
]
