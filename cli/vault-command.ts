/** `vault key | status | rotate | hold | erase`: the keys that protect what is stored, and the end of a case. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { createFileKek } from '#adapters/vault/file-kek.ts'
import { openFileKeys } from '#adapters/keys/file-keys.ts'
import type { OpenedVault } from '#adapters/vault/open.ts'
import { printInstant } from '#policies/language/instant.ts'
import { NAME_PATTERN, toCaseId } from '#gateway/core/ids.ts'
import type { CaseId } from '#gateway/core/ids.ts'
import type { VaultStatus } from '#gateway/ports/vault.ts'
import { certifyErasure } from '#gateway/rooms/certify-erasure.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import { configOf, withStoreFlags } from './config-flags.ts'
import type { ConfigFlags } from './config-flags.ts'
import type { Config } from './config.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { codeOf } from './files.ts'
import { print, progress, table } from './output.ts'
import { readRegistry } from './registry.ts'
import { openConfiguredVault } from './vault.ts'

interface VaultOptions extends Pick<ConfigFlags, 'network' | 'database' | 'kek' | 'earlier'> {
  readonly json: boolean
}

export function addVaultCommand(program: Command): void {
  const vault = program.command('vault').description('the keys at rest: make, count, rotate; hold or erase a case')
  vault
    .command('key')
    .description('make a key encryption key (KEK) in a new file, mode 0400')
    .argument('<file>', 'a file that is not there yet, outside the folder of the database')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle vault key ./my-keys/kek')
    .action(makeKey)
  withStoreFlags(
    vault.command('status').description('count cases, holds, erasures, and keys by the KEK that wraps them'),
  )
    .addHelpText('after', '\nExample:\n  passerelle vault status --network ./my-network --kek ./my-keys/kek')
    .action(status)
  withStoreFlags(
    vault.command('rotate').description('wrap every case key under the current KEK; may be stopped and begun again'),
  )
    .addHelpText('after', '\nExample:\n  passerelle vault rotate --kek ./my-keys/kek-2 --earlier ./my-keys/kek')
    .action(rotate)
  withStoreFlags(vault.command('hold').description('stop the erasure of a case, or let it be erased again'))
    .argument('<case>', 'reference of the case')
    .option('--reason <code>', 'why, as a code of lower-case words', 'unstated')
    .option('--release', 'end the hold', false)
    .addHelpText('after', '\nExample:\n  passerelle vault hold DEMO-001 --reason court-order')
    .action(hold)
  withStoreFlags(
    vault.command('erase').description('destroy the key of a case and print the certificate; there is no way back'),
  )
    .argument('<case>', 'reference of the case')
    .addHelpText('after', '\nExample:\n  passerelle vault erase DEMO-001 --json')
    .action(erase)
}

async function makeKey(file: string, { json }: { readonly json: boolean }): Promise<void> {
  await createFileKek(file).catch((cause: unknown) => {
    throw new CommandFailed(`${file}: cannot be made (${codeOf(cause)})`, EXIT.unreachable)
  })
  print(json, { file }, () => [
    `${file}: made; without it nothing that is stored can be read: keep a copy apart from the data`,
  ])
}

/** Opens the vault for one thing to be done, and closes it. */
async function withVault<T>(
  options: VaultOptions,
  work: (vault: OpenedVault, config: Config) => T | Promise<T>,
): Promise<T> {
  const config = configOf(options)
  await using vault = await openConfiguredVault(config)
  return await work(vault, config)
}

const status = (options: VaultOptions): Promise<void> =>
  withVault(options, async (vault) => {
    const counted = await vault.status()
    print(options.json, counted, () => linesOf(counted))
  })

const linesOf = ({ cases, held, erased, keks }: VaultStatus): readonly string[] => [
  `${cases} cases, ${held} of them held; ${erased} erased`,
  ...table(keks.map(({ kek, keys, isCurrent }) => [kek, `${keys} keys`, isCurrent ? 'wraps new keys' : 'earlier'])),
]

const rotate = (options: VaultOptions): Promise<void> =>
  withVault(options, async (vault) => {
    const wrapped = await vault.rotate({ onBatch: (done) => progress(`${done} keys`) })
    const counted = await vault.status()
    print(options.json, { wrapped, ...counted }, () => [`${wrapped} keys wrapped anew`, ...linesOf(counted)])
  })

function caseOf(text: string): CaseId {
  const id = toCaseId(text)
  if (id === undefined) throw new CommandFailed(`${text}: not the reference of a case`, EXIT.usage)
  return id
}

const noSuchCase = (text: string): CommandFailed =>
  new CommandFailed(`${text}: nothing is kept of such a case, and none was erased`, EXIT.found)

interface HoldOptions extends VaultOptions {
  readonly reason: string
  readonly release: boolean
}

const hold = (text: string, options: HoldOptions): Promise<void> =>
  withVault(options, async (vault) => {
    const { reason, release } = options
    if (!NAME_PATTERN.test(reason))
      throw new CommandFailed(`--reason ${reason}: lower-case words with hyphens`, EXIT.usage)
    const isDone = await (release ? vault.release(caseOf(text)) : vault.hold(caseOf(text), reason, Date.now()))
    if (!isDone) throw noSuchCase(text)
    print(options.json, { case: text, held: !release, reason }, () => [
      release ? `${text} may be erased` : `${text} is held (${reason}) and will not be erased`,
    ])
  })

const erase = (text: string, options: VaultOptions): Promise<void> =>
  withVault(options, async (vault, config) => {
    const caseId = caseOf(text)
    // What signs is read first: a key destroyed without its certificate would be a promise without proof.
    const { broker } = await readRegistry(config.network)
    const keyRing = await openFileKeys(join(config.network, EXAMPLE_PATHS.broker, EXAMPLE_PATHS.keys))
    const now = Date.now()
    const outcome = await vault.erase(caseId, now, config.keyBackupDays)
    if (outcome.kind === 'unknown') throw noSuchCase(text)
    if (outcome.kind === 'held')
      throw new CommandFailed(
        `${text}: held since ${printInstant(outcome.since)} (${outcome.reason}); vault hold --release first`,
        EXIT.found,
      )
    const { claim, certificate } = await certifyErasure(keyRing, outcome.erasure, { issuer: broker.uri, at: now })
    print(options.json, { certificate, ...claim }, () => [
      `${text}: ${outcome.isRepeat ? 'was erased' : 'erased'} ${claim.erasedAt}`,
      `backups of the key file are gone by ${claim.keyBackupsExpireAt} (${claim.keyBackupDays} days)`,
      'certificate:',
      certificate,
    ])
  })
