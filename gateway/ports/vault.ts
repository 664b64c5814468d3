/** Vault: seals what is kept of a case under that case's own key. With the key gone, nothing of it can be read again, in no copy. */
import type { Instant } from '#policies/language/instant.ts'
import type { CaseId, ItemId } from '#gateway/core/ids.ts'

/** What stands in the database instead of the case id: drawn at random, and bound to the case only by the case's key. */
export type CaseAlias = CaseId & { readonly __alias: true }

/** Where a sealed thing stands. It opens there and nowhere else. */
export interface Place {
  readonly table: string
  readonly row: string
}

/** Columns that are looked up although they are secret, each blinded under a key of its own. */
export const BLIND_FIELDS = ['case', 'jti', 'idempotency-key', 'erasure', 'case-name', 'case-label'] as const
export type BlindField = (typeof BLIND_FIELDS)[number]

/** Thrown for what was changed, swapped, moved, or sealed under a key that nobody destroyed and that is not there. */
export class SealBroken extends Error {}

export interface Vault extends AsyncDisposable {
  /** The alias of a case that has a key. */
  readonly aliasOf: (caseId: CaseId) => Promise<CaseAlias | undefined>
  /** The same, with a key made and durable where there was none. */
  readonly aliasFor: (caseId: CaseId) => Promise<CaseAlias>
  /** For what belongs to no case. */
  readonly own: CaseAlias
  /** The case of an alias; undefined once erased. Rejects with SealBroken for an alias that was never ours. */
  readonly caseOf: (alias: string) => Promise<CaseId | undefined>
  readonly seal: (alias: CaseAlias, place: Place, content: string | Uint8Array) => Promise<Uint8Array>
  /** What was sealed for that place, of that case where one is named; undefined once erased. Rejects with SealBroken. */
  readonly open: (place: Place, sealed: Uint8Array, alias?: string) => Promise<Uint8Array | undefined>
  /** The same text for the same value, 64 hex digits, telling nothing of it to who lacks the key of the field. */
  readonly blind: (field: BlindField, value: string) => string
  /** Ids under which the items of a case are kept; and back. Undefined once erased. */
  readonly blindItems: (alias: string, items: readonly ItemId[]) => Promise<readonly ItemId[] | undefined>
  readonly openItems: (alias: string, items: readonly ItemId[]) => Promise<readonly ItemId[] | undefined>
  /** Up to `limit` erased cases before an instant, the last erased first, and all of the last instant that they reach. */
  readonly erased: (request: { readonly before?: Instant; readonly limit: number }) => Promise<readonly ErasedCase[]>
}

export interface KekCount {
  readonly kek: string
  /** Keys that it wraps. */
  readonly keys: number
  /** True for the one that wraps new keys. */
  readonly isCurrent: boolean
}

export interface VaultStatus {
  readonly cases: number
  readonly held: number
  readonly erased: number
  readonly keks: readonly KekCount[]
}

/** One case destroyed. `commitment` is the keyed hash of its id. */
export interface Erasure {
  readonly commitment: string
  readonly erasedAt: Instant
  /** Days for which backups of the keys are kept: after them no copy of the key is left. */
  readonly backupDays: number
  /** What was destroyed, in words. */
  readonly destroyed: readonly string[]
}

/** With what goes on standing in the database in the place of the case. */
export interface ErasedCase extends Erasure {
  readonly alias: CaseAlias
}

export type ErasureOutcome =
  | { readonly kind: 'erased'; readonly erasure: Erasure; readonly isRepeat: boolean }
  | { readonly kind: 'held'; readonly since: Instant; readonly reason: string }
  | { readonly kind: 'unknown' }

/** What an operator does with the keys. */
export interface VaultKeeping {
  readonly status: () => Promise<VaultStatus>
  /** Wraps every key that is not under the current KEK anew, batch by batch; answers how many. May be killed and begun again. */
  readonly rotate: (options?: { readonly batch?: number; readonly onBatch?: (done: number) => void }) => Promise<number>
  /** Destroys the key of a case. Rejects where its bytes could not be shown to be gone from the files. */
  readonly erase: (caseId: CaseId, at: Instant, backupDays: number) => Promise<ErasureOutcome>
  /** Stops an erasure until it is released; false for a case that has no key. */
  readonly hold: (caseId: CaseId, reason: string, at: Instant) => Promise<boolean>
  readonly release: (caseId: CaseId) => Promise<boolean>
  /** Erasures that the audit does not tell of yet, whichever process made them. Lets go of every key that another process destroyed. */
  readonly unreported: () => Promise<readonly Erasure[]>
  readonly reported: (erasures: readonly Erasure[], at: Instant) => Promise<void>
}
