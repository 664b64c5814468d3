/** Structured events, counters and spans. Fields are ids, codes and numbers, never case content. */

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

/** Where time goes, for a collector that the operator runs (OpenTelemetry). */
export interface Tracer {
  /** Runs the work as one span; what is thrown marks it, by its name alone, and is thrown on. */
  readonly span: <T>(
    name: string,
    fields: LogFields,
    work: (tell: (fields: LogFields) => void) => Promise<T>,
  ) => Promise<T>
}
