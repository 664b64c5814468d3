/** What a code list is: codes of one scheme in one version, with their words in two languages and where they were read. */

export interface CodeEntry {
  /** As its scheme writes it. */
  readonly code: string
  readonly en: string
  readonly fr: string
}

export interface CodeList<Entry extends CodeEntry = CodeEntry> {
  readonly id: string
  readonly version: string
  readonly source: string
  readonly entries: readonly Entry[]
}

/** An entry from its three words. */
export const code = (name: string, en: string, fr: string): CodeEntry => ({ code: name, en, fr })

/** The list, frozen with its entries: nobody changes a code at run time. */
export function codeList<Entry extends CodeEntry>(list: CodeList<Entry>): CodeList<Entry> {
  return Object.freeze({ ...list, entries: Object.freeze(list.entries.map((entry) => Object.freeze(entry))) })
}

/** The entry of that code, or undefined: a code that is not known is quarantined, never guessed. */
export const entryOf = <Entry extends CodeEntry>(list: CodeList<Entry>, name: string): Entry | undefined =>
  list.entries.find((entry) => entry.code === name)
