/** network.json of a network folder, read. */
import { join } from 'node:path'
import { registrySchema } from '#gateway/core/participants.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import { asOneLine, CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'

/** Who takes part. Throws CommandFailed with every fault, the first few of them named, where that file is not a network. */
export async function readRegistry(folder: string): Promise<Registry> {
  const path = join(folder, EXAMPLE_PATHS.registry)
  const text = await readText(path)
  const read = jsonOf(text)
  if (read === undefined) throw new CommandFailed(`${path}: not JSON`, EXIT.found)
  const parsed = registrySchema.safeParse(read.value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('/') || 'the whole'}: ${issue.message}`)
  throw new CommandFailed(`${path}: ${asOneLine(faults)}`, EXIT.found)
}

function jsonOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
