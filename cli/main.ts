/** Reads argv, runs a command, turns its outcome into an exit code (exit-codes.ts). */
import { Command, CommanderError } from 'commander'
import { addCertsCommand } from './certs-command.ts'
import { addCheckCommand } from './check.ts'
import { addDemoCommand } from './demo.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { addPolicyCommand } from './policy.ts'
import { addReceiveCommand } from './receive.ts'
import { addSeeAsCommand } from './see-as.ts'
import { addSendCommand } from './send.ts'
import { addServeCommand } from './serve.ts'

const EXIT_CODES = `
Exit codes: 0 done · 1 something was found wrong or refused · 2 the command line is wrong
            3 a file or server cannot be reached · 4 plan and casbin disagree`

const program = new Command('passerelle')
  .description('A gateway through which agencies hand a case over without handing over everything.')
  .version('0.1.0')
  .addHelpText('afterAll', EXIT_CODES)
  .exitOverride()

for (const add of [
  addDemoCommand,
  addSeeAsCommand,
  addSendCommand,
  addReceiveCommand,
  addServeCommand,
  addCheckCommand,
  addPolicyCommand,
  addCertsCommand,
])
  add(program)
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
