/** `send`: a case summary or any other message, signed by this member, sealed to the gateway, and its receipt. */
import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { repeatedValues } from '#gateway/core/repeated-values.ts'
import { KNOWN_DIALECTS, readSummary } from './case-file.ts'
import type { CaseFile } from './case-file.ts'
import { shapeFaultsOf } from './case-shapes.ts'
import { clientSettings } from './environment.ts'
import { asOneLine, CommandFailed, EXIT } from './exit-codes.ts'
import { addMemberOptions, memberOf, reaching } from './member-options.ts'
import type { Identity, MemberFlags } from './member-options.ts'
import { KNOWN_MAPPINGS } from './mapped-file.ts'
import { print, progress } from './output.ts'
import { noteSent, recognise, repeatedLine } from './sent-documents.ts'
import { readHandling } from './release.ts'

/** What a message says where its file says nothing. */
export interface PayloadFlags {
  readonly kind?: string
  readonly case?: string
  readonly purpose?: string
  readonly basis?: string
  readonly to?: readonly string[]
}

interface SendFlags extends MemberFlags, PayloadFlags {
  readonly dialect?: string
  readonly mapping?: string
  readonly record?: string
  readonly again: boolean
  readonly hold?: string
}

/** `called`: how it is called from the root, for its example. */
export function addSendCommand(program: Command, called = 'send'): void {
  addMemberOptions(program.command('send'))
    .description('sign a message as this member and hand it to the gateway')
    .argument('<file>', 'message or case summary as JSON, or a native record with --dialect; - for standard input')
    .option('--as <organisation>', 'the sending organisation (or PASSERELLE_AS)')
    .option('--kind <kind>', 'kind of message, where the file says none')
    .option('--case <id>', 'case reference, where the file says none')
    .option('--purpose <purpose>', 'purpose, where the file says none')
    .option('--basis <id>', 'legal basis, where the file says none')
    .option('--to <organisation...>', 'only to these organisations')
    .option('--dialect <dialect>', `map the file from this dialect before signing: ${KNOWN_DIALECTS}`)
    .option('--mapping <mapping>', `put the file through a mapping file before signing: ${KNOWN_MAPPINGS}`)
    .option('--record <record>', 'which native record it is; with --mapping, its number in the file')
    .option('--again', 'send a record that was sent before once more', false)
    .option('--hold <file>', 'JSON that says what of it stays here for now: {"items": {"<id>": "item"}}; see release')
    .addHelpText(
      'after',
      `\nExample:\n  passerelle ${called} --home ./demo/network --as probation-paris docs/examples/my-case.json`,
    )
    .action(send)
}

async function send(file: string, flags: SendFlags): Promise<void> {
  const summary = await readSummary(file, { ...flags, at: Date.now() })
  for (const { of, within } of repeatedValues(summary.items))
    progress(
      `warning: items/${within.index} (${within.section}) repeats a value of items/${of.index} (${of.section}), which redaction would not see`,
    )
  const faults = shapeFaultsOf(summary.items)
  if (faults.length > 0) throw new CommandFailed(`${file}: ${asOneLine(faults)}`, EXIT.found)
  if (flags.case === undefined && typeof summary.rest['caseId'] !== 'string')
    throw new CommandFailed(`${file}: names no caseId; say it there or with --case`, EXIT.usage)
  const { member, identity } = await memberOf(flags)
  using sender = member
  await warnOfRepeat(file, summary, { flags, identity })
  const payload = payloadOf(summary, flags, identity)
  const handling = flags.hold === undefined ? undefined : await readHandling(flags.hold, summary.items)
  const accepted = await reaching(() => sender.send(payload, handling?.holdOf))
  if (handling !== undefined)
    progress(`held back: ${handling.held.length} items; release them with passerelle release ${accepted.id}`)
  if (summary.origin !== undefined)
    await noteSent(homeOf(flags), identity.organisation, { origin: summary.origin, id: accepted.id })
  print(flags.json, { id: accepted.id, jti: payload['jti'], receipt: accepted.receipt }, () => [
    `accepted as ${accepted.id}`,
    `receipt ${accepted.receipt.slice(0, 40)}… (--json prints it whole)`,
  ])
}

/** memberOf has refused where neither says a home. */
const homeOf = (flags: SendFlags): string => flags.home ?? clientSettings().home ?? ''

/** A record of another system that was sent before is refused, or with `--again` told and sent. */
async function warnOfRepeat(
  file: string,
  { origin }: CaseFile,
  { flags, identity }: { readonly flags: SendFlags; readonly identity: Identity },
): Promise<void> {
  if (origin === undefined) return
  const recognised = await recognise(homeOf(flags), identity.organisation, origin)
  const warning = repeatedLine(file, recognised, flags.again)
  if (warning !== undefined) progress(warning)
}

/** What the file says, completed by the flags; who sends, to whom, when and under which id are filled in here. */
export function payloadOf(
  { items, facts, rest }: CaseFile,
  flags: PayloadFlags,
  identity: Identity,
): Record<string, unknown> {
  const kind = flags.kind ?? rest['kind'] ?? 'CaseHandover'
  const hasItems = items.length > 0 || kind === 'CaseHandover' || kind === 'Referral'
  return {
    sch: 'passerelle/1',
    ...rest,
    kind,
    caseId: flags.case ?? rest['caseId'],
    purpose: flags.purpose ?? rest['purpose'] ?? 'release-preparation',
    legalBasisId: flags.basis ?? rest['legalBasisId'] ?? 'eu.led.8',
    ...(flags.to === undefined ? {} : { to: flags.to }),
    ...(hasItems ? { items } : {}),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
    iss: identity.uri,
    aud: identity.audience,
    iat: Math.floor(Date.now() / 1000),
    jti: typeof rest['jti'] === 'string' ? rest['jti'] : randomUUID(),
  }
}
