/** `restore`: puts a backup into an empty place, all of it or nothing, and says what an operator still has to know before the start. */
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { BackupRefused } from '#adapters/backup/backup-format.ts'
import { openBackup } from '#adapters/backup/read-backup.ts'
import type { WholeBackup } from '#adapters/backup/read-backup.ts'
import { openHeadFile } from '#adapters/log/head-file.ts'
import { isPostgresUrl } from '#adapters/postgres/connection.ts'
import { restoreStore } from '#adapters/store/restore-store.ts'
import { holdsKeys, restoreKeys } from '#adapters/vault/key-backup.ts'
import { sealedAudit } from '#adapters/vault/sealed/audit.ts'
import { parseInstant, printDay } from '#policies/language/instant.ts'
import { readCheckpoint } from '#gateway/core/log/checkpoint.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { SealBroken } from '#gateway/ports/vault.ts'
import type { Vault } from '#gateway/ports/vault.ts'
import { faultOfRestored } from '#gateway/rooms/check-restored.ts'
import { countOf } from './backup.ts'
import { configOf } from './config-flags.ts'
import type { ConfigFlags } from './config-flags.ts'
import { SETTINGS } from './settings.ts'
import type { Config } from './config.ts'
import { placeOf, printedPlace } from './database.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { codeOf } from './files.ts'
import { print } from './output.ts'
import { openConfiguredVault } from './vault.ts'

interface RestoreFlags extends Pick<ConfigFlags, 'network' | 'database' | 'kek' | 'earlier'> {
  readonly json: boolean
}

export function addRestoreCommand(program: Command): void {
  program
    .command('restore')
    .description('put a backup into an empty database, or wrapped keys where there are none: keys first')
    .argument('<file>', 'what `backup` wrote')
    .option('--network <folder>', SETTINGS.PASSERELLE_NETWORK.means)
    .option('--database <file>', `${SETTINGS.PASSERELLE_DATABASE.means}, or postgres://…`)
    .option('--kek <file>', SETTINGS.PASSERELLE_KEK.means)
    .option('--earlier <files>', SETTINGS.PASSERELLE_KEK_EARLIER.means)
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  passerelle restore backup-2026-11-21.pb --network ./my-network --kek ./my-keys/kek',
    )
    .action(restore)
}

/** What was put back where, and what is to be known of it. */
interface Restored {
  readonly place: string
  readonly rows: Readonly<Record<string, number>>
  readonly notes: readonly string[]
}

async function restore(file: string, { json, ...flags }: RestoreFlags): Promise<void> {
  const config = configOf(flags)
  const backup = await openBackup(file).catch((cause: unknown) => {
    throw cause instanceof BackupRefused
      ? new CommandFailed(`${file}: ${cause.message}`, EXIT.found)
      : new CommandFailed(`${file}: cannot be read (${codeOf(cause)})`, EXIT.unreachable)
  })
  const { kind, at } = backup.header
  const { place, rows, notes } = await (kind === 'keys' ? putKeys : putRows)(backup, config)
  print(json, { kind, at, place: printedPlace(place), rows, notes }, () => [
    `${printedPlace(place)}: ${countOf(rows)} rows put back, as they stood at ${at}`,
    ...notes,
  ])
}

const DAY_MS = 86_400_000

async function putKeys(backup: WholeBackup, config: Config): Promise<Restored> {
  const { keys: place, keyBackupDays } = config
  const madeAt = parseInstant(backup.header.at) ?? 0
  const until = madeAt + keyBackupDays * DAY_MS
  if (Date.now() > until)
    throw new CommandFailed(
      `${backup.path}: keys were promised to be gone by ${printDay(until)} (PASSERELLE_KEY_BACKUP_DAYS), and certificates of erasure say so`,
      EXIT.found,
    )
  await makeFolder(place)
  const rows = await told(place, () => restoreKeys(backup, place))
  // What is wrapped under another KEK is told now, not at the next start.
  await (await openConfiguredVault(config))[Symbol.asyncDispose]()
  return {
    place,
    rows,
    notes: [`erase again (vault erase) what was erased after ${backup.header.at}: by its certificates`],
  }
}

async function putRows(backup: WholeBackup, config: Config): Promise<Restored> {
  const place = placeOf(config)
  if (!(await told(config.keys, () => holdsKeys(config.keys))))
    throw new CommandFailed(
      `${printedPlace(config.keys)}: no keys are there, so nothing could be read: restore the backup of the keys first`,
      EXIT.found,
    )
  await makeFolder(place)
  await using vault = await openConfiguredVault(config)
  let size = 0
  const rows = await told(place, () =>
    restoreStore(backup, place, async (tx) => {
      size = await tx.log.size()
      await refuseFaulty(tx, vault)
    }),
  )
  return { place, rows, notes: await behindHead(config, size) }
}

/** Every row of the audit is opened under the key of its case: with another day's keys, or another gateway's, that fails. */
async function refuseFaulty(tx: Tx, vault: Vault): Promise<void> {
  const fault = await faultOfRestored({ audit: sealedAudit(tx.audit, vault), log: tx.log }).catch((cause: unknown) => {
    if (cause instanceof SealBroken || cause instanceof SyntaxError)
      return 'the keys do not open what the backup holds: one of them is of another gateway or another day'
    throw cause
  })
  if (fault !== undefined) throw new CommandFailed(`${fault}; nothing was put back`, EXIT.found)
}

/** The log that members witnessed may be longer than the one that was put back; then the start is refused, and rightly. */
async function behindHead({ logHead }: Config, size: number): Promise<readonly string[]> {
  const note = await openHeadFile(logHead).read()
  const head = note === undefined ? undefined : readCheckpoint(note)
  return head === undefined || head.size <= size
    ? []
    : [
        `the log ends at entry ${size}, and its published head is at ${head.size} (${logHead}): the start will be refused (log-rolled-back); docs/backup.md says how to go on`,
      ]
}

async function makeFolder(place: string): Promise<void> {
  if (!isPostgresUrl(place)) await mkdir(dirname(resolve(place)), { recursive: true, mode: 0o700 })
}

async function told<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof CommandFailed)
      throw new CommandFailed(`${printedPlace(place)}: ${cause.message}`, cause.exitCode)
    throw new CommandFailed(
      `${printedPlace(place)}: ${cause instanceof Error ? cause.message : 'for no stated reason'}`,
      cause instanceof BackupRefused ? EXIT.found : EXIT.unreachable,
    )
  }
}
