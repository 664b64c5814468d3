/** `trust requests`: what new members ask to have listed, as the authority keeps it; and one of them entered into the next list. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { printInstant } from '#policies/language/instant.ts'
import { readSignedJoinRequest } from '#adapters/trust/join-request.ts'
import { admit, strangeMandates } from '#gateway/core/trust-list/admit.ts'
import type { TrustListBody } from '#gateway/core/trust-list/list.ts'
import { openNamed, withAuthority } from './authority-flags.ts'
import type { AuthorityFlags } from './authority-flags.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readText } from './files.ts'
import { print } from './output.ts'
import { readRegistry } from './registry.ts'
import { refused, writeWhole } from './trust-files.ts'

export const addRequests = (trust: Command): Command =>
  withAuthority(
    trust.command('requests').description('list what new members ask to have listed, and write each to a file'),
  )
    .option('--out <folder>', 'write each to ORGANISATION.json of this folder')
    .addHelpText('after', '\nExample:\n  passerelle trust requests --authority ./members --out ./requests')
    .action(listRequests)

async function listRequests(options: AuthorityFlags & { readonly out?: string }): Promise<void> {
  using open = await openNamed(options)
  const found = open.register.keyRequests().map(({ uri, request, at }) => ({
    organisation: uri.slice(uri.lastIndexOf('/') + 1),
    at: printInstant(at),
    request,
  }))
  const { out } = options
  if (out !== undefined)
    for (const { organisation, request } of found) await writeWhole(join(out, `${organisation}.json`), `${request}\n`)
  const told = found.map(({ organisation, at }) => ({
    organisation,
    at,
    ...(out === undefined ? {} : { file: join(out, `${organisation}.json`) }),
  }))
  print(options.json, told, () =>
    told.length === 0 ? ['nobody asks'] : told.map((entry) => Object.values(entry).join('  ')),
  )
}

/** The body with the new member in it. Throws CommandFailed where the request is not wholly signed, or does not fit the registry or the list. */
export async function admitted(
  body: TrustListBody,
  file: string,
  { network, now }: { readonly network: string; readonly now: number },
): Promise<TrustListBody> {
  const registry = await readRegistry(network)
  const read = readSignedJoinRequest((await readText(file)).trim(), {
    root: await readText(join(network, EXAMPLE_PATHS.root)),
    network: registry.network,
    uriOf: (organisation) => registry.participants.find(({ id }) => id === organisation)?.uri,
    now,
  })
  if (!read.ok) throw refused(file, read.problem)
  const participant = registry.participants.find(({ id }) => id === read.value.organisation)
  const strange = strangeMandates(read.value, registry.mandates)
  if (participant === undefined || strange.length > 0)
    throw new CommandFailed(`${file}: ${strange.join(', ')}: not a mandate of this organisation`, EXIT.found)
  const next = admit(body, participant, read.value)
  if (next === undefined)
    throw new CommandFailed(
      `${file}: the list names ${participant.id} already; its next keys come with --add-key`,
      EXIT.found,
    )
  return next
}
