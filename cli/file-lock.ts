/** One command at a time at a file: a lock beside it, held while it is read, changed and written. */
import { open, rm, stat } from 'node:fs/promises'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { codeOf } from './files.ts'

/** Longer than any command holds it: what is older was left behind by one that was killed. */
const ABANDONED_MS = 30_000
const LONGEST_WAIT_MS = 40_000
const LOOK_EVERY_MS = 25

/** Does the work alone, and gives the lock back whatever comes of it. Throws CommandFailed where it cannot be had. */
export async function whileLocked<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`
  await take(lock)
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}

async function take(lock: string): Promise<void> {
  const until = Date.now() + LONGEST_WAIT_MS
  while (!(await isTaken(lock))) {
    if (Date.now() > until) throw new CommandFailed(`${lock}: held by another command`, EXIT.unreachable)
    const held = await stat(lock).catch(() => undefined)
    if (held !== undefined && Date.now() - held.mtimeMs > ABANDONED_MS) await rm(lock, { force: true })
    else await new Promise((done) => setTimeout(done, LOOK_EVERY_MS))
  }
}

async function isTaken(lock: string): Promise<boolean> {
  try {
    await using _made = await open(lock, 'wx', 0o600)
    return true
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false
    throw new CommandFailed(`${lock}: cannot be made (${codeOf(cause)})`, EXIT.unreachable)
  }
}
