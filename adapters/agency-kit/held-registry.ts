/** The network as a member knows it, from its own folder: who may get what from whom, and what type of recipient each mandate is. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { registrySchema } from '#gateway/core/participants.ts'
import type { Registry } from '#gateway/core/participants.ts'

const MAX_KEYS = 100_000

/** Handed over with the root certificate, and not by the gateway: nobody else says for whom a member signs. Throws where it is none. */
export async function readHeldRegistry(home: string): Promise<Registry> {
  const path = join(home, 'network.json')
  const json = readStrictJson(await readFile(path), { maxKeys: MAX_KEYS })
  const read = registrySchema.safeParse(json.ok ? json.value : undefined)
  if (!read.success) throw new Error(`${path}: not a network`)
  return read.data
}
