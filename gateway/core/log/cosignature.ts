/** Cosignatures (c2sp.org/tlog-cosignature, type 4): a witness's Ed25519 signature over a checkpoint and the time it saw it. */
import { signatureLine, signaturesBy } from './note.ts'
import type { Note, NoteKey, NoteSigner, VerifyEd25519 } from './note.ts'

const TIME_BYTES = 8
const SIGNATURE_BYTES = 64

const messageOf = (text: string, seconds: number | bigint): Buffer =>
  Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)

/** The witness's line under a checkpoint's text. `seconds` since 1970 (never 0, which would say "no time"). */
export async function cosign(text: string, { key, sign }: NoteSigner, seconds: number): Promise<string> {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(seconds))
  return signatureLine(key, Buffer.concat([time, await sign(messageOf(text, seconds))]))
}

/** When the witness saw the checkpoint (seconds since 1970), or undefined where it did not sign it or a line in its name is unsound. */
export function cosignedAt(note: Note, key: NoteKey, verify: VerifyEd25519): number | undefined {
  const times = signaturesBy(note, key).map(({ bytes }) => timeOf(note, key, { bytes, verify }))
  return times.includes(undefined) ? undefined : times[0]
}

function timeOf(
  { text }: Note,
  { publicKey }: NoteKey,
  { bytes, verify }: { readonly bytes: Uint8Array; readonly verify: VerifyEd25519 },
): number | undefined {
  if (bytes.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined
  const seconds = Buffer.from(bytes.subarray(0, TIME_BYTES)).readBigUInt64BE()
  if (seconds === 0n || seconds > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  return verify(publicKey, messageOf(text, seconds), bytes.subarray(TIME_BYTES)) ? Number(seconds) : undefined
}

/** The witnesses, each counted once whatever its names, that cosigned the checkpoint. */
export function cosigners(note: Note, witnesses: readonly NoteKey[], verify: VerifyEd25519): readonly NoteKey[] {
  const byKey = new Map(witnesses.map((key) => [Buffer.from(key.publicKey).toString('hex'), key]))
  return [...byKey.values()].filter((key) => cosignedAt(note, key, verify) !== undefined)
}
