/** `backup`: everything that is stored, or the wrapped keys that open it, in one file, taken beside running gateways. */
import type { Command } from 'commander'
import type { BackupTrailer } from '#adapters/backup/backup-format.ts'
import { backupStore } from '#adapters/store/backup-store.ts'
import { backupKeys } from '#adapters/vault/key-backup.ts'
import { printInstant } from '#policies/language/instant.ts'
import { databaseSetting, keysSetting } from './environment.ts'
import { SETTINGS } from './settings.ts'
import { printedPlace } from './database.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { print } from './output.ts'
import { VERSION } from './version.ts'

interface BackupFlags {
  readonly out: string
  readonly keys: boolean
  readonly database?: string
  readonly json: boolean
}

export function addBackupCommand(program: Command): void {
  program
    .command('backup')
    .description('write all that is stored, or the wrapped keys of cases, to a new file, beside running gateways')
    .requiredOption('--out <file>', 'a file that is not there yet')
    .option('--keys', 'the wrapped keys, and nothing else: into a place that forgets', false)
    .option('--database <file>', `${SETTINGS.PASSERELLE_DATABASE.means}, or postgres://…`)
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle backup --out backup-2026-11-21.pb')
    .action(backup)
}

async function backup({ out, keys, database, json }: BackupFlags): Promise<void> {
  const at = Date.now()
  const stamp = { version: VERSION, at: printInstant(at) }
  const place = keys ? keysSetting(database) : (database ?? databaseSetting())
  const { rows, sha256 } = await (keys ? backupKeys : backupStore)(place, out, stamp).catch((cause: unknown) => {
    throw new CommandFailed(
      `${printedPlace(place)}: ${cause instanceof Error ? cause.message : 'cannot be read'}`,
      EXIT.unreachable,
    )
  })
  print(json, { file: out, at: stamp.at, rows, sha256 }, () => [
    `${out}: ${countOf(rows)} rows of ${Object.keys(rows).length} tables, as they stood at ${stamp.at}`,
    ...(keys ? ['destroy it when the days of PASSERELLE_KEY_BACKUP_DAYS are over'] : []),
  ])
}

/** Of all tables. */
export const countOf = (rows: BackupTrailer['rows']): number =>
  Object.values(rows).reduce((sum, count) => sum + count, 0)
