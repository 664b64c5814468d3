/** A bounded store of what may be made again: what was asked for longest ago goes first. */

export interface Kept<Key, Value> {
  /** Undefined where it was never kept, or was let go of. */
  readonly get: (key: Key) => Value | undefined
  /** `size` in the unit of the bound; what is larger than the whole of it is not kept. Another value of that key is let go of. */
  readonly keep: (key: Key, value: Value, size: number) => void
  readonly drop: (key: Key) => void
  /** Lets go of every value, or of those that are asked for. */
  readonly forget: (isAsked?: (value: Value) => boolean) => void
  /** Of all that is kept. */
  readonly size: () => number
}

interface Sized<Value> {
  readonly value: Value
  readonly size: number
}

/** Keeps values up to a total size. */
export function keepUpTo<Key, Value>(maxSize: number): Kept<Key, Value> {
  const kept = new Map<Key, Sized<Value>>()
  let total = 0

  const drop = (key: Key): void => {
    total -= kept.get(key)?.size ?? 0
    kept.delete(key)
  }

  return {
    get: (key) => {
      const found = kept.get(key)
      if (found === undefined) return undefined
      kept.delete(key)
      kept.set(key, found)
      return found.value
    },
    keep: (key, value, size) => {
      drop(key)
      if (size > maxSize) return
      kept.set(key, { value, size })
      total += size
      for (const oldest of kept.keys()) {
        if (total <= maxSize) return
        drop(oldest)
      }
    },
    drop,
    forget: (isAsked = () => true) => {
      for (const [key, { value }] of kept) if (isAsked(value)) drop(key)
    },
    size: () => total,
  }
}
