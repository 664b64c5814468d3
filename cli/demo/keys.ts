/** One key of the person at the terminal; where no terminal is, one line. */

const INTERRUPT = '\u0003'

/** Waits for one of the keys; a signal or Ctrl-C counts as the last of them. Without a terminal, end of input changes nothing. */
export async function keyPressed<Key extends string>(keys: readonly [...Key[], Key]): Promise<Key> {
  const { stdin } = process
  const last = keys[keys.length - 1] ?? keys[0]
  const stopping = new AbortController()
  if (stdin.isTTY) stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  try {
    return await new Promise<Key>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        const stop = (): void => resolve(last)
        process.once(signal, stop)
        stopping.signal.addEventListener('abort', () => process.off(signal, stop))
      }
      // A process with nothing left to wait for would end: the timer stands for the person who has not decided yet.
      const waiting = setInterval(() => undefined, 60_000)
      const read = (chunk: string): void => {
        const key = chunk.includes(INTERRUPT) ? last : keys.find((known) => chunk.includes(known))
        if (key !== undefined) resolve(key)
      }
      stdin.on('data', read)
      stopping.signal.addEventListener('abort', () => {
        clearInterval(waiting)
        stdin.off('data', read)
      })
    })
  } finally {
    stopping.abort()
    if (stdin.isTTY) stdin.setRawMode(false)
    stdin.pause()
  }
}
