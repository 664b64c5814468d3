/** `witness`: a member's own look at the gateway's log, for as long as it runs. Without enough of them nothing is shown to anybody. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Witnessed } from '#adapters/agency-kit/witness.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { addMemberOptions, memberOf, reaching } from './member-options.ts'
import type { MemberFlags } from './member-options.ts'
import { print, progress } from './output.ts'

interface WitnessFlags extends MemberFlags {
  readonly once: boolean
}

const EVERY_MS = 5_000

export function addWitnessCommand(program: Command): void {
  addMemberOptions(program.command('witness'))
    .description('verify and cosign the log of the gateway as a member, every five seconds until it is stopped')
    .option('--as <organisation>', 'the organisation whose witness this is (or PASSERELLE_AS)')
    .option('--once', 'one round only', false)
    .addHelpText('after', '\nExample:\n  passerelle witness --home ./demo/network --as court-paris')
    .action(witness)
}

async function witness(flags: WitnessFlags): Promise<void> {
  const { member } = await memberOf(flags)
  using witnessing = member
  const round = (): Promise<Witnessed | undefined> => reaching(() => witnessing.witness())
  if (flags.once) {
    const witnessed = sound(await round())
    print(flags.json, witnessed, () => [`${witnessed.kind}: ${witnessed.size} entries`])
    return
  }
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  while (!stopping.signal.aborted) {
    // A gateway that does not answer is asked again; one whose log is not what it was ends this, aloud.
    const witnessed = await round().catch((error: unknown) => {
      progress(`warning: ${error instanceof Error ? error.message : 'the gateway cannot be reached'}`)
      return undefined
    })
    if (witnessed?.kind === 'refused') sound(witnessed)
    await sleep(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {})
  }
}

function sound(witnessed: Witnessed | undefined): Exclude<Witnessed, { readonly kind: 'refused' }> {
  if (witnessed === undefined)
    throw new CommandFailed('this member has no witness, or another process is at work as it', EXIT.unreachable)
  if (witnessed.kind === 'refused')
    throw new CommandFailed(`the log of the gateway was refused: ${witnessed.problem}`, EXIT.found)
  return witnessed
}
