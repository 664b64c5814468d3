/** What may be told of an error that was thrown: its kind and where in our code, never what it says. */

/** Two folders, file and line: enough to find it, and nothing of the machine. */
const FRAME = /((?:[\w.-]+\/){0,2}[\w.-]+):(\d+):\d+\)?$/
const NAME = /^[A-Za-z]{1,60}$/

export interface ThrownAt {
  /** Name of the error's class, or `unknown` for what is no error. */
  readonly error: string
  /** `folder/folder/file.ts:line` of the first frame, or `unknown`. */
  readonly at: string
}

/** A message may hold what was being read, and lines that look like frames: it is cut out before the stack is read. */
export function thrownAt(thrown: unknown): ThrownAt {
  if (!(thrown instanceof Error)) return { error: 'unknown', at: 'unknown' }
  const { name, message, stack = '' } = thrown
  const start = stack.indexOf(message)
  const first = start < 0 ? undefined : stack.slice(start + message.length).split('\n')[1]
  const [, file, line] = FRAME.exec(first ?? '') ?? []
  return { error: NAME.test(name) ? name : 'unknown', at: file === undefined ? 'unknown' : `${file}:${line}` }
}
