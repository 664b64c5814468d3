/** Structured events and counters. Fields are ids, codes and numbers, never case content. */

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export interface Log {
  readonly info: (event: string, fields?: LogFields) => void
  readonly warn: (event: string, fields?: LogFields) => void
  /** For the operator to act on: a disagreement, a broken chain, a store that does not answer. */
  readonly alarm: (event: string, fields?: LogFields) => void
}

export interface Meter {
  readonly count: (name: string, labels?: Readonly<Record<string, string>>) => void
  readonly observe: (name: string, value: number, labels?: Readonly<Record<string, string>>) => void
}
