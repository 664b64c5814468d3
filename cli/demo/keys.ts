/** One key of the person at the terminal; where no terminal is, one line. */
import type { Readable } from 'node:stream'

const INTERRUPT = '\u0003'
/** A process with nothing left to wait for would end: the timer stands for the person who has not decided yet. */
const PATIENCE_MS = 60_000

/** A terminal, or any stream of characters. */
export type Keyboard = Readable & { readonly isTTY?: boolean; readonly setRawMode?: (mode: boolean) => unknown }

/** Waits for one of the keys; a signal or Ctrl-C counts as the last of them. Without a terminal, end of input changes nothing. */
export async function keyPressed<Key extends string>(
  keys: readonly [...Key[], Key],
  keyboard: Keyboard = process.stdin,
): Promise<Key> {
  const { promise, resolve } = Promise.withResolvers<Key>()
  const stop = (): void => resolve(keys.at(-1) ?? keys[0])
  const read = (chunk: string | Buffer): void => {
    const text = chunk.toString()
    const key = keys.find((known) => text.includes(known))
    if (text.includes(INTERRUPT)) stop()
    else if (key !== undefined) resolve(key)
  }
  const waiting = setInterval(() => undefined, PATIENCE_MS)
  const isTerminal = keyboard.isTTY === true
  if (isTerminal) keyboard.setRawMode?.(true)
  const released = onInterrupt(stop)
  // A listener alone does not wake a stream that was paused after the last key.
  keyboard.on('data', read).resume()
  const key = await promise
  keyboard.off('data', read).pause()
  released()
  if (isTerminal) keyboard.setRawMode?.(false)
  clearInterval(waiting)
  return key
}

/** Calls back once on SIGINT or SIGTERM; what it answers ends that. */
export function onInterrupt(then: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.once(signal, then)
  return () => {
    for (const signal of signals) process.off(signal, then)
  }
}
