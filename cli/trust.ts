/** `trust officer-key | propose | sign | publish | show | ask-key`: how the officers of a network say whose keys hold. */
import type { Command } from 'commander'
import { join } from 'node:path'
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { readPrivateKeyFile } from '#adapters/keys/private-key-file.ts'
import type { PrivateKey } from '#adapters/keys/private-key-file.ts'
import { signList } from '#adapters/trust/sign-list.ts'
import { REVOCATION_REASONS } from '#gateway/core/trust-list/list.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import { combine } from '#gateway/core/trust-list/signed.ts'
import { standingOf } from '#gateway/core/trust-list/standing.ts'
import { verifyKeptList, verifyTrustList } from '#gateway/core/trust-list/verify.ts'
import type { VerifiedTrustList } from '#gateway/core/trust-list/verify.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { makeOfficer, officerEntry } from './example-trust.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readText, wholeNumber } from './files.ts'
import { print, progress } from './output.ts'
import { addAskKey } from './trust-ask-key.ts'
import { changesBetween } from './trust-changes.ts'
import { addRequests } from './trust-requests.ts'
import { proposeList } from './trust-propose.ts'
import type { ProposeOptions } from './trust-propose.ts'
import { readListFile, readPinned, refused, TRUST_PATHS, writeWhole } from './trust-files.ts'

export function addTrustCommand(program: Command): void {
  const trust = program.command('trust').description('the signed list of whose keys hold on this network')
  trust
    .command('officer-key')
    .description('make an officer’s key, and print its public half for the list')
    .requiredOption('--id <name>', 'name of the officer')
    .requiredOption('--folder <folder>', 'where the private key is kept, for the officer alone')
    .option('--json', 'said or not, what is printed is JSON')
    .addHelpText('after', '\nExample:\n  passerelle trust officer-key --id officer-ana --folder ~/passerelle-officer')
    .action(officerKey)
  addProposing(trust)
  trust
    .command('sign')
    .description('put an officer’s signature under a proposed list')
    .argument('<file>', 'the proposal; the signature is added to it')
    .requiredOption('--key <file>', 'the officer’s key')
    .option('--network <folder>', 'say what changes against the list published there')
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      '\nExample:\n  passerelle trust sign next.json --key ~/passerelle-officer/officer-1a2b3c4d.jwk.json',
    )
    .action(sign)
  trust
    .command('publish')
    .description('put a signed list in the place of the one before')
    .argument('<file...>', 'the signed proposal, or its copies signed apart')
    .requiredOption('--network <folder>', 'folder of the network')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle trust publish next.json --network ./my-network')
    .action(publish)
  trust
    .command('show')
    .description('say in one line until when this network is trusted')
    .requiredOption('--network <folder>', 'folder of the network')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle trust show --network ./my-network')
    .action(show)
  addAskKey(trust)
  addRequests(trust)
}

const addProposing = (trust: Command): Command =>
  trust
    .command('propose')
    .description('write the next list, for the officers to sign')
    .requiredOption('--network <folder>', 'folder of the network')
    .requiredOption('--out <file>', 'where the proposal is written')
    .option('--days <days>', 'how long the list holds', '7')
    .option('--body <file>', 'what the list is to say, as JSON; needed for a first list')
    .option('--revoke-key <kid>', 'take back a key')
    .option('--revoke-organisation <id>', 'put an organisation out, with all its keys')
    .option('--reason <reason>', `why: ${REVOCATION_REASONS.join(', ')}`)
    .option('--admit <file>', 'a new member, as agency join asked for it (trust requests)')
    .option('--add-key <file>', 'a key that its holder posted (trust ask-key); the old one ends 30 days later')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle trust propose --network ./my-network --out next.json')
    .action((options: Omit<ProposeOptions, 'days'> & { readonly days: string }) =>
      proposeList({ ...options, days: wholeNumber('--days', options.days) }),
    )

async function officerKey({ id, folder }: { readonly id: string; readonly folder: string }): Promise<void> {
  const key = await makeOfficer(folder, Date.now())
  progress(`the private key lies in ${folder}; it never leaves this officer's hands`)
  print(true, officerEntry(id, key), () => [])
}

interface SignOptions {
  readonly key: string
  readonly network?: string
  readonly json: boolean
}

async function sign(file: string, options: SignOptions): Promise<void> {
  const proposal = await readListFile(file)
  const key = await readKey(options.key)
  if (key.use !== 'officer') throw new CommandFailed(`${options.key}: not an officer's key`, EXIT.usage)
  const officer = proposal.list.officers.members.find(({ kid }) => kid === key.kid)
  const before = options.network === undefined ? undefined : await readListFile(join(options.network, TRUST_PATHS.list))
  for (const line of linesBeforeSigning(before?.list, proposal.list)) progress(line)
  await writeWhole(file, await signList(proposal, key))
  const { version, officers } = proposal.list
  const told = { version, officer: officer?.id, signatures: proposal.signatures.length + 1, needed: officers.threshold }
  print(options.json, told, () => [
    `signed list ${version} as ${told.officer ?? 'an officer who leaves with it'}: ${told.signatures} signatures, ${told.needed} needed`,
  ])
}

/** Nobody signs what was not shown: without the list before, all that this one says. */
const linesBeforeSigning = (before: TrustList | undefined, next: TrustList): readonly string[] =>
  before === undefined
    ? ['compared with no list before (--network); it says, in all:', ...changesBetween(emptied(next), next).slice(1)]
    : changesBetween(before, next)

const emptied = (list: TrustList): TrustList => ({
  ...list,
  officers: { ...list.officers, members: [] },
  organisations: [],
  mandates: [],
  gateway: { ...list.gateway, keys: [] },
})

const readKey = (path: string): Promise<PrivateKey> =>
  readPrivateKeyFile(path).catch((cause: unknown) => {
    throw new CommandFailed(cause instanceof Error ? cause.message : `${path}: no key`, EXIT.unreachable)
  })

interface InNetwork {
  readonly network: string
  readonly json: boolean
}

async function publish(files: readonly string[], { network, json }: InNetwork): Promise<void> {
  const together = combine(await Promise.all(files.map(readListFile)))
  const [first = ''] = files
  if (!together.ok) throw new CommandFailed(`${files.join(', ')}: not copies of one proposal`, EXIT.found)
  const before = await publishedIn(network)
  const verified = await verifyTrustList(together.value, {
    before: before ?? (await readPinned(network)),
    now: Date.now(),
    verifySignature: verifyJws,
  })
  if (!verified.ok) throw refused(first, verified.problem)
  await writeWhole(join(network, TRUST_PATHS.list), together.value)
  const { list } = verified.value
  const line = standingOf(list, Date.now())
  print(json, { ...datesOf(list), ...line }, () => [`published list ${list.version}`, line.en])
}

/** The list in the folder, whole and signed by its own officers; undefined where there is none yet. */
async function publishedIn(network: string): Promise<VerifiedTrustList | undefined> {
  const path = join(network, TRUST_PATHS.list)
  const text = await readText(path).catch(() => undefined)
  if (text === undefined) return undefined
  const { network: name } = await readPinned(network)
  const verified = await verifyKeptList(text, { network: name, verifySignature: verifyJws })
  if (!verified.ok) throw refused(path, verified.problem)
  return verified.value
}

async function show({ network, json }: InNetwork): Promise<void> {
  const published = await publishedIn(network)
  if (published === undefined) throw refused(join(network, TRUST_PATHS.list), { code: 'trust-list-missing' })
  const { list } = published
  await refuseStrangers(network, list.issued)
  const now = Date.now()
  const line = standingOf(list, now)
  print(json, { ...datesOf(list), ...line }, () => [line.en, line.fr])
  if (list.expires <= now) throw refused(join(network, TRUST_PATHS.list), { code: 'trust-list-expired' })
}

const datesOf = ({ version, issued, expires }: TrustList): Readonly<Record<string, unknown>> => ({
  version,
  issued: printInstant(issued),
  expires: printInstant(expires),
})

/** A list that only its own officers vouch for says nothing: as many officers as the pins name must have signed it. */
async function refuseStrangers(network: string, now: Instant): Promise<void> {
  const path = join(network, TRUST_PATHS.list)
  const before = await readPinned(network)
  const vouched = await verifyTrustList(await readText(path), { before, now, verifySignature: verifyJws })
  if (!vouched.ok) throw refused(path, vouched.problem)
}
