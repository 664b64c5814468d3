/** `people add | list | end`: who may use the pages, at the machine itself; for the first operator, and for whoever locked themselves out. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { openJsonLog } from '#adapters/log/json-lines.ts'
import { openStore } from '#adapters/store/open-postgres.ts'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import { printInstant } from '#policies/language/instant.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import type { Problem } from '#gateway/core/problem.ts'
import { PROBLEMS } from '#gateway/core/problem.ts'
import { addPerson, AT_THE_MACHINE, endPerson, listPeople } from '#gateway/rooms/people.ts'
import type { PeopleDeps, PersonLine } from '#gateway/rooms/people.ts'
import { configOf, withStoreFlags } from './config-flags.ts'
import type { ConfigFlags } from './config-flags.ts'
import type { Config } from './config.ts'
import { openForReading, placeOf, printedPlace } from './database.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { print, progress, table } from './output.ts'
import { readRegistry } from './registry.ts'
import { openConfiguredVault } from './vault.ts'

interface PeopleOptions extends Pick<ConfigFlags, 'network' | 'database' | 'kek' | 'earlier'> {
  readonly json: boolean
}

interface AddOptions extends PeopleOptions {
  readonly name: string
  readonly role: string
  readonly organisation: string
  readonly mandate?: string
  readonly subject?: string
}

export function addPeopleCommand(program: Command): void {
  const people = program.command('people').description('who may use the pages: add, list, end')
  withStoreFlags(
    people.command('add').description('add somebody in one role, and print the link that lets them in once'),
  )
    .requiredOption('--name <name>', 'name or function, as others see it')
    .requiredOption('--role <role>', 'officer, reader, operator or auditor')
    .requiredOption('--organisation <id>', 'a member of the network, or the gateway’s own id')
    .option('--mandate <id>', 'for a reader: the mandate whose cases they read')
    .option('--subject <issuer subject>', 'who they are at PASSERELLE_OIDC_ISSUER, with a blank between')
    .addHelpText(
      'after',
      '\nExample:\n  passerelle people add --name "Amel Officer" --role officer --organisation pairs-paris --network ./my-network --kek ./my-keys/kek',
    )
    .action(add)
  withStoreFlags(people.command('list').description('list who has an account, in which role, and how it stands'))
    .addHelpText('after', '\nExample:\n  passerelle people list --network ./my-network --kek ./my-keys/kek')
    .action(list)
  withStoreFlags(people.command('end').description('end an account; whoever is signed in with it is out'))
    .argument('<id>', 'id of the account, as `people list` shows it')
    .addHelpText('after', '\nExample:\n  passerelle people end 018f0000-0000-7000-8000-000000000001')
    .action(end)
}

export const newWord = (): string => randomBytes(32).toString('base64url')

async function add({ json, name, role, organisation, mandate, subject, ...options }: AddOptions): Promise<void> {
  const config = configOf(options)
  const given = {
    name,
    role,
    organisation,
    ...(mandate === undefined ? {} : { mandate }),
    ...(subject === undefined ? {} : { subject }),
  }
  await writing(config, async (deps) => {
    const added = await addPerson(deps, AT_THE_MACHINE, given)
    if (!added.ok) throw new CommandFailed(faultOf(added.problem), EXIT.found)
    const { account, word, until } = added.value
    const link = linkOf(config, word)
    progress(`for ${account.name}, once, until ${printInstant(until)}; who has the link comes in as them`)
    print(json, { id: account.id, role: account.role, link, until: printInstant(until) }, () => [link])
  })
}

async function list({ json, ...options }: PeopleOptions): Promise<void> {
  const config = configOf(options)
  await using store = await openForReading(placeOf(config))
  const registry = await readRegistry(config.network)
  const { people } = await listPeople({ store, clock: Date.now, registry: () => registry })
  print(json, { people: people.map(lineOf) }, () =>
    people.length === 0
      ? ['nobody yet']
      : table(
          people.map(({ account, standing, passkeys }) => [
            account.id,
            account.role,
            account.organisation,
            account.mandate ?? '',
            standing,
            `${passkeys} passkeys`,
            account.name,
          ]),
        ),
  )
}

const lineOf = ({ account, standing, passkeys }: PersonLine): object => ({ ...account, standing, passkeys })

async function end(id: string, { json, ...options }: PeopleOptions): Promise<void> {
  if (!UUID_PATTERN.test(id)) throw new CommandFailed(`${id}: not the id of an account`, EXIT.usage)
  await writing(configOf(options), async (deps) => {
    const ended = await endPerson(deps, AT_THE_MACHINE, id)
    if (!ended.ok) throw new CommandFailed(`${id}: no such account, or ended before`, EXIT.found)
    print(json, { id, ended: true }, () => [`${id}: ended`])
  })
}

const faultOf = ({ code, errors = [] }: Problem): string =>
  errors.length === 0
    ? PROBLEMS[code].title
    : errors.map(({ pointer, code: why }) => `--${pointer.slice(1)}: ${why}`).join('; ')

/** Beside running gateways on PostgreSQL; a store in a file has one writer, and says so. */
async function writing(config: Config, work: (deps: PeopleDeps) => Promise<void>): Promise<void> {
  const registry = await readRegistry(config.network)
  const vault = await openConfiguredVault(config)
  const inner = await openStore(placeOf(config)).catch(async (cause: unknown) => {
    await vault[Symbol.asyncDispose]()
    const fault = cause instanceof Error ? cause.message : 'cannot be opened'
    throw new CommandFailed(`${printedPlace(placeOf(config))}: ${fault}`, EXIT.unreachable)
  })
  await using store = sealStore(inner, vault, openJsonLog(config.log, process.stderr))
  await work({ store, clock: Date.now, newId: randomUUID, registry: () => registry, signIn: { newWord } })
}

/** The link as a browser is given it, as far as it is known here. */
export function linkOf({ web }: Pick<Config, 'web'>, word: string): string {
  const path = `/sign-in/link/${word}`
  if (web === undefined) return path
  return web.origin === 'localhost' ? `http://localhost:${web.port}${path}` : `${web.origin}${path}`
}
