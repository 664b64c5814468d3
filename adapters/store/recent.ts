/** What was read lately and never changes, kept by its id up to a size: a message is asked for once by each of its jobs. */

/** Something to keep, and how much room it takes. */
export interface Sized<Value> {
  readonly value: Value
  readonly size: number
}

export interface Recent<Id, Value> {
  /** The kept value, or what `read` answers; several who ask at once share one reading. */
  readonly get: (id: Id, read: () => Promise<Sized<Value> | undefined>) => Promise<Value | undefined>
  /** The kept value, where there is one. */
  readonly peek: (id: Id) => Value | undefined
}

/**
 * Keeps values up to a total size, and lets go of what was asked for longest ago. Only for what is committed and never changed or
 * deleted: nothing here is ever read again to see whether it still holds. What is not there yet, or failed, is not remembered.
 */
export function keepRecent<Id, Value>(maxSize: number): Recent<Id, Value> {
  const kept = new Map<Id, Sized<Value>>()
  const coming = new Map<Id, Promise<Sized<Value> | undefined>>()
  let total = 0

  const touch = (id: Id): Value | undefined => {
    const found = kept.get(id)
    if (found === undefined) return undefined
    kept.delete(id)
    kept.set(id, found)
    return found.value
  }

  const keep = (id: Id, read: Sized<Value>): void => {
    if (read.size > maxSize || kept.has(id)) return
    kept.set(id, read)
    total += read.size
    for (const [oldest, { size }] of kept) {
      if (total <= maxSize) return
      kept.delete(oldest)
      total -= size
    }
  }

  const readOnce = (id: Id, read: () => Promise<Sized<Value> | undefined>): Promise<Sized<Value> | undefined> => {
    const reading = read()
      .then((found) => {
        if (found !== undefined) keep(id, found)
        return found
      })
      .finally(() => coming.delete(id))
    coming.set(id, reading)
    return reading
  }

  return {
    peek: touch,
    get: async (id, read) => {
      const found = touch(id)
      if (found !== undefined) return found
      return (await (coming.get(id) ?? readOnce(id, read)))?.value
    },
  }
}
