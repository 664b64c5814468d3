/** Checkpoints (c2sp.org/tlog-checkpoint): origin, size and root of a log, signed as a note. */
import { countFrom, hashFrom, toBase64 } from './base64.ts'
import { isSignedBy, readNote, signNote } from './note.ts'
import type { Note, NoteKey, NoteSigner, VerifyEd25519 } from './note.ts'
import type { TreeHead } from './verify-proof.ts'

export interface Checkpoint extends TreeHead {
  readonly origin: string
  /** The note it was read from. */
  readonly note: Note
}

const ORIGIN = /^[^\s+]{1,200}$/u

const checkpointText = (origin: string, { size, root }: TreeHead): string => `${origin}\n${size}\n${toBase64(root)}\n`

/** A checkpoint under the log's signature. The log's key has the origin as its name. */
export const signCheckpoint = (head: TreeHead, signer: NoteSigner): Promise<string> =>
  signNote(checkpointText(signer.key.name, head), signer)

/** Reads a checkpoint without believing it. Extension lines, which no log of ours writes, are refused: nothing unread is signed. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  const note = readNote(text)
  if (note === undefined) return undefined
  const [origin = '', sizeText = '', rootText = '', end, ...more] = note.text.split('\n')
  const size = countFrom(sizeText)
  const root = hashFrom(rootText)
  if (!ORIGIN.test(origin) || size === undefined || root === undefined || end !== '' || more.length > 0)
    return undefined
  return { origin, size, root, note }
}

/** True where the checkpoint is of the log that the key names, and that key signed it. */
export const isOfLog = ({ origin, note }: Checkpoint, logKey: NoteKey, verify: VerifyEd25519): boolean =>
  origin === logKey.name && isSignedBy(note, logKey, verify)
