/** A KEK in a file: 32 random bytes as base64url on one line, mode 0400, outside the folder of the database. */
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { KEY_BYTES, openBytes, sealBytes } from './aes-gcm.ts'
import type { Kek } from './kek.ts'

const OWNER_READS = 0o400
const PERMISSIONS = 0o777
const FORM = /^[A-Za-z0-9_-]{43}\n?$/

/** Makes a new one. Throws where the file exists already: a KEK that is overwritten takes every case with it. */
export async function createFileKek(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(path, `${randomBytes(KEY_BYTES).toString('base64url')}\n`, { mode: OWNER_READS, flag: 'wx' })
  await chmod(path, OWNER_READS)
}

/** Reads it. Throws, naming the file, for another mode, a place in the data folder, or what is no key. */
export async function openFileKek(path: string, dataFolder: string): Promise<Kek> {
  const { mode } = await stat(path).catch(() => {
    throw new Error(`${path}: the key encryption key (KEK) cannot be read`)
  })
  if ((mode & PERMISSIONS) !== OWNER_READS) throw new Error(`${path}: a KEK is read by its owner alone; run chmod 400`)
  if (await isBelow(path, dataFolder))
    throw new Error(`${path}: a KEK beside the data it protects protects nothing; move it out of ${dataFolder}`)
  const text = await readFile(path, 'utf8')
  const key = Buffer.from(text, 'base64url')
  if (!FORM.test(text) || key.length !== KEY_BYTES) throw new Error(`${path}: not a KEK`)
  return kekOf(key)
}

async function isBelow(path: string, folder: string): Promise<boolean> {
  const [file, data] = await Promise.all([realpath(path), realpath(folder).catch(() => folder)])
  return !relative(data, file).startsWith('..')
}

/** A KEK over bytes in memory, which it zeroes when it is disposed of. */
export function kekOf(key: Buffer): Kek {
  const id = `file-${createHash('sha256').update('passerelle kek id').update(key).digest('hex').slice(0, 16)}`
  return {
    id,
    wrap: (aad, content) => sealBytes(key, Buffer.from(aad), content),
    unwrap: (aad, wrapped) => openBytes(key, Buffer.from(aad), wrapped),
    [Symbol.dispose]: () => {
      key.fill(0)
    },
  }
}
