/** The highest trust list that a client has seen, on disk: a file for each version, whole or not there, so that no crash takes it back. */
import { constants } from 'node:fs'
import { link, mkdir, open, readFile, readdir, rm } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'

const { O_CREAT, O_EXCL, O_SYNC, O_WRONLY } = constants
const NAME = /^(\d{10})\.json$/
const nameOf = (version: number): string => `${String(version).padStart(10, '0')}.json`

export interface KeptLists {
  /** The text of the highest version there, or undefined where there is none. */
  readonly highest: () => Promise<string | undefined>
  /** On disk when it resolves. Answers what stands there under that version: this text, or another that came first. */
  readonly keep: (version: number, text: string) => Promise<string>
}

/** Several processes may share a folder: a version is only ever added, and lower ones are removed after a higher one is safe. */
export function openKeptLists(folder: string): KeptLists {
  const versions = async (): Promise<readonly string[]> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return (await readdir(folder)).filter((name) => NAME.test(name)).toSorted()
  }
  return {
    highest: async () => {
      for (;;) {
        const last = (await versions()).at(-1)
        if (last === undefined) return undefined
        const text = await readFile(join(folder, last), 'utf8').catch(unlessGone)
        if (text !== undefined) return text
      }
    },
    keep: async (version, text) => {
      const before = await versions()
      const name = nameOf(version)
      const standing = await addWhole(folder, join(folder, name), text).catch(unlessGone)
      for (const lower of before) if (lower < name) await rm(join(folder, lower), { force: true })
      return standing ?? text
    },
  }
}

/** A version that another process has removed meanwhile has a higher one beside it. */
function unlessGone(cause: unknown): undefined {
  if (!hasCode(cause, 'ENOENT')) throw cause
}

/**
 * Written aside, then linked to its name, which fails where the name is taken; answers what stands there. A confined process may not call
 * fsync; a write under O_SYNC is one, and the last, of the byte that is there already, takes the new name of the file to disk with it.
 */
async function addWhole(folder: string, path: string, text: string): Promise<string> {
  const aside = join(folder, `.${randomUUID()}`)
  try {
    await writeSynced(aside, O_CREAT | O_EXCL, text)
    await link(aside, path).catch((cause: unknown) => {
      if (!hasCode(cause, 'EEXIST')) throw cause
    })
    const standing = await readFile(path, 'utf8')
    await writeSynced(path, 0, standing.slice(0, 1))
    return standing
  } finally {
    await rm(aside, { force: true })
  }
}

async function writeSynced(path: string, flags: number, text: string): Promise<void> {
  await using file = await open(path, O_WRONLY | O_SYNC | flags, 0o600)
  await file.writeFile(text)
}

const hasCode = (cause: unknown, code: string): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === code
