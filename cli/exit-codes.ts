/** Exit codes of every command, and the error that ends one with a single line. */

export const EXIT = {
  done: 0,
  /** The command ran and found something wrong: a fault, a broken chain, a refused message. */
  found: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** A file cannot be read, a server not reached. */
  unreachable: 3,
  /** Plan and casbin disagree. */
  disagreement: 4,
} as const

/** Several faults as one line: the first few, and how many more there are. */
export function asOneLine(faults: readonly string[]): string {
  const told = faults.slice(0, MOST_TOLD).join('; ')
  return faults.length > MOST_TOLD ? `${told}; and ${faults.length - MOST_TOLD} more` : told
}
const MOST_TOLD = 5

/** Ends the command with one line on standard error and an exit code. The line names places and codes, never content. */
export class CommandFailed extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}
