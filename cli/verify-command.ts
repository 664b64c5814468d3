/** `verify log | receipt | delivery | erasure`: what was exported is checked here, offline. */
import type { Command } from 'commander'
import { toBase64 } from '#gateway/core/log/base64.ts'
import type { Proven } from '#gateway/core/log/receipt.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { print } from './output.ts'
import { verifyErasureFile } from './verify-erasure.ts'
import { verifyDeliveryFile, verifyLogFiles, verifyReceiptFiles, verifyTogether } from './verify.ts'

interface Flags {
  readonly trust: string
  readonly json: boolean
}

export function addVerifyCommand(program: Command): void {
  const verify = program.command('verify').description('check exported logs, receipts and deliveries, offline')
  const TRUST = ['--trust <file>', 'keys of the log and its witnesses, and how many must have cosigned'] as const
  const made = (name: string, description: string, example: string): Command =>
    verify
      .command(name)
      .description(description)
      .option('--json', 'print JSON', false)
      .addHelpText('after', `\nExample:\n  passerelle verify ${name} ${example}`)
  const add = (name: string, description: string, example: string): Command =>
    made(name, description, `${example} --trust trust.txt`).requiredOption(...TRUST)
  add('log', 'recompute a log from its leaves and hold every checkpoint against it', 'leaves.txt checkpoint.txt')
    .argument('<leaves>', 'one leaf a line')
    .argument('<checkpoints...>', 'cosigned checkpoints of that log')
    .option('--stamp <file>', 'time-stamp token (RFC 3161) over the last of them')
    .option('--authority <file>', 'PEM of the time-stamping authority')
    .action(verifyLog)
  add('receipt', 'check that a log holds an entry', 'leaf.json receipt.txt')
    .argument('<leaf>', 'the entry')
    .argument('<receipt>', 'its receipt')
    .action(verifyReceipt)
  made(
    'delivery',
    'check that a log holds a delivery, as this content for this recipient, that its sender signed it, and that no other gainsays it',
    'delivery.proof --network ./network',
  )
    .argument(
      '<files...>',
      'content, evidence and receipt as JSON; several are also held against one another; - for standard input',
    )
    .option('--network <folder>', 'folder with network.json, trust/list.json and trust/officers.json')
    .option('--trust <file>', 'the keys of the log alone; then whose signature it bears is not asked')
    .action(verifyDelivery)
  made(
    'erasure',
    'check a certificate of erasure: that the gateway of the network signed it, and what it says',
    'erasure.jwt --network ./network',
  )
    .argument('<file>', 'the certificate, as vault erase prints it and the inbox gives it')
    .requiredOption('--network <folder>', 'folder with network.json, trust/list.json and trust/officers.json')
    .action(verifyErasure)
}

async function verifyErasure(file: string, { network, json }: Required<Omit<DeliveryFlags, 'trust'>>): Promise<void> {
  const claim = await verifyErasureFile(file, network)
  print(json, claim, () => [
    `holds: the key of case ${claim.case} was destroyed ${claim.erasedAt}; signed by ${claim.iss}`,
    `backups of the key are gone by ${claim.keyBackupsExpireAt} (${claim.keyBackupDays} days)`,
  ])
}

interface LogFlags extends Flags {
  readonly stamp?: string
  readonly authority?: string
}

async function verifyLog(leaves: string, checkpoints: readonly string[], flags: LogFlags): Promise<void> {
  const { trust, stamp, authority } = flags
  if ((stamp === undefined) !== (authority === undefined))
    throw new CommandFailed('--stamp and --authority are given together', EXIT.usage)
  const stamped = stamp === undefined || authority === undefined ? {} : { stamp: { token: stamp, authority } }
  const log = await verifyLogFiles({ leaves, checkpoints, trust, ...stamped })
  print(flags.json, log, () => [
    `holds: ${log.entries} entries of ${log.origin}, ${log.covered} of them under ${log.checkpoints} cosigned checkpoints` +
      (log.stampedAt === undefined ? '' : `, time-stamped ${log.stampedAt}`),
  ])
}

async function verifyReceipt(leaf: string, receipt: string, { trust, json }: Flags): Promise<void> {
  const proven = await verifyReceiptFiles(leaf, receipt, trust)
  print(json, shown(proven), () => [`holds: ${lineOf(proven)}`])
}

interface DeliveryFlags {
  readonly trust?: string
  readonly network?: string
  readonly json: boolean
}

async function verifyDelivery(files: readonly string[], { trust, network, json }: DeliveryFlags): Promise<void> {
  const by = trust === undefined ? (network === undefined ? undefined : { network }) : { trust }
  if (by === undefined || (trust !== undefined && network !== undefined))
    throw new CommandFailed('either --network or --trust is needed', EXIT.usage)
  const [file = '', ...others] = files
  if (others.length === 0) {
    const proven = await verifyDeliveryFile(file, by)
    print(json, deliveryShown(proven), () => [deliveryLine(proven)])
    return
  }
  if (network === undefined) throw new CommandFailed('several are held against one another with --network', EXIT.usage)
  const verified = await verifyTogether(files, network)
  print(json, verified.map(deliveryShown), () => [
    ...verified.map(deliveryLine),
    `hold together: of ${verified.length} deliveries none gainsays another`,
  ])
}

type Verified = Awaited<ReturnType<typeof verifyDeliveryFile>>

const deliveryShown = (proven: Verified): object => {
  const { delivery, signedBy } = proven
  return { delivery, ...(signedBy === undefined ? {} : { signedBy }), ...shown(proven) }
}

const deliveryLine = (proven: Verified): string => {
  const { delivery, signedBy } = proven
  return `holds: delivery ${delivery} is ${lineOf(proven)}; ${signedBy === undefined ? 'whose word it is was not asked (--network)' : `signed by ${signedBy}`}`
}

const shown = ({ index, size, root, witnesses }: Proven): object => ({ index, size, root: toBase64(root), witnesses })

const lineOf = ({ index, size, witnesses }: Proven): string =>
  `entry ${index} of ${size}, cosigned by ${witnesses.join(', ')}`
