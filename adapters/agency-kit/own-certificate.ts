/** A member's TLS certificate and key on disk, replaced together: a crash between the two is made good at the next look. */
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readIfThere } from '#adapters/log/durable-file.ts'
import { takeLock, WitnessBusy } from './witness-state.ts'

const OWNER_ONLY = 0o600
const CERTIFICATE = 'tls.pem'
const KEY = 'tls.key.pem'
const NEW = '.new'
/** A gateway that renews its own is confined, and such a process may not call fsync. */
const SYNCED = constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY | constants.O_SYNC
/** Between two renames of another process they do not belong together for a moment. */
const MOST_LOOKS = 5
const LOOK_MS = 20

export interface OwnCertificate {
  /** Leaf and issuer, PEM. */
  readonly certificate: string
  /** PKCS#8 PEM. */
  readonly key: string
}

/** `<home>/organisations/<organisation>`. */
export const organisationFolder = (home: string, organisation: string): string =>
  join(home, 'organisations', organisation)

/** Puts both in place, so that whoever reads meets a pair or, for a moment, one that `readOwnCertificate` mends. */
export async function replaceOwnCertificate(folder: string, { certificate, key }: OwnCertificate): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, KEY + NEW), key, { mode: OWNER_ONLY, flag: SYNCED })
  await writeFile(join(folder, CERTIFICATE + NEW), certificate, { flag: SYNCED })
  await settle(folder)
}

/** Both, or undefined where there is none. Throws where they do not belong together. */
export async function readOwnCertificate(folder: string): Promise<OwnCertificate | undefined> {
  for (let look = 1; ; look += 1) {
    // Begun by another process that is at it still, or by one that was killed: then it is ended here.
    if ((await textIn(folder, CERTIFICATE + NEW)) !== undefined) await renewingAlone(folder, () => settle(folder))
    const certificate = await textIn(folder, CERTIFICATE)
    const key = await textIn(folder, KEY)
    if (certificate === undefined || key === undefined) return undefined
    if (areOne(certificate, key)) return { certificate, key }
    if (look === MOST_LOOKS) throw new Error(`${folder}: certificate and key do not belong together`)
    await sleep(LOOK_MS)
  }
}

/** Does the work while no other process renews in that folder; undefined where one does. The lock goes with the process, however it ends. */
export async function renewingAlone<T>(folder: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    using _lock = takeLock(join(folder, 'renewal.lock'))
    return await work()
  } catch (cause) {
    if (cause instanceof WitnessBusy) return undefined
    throw cause
  }
}

/** Ends a replacement that was begun: the key goes first, and a new certificate that fits the key in place follows it. */
async function settle(folder: string): Promise<void> {
  const certificate = await textIn(folder, CERTIFICATE + NEW)
  if (certificate === undefined) return
  const key = await textIn(folder, KEY + NEW)
  if (key !== undefined && areOne(certificate, key)) await rename(join(folder, KEY + NEW), join(folder, KEY))
  const placed = await textIn(folder, KEY)
  const fits = placed !== undefined && areOne(certificate, placed)
  if (fits) await rename(join(folder, CERTIFICATE + NEW), join(folder, CERTIFICATE))
  else await rm(join(folder, CERTIFICATE + NEW), { force: true })
}

function areOne(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

const textIn = (folder: string, name: string): Promise<string | undefined> => readIfThere(join(folder, name))
