/** The flags that commands over a gateway's files share, each the short form of a setting. */
import type { Command } from 'commander'
import { isPostgresUrl } from '#adapters/postgres/connection.ts'
import { readConfig } from './config.ts'
import type { Config } from './config.ts'
import { asOneLine, CommandFailed, EXIT } from './exit-codes.ts'
import { SETTINGS } from './settings.ts'

export interface ConfigFlags {
  readonly network?: string
  readonly database?: string
  readonly kek?: string
  readonly earlier?: string
  readonly policy?: string
  readonly port?: string
  readonly insidePort?: string
}

/** The flags of commands that open what a gateway keeps. */
export const withStoreFlags = (command: Command): Command =>
  command
    .option('--network <folder>', SETTINGS.PASSERELLE_NETWORK.means)
    .option('--database <file>', SETTINGS.PASSERELLE_DATABASE.means)
    .option('--kek <file>', SETTINGS.PASSERELLE_KEK.means)
    .option('--earlier <files>', SETTINGS.PASSERELLE_KEK_EARLIER.means)
    .option('--json', 'print JSON', false)

/** The flags of commands that start a gateway, or look whether it could start. */
export const withStartFlags = (command: Command): Command =>
  command
    .option('--network <folder>', SETTINGS.PASSERELLE_NETWORK.means)
    .option('--database <file>', SETTINGS.PASSERELLE_DATABASE.means)
    .option('--kek <file>', SETTINGS.PASSERELLE_KEK.means)
    .option('--policy <file>', SETTINGS.PASSERELLE_POLICY.means)
    .option('--port <port>', SETTINGS.PASSERELLE_PORT.means)
    .option('--inside-port <port>', SETTINGS.PASSERELLE_INSIDE_PORT.means)

/** One flag for both: it wins over whichever of them the environment sets. */
const databaseOf = (place: string): Readonly<Partial<Record<'DATABASE_URL' | 'PASSERELLE_DATABASE', string>>> =>
  isPostgresUrl(place) ? { DATABASE_URL: place } : { DATABASE_URL: 'none', PASSERELLE_DATABASE: place }

/** The config of flags and environment, or CommandFailed with every fault of it. */
export function configOf(options: ConfigFlags): Config {
  const flags = {
    ...(options.network === undefined ? {} : { PASSERELLE_NETWORK: options.network }),
    ...(options.database === undefined ? {} : databaseOf(options.database)),
    ...(options.kek === undefined ? {} : { PASSERELLE_KEK: options.kek }),
    ...(options.earlier === undefined ? {} : { PASSERELLE_KEK_EARLIER: options.earlier }),
    ...(options.policy === undefined ? {} : { PASSERELLE_POLICY: options.policy }),
    ...(options.port === undefined ? {} : { PASSERELLE_PORT: options.port }),
    ...(options.insidePort === undefined ? {} : { PASSERELLE_INSIDE_PORT: options.insidePort }),
  }
  const read = readConfig(flags)
  if (!read.ok) throw new CommandFailed(asOneLine(read.faults), EXIT.usage)
  return read.config
}
