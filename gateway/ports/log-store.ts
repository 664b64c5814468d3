/** LogStore: leaves and nodes of the Merkle log, the checkpoint that waits for its witnesses, what was published, what was time-stamped. */
import type { Instant } from '#policies/language/instant.ts'
import type { Hash } from '#gateway/core/log/hash.ts'
import type { NodePlace } from '#gateway/core/log/tree.ts'

/** A checkpoint under the log's signature that waits for cosignatures. At most one waits. */
export interface WaitingCheckpoint {
  readonly size: number
  /** The note as the log signed it. */
  readonly note: string
  readonly proposedAt: Instant
  /** Signature lines of witnesses so far, each with its newline, one a witness. */
  readonly cosignatures: readonly { readonly witness: string; readonly line: string }[]
}

export interface PublishedCheckpoint {
  readonly size: number
  /** The note with its cosignatures. */
  readonly note: string
  readonly publishedAt: Instant
}

/** A time-stamp token (RFC 3161) over the note of a published checkpoint. */
export interface LogStamp {
  readonly size: number
  /** DER, as the authority gave it. */
  readonly token: Uint8Array
  /** The time in the token. */
  readonly stampedAt: Instant
}

export interface LogStore {
  /** Appends a leaf with the nodes it completes, in the caller's transaction; answers its index. Leaves are never changed. */
  readonly append: (leaf: string) => Promise<number>
  readonly size: () => Promise<number>
  /** The hashes at those places, in their order. Throws where one is missing: then the log is not whole. */
  readonly nodes: (places: readonly NodePlace[]) => Promise<readonly Hash[]>
  /** Texts of leaves in order, from an index on. */
  readonly leaves: (from: number, limit: number) => Promise<readonly string[]>
  readonly waiting: () => Promise<WaitingCheckpoint | undefined>
  /** Puts a checkpoint before the witnesses; throws while another waits. */
  readonly propose: (checkpoint: Omit<WaitingCheckpoint, 'cosignatures'>) => Promise<void>
  /** Keeps a line for the checkpoint that waits; a second one of the same witness replaces the first. */
  readonly cosign: (witness: string, line: string) => Promise<void>
  /** Publishes the note and ends the waiting. */
  readonly publish: (checkpoint: PublishedCheckpoint) => Promise<void>
  readonly published: () => Promise<PublishedCheckpoint | undefined>
  readonly stamp: (stamp: LogStamp) => Promise<void>
  readonly lastStamp: () => Promise<LogStamp | undefined>
  /** Time-stamps of checkpoints larger than `after`, in order of size, then of time. */
  readonly stamps: (after: number, limit: number) => Promise<readonly LogStamp[]>
  /** Published checkpoints larger than `after`, in order of size. */
  readonly checkpoints: (after: number, limit: number) => Promise<readonly PublishedCheckpoint[]>
  /** Forgets published checkpoints of those sizes, with the lines of witnesses that they already hold. */
  readonly forget: (sizes: readonly number[]) => Promise<void>
}
