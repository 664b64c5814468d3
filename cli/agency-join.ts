/** `agency join`: from the pasted code to keys that wait for the officers' signatures; run again, it goes on where it was. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { CannotJoin, joinNetwork } from '#adapters/agency-kit/join-network.ts'
import { readJoiningCode } from '#adapters/agency-kit/joining-code.ts'
import type { JoiningCode } from '#adapters/agency-kit/joining-code.ts'
import { clientSettings } from './environment.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readInput, wholeNumber } from './files.ts'
import { reaching } from './member-options.ts'
import { print, progress } from './output.ts'

interface JoinFlags {
  readonly home?: string
  readonly wait: string
  readonly json: boolean
}

export const addJoin = (agency: Command): Command =>
  agency
    .command('join')
    .description('come in with a joining code: keys are made here, and never leave')
    .argument('[code]', 'the code; - for standard input; absent: go on where it was stopped')
    .option('--home <folder>', 'where this member keeps its keys (or PASSERELLE_HOME)')
    .option('--wait <minutes>', 'how long to wait for the officer; the same command goes on later', '60')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle agency join - --home ./home < code.txt')
    .action(join)

/** Folder of the flags or of the settings. Throws CommandFailed where neither says one. */
export function homeIn(flags: { readonly home?: string }): string {
  const home = flags.home ?? clientSettings().home
  if (home === undefined) throw new CommandFailed('--home is needed: the folder of this member’s keys', EXIT.usage)
  return resolve(home)
}

async function join(text: string | undefined, flags: JoinFlags): Promise<void> {
  const home = homeIn(flags)
  const waitMs = wholeNumber('--wait', flags.wait) * 60_000
  const code = text === undefined ? undefined : codeOf(text === '-' ? await readInput('-') : text)
  const joined = await reaching(() =>
    joinNetwork({ home, code, clock: Date.now, tell: progress, waitMs }).catch((error: unknown) => {
      throw error instanceof CannotJoin ? new CommandFailed(error.message, EXIT.found) : error
    }),
  )
  if (joined.kind === 'waits-for-officer')
    throw new CommandFailed(
      `not confirmed yet; read ${joined.fingerprint} to the officer, then run this again`,
      EXIT.found,
    )
  print(flags.json, { home, ...joined }, () => [
    joined.asked === 'kept'
      ? 'asked for; the officers now sign the list with these keys in it, then everything works: passerelle agency status'
      : `give ${joined.file} to an officer, who signs it into the list; then everything works: passerelle agency status`,
  ])
}

function codeOf(text: string): JoiningCode {
  const read = readJoiningCode(text)
  if (read.kind === 'fault') throw new CommandFailed(`the code: ${read.reason}`, EXIT.usage)
  return read.code
}
