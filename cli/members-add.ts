/** `members add`: organisations, mandates and flows of a small file put into network.json, all faults told before anything is written. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { organisationUri } from '#adapters/pki/example-agencies.ts'
import { NAME_PATTERN } from '#gateway/core/ids.ts'
import { registrySchema } from '#gateway/core/participants.ts'
import { unknownNames } from '#gateway/core/registry-names.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { whileLocked } from './file-lock.ts'
import { readJson, readText } from './files.ts'
import { print } from './output.ts'
import { policyOf } from './see-as.ts'
import { writeWhole } from './trust-files.ts'

interface AddFlags {
  readonly network: string
  readonly policy: string
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
    .option('--policy <policy>', 'policy whose names are looked up: a shipped name or a file', 'france-prison-exit')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle members add docs/examples/new-member.json --network ./my-network')
    .action(add)

const entries = z.array(z.looseObject({})).default([])
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

async function add(file: string, { network: folder, policy, json }: AddFlags): Promise<void> {
  const path = join(folder, EXAMPLE_PATHS.registry)
  const { set } = await policyOf(policy, Date.now())
  await whileLocked(path, async () => {
    const network = networkSchema.parse(JSON.parse(await readText(path)))
    const given = fileOf(await readJson(file))
    if (given.data === undefined) throw faulty(file, given.faults)
    const added = completed(given.data, network.network)
    const next = {
      ...network,
      participants: [...network.participants, ...added.participants],
      mandates: [...network.mandates, ...added.mandates],
      edges: [...network.edges, ...added.edges],
    }
    const told = lineIn(network)
    const parsed = registrySchema.safeParse(next)
    const faults = [
      ...given.faults,
      ...[...twice(next), ...(parsed.success ? [] : parsed.error.issues), ...dangling(next)].map(told),
      ...unknownNames(set, added).map(({ path: at, name, known }) =>
        lineOf({ path: at, message: `policy ${set.id} has no ${name}; it has ${known.join(', ')}` }),
      ),
    ]
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

/** Times that stand in where the file says none, so that whatever else is wrong is told too. */
const STAND_IN = { from: '2000-01-01', until: '2000-01-02' } as const

interface GivenFile {
  /** Undefined where nothing more can be said of it. */
  readonly data?: z.output<typeof fileSchema>
  readonly faults: readonly string[]
}

function fileOf(value: unknown): GivenFile {
  const read = fileSchema.safeParse(value)
  if (read.success) return { data: read.data, faults: [] }
  const again = fileSchema.safeParse({ ...STAND_IN, ...z.record(z.string(), z.unknown()).catch({}).parse(value) })
  const faults = read.error.issues.map(lineOf)
  return again.success ? { data: again.data, faults } : { faults }
}

interface Fault {
  readonly path: readonly PropertyKey[]
  readonly message: string
  /** Of a text that has another form than it should. */
  readonly pattern?: string | undefined
}

const lineOf = ({ path, message, pattern }: Fault): string =>
  `/${path.map(String).join('/')}: ${pattern === String(NAME_PATTERN) ? 'expected a name of two small letters, digits or hyphens, or more' : message}`

/** By the file's own numbers; what was wrong in the network before is told as of the network. */
const lineIn =
  (network: z.output<typeof networkSchema>) =>
  (fault: Fault): string => {
    const [part, index, ...rest] = fault.path
    if ((part !== 'participants' && part !== 'mandates' && part !== 'edges') || typeof index !== 'number')
      return `network.json ${lineOf(fault)}`
    const own = index - network[part].length
    return own < 0 ? `network.json ${lineOf(fault)}` : lineOf({ ...fault, path: [part, own, ...rest] })
  }

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
      uri: organisationUri(network, String(entry['id'])),
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

const twice = (next: Parts): readonly Fault[] =>
  (['participants', 'mandates', 'edges'] as const).flatMap((part) =>
    next[part].flatMap(({ id }, index) =>
      typeof id !== 'string' || next[part].findIndex((entry) => entry['id'] === id) === index
        ? []
        : [{ path: [part, index], message: `${id} is there already` }],
    ),
  )

/** Ends of flows and organisations of mandates that nobody is. */
function dangling({ participants, mandates, edges }: Parts): readonly Fault[] {
  const known = new Set<unknown>(participants.map(({ id }) => id))
  const missing = (path: readonly [string, number, string], value: unknown): readonly Fault[] =>
    typeof value !== 'string' || known.has(value) ? [] : [{ path, message: 'no such organisation' }]
  return [
    ...mandates.flatMap((entry, index) => missing(['mandates', index, 'organisation'], entry['organisation'])),
    ...edges.flatMap((entry, index) => [
      ...missing(['edges', index, 'from'], entry['from']),
      ...missing(['edges', index, 'to'], entry['to']),
    ]),
  ]
}
