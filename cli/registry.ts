/** network.json of a network folder, read. */
import { join } from 'node:path'
import { registrySchema } from '#gateway/core/participants.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'

/** Who takes part. Throws CommandFailed where that file is not a network. */
export async function readRegistry(folder: string): Promise<Registry> {
  const path = join(folder, EXAMPLE_PATHS.registry)
  const parsed = registrySchema.safeParse(JSON.parse(await readText(path)))
  if (parsed.success) return parsed.data
  const first = parsed.error.issues[0]
  throw new CommandFailed(`${path}: ${first?.path.join('/') ?? ''}: ${first?.message ?? 'not a network'}`, EXIT.found)
}
