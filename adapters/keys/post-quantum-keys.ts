/** Post-quantum private keys in files beside the others: ML-DSA-65 to sign a second time, X25519 with ML-KEM-768 to open with. */
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CompactSign, exportJWK, generateKeyPair, importJWK } from 'jose'
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from 'hpke'
import { z } from 'zod'
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { listedThumbprint, POST_QUANTUM } from '#gateway/core/trust-list/list.ts'
import type { PostQuantumJwk } from '#gateway/core/trust-list/list.ts'
import type { KeyPeriod } from './private-key-file.ts'

export type PostQuantumUse = keyof typeof POST_QUANTUM

const SUFFIX = '.akp.json'
const OWNER_ONLY = 0o600
const ANYONE_ELSE = 0o077
const SEED_CHARACTERS = 43

export interface PostQuantumKey {
  readonly kid: string
  readonly use: PostQuantumUse
  readonly from: Instant
  readonly until: Instant
  readonly jwk: PostQuantumJwk
  /** Not extractable. */
  readonly key: CryptoKey
}

const fileSchema = z.strictObject({
  kid: z.string().length(43),
  use: z.enum(['sign', 'seal']),
  from: z.string(),
  until: z.string(),
  jwk: z.strictObject({
    kty: z.literal('AKP'),
    alg: z.string(),
    pub: z.string().min(1),
    /** The seed that both halves come from. */
    priv: z.string().length(SEED_CHARACTERS),
  }),
})

let made: CipherSuite | undefined
/** Made when first needed: Node warns that it is experimental, and whoever does not use it is not to read that. */
const suite = (): CipherSuite => (made ??= new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM))

/** Makes a key for one use and writes it to `<use>-<first of kid>.akp.json`, mode 0600, in a folder of mode 0700. */
export async function createPostQuantumKeyFile(
  folder: string,
  use: PostQuantumUse,
  period: KeyPeriod,
): Promise<PostQuantumKey> {
  const { pub, priv } = use === 'sign' ? await makeSigningKey() : await makeOpeningKey()
  const jwk = { kty: 'AKP', alg: POST_QUANTUM[use], pub } as const
  const kid = listedThumbprint(jwk)
  const file = { kid, use, from: printInstant(period.from), until: printInstant(period.until), jwk: { ...jwk, priv } }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${use}-${kid.slice(0, 8).toLowerCase()}${SUFFIX}`)
  await writeFile(path, `${JSON.stringify(file, null, 2)}\n`, { mode: OWNER_ONLY })
  await chmod(path, OWNER_ONLY)
  return readKeyFile(path)
}

interface Pair {
  readonly pub: string
  readonly priv: string
}

async function makeSigningKey(): Promise<Pair> {
  const { privateKey } = await generateKeyPair(POST_QUANTUM.sign, { extractable: true })
  const { pub = '', priv = '' } = await exportJWK(privateKey)
  return { pub, priv }
}

async function makeOpeningKey(): Promise<Pair> {
  const { publicKey, privateKey } = await suite().GenerateKeyPair(true)
  const [pub, priv] = [await suite().SerializePublicKey(publicKey), await suite().SerializePrivateKey(privateKey)]
  return { pub: Buffer.from(pub).toString('base64url'), priv: Buffer.from(priv).toString('base64url') }
}

/** Reads one key. Throws, naming the file and never its content, where the mode is looser than 0600 or the key is not what it says. */
async function readKeyFile(path: string): Promise<PostQuantumKey> {
  const { mode } = await stat(path)
  if ((mode & ANYONE_ELSE) !== 0) throw new Error(`${path}: others may read this private key; run chmod 600`)
  const json = readStrictJson(await readFile(path))
  const read = fileSchema.safeParse(json.ok ? json.value : undefined).data
  const [from, until] = [parseInstant(read?.from ?? ''), parseInstant(read?.until ?? '')]
  if (read === undefined || from === undefined || until === undefined || read.jwk.alg !== POST_QUANTUM[read.use])
    throw new Error(`${path}: not a post-quantum private key file`)
  const { priv, ...jwk } = read.jwk
  if (listedThumbprint(jwk) !== read.kid) throw new Error(`${path}: kid is not the thumbprint of the key`)
  const key = await openPair(read.use, { pub: jwk.pub, priv }).catch(() => undefined)
  // No cause: it could quote the key.
  if (key === undefined) throw new Error(`${path}: the key cannot be used`)
  return { kid: read.kid, use: read.use, from, until, jwk, key }
}

const PROBE = Buffer.from('both halves are of one key')

/** undefined where the two halves are not of one key. */
async function openPair(use: PostQuantumUse, pair: Pair): Promise<CryptoKey | undefined> {
  return use === 'sign' ? openSigningKey(pair) : openOpeningKey(pair)
}

async function openSigningKey({ pub, priv }: Pair): Promise<CryptoKey | undefined> {
  const jwk = { kty: 'AKP', alg: POST_QUANTUM.sign, pub }
  const key = await importJWK({ ...jwk, priv }, POST_QUANTUM.sign, { extractable: false })
  const publicKey = await importJWK(jwk, POST_QUANTUM.sign)
  if (key instanceof Uint8Array || publicKey instanceof Uint8Array) return undefined
  const signature = await crypto.subtle.sign({ name: POST_QUANTUM.sign }, key, PROBE)
  return (await crypto.subtle.verify({ name: POST_QUANTUM.sign }, publicKey, signature, PROBE)) ? key : undefined
}

async function openOpeningKey({ pub, priv }: Pair): Promise<CryptoKey | undefined> {
  const key = await suite().DeserializePrivateKey(Buffer.from(priv, 'base64url'))
  const publicKey = await suite().DeserializePublicKey(Buffer.from(pub, 'base64url'))
  const { encapsulatedSecret, ciphertext } = await suite().Seal(publicKey, PROBE)
  const opened = await suite().Open(key, encapsulatedSecret, ciphertext)
  return PROBE.equals(opened) ? (key as CryptoKey) : undefined
}

/** Every such key of a folder, newest first; none where there is no folder. */
export async function readPostQuantumKeys(folder: string): Promise<readonly PostQuantumKey[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(SUFFIX)).toSorted()
  const keys = await Promise.all(names.map((name) => readKeyFile(join(folder, name))))
  return keys.toSorted((a, b) => b.from - a.from)
}

/** A compact JWS under that type, ML-DSA-65. */
export const signPostQuantum = (
  { kid, key }: Pick<PostQuantumKey, 'kid' | 'key'>,
  typ: string,
  payload: Uint8Array,
): Promise<string> => new CompactSign(payload).setProtectedHeader({ alg: POST_QUANTUM.sign, typ, kid }).sign(key)
