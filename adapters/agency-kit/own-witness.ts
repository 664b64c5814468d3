/** The witness that a member runs beside its own work: its key and its memory lie in the folder of its organisation. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openNoteKey, verifyEd25519 } from '#adapters/keys/note-key.ts'
import type { NoteKey } from '#gateway/core/log/note.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Client } from './client.ts'
import { openWitnessState, WitnessBusy } from './witness-state.ts'
import { witnessOnce } from './witness.ts'
import type { Witnessed } from './witness.ts'

/** Below the folder of an organisation. */
export const WITNESS_PATHS = { key: 'keys/witness.key', memory: 'witness/log' } as const

export interface OwnWitnessOptions {
  /** Of the organisation. */
  readonly folder: string
  readonly client: Pick<Client, 'call'>
  readonly clock: Clock
}

/** One round over the log of that key; undefined where this member has no witness, or another process is at work as it. */
export type OwnWitness = (log: NoteKey) => Promise<Witnessed | undefined>

/** Throws where there is a key that cannot be read. */
export async function openOwnWitness({ folder, client, clock }: OwnWitnessOptions): Promise<OwnWitness> {
  const path = join(folder, WITNESS_PATHS.key)
  if (!existsSync(path)) return async () => undefined
  const signer = await openNoteKey(path)
  return async (log) => {
    const state = openWitnessState(join(folder, WITNESS_PATHS.memory), log, verifyEd25519)
    try {
      return await witnessOnce({ call: client.call, signer, log, state, verify: verifyEd25519, clock })
    } catch (error) {
      if (error instanceof WitnessBusy) return undefined
      throw error
    }
  }
}
