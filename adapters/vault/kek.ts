/** KEK: the key that wraps the keys of cases, wherever it is kept. It leaves its place never, or only into this process. */

import { StoreUnavailable } from '#gateway/ports/store.ts'

/** Thrown where the place of a key does not answer: nothing is known of what it wrapped, and it may answer again. */
export class KekAway extends StoreUnavailable {}

export interface Kek extends Disposable {
  /** Tells this key from every other; stands beside each key that it wraps. */
  readonly id: string
  readonly wrap: (aad: string, key: Uint8Array) => Uint8Array
  /** Undefined for what it did not wrap for that purpose. */
  readonly unwrap: (aad: string, wrapped: Uint8Array) => Uint8Array | undefined
  /** Throws KekAway where it would wrap nothing now; absent where the key lies in this process. */
  readonly answers?: () => void
}

/** For a store that asks before it says that it is well. */
export interface Answering {
  readonly answers?: () => void
}
