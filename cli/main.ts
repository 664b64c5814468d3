/** Reads argv, runs a command, turns its outcome into an exit code (exit-codes.ts). */
import { Command, CommanderError } from 'commander'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { VERSION } from './version.ts'

// What every object inherits takes no new names: a fact that is missing can never be found there, whatever a fault or a package does.
Object.preventExtensions(Object.prototype)

const EXIT_CODES = `
Exit codes: 0 done · 1 something was found wrong or refused · 2 the command line is wrong
            3 a file or server cannot be reached · 4 plan and casbin disagree`

const program = new Command('passerelle')
  .description('A gateway through which agencies hand a case over without handing over everything.')
  .version(VERSION)
  .addHelpText('afterAll', EXIT_CODES)
  .exitOverride()

/** Only what is called is loaded: most of what one command needs, the others do not. */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  demo: async () => (await import('./demo.ts')).addDemoCommand,
  'see-as': async () => (await import('./see-as.ts')).addSeeAsCommand,
  send: async () => (await import('./send.ts')).addSendCommand,
  import: async () => (await import('./import.ts')).addImportCommand,
  map: async () => (await import('./map.ts')).addMapCommand,
  receive: async () => (await import('./receive.ts')).addReceiveCommand,
  release: async () => (await import('./release.ts')).addReleaseCommand,
  witness: async () => (await import('./witness.ts')).addWitnessCommand,
  recall: async () => (await import('./recall.ts')).addRecallCommand,
  deliveries: async () => (await import('./deliveries.ts')).addDeliveriesCommand,
  agency: async () => (await import('./agency.ts')).addAgencyCommand,
  members: async () => (await import('./members.ts')).addMembersCommand,
  serve: async () => (await import('./serve.ts')).addServeCommand,
  check: async () => (await import('./check.ts')).addCheckCommand,
  backup: async () => (await import('./backup.ts')).addBackupCommand,
  restore: async () => (await import('./restore.ts')).addRestoreCommand,
  log: async () => (await import('./log.ts')).addLogCommand,
  diagnostics: async () => (await import('./diagnostics.ts')).addDiagnosticsCommand,
  verify: async () => (await import('./verify-command.ts')).addVerifyCommand,
  people: async () => (await import('./people.ts')).addPeopleCommand,
  policy: async () => (await import('./policy.ts')).addPolicyCommand,
  vault: async () => (await import('./vault-command.ts')).addVaultCommand,
  certs: async () => (await import('./certs-command.ts')).addCertsCommand,
  trust: async () => (await import('./trust.ts')).addTrustCommand,
}
const [called = ''] = process.argv.slice(2)
const isVersion = called === '--version' || called === '-V'
const names = isVersion ? [] : Object.hasOwn(COMMANDS, called) ? [called] : Object.keys(COMMANDS)
for (const name of names) (await COMMANDS[name]?.())?.(program)

// Sub-commands are made before exitOverride would reach them: each must hand its errors up as well.
const allCommands = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(allCommands)]
for (const command of allCommands(program))
  command.exitOverride().configureOutput({ outputError: (text, write) => write(usageLine(text, nameOf(command))) })

// A reader that goes away (a pipe to head) ends the command quietly.
process.stdout.on('error', (error: Error & { readonly code?: string }) =>
  process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.unreachable),
)

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

/** `passerelle check policy`: how a command is called from the root. */
function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`
}

/** What commander says over one or two lines, as one. */
function usageLine(text: string, name: string): string {
  return `passerelle: ${text
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')} (${name} --help shows how it is used)\n`
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  if (error instanceof CommandFailed) {
    process.stderr.write(`passerelle: ${error.message}\n`)
    return error.exitCode
  }
  const message = error instanceof Error ? error.message : 'unknown fault'
  process.stderr.write(`passerelle: ${message}\n`)
  return EXIT.unreachable
}
