/** Files of a member that open on its own machine alone: sealed under a key that lies outside the folder that they lie in. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
export const LOCKED = '.locked'

/** The key of one machine. */
export interface Lock {
  /** Writes `<name>.locked`, whole and for its owner alone. */
  readonly keep: (folder: string, name: string, content: string) => Promise<void>
  /** Puts every file of the folder whose name is asked for under lock; what is locked already stays. Answers how many. */
  readonly lockAll: (folder: string, isAsked: (name: string) => boolean) => Promise<number>
  /** The content; throws for what this key did not lock under this name. */
  readonly open: (path: string) => Promise<Buffer>
}

/**
 * Reads the key, or makes it where there is none: 32 random bytes as base64url, mode 0400. Throws, naming the file, where it holds anything
 * else, or lies in the folder whose copies it must not open.
 */
export async function openLock(keyFile: string, home: string): Promise<Lock> {
  const folder = dirname(keyFile)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const [at, within] = await Promise.all([realpath(folder), realpath(home)])
  if (`${at}${sep}`.startsWith(`${within}${sep}`))
    throw new Error(`${keyFile}: lies in ${home}: whoever copies that folder would have the key too`)
  await writeFile(keyFile, `${randomBytes(KEY_BYTES).toString('base64url')}\n`, {
    mode: 0o400,
    flag: 'wx',
    flush: true,
  }).catch((error: Error & { readonly code?: string }) => {
    if (error.code !== 'EEXIST') throw error
  })
  const key = Buffer.from((await readFile(keyFile, 'utf8')).trim(), 'base64url')
  if (key.length !== KEY_BYTES) throw new Error(`${keyFile}: not a key of this program`)
  return lockOf(key)
}

function lockOf(key: Buffer): Lock {
  const keep: Lock['keep'] = async (at, name, content) => put(at, name, seal(key, name, Buffer.from(content)))
  return {
    keep,
    lockAll: async (at, isAsked) => {
      const names = (await readdir(at)).filter((name) => !name.endsWith(LOCKED) && isAsked(name))
      for (const name of names) {
        await put(at, name, seal(key, name, await readFile(join(at, name))))
        await rm(join(at, name))
      }
      return names.length
    },
    open: async (path) => {
      const name = basename(path).slice(0, -LOCKED.length)
      const opened = unseal(key, name, await readFile(path))
      if (opened === undefined) throw new Error(`${path}: was not locked on this machine under this name`)
      return opened
    },
  }
}

async function put(folder: string, name: string, sealed: Buffer): Promise<void> {
  const path = join(folder, `${name}${LOCKED}`)
  await writeFile(`${path}.part`, sealed, { mode: 0o600, flush: true })
  await rename(`${path}.part`, path)
}

/** Another file's content under this name does not open. */
const boundTo = (name: string): Buffer => createHash('sha256').update(`passerelle locked file\n${name}`).digest()

function seal(key: Buffer, name: string, content: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(boundTo(name))
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

function unseal(key: Buffer, name: string, sealed: Buffer): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(boundTo(name))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}
