/** `receive`: collects what waits, verifies and opens it, prints or writes it, and only then acknowledges. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { Refused } from '#adapters/agency-kit/member.ts'
import type { ListedDelivery, Member } from '#adapters/agency-kit/member.ts'
import type { ReceivedDelivery } from '#adapters/agency-kit/prove-delivery.ts'
import { printLogTrust } from '#gateway/core/log/trust-file.ts'
import { logTrustOf } from '#gateway/core/trust-list/log-trust.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import { addMemberOptions, memberOf, reaching } from './member-options.ts'
import type { MemberFlags } from './member-options.ts'
import { print, progress, table, withheldLines } from './output.ts'
import { TRUST_PATHS } from './trust-files.ts'

interface ReceiveFlags extends MemberFlags {
  readonly out?: string
  readonly all: boolean
}

/** `called`: how it is called from the root, for its example. */
export function addReceiveCommand(program: Command, called = 'receive'): void {
  addMemberOptions(program.command('receive'))
    .description('fetch, verify, decrypt and print what waits, then acknowledge it')
    .option('--as <mandate>', 'the receiving mandate or organisation (or PASSERELLE_AS)')
    .option('--out <folder>', 'write each delivery to a file of this folder instead')
    .option('--all', 'also what was acknowledged before', false)
    .addHelpText('after', `\nExample:\n  passerelle ${called} --home ./demo/network --as pairs-social-worker`)
    .action(receive)
}

async function receive(flags: ReceiveFlags): Promise<void> {
  const { member, home } = await memberOf(flags)
  using recipient = member
  // Whoever receives also witnesses; what keeps it from that does not keep it from its mailbox.
  await recipient.witness().catch(() => undefined)
  const listed = (await reaching(() => recipient.list())).filter(({ state }) => flags.all || state !== 'acknowledged')
  const received: ReceivedDelivery[] = []
  if (flags.out !== undefined) await writeTrust(flags.out, recipient, home)
  for (const delivery of listed) {
    const opened = await openOne(recipient, delivery)
    if (opened === undefined) continue
    if (flags.out !== undefined) await writeDelivery(flags.out, opened)
    received.push(opened)
    // Acknowledged only once it is printed or safely on disk: what was not kept must be sent again.
    if (flags.out === undefined) continue
    await reaching(() => recipient.acknowledge(delivery.id))
  }
  print(flags.json, received.map(shownOf), () =>
    received.length === 0 ? ['nothing waits'] : received.flatMap(linesOf),
  )
  if (flags.out === undefined)
    for (const { projection } of received) await reaching(() => recipient.acknowledge(projection.jti))
}

/** One that was withdrawn meanwhile is said aloud and passed over. */
async function openOne(recipient: Member, { id }: ListedDelivery): Promise<ReceivedDelivery | undefined> {
  return reaching(async () => {
    try {
      return await recipient.fetch(id)
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'delivery-withdrawn') throw error
      progress(`${id}: withdrawn before it was collected`)
      return undefined
    }
  })
}

/** What it says, and beside it what shows that it was delivered, for `verify delivery`. The id is a UUID, checked. */
export async function writeDelivery(folder: string, delivery: ReceivedDelivery): Promise<void> {
  const { projection, content, evidence, receipt } = delivery
  await writeWhole(folder, `${projection.jti}.proof`, { content, evidence, receipt })
  await writeWhole(folder, `${projection.jti}.json`, shownOf(delivery))
}

/** What it says; of what is not the news, that too. */
const shownOf = ({ projection, earlier }: ReceivedDelivery): object =>
  earlier === undefined ? projection : { ...projection, earlier }

/** Written beside its name and renamed, so that a half-written file is never taken for a delivery. */
async function writeWhole(folder: string, name: string, content: unknown): Promise<void> {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`
  await writeFile(`${path}.part`, text, { mode: 0o600, flush: true })
  await rename(`${path}.part`, path)
}

/** Whom the trust list has believed about the log, and the network as this member knows it, for whoever checks those files elsewhere. */
async function writeTrust(folder: string, recipient: Member, home: string): Promise<void> {
  const network = join(folder, 'network')
  const copied = (path: string): Promise<string> => readFile(join(home, path), 'utf8')
  await writeWhole(network, EXAMPLE_PATHS.registry, await copied(EXAMPLE_PATHS.registry))
  await writeWhole(network, TRUST_PATHS.officers, await copied(TRUST_PATHS.officers))
  await writeWhole(network, TRUST_PATHS.list, await reaching(recipient.trust.signed))
  const trust = logTrustOf(await reaching(recipient.trust), Date.now())
  if (trust !== undefined && trust.quorum > 0) await writeWhole(folder, 'log-trust.txt', printLogTrust(trust))
}

function linesOf({ projection, earlier }: ReceivedDelivery): readonly string[] {
  const { kind, sender, caseId, depth, purpose, regime, items, withheld, body, conditions, notice } = projection
  const attested = projection.attested === 'broker' ? ', as the gateway says it, not signed by who wrote it' : ''
  const rows = items.map((item) => [item.section, item.term ?? '', item.level, textOf(item.value)])
  return [
    `${kind} from ${sender}${attested}, case ${caseId}, at ${depth} for ${purpose} (${regime})${conditions.length === 0 ? '' : `, on condition: ${conditions.join(', ')}`}`,
    ...(earlier === true ? ['  EARLIER: something newer of this case was sent before'] : []),
    ...(Object.keys(body).length === 0 ? [] : [`  ${JSON.stringify(body)}`]),
    ...table(rows).map((line) => `  ${line}`),
    ...withheldLines(withheld),
    `  ${notice.en}`,
    '',
  ]
}

const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
