/** One small file, replaced whole: after a crash at any moment it holds the old text or the new one, and what was reported kept is kept. */
import { constants } from 'node:fs'
import { open, readFile, rename } from 'node:fs/promises'

const { O_CREAT, O_SYNC, O_TRUNC, O_WRONLY } = constants
const OWNER_ONLY = 0o600

/**
 * Writes beside the file, renames over it, and writes its first byte once more. A confined process may not call fsync: each write is
 * synced by O_SYNC, and the last one takes the new name to disk with it.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.new`
  await writeSynced(beside, O_CREAT | O_TRUNC, text)
  await rename(beside, path)
  await writeSynced(path, 0, text.slice(0, 1))
}

async function writeSynced(path: string, flags: number, text: string): Promise<void> {
  await using file = await open(path, O_WRONLY | O_SYNC | flags, OWNER_ONLY)
  await file.writeFile(text)
}

/** The text, or undefined where there is no such file. Throws where it cannot be read. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw cause
  }
}
