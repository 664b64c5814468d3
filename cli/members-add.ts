/** `members add`: organisations, mandates and flows of a small file put into network.json, all faults told before anything is written. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { organisationUri } from '#adapters/pki/example-agencies.ts'
import { registrySchema } from '#gateway/core/participants.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { whileLocked } from './file-lock.ts'
import { readJson, readText } from './files.ts'
import { print } from './output.ts'
import { writeWhole } from './trust-files.ts'

interface AddFlags {
  readonly network: string
  readonly json: boolean
}

export const addMembersAdd = (members: Command): Command =>
  members
    .command('add')
    .description(
      'enter organisations, mandates and flows into network.json; a gateway at work takes it within two seconds',
    )
    .argument('<file>', 'JSON with participants, mandates and edges, times once for all; - for standard input')
    .requiredOption('--network <folder>', 'folder of the network')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle members add docs/examples/new-member.json --network ./my-network')
    .action(add)

const entries = z.array(z.looseObject({ id: z.string() })).default([])
const fileSchema = z.strictObject({
  /** ISO 8601: all that is entered here holds between them, where it does not say its own. */
  from: z.string(),
  until: z.string(),
  participants: entries,
  mandates: entries,
  edges: entries,
})
const networkSchema = z.looseObject({ network: z.string(), participants: entries, mandates: entries, edges: entries })
type Entry = z.output<typeof entries>[number]

async function add(file: string, { network: folder, json }: AddFlags): Promise<void> {
  const path = join(folder, EXAMPLE_PATHS.registry)
  await whileLocked(path, async () => {
    const network = networkSchema.parse(JSON.parse(await readText(path)))
    const read = fileSchema.safeParse(await readJson(file))
    if (!read.success) throw faulty(file, read.error.issues.map(lineOf))
    const added = completed(read.data, network.network)
    const next = {
      ...network,
      participants: [...network.participants, ...added.participants],
      mandates: [...network.mandates, ...added.mandates],
      edges: [...network.edges, ...added.edges],
    }
    const parsed = registrySchema.safeParse(next)
    const faults = [...twice(next), ...(parsed.success ? dangling(next) : parsed.error.issues.map(lineOf))]
    if (faults.length > 0) throw faulty(file, faults)
    await writeWhole(path, `${JSON.stringify(next, null, 2)}\n`)
    const counts = Object.fromEntries(
      (['participants', 'mandates', 'edges'] as const).map((part) => [part, added[part].map(({ id }) => id)]),
    )
    print(json, counts, () => [
      ...Object.entries(counts).map(([part, ids]) => `${part}: ${ids.join(' ') || 'none'}`),
      'a new organisation is joining until the trust list names it: passerelle agency invite ORG is next',
    ])
  })
}

const lineOf = ({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): string =>
  `/${path.map(String).join('/')}: ${message}`

const faulty = (file: string, faults: readonly string[]): CommandFailed =>
  new CommandFailed(`${file}: ${faults.length} faults, nothing was entered: ${faults.join('; ')}`, EXIT.found)

type Parts = Readonly<Record<'participants' | 'mandates' | 'edges', readonly Entry[]>>

/** What is the same for every new entry: its URI, its times, and that it has no keys here. */
function completed(
  { from, until, participants, mandates, edges }: z.output<typeof fileSchema>,
  network: string,
): Parts {
  const agreed = (value: unknown): unknown => (typeof value === 'string' ? { id: value, from, until } : value)
  return {
    participants: participants.map((entry) => ({
      ...entry,
      uri: organisationUri(network, entry.id),
      from: entry['from'] ?? from,
      until: entry['until'] ?? until,
      joining: true,
      keys: [],
    })),
    mandates: mandates.map((entry) => ({
      careTeams: [],
      secrecies: [],
      groups: [],
      clinician: false,
      from,
      until,
      ...entry,
      keys: [],
    })),
    edges: edges.map(({ agreement, art9, ...entry }) => ({
      statutory: [],
      consents: [],
      validFrom: from,
      validUntil: until,
      ...entry,
      ...(agreement === undefined ? {} : { agreement: agreed(agreement) }),
      ...(art9 === undefined ? {} : { art9: agreed(art9) }),
    })),
  }
}

const twice = (next: Parts): readonly string[] =>
  (['participants', 'mandates', 'edges'] as const).flatMap((part) =>
    next[part].flatMap(({ id }, index) =>
      next[part].findIndex((entry) => entry.id === id) === index ? [] : [`/${part}/${index}: ${id} is there already`],
    ),
  )

/** Ends of flows and organisations of mandates that nobody is. */
function dangling({ participants, mandates, edges }: Parts): readonly string[] {
  const known = new Set<unknown>(participants.map(({ id }) => id))
  const missing = (part: string, index: number, name: string, value: unknown): readonly string[] =>
    known.has(value) ? [] : [`/${part}/${index}/${name}: no such organisation`]
  return [
    ...mandates.flatMap((entry, index) => missing('mandates', index, 'organisation', entry['organisation'])),
    ...edges.flatMap((entry, index) => [
      ...missing('edges', index, 'from', entry['from']),
      ...missing('edges', index, 'to', entry['to']),
    ]),
  ]
}
