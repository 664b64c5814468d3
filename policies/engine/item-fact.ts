/** A fact of an item by a function of its own: a name that is written out is read some ten times faster than one that is handed in. */
import type { Facts } from '#policies/language/item.ts'
import { ownValue } from './applies.ts'

export type ReadFact = (facts: Facts) => unknown

/** No name here is one that every object inherits, and none can be added to those (`cli/main.ts`); any other is looked for among the item's own. */
const READERS: ReadonlyMap<string, ReadFact> = new Map<string, ReadFact>([
  ['section', (facts) => facts['section']],
  ['term', (facts) => facts['term']],
  ['record', (facts) => facts['record']],
  ['path', (facts) => facts['path']],
  ['within', (facts) => facts['within']],
  ['kind', (facts) => facts['kind']],
  ['nature', (facts) => facts['nature']],
  ['subjectCategory', (facts) => facts['subjectCategory']],
  ['specialCategories', (facts) => facts['specialCategories']],
  ['markings', (facts) => facts['markings']],
  ['secrecyRegime', (facts) => facts['secrecyRegime']],
  ['authorRole', (facts) => facts['authorRole']],
  ['authorService', (facts) => facts['authorService']],
  ['disputed', (facts) => facts['disputed']],
  ['subjectInformed', (facts) => facts['subjectInformed']],
  ['isPast', (facts) => facts['isPast']],
  ['attested', (facts) => facts['attested']],
])

/** By the short name of the attribute. */
export const factReader = (name: string): ReadFact => READERS.get(name) ?? ((facts) => ownValue(facts, name))
