/** Where a network folder keeps its trust list and the officers that a new client believes, and how a list gets there whole. */
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { pinnedSchema } from '#gateway/core/trust-list/list.ts'
import type { Pinned } from '#gateway/core/trust-list/list.ts'
import { readSignedTrustList } from '#gateway/core/trust-list/signed.ts'
import type { SignedTrustList } from '#gateway/core/trust-list/signed.ts'
import { PROBLEMS } from '#gateway/core/problem.ts'
import type { Problem } from '#gateway/core/problem.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'

/** Below the folder of a network. */
export const TRUST_PATHS = {
  list: 'trust/list.json',
  officers: 'trust/officers.json',
  /** Where an example network keeps an officer's key; a real one never does. */
  officer: (id: string): string => `officers/${id}`,
} as const

/** The officers handed over on the first day. Throws CommandFailed. */
export async function readPinned(folder: string): Promise<Pinned> {
  const path = join(folder, TRUST_PATHS.officers)
  const json = readStrictJson(await readText(path))
  const pinned = pinnedSchema.safeParse(json.ok ? json.value : undefined)
  if (!pinned.success) throw new CommandFailed(`${path}: names no officers of a network`, EXIT.found)
  return pinned.data
}

/** A list or proposal as a file holds it, not verified. Throws CommandFailed. */
export async function readListFile(path: string): Promise<SignedTrustList> {
  const read = readSignedTrustList(await readText(path))
  if (!read.ok) throw refused(path, read.problem)
  return read.value
}

/** `FILE: code: title (places)`. */
export function refused(path: string, { code, errors = [] }: Problem): CommandFailed {
  const places = errors.map(({ pointer, code: kind }) => `${pointer} ${kind}`).slice(0, 5)
  return new CommandFailed(
    `${path}: ${code}: ${PROBLEMS[code].title}${places.length === 0 ? '' : ` (${places.join(', ')})`}`,
    EXIT.found,
  )
}

/** On disk when it resolves; a reader sees the old text or the new, never a part. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const aside = `${path}.new`
  {
    await using file = await open(aside, 'w', 0o644)
    await file.writeFile(text)
    await file.sync()
  }
  await rename(aside, path)
}
