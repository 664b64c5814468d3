/** `members report`: what a member still holds as far as this gateway gave it: cases, kinds, counts, dates, conditions; no content. */
import type { Command } from 'commander'
import { sealStore } from '#adapters/vault/sealed/store.ts'
import { printInstant } from '#policies/language/instant.ts'
import { toOrganisationId } from '#gateway/core/ids.ts'
import type { MembershipEnd } from '#gateway/ports/memberships.ts'
import { heldBy } from '#gateway/rooms/held.ts'
import type { Holding } from '#gateway/rooms/held.ts'
import { configOf } from './config-flags.ts'
import type { ConfigFlags } from './config-flags.ts'
import { SETTINGS } from './settings.ts'
import { addMembersAdd } from './members-add.ts'
import { openForReading, placeOf } from './database.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { print, progress, table } from './output.ts'
import { readRegistry } from './registry.ts'
import { openConfiguredVault } from './vault.ts'

interface ReportOptions extends Pick<ConfigFlags, 'network' | 'database' | 'kek' | 'earlier'> {
  readonly json: boolean
}

export function addMembersCommand(program: Command): void {
  const members = program.command('members').description('who takes part, and what members hold')
  addMembersAdd(members)
  members
    .command('report')
    .description('list what a member was handed and still holds, also once it is out of the network')
    .argument('<organisation>', 'id of the organisation')
    .option('--network <folder>', SETTINGS.PASSERELLE_NETWORK.means)
    .option('--database <file>', SETTINGS.PASSERELLE_DATABASE.means)
    .option('--kek <file>', SETTINGS.PASSERELLE_KEK.means)
    .option('--earlier <files>', SETTINGS.PASSERELLE_KEK_EARLIER.means)
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  passerelle members report pairs-paris --database ./data/passerelle.db --kek ./my-keys/kek',
    )
    .action(report)
}

async function report(text: string, options: ReportOptions): Promise<void> {
  const organisation = toOrganisationId(text)
  if (organisation === undefined) throw new CommandFailed(`${text}: not the id of an organisation`, EXIT.usage)
  const config = configOf(options)
  const inner = await openForReading(placeOf(config))
  await using store = sealStore(inner, await openConfiguredVault(config), {
    alarm: (event) => progress(`warning: ${event}`),
  })
  const end = (await store.read.memberships.open()).find((one) => one.organisation === organisation)
  const held = await heldBy(store.read, organisation)
  const dpo = await officerOf(config.network, organisation)
  const about = { ...(dpo === undefined ? {} : { dpo }), ...(end === undefined ? {} : { out: outOf(end) }) }
  print(options.json, { organisation, ...about, held }, () => [
    ...linesOf(organisation, end, held),
    ...(dpo === undefined ? [] : [`  data protection officer: ${dpo}`]),
  ])
}

/** Undefined too where the registry cannot be read, or knows the member no more: the report is about what it holds. */
const officerOf = async (network: string, organisation: string): Promise<string | undefined> =>
  (await readRegistry(network).catch(() => undefined))?.participants.find(({ id }) => id === organisation)?.dpo

const outOf = ({ reason, foundAt, stopped, withdrawn }: MembershipEnd): object => ({
  reason,
  since: printInstant(foundAt),
  stopped,
  withdrawn,
})

const linesOf = (organisation: string, end: MembershipEnd | undefined, held: readonly Holding[]): readonly string[] => [
  end === undefined
    ? `${organisation}: holds ${held.length === 0 ? 'nothing' : 'this'}`
    : `${organisation}: out since ${printInstant(end.foundAt)} (${end.reason}), ${end.stopped} jobs stopped, ${end.withdrawn} parcels withdrawn; holds ${held.length === 0 ? 'nothing' : 'this'}`,
  ...table(
    held.map((one) => [
      `  ${one.caseId}`,
      one.kind,
      `${one.deliveries} deliveries`,
      `${one.items} items`,
      one.recalled === 0 ? '' : `${one.recalled} recalled`,
      `${one.firstCollectedAt.slice(0, 10)} to ${one.lastCollectedAt.slice(0, 10)}`,
      one.conditions.join(', '),
    ]),
  ),
]
