/**
 * What a member's witness remembers of one log: the newest checkpoint it vouched for, as the log signed it, in a file of its own.
 * One process at a time reads, judges and keeps; the lock is let go of when the process ends, however it ends.
 */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readIfThere, replaceFile } from '#adapters/log/durable-file.ts'
import { isOfLog, readCheckpoint } from '#gateway/core/log/checkpoint.ts'
import type { NoteKey, VerifyEd25519 } from '#gateway/core/log/note.ts'
import { NOTHING_YET } from '#gateway/core/log/witness.ts'
import type { WitnessedHead } from '#gateway/core/log/witness.ts'

export interface WitnessState {
  /** Runs the work with the head that is held, alone; what it keeps is durable before anything it does next. Rejects at once where another is at work. */
  readonly exclusively: <T>(work: (held: WitnessedHead, keep: Keep) => Promise<T>) => Promise<T>
  /** Keeps two checkpoints that contradict each other, as `<size>.fork` beside the state. */
  readonly keepEvidence: (held: string, offered: string) => Promise<void>
}

export type Keep = (next: WitnessedHead) => Promise<void>

/** Makes the empty state of a witness that has seen nothing, with its folder. Throws where there is one: forgetting would be what a forger needs. */
export async function createWitnessState(path: string): Promise<void> {
  if ((await readIfThere(path)) !== undefined) throw new Error(`${path}: this witness has a memory already`)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await replaceFile(path, '')
}

/** The state in the file. Using it throws where the file is gone or is not a checkpoint of that log: a witness never begins anew. */
export function openWitnessState(path: string, log: NoteKey, verify: VerifyEd25519): WitnessState {
  return {
    async exclusively(work) {
      const lock = takeLock(`${path}.lock`)
      try {
        return await work(await headIn(path, log, verify), ({ checkpoint }) => replaceFile(path, checkpoint))
      } finally {
        lock.close()
      }
    },
    keepEvidence: async (held, offered) =>
      replaceFile(`${path}.${readCheckpoint(offered)?.size ?? 0}.fork`, `${held}\n${offered}`),
  }
}

/** Another process is at work as this witness. */
export class WitnessBusy extends Error {
  constructor(cause: unknown) {
    super('another process is at work as this witness', { cause })
  }
}

/** Held until it is closed or this process ends, however it ends. Throws WitnessBusy at once where another process holds it. */
export function takeLock(path: string): Disposable & { readonly close: () => void } {
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return { close: () => lock.close(), [Symbol.dispose]: () => lock.close() }
  } catch (cause) {
    lock.close()
    throw new WitnessBusy(cause)
  }
}

async function headIn(path: string, log: NoteKey, verify: VerifyEd25519): Promise<WitnessedHead> {
  const text = await readIfThere(path)
  if (text === undefined) throw new Error(`${path}: the memory of this witness is gone; restore it, do not begin anew`)
  if (text === '') return NOTHING_YET
  const head = readCheckpoint(text)
  if (head === undefined || !isOfLog(head, log, verify)) throw new Error(`${path}: not a checkpoint of this log`)
  return { size: head.size, root: head.root, checkpoint: text }
}
