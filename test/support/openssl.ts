/** The openssl command as a second opinion: absent, a test says so and is skipped, and under CI it fails. */
import { spawnSync } from 'node:child_process'
import type { Context } from 'mocha'

/** Both outputs of an openssl command. */
export function openssl(...words: readonly string[]): string {
  const run = spawnSync('openssl', words, { encoding: 'utf8', timeout: 20_000 })
  if (run.error !== undefined) throw run.error
  return `${run.stdout}${run.stderr}`
}

/** First line of a test that asks another program. */
export function needsProgram(context: Context, name: string, ...words: readonly string[]): void {
  if (spawnSync(name, words, { timeout: 20_000 }).error === undefined) return
  if (process.env['CI'] === 'true') throw new Error(`${name} is not installed`)
  console.log(`    ${name} is not installed: skipped`)
  context.skip()
}

export const needsOpenssl = (context: Context): void => needsProgram(context, 'openssl', 'version')
