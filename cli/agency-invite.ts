/** `agency invite`: one code to hand to a new member, with all that it has to know and to believe. */
import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import type { Command } from 'commander'
import { printJoiningCode } from '#adapters/agency-kit/joining-code.ts'
import { invite } from '#adapters/pki/members-issuer.ts'
import { printInstant } from '#policies/language/instant.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { printNetwork } from '#gateway/core/member-view.ts'
import { openNamed, uriIn, withAuthority } from './authority-flags.ts'
import type { AuthorityFlags } from './authority-flags.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readJson, readText } from './files.ts'
import { print, progress } from './output.ts'
import { readRegistry } from './registry.ts'
import { readPinned, TRUST_PATHS } from './trust-files.ts'

interface InviteFlags extends AuthorityFlags {
  readonly network: string
  readonly url?: string
  readonly enrolmentUrl?: string
}

const ENROLMENT_PORT = '8444'

export const addInvite = (agency: Command): Command =>
  withAuthority(agency.command('invite').description('make the joining code of an organisation: once, for a day'))
    .argument('<organisation>', 'its id in network.json')
    .requiredOption('--network <folder>', 'folder of the network')
    .option('--url <url>', 'agency door; absent: as network.json has it')
    .option('--enrolment-url <url>', `door of enrolment; absent: the same host at port ${ENROLMENT_PORT}`)
    .addHelpText(
      'after',
      '\nExample:\n  passerelle agency invite prison-paris --network ./my-network --authority ./members > code.txt',
    )
    .action(inviteMember)

async function inviteMember(organisation: string, flags: InviteFlags): Promise<void> {
  const registry = await readRegistry(flags.network)
  const participant = registry.participants.find(({ id }) => id === organisation)
  if (participant === undefined)
    throw new CommandFailed(
      `${organisation}: not in ${flags.network}/network.json; passerelle members add is first`,
      EXIT.usage,
    )
  await readPinned(flags.network)
  using open = await openNamed(flags)
  if (uriIn(open, organisation) !== participant.uri)
    throw new CommandFailed(`${flags.authority}: an authority of another network`, EXIT.usage)
  const url = flags.url ?? registry.broker.url
  const enrolmentUrl = flags.enrolmentUrl ?? besides(url)
  const root = new X509Certificate(await readText(join(flags.network, EXAMPLE_PATHS.root))).raw.toString('base64url')
  const officers = await readJson(join(flags.network, TRUST_PATHS.officers))
  const { code, until } = invite(open, participant.uri, Date.now())
  const joining = printJoiningCode({
    version: 1,
    url,
    enrolmentUrl,
    organisation,
    root,
    officers,
    code,
    network: sha256Hex(printNetwork(registry, participant.id)),
  })
  progress(`for ${organisation}, once, until ${printInstant(until)}; who has it can ask for its certificate`)
  print(flags.json, { organisation, until: printInstant(until), joining }, () => [joining])
}

function besides(url: string): string {
  const at = URL.parse(url)
  if (at === null) throw new CommandFailed(`${url}: not the address of a door; name it with --url`, EXIT.usage)
  at.port = ENROLMENT_PORT
  return at.origin
}
