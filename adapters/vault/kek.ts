/** KEK: the key that wraps the keys of cases, wherever it is kept. It leaves its place never, or only into this process. */

export interface Kek extends Disposable {
  /** Tells this key from every other; stands beside each key that it wraps. */
  readonly id: string
  readonly wrap: (aad: string, key: Uint8Array) => Uint8Array
  /** Undefined for what it did not wrap for that purpose. */
  readonly unwrap: (aad: string, wrapped: Uint8Array) => Uint8Array | undefined
}
