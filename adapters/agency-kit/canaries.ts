/**
 * Values that must never reach this member: invented ones, which officers gave to it by digest and never to the gateway, and which a sender
 * put among the items of an invented case. Whoever is shown one knows that the gateway, or its policy, lets through what it must not.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalise, sha256Hex } from '#gateway/core/canonical-json.ts'
import type { Projection } from '#gateway/core/projection.ts'

/** Below the home of a member: a SHA-256 a line, in hex, of the JSON of a value; what begins with # is passed over. */
export const CANARIES_PATH = 'trust/canaries.txt'

/** True where the delivery shows one. */
export type Canaries = (projection: Pick<Projection, 'items'>) => boolean

const DIGEST = /^[0-9a-f]{64}$/

/** None where there is no such file. Throws, naming the line, where one is no digest: a canary that cannot be seen guards nothing. */
export async function readCanaries(home: string): Promise<Canaries> {
  const path = join(home, CANARIES_PATH)
  const lines = (await readOrNothing(path)).split('\n').map((line) => line.trim())
  const wrong = lines.findIndex((line) => line !== '' && !line.startsWith('#') && !DIGEST.test(line))
  if (wrong !== -1) throw new Error(`${path}: line ${wrong + 1}: not a SHA-256 in hex`)
  const digests = new Set(lines.filter((line) => DIGEST.test(line)))
  if (digests.size === 0) return () => false
  return ({ items }) => items.some(({ value }) => value !== undefined && digests.has(sha256Hex(canonicalise(value))))
}

const readOrNothing = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: Error & { readonly code?: string }) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
