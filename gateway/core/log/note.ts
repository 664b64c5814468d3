/** Signed notes (c2sp.org/signed-note): a text, a blank line, and signatures, each a line with the name and key hash of its key. */
import { fromBase64, toBase64 } from './base64.ts'
import { sameBytes, sha256 } from './hash.ts'

/** Signature types of the registry in c2sp.org/signed-note: 1 is plain Ed25519, 4 a timestamped cosignature. */
export const LOG_KEY = 1
export const WITNESS_KEY = 4
export type NoteKeyType = typeof LOG_KEY | typeof WITNESS_KEY

/** The public half of a key that signs notes: 32 bytes of Ed25519 (RFC 8032). */
export interface NoteKey {
  readonly name: string
  readonly type: NoteKeyType
  readonly publicKey: Uint8Array
}

/** Whether the 64 bytes are an Ed25519 signature of the message under the key; false for bytes that are none. */
export type VerifyEd25519 = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean

/** Ed25519 over the message, 64 bytes; the private half stays with whoever made this. */
export type SignEd25519 = (message: Uint8Array) => Promise<Uint8Array>

export interface NoteSigner {
  readonly key: NoteKey
  readonly sign: SignEd25519
}

export interface NoteSignature {
  readonly name: string
  /** What follows the key hash: 64 bytes for a log, 8 of time and 64 for a cosignature. */
  readonly bytes: Uint8Array
  readonly keyHash: Uint8Array
}

export interface Note {
  /** Ends with a newline, which is signed. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

const MAX_NOTE_CHARACTERS = 1_000_000
const MAX_SIGNATURES = 100
const KEY_HASH_BYTES = 4
const PUBLIC_KEY_BYTES = 32
const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/u
const NAME = /^[^\s+]{1,200}$/u
// oxlint-disable-next-line no-control-regex -- the format names them: no control character but the newline
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f]/

/** SHA-256 over name, newline, type and key; its first four bytes tell keys of one name apart. */
export const keyHashOf = ({ name, type, publicKey }: NoteKey): Uint8Array =>
  sha256(`${name}\n`, Uint8Array.of(type), publicKey).subarray(0, KEY_HASH_BYTES)

/** `<name>+<key hash>+<type and key in base64>`: a key as people exchange it. */
export const printNoteKey = (key: NoteKey): string =>
  `${key.name}+${Buffer.from(keyHashOf(key)).toString('hex')}+${toBase64(Uint8Array.of(key.type, ...key.publicKey))}`

/** Reads a printed key; undefined where it is malformed, of another type, or its hash is not of this key. */
export function readNoteKey(text: string): NoteKey | undefined {
  const cut = text.indexOf('+')
  const name = text.slice(0, cut)
  const bytes = fromBase64(text.slice(cut + 10))
  const type = bytes?.[0]
  if (!NAME.test(name) || bytes?.length !== PUBLIC_KEY_BYTES + 1) return undefined
  if (type !== LOG_KEY && type !== WITNESS_KEY) return undefined
  const key: NoteKey = { name, type, publicKey: bytes.subarray(1) }
  return printNoteKey(key) === text ? key : undefined
}

/** A signature line of that key, with its newline. */
export const signatureLine = (key: NoteKey, bytes: Uint8Array): string =>
  `\u2014 ${key.name} ${toBase64(Buffer.concat([keyHashOf(key), bytes]))}\n`

/** Reads a signature line without its newline. */
export function readSignatureLine(line: string): NoteSignature | undefined {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? []
  const bytes = encoded === undefined ? undefined : fromBase64(encoded)
  if (name === undefined || bytes === undefined || bytes.length <= KEY_HASH_BYTES) return undefined
  return { name, keyHash: bytes.subarray(0, KEY_HASH_BYTES), bytes: bytes.subarray(KEY_HASH_BYTES) }
}

/** Takes a note apart without believing it; undefined where it is malformed. */
export function readNote(note: string): Note | undefined {
  if (note.length > MAX_NOTE_CHARACTERS || !note.isWellFormed() || CONTROL.test(note)) return undefined
  const cut = note.lastIndexOf('\n\n')
  if (cut < 1 || !note.endsWith('\n')) return undefined
  const lines = note.slice(cut + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) return undefined
  const signatures = lines.map(readSignatureLine).filter((signature) => signature !== undefined)
  return signatures.length === lines.length ? { text: note.slice(0, cut + 1), signatures } : undefined
}

/** The signatures that claim to be by this key; those of unknown keys are nobody's business (as the format has it). */
export const signaturesBy = (note: Note, key: NoteKey): readonly NoteSignature[] =>
  note.signatures.filter(({ name, keyHash }) => name === key.name && sameBytes(keyHash, keyHashOf(key)))

/** The text with the signer's first signature under it. */
export const signNote = async (text: string, { key, sign }: NoteSigner): Promise<string> =>
  `${text}\n${signatureLine(key, await sign(Buffer.from(text)))}`

/** True where the key signed the text, and every signature that claims to be by it is sound. */
export function isSignedBy(note: Note, key: NoteKey, verify: VerifyEd25519): boolean {
  const claimed = signaturesBy(note, key)
  return claimed.length > 0 && claimed.every(({ bytes }) => verify(key.publicKey, Buffer.from(note.text), bytes))
}
