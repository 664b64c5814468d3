/** What a mapping is: rows of data that say which values of one kind of HMPPS record become which items of a case summary. */
import type { ItemText } from '#gateway/core/item.ts'

/**
 * The value of an item. `text`: one scalar as text. `lines`: every scalar below, as `member: value`. `day`, `time`: a date brought
 * into ISO 8601. `json`: the value as it is. `record`: an object whose members are scalars found at patterns, joined by `joint`.
 */
export type ValueShape =
  | { readonly as: 'text' | 'day' | 'time' | 'json' }
  | { readonly as: 'lines'; readonly only?: readonly string[] }
  | {
      readonly as: 'record'
      readonly members: Readonly<Record<string, readonly string[]>>
      /** Members that are numbers of the native record, and must stay numbers. */
      readonly numbers?: readonly string[]
      /** Members that the mapping states. */
      readonly constants?: Readonly<Record<string, string>>
      readonly joint?: string
    }

/**
 * One row. A pattern is a JSON Pointer in which `*` stands for every element of a list and `{}` for every member of an object.
 * The other patterns of a row begin at the root too; their wildcards stand for what those of `from` stand for.
 */
export interface MappingRow {
  readonly from: string
  readonly section: string
  readonly term: string
  readonly nature: ItemText['nature']
  readonly value: ValueShape
  /** Patterns of the dates of the record itself, the first present wins; none: the instant of reading. */
  readonly observedAt?: readonly string[]
  readonly validUntil?: readonly string[]
  /** Scalars that must be one of these for the row to speak. */
  readonly where?: Readonly<Record<string, readonly (string | boolean)[]>>
  /** Scalars that must be none of these. */
  readonly unless?: Readonly<Record<string, readonly (string | boolean)[]>>
  /** A flag: anything but false, null or absence marks the item as received in confidence. */
  readonly confidentialIf?: string
  readonly subjectCategory?: ItemText['subjectCategory']
  readonly specialCategories?: ItemText['specialCategories']
  readonly secrecyRegime?: ItemText['secrecyRegime']
  readonly authorRole?: string
}

/**
 * What limits access to the case. `restrictedTo` and `excludedFrom` point at people and the member with their e-mail address; `closed` at a flag that closes the case
 * to all; `closed-unless-named` at a text that announces a limit, which closes the case where the same record names nobody.
 */
export interface RestrictionRow {
  readonly from: string
  readonly states: 'restrictedTo' | 'excludedFrom' | 'closed' | 'closed-unless-named'
  /** Member of a person that holds the e-mail address. */
  readonly member?: string
}

/** The mapping of one kind of record. */
export interface RecordMapping {
  readonly record: string
  readonly authorRole: string
  /** Patterns that must be there; a record without them is refused. */
  readonly required: readonly string[]
  /** Patterns of the person's own number: two different ones are two people, and no case. */
  readonly subject: readonly string[]
  readonly rows: readonly MappingRow[]
  readonly restriction?: readonly RestrictionRow[]
}
