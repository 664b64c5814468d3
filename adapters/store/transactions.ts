/** Transactions one after another on one connection; those that wait at the same time share one commit, each behind its own savepoint. */
import { AsyncLocalStorage } from 'node:async_hooks'

/** The most transactions that share a commit; bounds how long the first of them waits for the last. */
const LARGEST_GROUP = 32

export interface Transactions {
  /**
   * Runs the work in a transaction of its own; resolves once it is durable, rejects with all of it undone. It is begun after
   * `patienceMs` at the latest, and sooner where another that waits less is begun.
   */
  readonly run: <T>(work: () => Promise<T>, patienceMs?: number) => Promise<T>
  /** True for code that was called, directly or not, by work whose transaction is still open. */
  readonly isInside: () => boolean
  /** Begins what still waits to be begun, at once; resolves when nothing does. */
  readonly drain: () => Promise<void>
  /** Runs the work while no transaction is open. */
  readonly between: <T>(work: () => T | Promise<T>) => Promise<T>
}

/** Whether the transaction that a piece of code runs in is still open. */
interface Scope {
  isOpen: boolean
}

/** The beginnings and ends of transactions on one connection, each done when it resolves; they throw where they cannot be had. */
export interface Controls {
  readonly begin: () => void | Promise<void>
  readonly savepoint: () => void | Promise<void>
  /** Throws where something since the savepoint failed after which the database goes on with nothing. */
  readonly release: () => void | Promise<void>
  /** Back to the savepoint, and without it. */
  readonly undo: () => void | Promise<void>
  readonly commit: () => void | Promise<void>
  readonly rollback: () => void | Promise<void>
  /** False where none was begun, and where the database has ended it by itself. */
  readonly isOpen: () => boolean
}

interface Member {
  /** Does the work; answers what to call once it is durable. */
  readonly work: (own: Scope) => Promise<() => void>
  readonly reject: (cause: unknown) => void
  readonly isPatient: boolean
}

/**
 * The transactions of one connection. Nothing else may begin one on it. `tidy` is called, while none is open, after a commit of those
 * alone that could wait: for work that would keep others waiting.
 */
export function createTransactions(controls: Controls, tidy?: () => void): Transactions {
  const scope = new AsyncLocalStorage<Scope>()
  const waiting: Member[] = []
  let lastTurn: Promise<unknown> = Promise.resolve()

  const isInside = (): boolean => scope.getStore()?.isOpen === true

  const between = <T>(work: () => T | Promise<T>): Promise<T> => {
    const turn = lastTurn.then(work)
    lastTurn = turn.catch(() => {})
    return turn
  }

  const runMember = async (member: Member): Promise<(() => void) | undefined> => {
    const own: Scope = { isOpen: true }
    await controls.savepoint()
    try {
      const settle = await member.work(own)
      await controls.release()
      return settle
    } catch (cause) {
      if (controls.isOpen()) await controls.undo()
      member.reject(cause)
      return undefined
    } finally {
      own.isOpen = false
    }
  }

  const commitGroup = async (): Promise<void> => {
    const group: Member[] = []
    const settled: (() => void)[] = []
    try {
      if (waiting.length === 0) return
      await controls.begin()
      // A full disk makes SQLite end the whole transaction by itself: then nobody of the group may be told of success.
      while (group.length < LARGEST_GROUP && controls.isOpen()) {
        const member = waiting.shift()
        if (member === undefined) break
        group.push(member)
        const settle = await runMember(member)
        if (settle !== undefined) settled.push(settle)
      }
      await controls.commit()
      for (const settle of settled) settle()
      if (tidy !== undefined && group.every(({ isPatient }) => isPatient)) setImmediate(() => void between(tidy))
    } catch (cause) {
      for (const member of group.length > 0 ? group : waiting.splice(0)) member.reject(cause)
      if (controls.isOpen()) await controls.rollback()
    }
  }

  const run = <T>(work: () => Promise<T>, patienceMs = 0): Promise<T> => {
    if (isInside()) return Promise.reject(new Error('a transaction inside a transaction would wait for itself'))
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    // Whoever begins the group, each member runs in the context of its own caller.
    const inContext = AsyncLocalStorage.snapshot()
    waiting.push({
      work: (own) =>
        inContext(() =>
          scope.run(own, async () => {
            const value = await work()
            return () => resolve(value)
          }),
        ),
      reject,
      isPatient: patienceMs > 0,
    })
    // Not at once: whoever is ready in the same turn of the event loop shares the commit. An empty group is nothing.
    const begin = (): void => void between(commitGroup)
    if (patienceMs > 0) setTimeout(begin, patienceMs)
    else setImmediate(begin)
    return promise
  }

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) await between(commitGroup)
  }

  return { run, isInside, between, drain }
}
