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

/** A key and a request that openssl makes, in files of those names; the request as base64 of its DER. */
export function opensslRequest(
  file: (name: string) => string,
  kind: string,
  more: readonly string[] = [],
): { readonly request: string; readonly keyPath: string } {
  const keyPath = file(`foreign-${kind}.key.pem`)
  const key =
    kind === 'rsa'
      ? ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
      : ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${kind}`]
  openssl('genpkey', ...key, '-out', keyPath)
  openssl('req', '-new', '-key', keyPath, '-subj', '/CN=foreign', ...more, '-out', file('foreign.csr'))
  const der = spawnSync('openssl', ['req', '-in', file('foreign.csr'), '-outform', 'DER'], { timeout: 20_000 }).stdout
  return { request: der.toString('base64'), keyPath }
}
