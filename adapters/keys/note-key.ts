/**
 * Ed25519 keys that sign notes, one in one file, in the text form that Go's note package reads
 * (`PRIVATE+KEY+<name>+<hash>+<base64>`), readable by its owner alone.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fromBase64, toBase64 } from '#gateway/core/log/base64.ts'
import { LOG_KEY, printNoteKey, readNoteKey, WITNESS_KEY } from '#gateway/core/log/note.ts'
import type { NoteKey, NoteKeyType, NoteSigner, VerifyEd25519 } from '#gateway/core/log/note.ts'

const PREFIX = 'PRIVATE+KEY+'
const SEED_BYTES = 32
const OWNER_ONLY = 0o600
const ANYONE_ELSE = 0o077
/** PKCS #8 (RFC 8410 §7) in front of the 32 bytes of an Ed25519 seed. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Ed25519 (RFC 8032) through OpenSSL; false for what is no key or no signature. */
export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  try {
    return verify(null, message, publicKeyOf(publicKey), signature)
  } catch {
    return false
  }
}

const publicKeyOf = (bytes: Uint8Array): KeyObject =>
  createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(bytes).toString('base64url') },
    format: 'jwk',
  })

const seedOf = (key: KeyObject): Uint8Array => key.export({ format: 'der', type: 'pkcs8' }).subarray(-SEED_BYTES)

const privateKeyOf = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })

/** Makes a key and writes it, mode 0600; a file that is there stays. Answers the public half. */
export async function createNoteKey(path: string, name: string, use: 'log' | 'witness'): Promise<NoteKey> {
  const type = use === 'log' ? LOG_KEY : WITNESS_KEY
  const { privateKey } = generateKeyPairSync('ed25519')
  const { key } = signerOf(name, type, privateKey)
  const [, hash = ''] = printNoteKey(key).slice(name.length).split('+')
  const text = `${PREFIX}${name}+${hash}+${toBase64(Uint8Array.of(type, ...seedOf(privateKey)))}\n`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(path, text, { mode: OWNER_ONLY, flag: 'wx' })
  return key
}

/** Reads a key. Throws, naming the file and never its content, for a looser mode than 0600 and what is not such a key. */
export async function openNoteKey(path: string): Promise<NoteSigner> {
  const { mode } = await stat(path)
  if ((mode & ANYONE_ELSE) !== 0) throw new Error(`${path}: others may read this private key; run chmod 600`)
  const signer = readSigner((await readFile(path, 'utf8')).trimEnd())
  if (signer === undefined) throw new Error(`${path}: not a private key for notes`)
  return signer
}

function readSigner(text: string): NoteSigner | undefined {
  const [name = '', hash = '', ...rest] = text.startsWith(PREFIX) ? text.slice(PREFIX.length).split('+') : []
  // Base64 has plus signs of its own.
  const bytes = fromBase64(rest.join('+'))
  const type = bytes?.[0]
  if (bytes?.length !== SEED_BYTES + 1 || (type !== LOG_KEY && type !== WITNESS_KEY)) return undefined
  const signer = signerOf(name, type, privateKeyOf(bytes.subarray(1)))
  const printed = printNoteKey(signer.key)
  return readNoteKey(printed) !== undefined && printed.startsWith(`${name}+${hash}+`) ? signer : undefined
}

function signerOf(name: string, type: NoteKeyType, privateKey: KeyObject): NoteSigner {
  const { x = '' } = createPublicKey(privateKey.export({ format: 'pem', type: 'pkcs8' })).export({ format: 'jwk' })
  return {
    key: { name, type, publicKey: Buffer.from(x, 'base64url') },
    sign: async (message) => sign(null, message, privateKey),
  }
}
