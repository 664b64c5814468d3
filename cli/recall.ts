/** `recall status | attest`: how far a recall or correction of this member is closed, and the signed answer to one of another's. */
import type { Command } from 'commander'
import { attest as sendAttestation, NotAsked } from '#adapters/agency-kit/attest.ts'
import { readClosure } from '#adapters/agency-kit/closure.ts'
import type { Proof, ProvenClosure } from '#adapters/agency-kit/closure.ts'
import { UUID_PATTERN } from '#gateway/core/ids.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { addMemberOptions, memberOf, reaching } from './member-options.ts'
import type { MemberFlags } from './member-options.ts'
import { print, table } from './output.ts'

export function addRecallCommand(program: Command): void {
  const recall = program.command('recall').description('follow what was taken back, and answer for what is gone')
  addMemberOptions(recall.command('status'))
    .description('say who has answered a recall or correction of this member, and verify what they signed')
    .argument('<id>', 'id of the recall or correction')
    .option('--as <organisation>', 'the organisation that sent it (or PASSERELLE_AS)')
    .addHelpText(
      'after',
      '\nExample:\n  passerelle recall status 018f0000-0000-7000-8000-000000000001 --home ./demo/network --as prison-paris',
    )
    .action(status)
  addMemberOptions(recall.command('attest'))
    .description('sign that the copies are deleted or locked, naming the deliveries that were held')
    .argument('<id>', 'id of the recall or correction, the messageId of its notice')
    .option('--as <member>', 'the organisation or mandate that held them (or PASSERELLE_AS)')
    .option('--locked', 'they are locked, not deleted', false)
    .option('--purpose <purpose>', 'purpose of the answer', 'sentence-execution')
    .option('--basis <id>', 'legal basis of the answer', 'eu.led.8')
    .addHelpText(
      'after',
      '\nExample:\n  passerelle recall attest 018f0000-0000-7000-8000-000000000001 --home ./demo/network --as court-paris',
    )
    .action(attest)
}

/** Ids become part of a path: nothing but an id. */
function idOf(text: string): string {
  if (!UUID_PATTERN.test(text)) throw new CommandFailed(`${text}: not the id of a message`, EXIT.usage)
  return text
}

async function status(text: string, flags: MemberFlags): Promise<void> {
  const id = idOf(text)
  using member = (await memberOf(flags)).member
  const closure = await reaching(() => readClosure(member, id))
  print(flags.json, closure, () => linesOf(closure))
  const doubted = closure.organisations.filter(({ proofs }) => proofs.includes('not-believed'))
  if (doubted.length > 0)
    throw new CommandFailed(
      `${id}: not signed as the gateway says by ${doubted.map(({ organisation }) => organisation).join(', ')}; tell the officers`,
      EXIT.found,
    )
}

const PROOFS: Readonly<Record<Proof, string>> = {
  verified: 'attestation verified',
  erased: 'attestation erased',
  'not-believed': 'attestation not-believed',
  unsigned: 'no attestation of that: the gateway alone says so',
}

const linesOf = ({ id, kind, caseId, isClosed, organisations }: ProvenClosure): readonly string[] => [
  `${kind} ${id}, case ${caseId}: ${isClosed ? 'closed' : 'open'}`,
  ...table(
    organisations.map((line) => [
      `  ${line.organisation}`,
      line.state,
      line.answeredAt === undefined ? `due ${line.dueAt}` : `answered ${line.answeredAt}`,
      line.reachedAt === undefined ? 'not reached' : line.collectedAt === undefined ? 'not fetched' : 'fetched',
      line.escalation === undefined ? '' : `escalated: ${line.escalation.step}`,
      line.out === undefined ? '' : `out: ${line.out}`,
      line.answeredAt !== undefined || line.dpo === undefined ? '' : `data protection officer: ${line.dpo}`,
      line.proofs.map((proof) => PROOFS[proof]).join(', '),
    ]),
  ),
]

interface AttestFlags extends MemberFlags {
  readonly locked: boolean
  readonly purpose: string
  readonly basis: string
}

async function attest(text: string, flags: AttestFlags): Promise<void> {
  const recallId = idOf(text)
  const { member, identity } = await memberOf(flags)
  using attesting = member
  const action = flags.locked ? 'locked' : 'deleted'
  const accepted = await reaching(() =>
    sendAttestation(
      { member: attesting, uri: identity.uri, audience: identity.audience, clock: Date.now },
      recallId,
      action,
      { purpose: flags.purpose, legalBasisId: flags.basis },
    ).catch((error: unknown) => {
      throw error instanceof NotAsked ? new CommandFailed(error.message, EXIT.found) : error
    }),
  )
  print(flags.json, { ...accepted, recallId, action }, () => [`accepted as ${accepted.id}: ${action}`])
}
