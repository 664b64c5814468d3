/** What `agency run` was last told about the files of its outbox, so that `agency confirm` reads them the same way. */
import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '#adapters/agency-kit/json-file.ts'
import type { PrepareFlags } from './agency-prepare.ts'

const flagsSchema = z.strictObject({
  kind: z.string().exactOptional(),
  purpose: z.string().exactOptional(),
  basis: z.string().exactOptional(),
  to: z.array(z.string()).readonly().exactOptional(),
  mapping: z.string().exactOptional(),
  dialect: z.string().exactOptional(),
  record: z.string().exactOptional(),
  confirmAll: z.boolean().default(false),
})

const pathOf = (home: string): string => join(home, 'agency.json')

/** What was kept; nothing where nothing was. */
export const readRunFlags = async (home: string): Promise<PrepareFlags> =>
  (await readJsonFile(pathOf(home), flagsSchema)) ?? { confirmAll: false }

/** Keeps those of the flags that it knows. */
export async function keepRunFlags(home: string, flags: PrepareFlags): Promise<PrepareFlags> {
  const kept = flagsSchema.strip().parse(JSON.parse(JSON.stringify(flags)))
  await writeJsonFile(pathOf(home), kept)
  return kept
}
