/** Small files of JSON that a member keeps for itself: written whole, and worked on by one piece of code at a time within this process. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import type { z } from 'zod'
import { readStrictJson } from '#policies/language/strict-json.ts'

const turns = new Map<string, Promise<unknown>>()

/** Work on one file, one after another; what came of it is nothing of this place. */
export function inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(path) ?? Promise.resolve()).then(work, work)
  turns.set(path, turn)
  const leave = (): void => {
    if (turns.get(path) === turn) turns.delete(path)
  }
  turn.then(leave, leave)
  return turn
}

/** What the file says, or undefined where there is none; throws, naming it, where it says something else. */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const json = readStrictJson(text)
  const read = schema.safeParse(json.ok ? json.value : undefined)
  if (!read.success) throw new Error(`${path}: not what this member wrote`)
  return read.data
}

/** Readable by its owner alone, and never half written. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.part`, JSON.stringify(value), { mode: 0o600, flush: true })
  await rename(`${path}.part`, path)
}
