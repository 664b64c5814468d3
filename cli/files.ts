/** Reads what a command names: a file, standard input for `-`, a shipped pack by its name. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { PROJECT_ROOT } from './project-root.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'

const MAX_INPUT_BYTES = 64 * 1024 * 1024

/** Text of a file, or of standard input. */
export async function readInput(path: string): Promise<string> {
  if (path !== '-') return readText(path)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin) {
    const piece = Buffer.from(chunk as Uint8Array)
    bytes += piece.length
    if (bytes > MAX_INPUT_BYTES) throw new CommandFailed('standard input: larger than 64 MiB', EXIT.found)
    chunks.push(piece)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CommandFailed(`${path}: cannot be read (${codeOf(cause)})`, EXIT.unreachable)
  })
}

/** Strict JSON of a file or of standard input. */
export async function readJson(path: string): Promise<unknown> {
  const read = readStrictJson(await readInput(path), { maxKeys: 2_000_000 })
  if (!read.ok) throw new CommandFailed(`${path}: not strict JSON: ${read.reason} at character ${read.at}`, EXIT.found)
  return read.value
}

const PACKS = join(PROJECT_ROOT, 'policies/packs')

/** A shipped pack by its name, or any policy text by its path. */
export const packPath = (nameOrPath: string): string =>
  isPackName(nameOrPath) ? join(PACKS, `${nameOrPath}.json`) : nameOrPath

const isPackName = (text: string): boolean => /^[a-z0-9-]+$/.test(text)

/** The text of a shipped pack, of a file, or of standard input. Throws CommandFailed that names the packs there are. */
export async function readPack(nameOrPath: string): Promise<string> {
  if (!isPackName(nameOrPath) || nameOrPath === '-') return readInput(nameOrPath)
  const shipped = (await readdir(PACKS)).map((name) => name.replace(/\.json$/, '')).toSorted()
  if (shipped.includes(nameOrPath)) return readText(packPath(nameOrPath))
  throw new CommandFailed(
    `${nameOrPath}: no such pack; shipped are ${shipped.join(', ')}; a file is named by its path, as ./${nameOrPath}`,
    EXIT.usage,
  )
}

/** A count or port of the command line. Throws CommandFailed. */
export function wholeNumber(flag: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new CommandFailed(`${flag} ${text}: a whole number above 0`, EXIT.usage)
  return value
}

export const codeOf = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : 'unknown fault'
