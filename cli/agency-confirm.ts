/** `agency confirm`: shows a person the free texts of a file that waits, and, once they say so, lets it go. */
import type { Command } from 'commander'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { confirmFile, OUTBOX_PATHS } from '#adapters/agency-kit/outbox.ts'
import { homeIn } from './agency-join.ts'
import { freeTextsOf, readFiles, waitingPath } from './agency-prepare.ts'
import type { PrepareFlags } from './agency-prepare.ts'
import { readRunFlags } from './agency-settings.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { identityOf } from './member-options.ts'
import { print } from './output.ts'

interface ConfirmFlags {
  readonly home?: string
  readonly yes: boolean
  readonly json: boolean
}

export const addConfirm = (agency: Command): Command =>
  agency
    .command('confirm')
    .description('show the free texts of a file that waits in to-confirm/; --yes lets it go')
    .argument('[file]', 'its name; absent: list what waits')
    .option('--home <folder>', 'folder of this member (or PASSERELLE_HOME)')
    .option('--yes', 'a person has read them: send it', false)
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle agency confirm visits.csv --home ./home --yes')
    .action(confirm)

async function confirm(file: string | undefined, flags: ConfirmFlags): Promise<void> {
  const home = homeIn(flags)
  const waiting = await readdir(join(home, OUTBOX_PATHS.toConfirm)).catch((): readonly string[] => [])
  if (file === undefined) {
    print(flags.json, waiting, () => (waiting.length === 0 ? ['nothing waits to be confirmed'] : waiting))
    return
  }
  const name = basename(file)
  if (!waiting.includes(name)) throw new CommandFailed(`${name}: does not wait in ${home}/to-confirm`, EXIT.found)
  const settings: PrepareFlags = await readRunFlags(home)
  const identity = await identityOf({ home })
  const { files } = await readFiles({ home, identity, flags: settings }, waitingPath(home, name))
  const texts = freeTextsOf(files).map(({ section, term, value }) => ({ section, term, value }))
  if (flags.yes) await confirmFile(home, name, { at: new Date().toISOString() })
  print(flags.json, { file: name, texts, confirmed: flags.yes }, () => [
    ...texts.map(({ section, term, value }) => `${section} / ${term}\n  ${JSON.stringify(value)}`),
    flags.yes
      ? `${name}: confirmed; it leaves with the next round`
      : `read them, then: passerelle agency confirm ${name} --yes`,
  ])
}
