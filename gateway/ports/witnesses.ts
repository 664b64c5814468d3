/** Witnesses: who cosigns the log, how many must, and the newest head that is remembered outside the database. */
import type { NoteKey, VerifyEd25519 } from '#gateway/core/log/note.ts'

export interface Witnesses {
  readonly keys: () => readonly NoteKey[]
  /** How many of them must have cosigned before a checkpoint is published; 0 only where the trust list says so. */
  readonly quorum: () => number
  readonly verify: VerifyEd25519
}

/** Kept apart from the database, so that a copy of an earlier day does not bring an earlier head with it. */
export interface HeadKeeper {
  /** The note of the newest published checkpoint, or undefined where none was kept yet. */
  readonly read: () => Promise<string | undefined>
  /** Durable when it resolves. */
  readonly keep: (note: string) => Promise<void>
}
