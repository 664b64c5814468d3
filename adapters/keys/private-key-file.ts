/** One private key in one file: a JWK with its kid, its one use and its time, readable by its owner alone. */
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose'
import { z } from 'zod'
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { readPublicJwk } from '#gateway/core/jose-headers.ts'
import type { PublicJwk } from '#gateway/core/participants.ts'

export type KeyUse = 'sign' | 'seal' | 'present' | 'assert' | 'officer'
const ALGORITHMS = {
  sign: 'ES256',
  seal: 'ECDH-ES+A256KW',
  present: 'ES256',
  assert: 'ES256',
  officer: 'ES256',
} as const
const SUFFIX = '.jwk.json'
const OWNER_ONLY = 0o600
const ANYONE_ELSE = 0o077

export interface PrivateKey {
  readonly kid: string
  readonly use: KeyUse
  readonly from: Instant
  readonly until: Instant
  readonly jwk: PublicJwk
  /** Not extractable. */
  readonly key: CryptoKey
}

export interface KeyPeriod {
  readonly from: Instant
  readonly until: Instant
}

const privateJwk = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().length(43),
  y: z.string().length(43),
  d: z.string().length(43),
})
const fileSchema = z.strictObject({
  kid: z.string().length(43),
  use: z.enum(['sign', 'seal', 'present', 'assert', 'officer']),
  from: z.string(),
  until: z.string(),
  jwk: privateJwk,
})

/** Makes a P-256 key for one use and writes it to `<use>-<first of kid>.jwk.json`, mode 0600, in a folder of mode 0700. */
export async function createPrivateKeyFile(folder: string, use: KeyUse, period: KeyPeriod): Promise<PrivateKey> {
  const pair = await generateKeyPair(ALGORITHMS[use], { crv: 'P-256', extractable: true })
  const jwk = privateJwk.parse(await exportJWK(pair.privateKey))
  const kid = await calculateJwkThumbprint(jwk)
  const file = { kid, use, from: printInstant(period.from), until: printInstant(period.until), jwk }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${use}-${kid.slice(0, 8).toLowerCase()}${SUFFIX}`)
  await writeFile(path, `${JSON.stringify(file, null, 2)}\n`, { mode: OWNER_ONLY })
  await chmod(path, OWNER_ONLY)
  return readPrivateKeyFile(path)
}

/** Reads one key. Throws, naming the file and never its content, where the mode is looser than 0600 or the key is not what it says. */
export async function readPrivateKeyFile(path: string): Promise<PrivateKey> {
  const { mode } = await stat(path)
  if ((mode & ANYONE_ELSE) !== 0) throw new Error(`${path}: others may read this private key; run chmod 600`)
  const json = readStrictJson(await readFile(path))
  const read = fileSchema.safeParse(json.ok ? json.value : undefined)
  if (!read.success) throw new Error(`${path}: not a private key file`)
  const { kid, use, jwk } = read.data
  const from = parseInstant(read.data.from)
  const until = parseInstant(read.data.until)
  const publicJwk = readPublicJwk({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y })
  if (from === undefined || until === undefined || publicJwk === undefined)
    throw new Error(`${path}: not a private key file`)
  if ((await calculateJwkThumbprint(publicJwk)) !== kid)
    throw new Error(`${path}: kid is not the thumbprint of the key`)
  return { kid, use, from, until, jwk: publicJwk, key: await importPrivate(path, jwk, use) }
}

/** The import refuses a point off the curve and a private half of another key. */
async function importPrivate(path: string, jwk: z.output<typeof privateJwk>, use: KeyUse): Promise<CryptoKey> {
  try {
    const key = await importJWK({ ...jwk }, ALGORITHMS[use], { extractable: false })
    if (key instanceof Uint8Array) throw new TypeError('not an EC key')
    return key
  } catch {
    // The cause could quote the key.
    throw new Error(`${path}: the key cannot be used`)
  }
}

/** Every key file of a folder, newest first. Throws when a key stands there for two uses (one key, one use). */
export async function readPrivateKeys(folder: string): Promise<readonly PrivateKey[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX)).toSorted()
  const keys = await Promise.all(names.map((name) => readPrivateKeyFile(join(folder, name))))
  if (new Set(keys.map((key) => key.kid)).size < keys.length) throw new Error(`${folder}: one key stands in two files`)
  return keys.toSorted((a, b) => b.from - a.from)
}
