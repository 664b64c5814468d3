/** The vault of a Config: its KEKs from file or PKCS#11, and its key file. */
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { isPostgresUrl } from '#adapters/postgres/connection.ts'
import { openFileKek } from '#adapters/vault/file-kek.ts'
import type { Kek } from '#adapters/vault/kek.ts'
import { openVault } from '#adapters/vault/open.ts'
import type { OpenedVault } from '#adapters/vault/open.ts'
import { isPkcs11Uri, openPkcs11Kek, pkcs11Files } from '#adapters/vault/pkcs11-kek.ts'
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
