/** What `send` and `receive` share: whose keys, which gateway. Flags win over PASSERELLE_HOME, PASSERELLE_URL and PASSERELLE_AS. */
import type { Command } from 'commander'
import { join } from 'node:path'
import { z } from 'zod'
import { openMember, Refused } from '#adapters/agency-kit/member.ts'
import type { Member } from '#adapters/agency-kit/member.ts'
import { NotBelieved } from '#adapters/agency-kit/member-sends.ts'
import { NotTrusted } from '#adapters/agency-kit/member-trust.ts'
import { readJoining } from '#adapters/agency-kit/joining-state.ts'
import { clientSettings } from './environment.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { codeOf, readJson } from './files.ts'
import { progress } from './output.ts'

export interface MemberFlags {
  readonly home?: string
  readonly url?: string
  readonly as?: string
  readonly json: boolean
}

export const addMemberOptions = (command: Command): Command =>
  command
    .option('--home <folder>', 'folder with this member’s keys and the network (or PASSERELLE_HOME)')
    .option('--url <url>', 'agency door of the gateway (or PASSERELLE_URL)')
    .option('--json', 'print JSON', false)

const networkSchema = z.looseObject({
  broker: z.looseObject({ uri: z.string(), url: z.string() }),
  participants: z.array(z.looseObject({ id: z.string(), uri: z.string() })),
  mandates: z.array(z.looseObject({ id: z.string(), organisation: z.string() })),
})

export interface Identity {
  readonly organisation: string
  readonly mandate: string | undefined
  /** URI of the organisation, the `iss` of what it signs. */
  readonly uri: string
  readonly audience: string
  /** Of the organisation. */
  readonly mandates: readonly string[]
}

interface Place extends Identity {
  readonly home: string
  readonly url: string
}

/** A member from its folder; `as` names an organisation or one of its mandates. Throws CommandFailed. */
export async function memberOf(
  flags: MemberFlags,
): Promise<{ readonly member: Member; readonly identity: Identity; readonly home: string; readonly url: string }> {
  const { home, url, ...identity } = await identityOf(flags)
  const { organisation, mandate, audience } = identity
  const member = await openMember({
    home,
    organisation,
    mandate,
    url,
    audience,
    clock: Date.now,
    revocation: clientSettings().revocation,
    warn: (line) => progress(`warning: ${line}`),
  }).catch((cause: unknown) => {
    throw new CommandFailed(
      `${home}: the keys of ${mandate ?? organisation} cannot be read (${codeOf(cause)})`,
      EXIT.unreachable,
    )
  })
  return { member, identity, home, url }
}

/** Whose folder it is, and as whom; one that came in by a code knows both. Throws CommandFailed. */
export async function identityOf(flags: Partial<MemberFlags>): Promise<Place> {
  const settings = clientSettings()
  const home = flags.home ?? settings.home
  if (home === undefined)
    throw new CommandFailed(
      '--home is needed: the folder with this member’s keys (the demo prints its own)',
      EXIT.usage,
    )
  const joined = await readJoining(home)
  const as = flags.as ?? settings.as ?? joined?.organisation
  if (as === undefined) throw new CommandFailed('--as is needed: an organisation or a mandate', EXIT.usage)
  const network = await readNetwork(join(home, 'network.json'))
  const mandate = network.mandates.find(({ id }) => id === as)
  const organisation = network.participants.find(({ id }) => id === (mandate?.organisation ?? as))
  if (organisation === undefined)
    throw new CommandFailed(`--as ${as}: neither an organisation nor a mandate of this network`, EXIT.usage)
  return {
    home,
    url: flags.url ?? settings.url ?? joined?.url ?? network.broker.url,
    organisation: organisation.id,
    mandate: mandate?.id,
    uri: organisation.uri,
    audience: network.broker.uri,
    mandates: network.mandates.flatMap((one) => (one.organisation === organisation.id ? [one.id] : [])),
  }
}

async function readNetwork(path: string): Promise<z.output<typeof networkSchema>> {
  const parsed = networkSchema.safeParse(await readJson(path))
  if (!parsed.success) throw new CommandFailed(`${path}: not a network`, EXIT.found)
  return parsed.data
}

/** Runs what talks to the gateway; a refusal or a broken connection ends the command with one line. */
export async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refused) throw new CommandFailed(`the gateway refused: ${error.message}`, EXIT.found)
    if (error instanceof NotTrusted || error instanceof NotBelieved) throw new CommandFailed(error.message, EXIT.found)
    if (error instanceof CommandFailed) throw error
    const code = codeOf(error)
    throw new CommandFailed(
      code === 'unknown fault' && error instanceof Error ? error.message : `the gateway cannot be reached (${code})`,
      EXIT.unreachable,
    )
  }
}
