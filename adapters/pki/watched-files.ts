/** Files that change under a process that runs: whether they did, and one look after another. */
import { stat } from 'node:fs/promises'
import type { Log } from '#gateway/ports/log.ts'

const EVERY_MS = 1_000

interface Looking {
  readonly log: Log
  /** A second when not said. */
  readonly everyMs?: number | undefined
  /** The alarm where a look fails. */
  readonly fault: string
}

/** One look at a time; the same fault is told once until a look goes well again. */
export function startLooking(look: () => Promise<void>, { log, everyMs = EVERY_MS, fault }: Looking): NodeJS.Timeout {
  let isLooking = false
  let told = ''
  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    look()
      .then(() => (told = ''))
      .catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : 'unknown'
        if (reason !== told) log.alarm(fault, { reason: codeOnly(cause) })
        told = reason
      })
      .finally(() => (isLooking = false))
  }, everyMs)
  return timer.unref()
}

/** Codes and our own words, never a path. */
const codeOnly = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'unknown'
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

/** Another text whenever one of them was written or put in another's place. */
export async function stampOf(paths: readonly string[]): Promise<string> {
  const stats = await Promise.all(paths.map((path) => stat(path)))
  return stats.map(({ mtimeMs, size, ino }) => `${mtimeMs}:${size}:${ino}`).join(' ')
}
