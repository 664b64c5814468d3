/** `certs`: an invented network to try things with, what a certificate says, and the authorities of a network. */
import type { Command } from 'commander'
import { join } from 'node:path'
import { printInstant } from '#policies/language/instant.ts'
import { addAuthorityCommands } from './certs-authority.ts'
import { addEnrolmentCommands } from './certs-enrolment.ts'
import { inspectCertificate, makeExampleNetwork } from './certs.ts'
import { PROJECT_ROOT } from './project-root.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { readJson } from './files.ts'
import { print, progress } from './output.ts'

export function addCertsCommand(program: Command): void {
  const certs = program.command('certs').description('authorities, certificates, revocation, enrolment')
  certs
    .command('example')
    .description('write certificates, keys and network.json of an invented network')
    .option('--folder <folder>', 'an empty folder', join(PROJECT_ROOT, 'certs-example/network'))
    .option('--agencies <file>', 'who takes part', join(PROJECT_ROOT, 'certs-example/agencies.json'))
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle certs example --folder ./my-network')
    .action(example)
  certs
    .command('inspect')
    .description('say what a certificate says')
    .argument('<file>', 'PEM or DER')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle certs inspect ./my-network/broker/tls.pem')
    .action(inspect)
  addAuthorityCommands(certs)
  addEnrolmentCommands(certs)
}

async function example(options: {
  readonly folder: string
  readonly agencies: string
  readonly json: boolean
}): Promise<void> {
  progress(`writing an example network to ${options.folder}`)
  const agencies = await readJson(options.agencies)
  const registry = await makeExampleNetwork({ folder: options.folder, agencies, now: Date.now() }).catch(
    (cause: unknown) => {
      throw new CommandFailed(cause instanceof Error ? cause.message : 'the network could not be made', EXIT.found)
    },
  )
  print(
    options.json,
    {
      folder: options.folder,
      participants: registry.participants.map(({ id }) => id),
      mandates: registry.mandates.map(({ id }) => id),
    },
    () => [
      `${registry.participants.length} organisations, ${registry.edges.length} edges, ${registry.mandates.length} mandates in ${options.folder}`,
    ],
  )
}

async function inspect(file: string, options: { readonly json: boolean }): Promise<void> {
  const facts = await inspectCertificate(file).catch((cause: unknown) => {
    throw new CommandFailed(cause instanceof Error ? cause.message : `${file}: no certificate`, EXIT.unreachable)
  })
  print(options.json, facts, () =>
    Object.entries(facts).map(([name, value]: readonly [string, unknown]) => `${name}: ${shown(value)}`),
  )
}

const shown = (value: unknown): string =>
  typeof value === 'number' ? printInstant(value) : typeof value === 'string' ? value : JSON.stringify(value)
