/** What a mapping is: rows of data that say which values of one kind of native record become which items of a case summary. */
import type { ItemText } from '#gateway/core/item.ts'

/**
 * The value of an item. `text`: one scalar as text. `lines`: every scalar below, as `member: value`. `day`, `time`: a date brought
 * into ISO 8601. `json`: the value as it is. `record`: an object whose members are scalars found at patterns, joined by `joint`.
 * `code`: the text that a code list gives for a code. `expression`: what an expression makes of the value, or of what it takes.
 * `at`: the place whose value it is, where that is not the place of the row.
 */
export type ValueShape =
  | { readonly as: 'text' | 'day' | 'time' | 'json'; readonly at?: string | undefined }
  | { readonly as: 'lines'; readonly only?: readonly string[] | undefined; readonly at?: string | undefined }
  | { readonly as: 'code'; readonly list: string; readonly at?: string | undefined }
  | {
      readonly as: 'expression'
      readonly expression: string
      /** Members of the object that the expression is given, by pattern; none: it is given the value itself. */
      readonly take?: Readonly<Record<string, string>> | undefined
    }
  | {
      readonly as: 'record'
      readonly members: Readonly<Record<string, readonly string[]>>
      /** Members that are numbers of the native record, and must stay numbers. */
      readonly numbers?: readonly string[] | undefined
      /** Members that the mapping states. */
      readonly constants?: Readonly<Record<string, string>> | undefined
      readonly joint?: string | undefined
    }

/** What a code of a list stands for: a text, labels of an item, or both. */
export interface CodeEntry {
  readonly text?: string | undefined
  readonly labels?: ItemLabels | undefined
}

/** Labels that a code, or a row itself, puts on an item. Those of several places together are the strictest of each. */
export interface ItemLabels {
  readonly classification?: ItemText['classification']
  readonly handling?: ItemText['handling']
  readonly tlp?: ItemText['tlp']
  readonly conditions?: ItemText['conditions']
  readonly secrecyRegime?: ItemText['secrecyRegime']
  readonly receivedInConfidence?: ItemText['receivedInConfidence']
  readonly specialCategories?: ItemText['specialCategories']
  readonly releasableTo?: ItemText['releasableTo']
  readonly originator?: ItemText['originator']
  readonly source?: ItemText['source']
  readonly information?: ItemText['information']
}

/**
 * A marking of the native record: every code that the pattern finds is looked up in a list, and a code that the list lacks refuses
 * the record; or becomes a condition, of which `after` names the text that goes before what is kept.
 */
export interface MarkRow {
  readonly from: string
  readonly where?: Conditions | undefined
  readonly list?: string | undefined
  readonly condition?: string | undefined
  readonly after?: string | undefined
}

/** Scalars by pattern, and what they must be. */
export type Conditions = Readonly<Record<string, readonly (string | boolean)[]>>

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
  readonly observedAt?: readonly string[] | undefined
  readonly validUntil?: readonly string[] | undefined
  /** Scalars that must be one of these for the row to speak. */
  readonly where?: Conditions | undefined
  /** Scalars that must be none of these. */
  readonly unless?: Conditions | undefined
  /** A flag: anything but false, null or absence marks the item as received in confidence. */
  readonly confidentialIf?: string | undefined
  readonly subjectCategory?: ItemText['subjectCategory'] | undefined
  readonly specialCategories?: ItemText['specialCategories']
  readonly secrecyRegime?: ItemText['secrecyRegime']
  readonly authorRole?: string | undefined
  /** Coarser rungs of the ladder that the native record holds itself. */
  readonly rungs?: Readonly<Partial<Record<AuthoredRung, ValueShape | undefined>>> | undefined
  /** Labels that every item of the row carries. */
  readonly labels?: ItemLabels | undefined
  readonly marks?: readonly MarkRow[] | undefined
}
export type AuthoredRung = 'g1' | 'g2' | 'g3' | 'g4'

/**
 * What limits access to the case. `restrictedTo` and `excludedFrom` point at people and the member with their e-mail address; `closed` at a flag that closes the case
 * to all; `closed-unless-named` at a text that announces a limit, which closes the case where the same record names nobody.
 */
export interface RestrictionRow {
  readonly from: string
  readonly states: 'restrictedTo' | 'excludedFrom' | 'closed' | 'closed-unless-named'
  /** Member of a person that holds the e-mail address. */
  readonly member?: string | undefined
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
  readonly restriction?: readonly RestrictionRow[] | undefined
  /** Markings of the record as a whole: they hold for every item of it. */
  readonly marks?: readonly MarkRow[] | undefined
  /** Scalars that are what `where` and `unless` name count as heeded, and are not listed as unmapped. */
  readonly heedsConditions?: boolean | undefined
  /** Code lists by name, for values and for markings. */
  readonly lists?: Readonly<Record<string, Readonly<Record<string, CodeEntry>>>> | undefined
}
