/** What a test cannot do without and the machine may lack: then it says so and is skipped, and under CI it fails, with fixtures or without. */
import { spawnSync } from 'node:child_process'
import type { Context } from 'mocha'

/** First line of a test or hook. `lack` says what is missing, as in `sshd is not installed`. */
export function needs(context: Context, isThere: boolean, lack: string): void {
  if (isThere) return
  if (process.env['CI'] === 'true') throw new Error(lack)
  console.log(`    ${lack}: skipped`)
  context.skip()
}

/** The same for a program, which is asked for its version or its help. */
export const needsProgram = (context: Context, name: string, ...words: readonly string[]): void =>
  needs(context, spawnSync(name, words, { timeout: 20_000 }).error === undefined, `${name} is not installed`)
