/** `see-as`: what one recipient would get of a case summary, offline: no gateway, no database, the same rooms. */
import type { Command } from 'commander'
import { explain } from '#policies/engine/explain.ts'
import { parseInstant, printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { DIALECTS } from '#adapters/dialects/registered.ts'
import { uuidFrom } from '#gateway/core/canonical-json.ts'
import { UNNARROWED } from '#gateway/core/choice.ts'
import type { ItemOutcome, ProjectedItem, Projection } from '#gateway/core/projection.ts'
import type { Shaped } from '#gateway/core/stages.ts'
import { buildPolicy } from '#gateway/rooms/activate-policy.ts'
import type { PolicyInForce } from '#gateway/rooms/deps.ts'
import { imaginedWorld } from '#gateway/rooms/imagined-world.ts'
import { judge } from '#gateway/rooms/judge.ts'
import type { Disagreement } from '#gateway/rooms/judge.ts'
import { shape } from '#gateway/rooms/shape.ts'
import { KNOWN_DIALECTS, readSummary } from './case-file.ts'
import type { CaseFile } from './case-file.ts'
import { choiceOf, oneOf, worldOf } from './choice-flags.ts'
import type { ChoiceFlags, WorldFlags } from './choice-flags.ts'
import { asOneLine, CommandFailed, EXIT } from './exit-codes.ts'
import { packPath, readPack } from './files.ts'
import { KNOWN_MAPPINGS } from './mapped-file.ts'
import { print, progress, table, withheldLines } from './output.ts'

interface SeeAsOptions extends ChoiceFlags, WorldFlags {
  readonly pack: string
  readonly at?: string
  readonly dialect?: string
  readonly mapping?: string
  readonly record?: string
  readonly native: boolean
  readonly explain: boolean
  readonly json: boolean
}

const many = (value: string, before: readonly string[]): readonly string[] => [...before, value]

export function addSeeAsCommand(program: Command): void {
  program
    .command('see-as')
    .description('print what a recipient would get of a case summary, offline')
    .argument(
      '<file>',
      'case summary (a message, or {items, facts}), or a native record with --dialect; - for standard input',
    )
    .requiredOption('--pack <pack>', 'policy pack: a shipped name or a file')
    .requiredOption('--recipient <type>', 'recipient type, as in the pack')
    .option('--practitioner <role>', 'role of the mandate; psychologist: a clinician of the care team')
    .option('--depth <depth>', 'D0 to D4', 'D4')
    .option('--section-depth <section=Dn>', 'depth of one section (name or number); may be repeated', many, [])
    .option('--reach <reach>', 'months:N, since:MILESTONE or since:DATE')
    .option('--versions <versions>', 'standing or all')
    .option('--facts-only', 'no assessments', false)
    .option('--opt-out <section>', 'hide a section; may be repeated', many, [])
    .option('--at <instant>', 'as of this instant (ISO 8601, UTC)')
    .option('--purpose <purpose>', 'purpose of the flow')
    .option('--requested <section>', 'a section that a granted request names; may be repeated', many, [])
    .option('--dialect <dialect>', `read the file as a native record of this dialect: ${KNOWN_DIALECTS}`)
    .option('--mapping <mapping>', `put the file through a mapping file: ${KNOWN_MAPPINGS}`)
    .option('--record <record>', 'which native record it is; with --mapping, its number in the file')
    .option('--native', 'print the document again in its dialect, as the recipient would get it', false)
    .option('--explain', 'every item with outcome, level and rule', false)
    .option('--json', 'print JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(seeAs)
}

const EXAMPLES = `
Examples:
  passerelle see-as --pack france-prison-exit --recipient PS --depth D2 docs/examples/my-case.json
  passerelle see-as --pack france-prison-exit --recipient PP --practitioner psychologist --explain docs/examples/my-case.json
  passerelle see-as --pack uk-hmpps --recipient ext-prisons-education --dialect hmpps-record --record '/v1/persons/{hmppsId}' FILE`

async function seeAs(file: string, options: SeeAsOptions): Promise<void> {
  const at = instantOf(options.at)
  const policy = await policyOf(options.pack, at)
  const summary = await readSummary(file, { ...options, at })
  if (summary.items.length === 0) progress(`${file}: holds no items`)
  const seen = project(policy, summary, options, at)
  if (options.native) console.log(JSON.stringify(nativeOf(seen.projection, options), null, 2))
  else print(options.json, options.explain ? seen : seen.projection, () => toLines(seen, options.explain))
  if (seen.disagreements.length > 0)
    throw new CommandFailed(
      `plan and casbin disagree on ${seen.disagreements.length} items, which were withheld`,
      EXIT.disagreement,
    )
}

/** The same dialect prints what it read: withheld members absent, those that only exist masked. */
function nativeOf({ items }: Projection, { dialect: id, record }: SeeAsOptions): unknown {
  const dialect = DIALECTS.find((known) => known.id === id)
  if (dialect?.print === undefined || record === undefined)
    throw new CommandFailed('--native needs --record and a --dialect that prints', EXIT.usage)
  return dialect.print(items, record)
}

const instantOf = (text: string | undefined): Instant => {
  const at = text === undefined ? Date.now() : parseInstant(text)
  if (at === undefined) throw new CommandFailed(`--at ${text}: not an ISO 8601 instant`, EXIT.usage)
  return at
}

/** A shipped pack or a file, with all its faults told before anything is projected. */
export async function policyOf(nameOrPath: string, at: Instant): Promise<PolicyInForce> {
  const path = packPath(nameOrPath)
  const built = await buildPolicy(await readPack(nameOrPath), path, at)
  if (built.kind === 'built') return built.policy
  const lines = built.faults.map((fault) => `${fault.file}#${fault.at}: ${fault.code}: ${fault.detail}`)
  throw new CommandFailed(asOneLine(lines), EXIT.found)
}

interface Explained extends ItemOutcome {
  readonly sentence: { readonly en: string; readonly fr: string }
}

interface Seen {
  readonly projection: Projection
  readonly explained: readonly Explained[]
  readonly disagreements: readonly Disagreement[]
}

function project(policy: PolicyInForce, summary: CaseFile, options: SeeAsOptions, at: Instant): Seen {
  const { vocabulary } = policy.set
  const world = imaginedWorld({ ...worldOf(options, vocabulary), policy, summary, at })
  oneOf('the purpose', world.message.purpose, vocabulary.purposes)
  const { judged, disagreements } = judge(policy, world, options.explain ? 1 : SAMPLE_ONE_IN)
  const shaped: Shaped = shape({
    judged,
    choices: {
      organisation: UNNARROWED,
      practitioner: choiceOf(options, vocabulary),
      meetings: 0,
      lastReadAt: undefined,
    },
    policy: { id: policy.set.id, version: policy.set.version, digest: policy.digest },
    messageId: uuidFrom('see-as message'),
    deliveryId: uuidFrom('see-as delivery'),
    broker: 'see-as',
    receivedAt: at,
    shownBefore: new Set(),
  })
  const ceilings = new Map(judged.items.map(({ item, ceiling }) => [item.itemId, ceiling]))
  const explained = shaped.record.items.flatMap((outcome) => {
    const ceiling = ceilings.get(outcome.itemId)
    return ceiling === undefined ? [] : [{ ...outcome, sentence: explain(policy.set, ceiling) }]
  })
  return { projection: shaped.projection, explained, disagreements }
}

const SAMPLE_ONE_IN = 64

function toLines({ projection, explained }: Seen, isExplained: boolean): readonly string[] {
  const head = [
    `${projection.kind} · ${projection.aud} · ${projection.depth} · ${printInstant(projection.iat * 1000)}`,
    '',
  ]
  const items = projection.items.map((item) => [
    item.section,
    item.term ?? '',
    item.level,
    item.rung ?? '',
    valueLine(item),
  ])
  const why = explained.map(
    (entry) =>
      `  ${entry.section}/${entry.term}: ${entry.outcome} at ${entry.level} by ${entry.rules.join(' ') || 'no rule'} ${entry.because.join(' ')}\n    ${entry.sentence.en}`,
  )
  return [
    ...head,
    ...table([['SECTION', 'TERM', 'LEVEL', 'RUNG', 'VALUE'], ...items]),
    ...withheldLines(projection.withheld),
    '',
    ...(isExplained ? ['Every item:', ...why, ''] : []),
    projection.notice.en,
  ]
}

const MAX_VALUE_CHARS = 80
const valueLine = ({ value }: ProjectedItem): string => {
  const text = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > MAX_VALUE_CHARS ? `${text.slice(0, MAX_VALUE_CHARS)}…` : text
}
