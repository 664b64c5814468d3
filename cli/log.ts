/** `log export`: the log as files, for whoever audits it without this gateway; nothing in them is personal. */
import { mkdir, open, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { printLogTrust } from '#gateway/core/log/trust-file.ts'
import type { LogStore } from '#gateway/ports/log-store.ts'
import { configOf } from './config-flags.ts'
import type { ConfigFlags } from './config-flags.ts'
import { SETTINGS } from './settings.ts'
import { openForReading, placeOf } from './database.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { codeOf } from './files.ts'
import { print } from './output.ts'
import { readOfflineTrust } from './verify-sender.ts'

interface ExportOptions extends Pick<ConfigFlags, 'network' | 'database'> {
  readonly out: string
  readonly leaves: boolean
  readonly checkpoints: boolean
  readonly json: boolean
}

/** Below the folder of an export. */
export const EXPORT_PATHS = {
  leaves: 'leaves.txt',
  /** Named by their sizes, so that a shell lists them in order. */
  checkpoint: (size: number): string => `checkpoints/${String(size).padStart(12, '0')}.txt`,
  stamp: (size: number, at: number): string => `stamps/${String(size).padStart(12, '0')}-${at}.tst`,
  trust: 'log-trust.txt',
} as const

export function addLogCommand(program: Command): void {
  program
    .command('log')
    .description('the log of what this gateway did')
    .command('export')
    .description('write leaves, published checkpoints and time-stamps to files that verify log checks')
    .requiredOption('--out <folder>', 'where they are written')
    .option('--leaves', 'leaves alone, unless --checkpoints is given too', false)
    .option('--checkpoints', 'checkpoints and time-stamps alone, unless --leaves is given too', false)
    .option('--network <folder>', SETTINGS.PASSERELLE_NETWORK.means)
    .option('--database <file>', SETTINGS.PASSERELLE_DATABASE.means)
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle log export --network ./my-network --out ./audit')
    .action(exportLog)
}

async function exportLog(options: ExportOptions): Promise<void> {
  const { out, leaves, checkpoints } = options
  // The log is not sealed: nobody needs the keys to read it.
  const { network, ...config } = configOf({ kek: 'not-opened', ...options })
  const isWhole = leaves === checkpoints
  await using store = await openForReading(placeOf(config))
  const { log } = store.read
  const written = await writing(out, async () => ({
    ...(isWhole || leaves ? { leaves: await writeLeaves(log, out) } : {}),
    ...(isWhole || checkpoints ? await writeCheckpoints(log, out) : {}),
  }))
  await writing(out, async () => writeTrust(network, out))
  const counts = Object.entries(written).map(([what, count]) => `${count} ${what}`)
  print(options.json, { out, ...written }, () => [`${counts.join(', ')} in ${out}`])
}

async function writing<T>(out: string, work: () => Promise<T>): Promise<T> {
  try {
    await mkdir(out, { recursive: true })
    return await work()
  } catch (cause) {
    if (cause instanceof CommandFailed) throw cause
    throw new CommandFailed(`${out}: cannot be written (${codeOf(cause)})`, EXIT.unreachable)
  }
}

const AT_ONCE = 10_000

/** What is appended meanwhile is left out or in; either way a log that grew. */
async function writeLeaves(log: Pick<LogStore, 'leaves'>, out: string): Promise<number> {
  await using file = await open(join(out, EXPORT_PATHS.leaves), 'w')
  let from = 0
  for (;;) {
    const page = await log.leaves(from, AT_ONCE)
    await file.write(page.map((leaf) => `${leaf}\n`).join(''))
    from += page.length
    if (page.length < AT_ONCE) return from
  }
}

async function writeCheckpoints(
  log: Pick<LogStore, 'checkpoints' | 'stamps'>,
  out: string,
): Promise<{ readonly checkpoints: number; readonly stamps: number }> {
  const checkpoints = await inPages(log.checkpoints, ({ size, note }) =>
    write(out, EXPORT_PATHS.checkpoint(size), note),
  )
  const stamps = await inPages(log.stamps, ({ size, token, stampedAt }) =>
    write(out, EXPORT_PATHS.stamp(size, stampedAt), token),
  )
  return { checkpoints, stamps }
}

/** Answers how many there were; all of one size come in one page. */
async function inPages<T extends { readonly size: number }>(
  read: (after: number, limit: number) => Promise<readonly T[]>,
  each: (one: T) => Promise<void>,
): Promise<number> {
  let [count, after] = [0, 0]
  for (;;) {
    const page = await read(after, AT_ONCE)
    for (const one of page) await each(one)
    count += page.length
    const last = page.at(-1)
    if (last === undefined || page.length < AT_ONCE) return count
    after = last.size
  }
}

async function write(out: string, path: string, content: string | Uint8Array): Promise<void> {
  const target = join(out, path)
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, content)
}

/** Whom to believe, as this gateway's officers say: an auditor who asked them keeps to what they answered. */
async function writeTrust(network: string, out: string): Promise<void> {
  const { log } = await readOfflineTrust(network)
  await write(out, EXPORT_PATHS.trust, printLogTrust(log))
}
