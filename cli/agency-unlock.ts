/** `agency unlock`: shows what `agency run --lock-with` received or sent, on the machine that has the key. */
import type { Command } from 'commander'
import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { LOCKED, openLock } from '#adapters/agency-kit/locked-files.ts'
import { homeIn } from './agency-join.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { print } from './output.ts'

interface UnlockFlags {
  readonly home?: string
  readonly lockWith: string
  readonly json: boolean
}

const FOLDERS = ['inbox', 'sent', 'refused'] as const

export const addUnlock = (agency: Command): Command =>
  agency
    .command('unlock')
    .description('show a file that was locked by agency run --lock-with')
    .argument('[file]', 'its name; absent: list what is locked')
    .option('--home <folder>', 'folder of this member (or PASSERELLE_HOME)')
    .requiredOption('--lock-with <file>', 'the key of this machine')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle agency unlock --home ./home --lock-with ./machine.key')
    .action(unlock)

async function unlock(file: string | undefined, flags: UnlockFlags): Promise<void> {
  const home = homeIn(flags)
  const locked = await lockedIn(home)
  if (file === undefined) {
    print(flags.json, locked, () => (locked.length === 0 ? ['nothing is locked'] : locked))
    return
  }
  const name = locked.find((path) => path === file || basename(path) === file || basename(path) === `${file}${LOCKED}`)
  if (name === undefined) throw new CommandFailed(`${file}: is not among what is locked in ${home}`, EXIT.found)
  const content = await openLock(resolve(flags.lockWith), home)
    .then((lock) => lock.open(join(home, name)))
    .catch((error: unknown) => {
      throw new CommandFailed(error instanceof Error ? error.message : 'cannot be opened', EXIT.found)
    })
  print(flags.json, { file: name, content: content.toString('utf8') }, () => [content.toString('utf8')])
}

async function lockedIn(home: string): Promise<readonly string[]> {
  const names = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await readdir(join(home, folder)).catch((): string[] => [])).map((name) => join(folder, name)),
    ),
  )
  return names
    .flat()
    .filter((name) => name.endsWith(LOCKED))
    .toSorted()
}
