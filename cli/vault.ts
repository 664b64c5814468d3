/** The vault of a Config: its KEKs from file or PKCS#11, its key file; and the certificate of an erasure. */
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { isPostgresUrl } from '#adapters/postgres/connection.ts'
import { openFileKek } from '#adapters/vault/file-kek.ts'
import type { Kek } from '#adapters/vault/kek.ts'
import { openVault } from '#adapters/vault/open.ts'
import type { OpenedVault } from '#adapters/vault/open.ts'
import { isPkcs11Uri, openPkcs11Kek, pkcs11Files } from '#adapters/vault/pkcs11-kek.ts'
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import type { Erasure } from '#gateway/ports/vault.ts'
import type { Config } from './config.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'

type VaultConfig = Pick<Config, 'database' | 'databaseUrl' | 'kek' | 'earlierKeks' | 'keys'>

/** Makes the data folder where there is none. `onErased` is called when a case was erased, here or by another process. Throws CommandFailed, in plain words, where a KEK is wrong, missing or old. */
export async function openConfiguredVault(config: VaultConfig, onErased?: () => void): Promise<OpenedVault> {
  const folders = [
    ...(config.databaseUrl === undefined ? [dirname(resolve(config.database))] : []),
    ...(isPostgresUrl(config.keys) ? [] : [dirname(resolve(config.keys))]),
  ]
  try {
    for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 })
    const open = (kek: string): Promise<Kek> =>
      isPkcs11Uri(kek) ? openPkcs11Kek(kek) : openFileKek(resolve(kek), folders)
    const current = await open(config.kek)
    const earlier = await Promise.all(config.earlierKeks.map(open))
    return await openVault({
      path: config.keys,
      keks: [current, ...earlier],
      ...(onErased === undefined ? {} : { onErased }),
    })
  } catch (cause) {
    throw new CommandFailed(`keys at rest: ${cause instanceof Error ? cause.message : 'unknown fault'}`, EXIT.found)
  }
}

/** Files that a confined process must be able to read for its KEKs. */
export const kekFiles = ({ kek, earlierKeks }: Pick<Config, 'kek' | 'earlierKeks'>): readonly string[] =>
  [kek, ...earlierKeks].flatMap((one) => (isPkcs11Uri(one) ? pkcs11Files(one) : [resolve(one)]))

const DAY_MS = 86_400_000
const CERTIFICATE_TYPE = 'passerelle-erasure+jwt'

/** What is claimed of an erased case, and until when a backup could still contradict it. */
export interface ErasureClaim {
  readonly v: 1
  readonly iss: string
  /** Keyed hash of the case id, 64 hex digits: the gateway can tell which case it is, nobody else can. */
  readonly case: string
  readonly erasedAt: string
  readonly destroyed: readonly string[]
  readonly keyBackupDays: number
  /** After this instant no backup of the key is left, if backups are kept no longer than was set. */
  readonly keyBackupsExpireAt: string
}

/** `destroyed` is what the vault says that it destroys. */
export const claimOf = (
  { commitment, erasedAt, backupDays }: Erasure,
  issuer: string,
  destroyed: readonly string[],
): ErasureClaim => ({
  v: 1,
  iss: issuer,
  case: commitment,
  erasedAt: printInstant(erasedAt),
  destroyed,
  keyBackupDays: backupDays,
  keyBackupsExpireAt: printInstant(erasedAt + backupDays * DAY_MS),
})

/** Compact JWS of the claim under the gateway's signing key in force. */
export const certify = (keyRing: KeyRing, claim: ErasureClaim, at: Instant): Promise<string> =>
  keyRing.sign(CERTIFICATE_TYPE, new TextEncoder().encode(JSON.stringify(claim)), at)
