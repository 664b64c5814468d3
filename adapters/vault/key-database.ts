/** Where wrapped keys are kept, as the vault sees it: the same statements on a file of SQLite and on PostgreSQL. */

export type KeyRow = Readonly<Record<string, unknown>>

/** Statements with a question mark for each value; columns of several words stand in double quotes. */
export interface KeyStatements {
  readonly all: (sql: string, ...values: readonly KeyValue[]) => Promise<readonly KeyRow[]>
  /** Answers how many rows it changed. Every statement may be sent twice where the answer to the first was lost. */
  readonly run: (sql: string, ...values: readonly KeyValue[]) => Promise<number>
}

export type KeyValue = string | number | Uint8Array | null

export interface KeyDatabase extends KeyStatements, AsyncDisposable {
  /** Another value each time when somebody else has destroyed a key or wrapped it anew. */
  readonly version: () => Promise<unknown>
  /** All of the work or none, while no other process changes keys in one. Others are told of it by `version`. */
  readonly transaction: <T>(work: (within: KeyStatements) => Promise<T>) => Promise<T>
  /** Leaves in the files what the tables hold and nothing older, as far as a process can see to that. Rejects where it cannot. */
  readonly leaveNoTrace: () => Promise<void>
  /** Which of the files hold one of the byte strings, where this process can read them. */
  readonly filesHolding: (secrets: readonly Uint8Array[]) => readonly string[]
  /** What is destroyed with a key, for certificates of erasure. */
  readonly destroys: readonly string[]
}
