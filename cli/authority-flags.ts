/** What commands about an authority have in common: its flags, opening it, naming a member in its network. */
import type { Command } from 'commander'
import { openAuthorityFolder } from '#adapters/pki/authority-folder.ts'
import type { OpenAuthority } from '#adapters/pki/authority-folder.ts'
import { organisationUri } from '#adapters/pki/example-agencies.ts'
import { toOrganisationId } from '#gateway/core/ids.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'

/** What each of them is given. */
export interface AuthorityFlags {
  readonly authority: string
  readonly passphraseFile?: string
  readonly json: boolean
}

/** Flags of every command that opens an authority. */
export const withAuthority = (command: Command): Command =>
  command
    .requiredOption('--authority <folder>', 'folder of the authority')
    .option('--passphrase-file <file>', 'passphrase of its key')
    .option('--json', 'print JSON', false)

/** The authority of the flags; CommandFailed with one line where it cannot be opened. */
export async function openNamed({ authority, passphraseFile }: Omit<AuthorityFlags, 'json'>): Promise<OpenAuthority> {
  const passphrase = await passphraseIn(passphraseFile)
  return openAuthorityFolder(authority, passphrase).catch((cause: unknown) => {
    throw new CommandFailed(cause instanceof Error ? cause.message : `${authority}: no authority`, EXIT.unreachable)
  })
}

/** First line of the file, at least 12 characters; undefined where no file is named. */
export async function passphraseIn(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  const passphrase = (await readText(path)).replace(/\r?\n$/, '')
  if (passphrase.length < 12) throw new CommandFailed(`${path}: a passphrase has at least 12 characters`, EXIT.usage)
  return passphrase
}

/** What the world refuses becomes one line. */
export async function orFail<Value>(work: Promise<Value>): Promise<Value> {
  return work.catch((cause: unknown) => {
    if (cause instanceof CommandFailed) throw cause
    throw new CommandFailed(cause instanceof Error ? cause.message : 'not done', EXIT.found)
  })
}

/** The member's URI in the network of this authority. */
export function uriIn({ about, folder }: OpenAuthority, organisation: string): string {
  if (about.network === undefined) throw new CommandFailed(`${folder}: a root knows no members`, EXIT.usage)
  if (toOrganisationId(organisation) === undefined)
    throw new CommandFailed(`${organisation}: not the id of an organisation`, EXIT.usage)
  return organisationUri(about.network, organisation)
}
