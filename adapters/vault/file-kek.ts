/** A KEK in a file: 32 random bytes as base64url on one line, mode 0400, outside the folder of the database. */
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, open, realpath, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, relative, sep } from 'node:path'
import { KEY_BYTES, openBytes, sealBytes } from './aes-gcm.ts'
import type { Kek } from './kek.ts'

const OWNER_READS = 0o400
const PERMISSIONS = 0o777
const FORM = /^[A-Za-z0-9_-]{43}\n?$/

/** Makes a new one, on disk when it resolves. Throws where the file exists already: a KEK that is overwritten takes every case with it. */
export async function createFileKek(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const text = `${randomBytes(KEY_BYTES).toString('base64url')}\n`
  await writeFile(path, text, { mode: OWNER_READS, flag: 'wx', flush: true })
  await chmod(path, OWNER_READS)
}

/** Reads it. Throws, naming the file, for another mode, a place in a folder of data, or what is no key. */
export async function openFileKek(path: string, dataFolders: readonly string[]): Promise<Kek> {
  await using file = await open(path).catch(() => {
    throw new Error(`${path}: the key encryption key (KEK) cannot be read`)
  })
  await refusePlace(file, path, dataFolders)
  const text = await file.readFile('utf8')
  const key = Buffer.from(text, 'base64url')
  if (!FORM.test(text) || key.length !== KEY_BYTES) throw new Error(`${path}: not a KEK`)
  return kekOf(key)
}

/** What was opened is looked at, and not what stands under its name a moment later. */
async function refusePlace(file: FileHandle, path: string, dataFolders: readonly string[]): Promise<void> {
  const { mode } = await file.stat()
  if ((mode & PERMISSIONS) !== OWNER_READS) throw new Error(`${path}: a KEK is read by its owner alone; run chmod 400`)
  for (const folder of dataFolders)
    if (await isBelow(path, folder))
      throw new Error(`${path}: a KEK beside the data it protects protects nothing; move it out of ${folder}`)
}

async function isBelow(path: string, folder: string): Promise<boolean> {
  const [file, data] = await Promise.all([realpath(path), realpath(folder).catch(() => folder)])
  const [first] = relative(data, file).split(sep)
  return first !== '..'
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
