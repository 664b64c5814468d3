/** The openssl command as a second opinion: absent, a test says so and is skipped, and under CI it fails. */
import { spawnSync } from 'node:child_process'
import type { Context } from 'mocha'
import { needsProgram } from './needs.ts'

/** Both outputs of an openssl command. */
export function openssl(...words: readonly string[]): string {
  const run = spawnSync('openssl', words, { encoding: 'utf8', timeout: 20_000 })
  if (run.error !== undefined) throw run.error
  return `${run.stdout}${run.stderr}`
}

export const needsOpenssl = (context: Context): void => needsProgram(context, 'openssl', 'version')
