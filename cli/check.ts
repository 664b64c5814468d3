/** `check config | start | policy | examples | agreement | audit`: all that can be checked without a running gateway. */
import type { Command } from 'commander'
import { agreement } from '#policies/engine/agreement.ts'
import { parseCases } from '#policies/engine/case-text.ts'
import { runCases } from '#policies/engine/cases.ts'
import { randomQuestions } from '#policies/engine/random-questions.ts'
import { checkSet } from '#policies/engine/statutes.ts'
import { parsePolicy, printPolicy } from '#policies/language/text.ts'
import type { Fault, PolicySet } from '#policies/language/policy.ts'
import { warningsOf } from '#policies/language/warnings.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { buildPolicy } from '#gateway/rooms/activate-policy.ts'
import { chainStanding } from '#gateway/rooms/check-restored.ts'
import { checkStart } from './check-start.ts'
import { configOf, withStartFlags } from './config-flags.ts'
import type { ConfigFlags } from './config-flags.ts'
import { databaseSetting } from './environment.ts'
import { SETTINGS } from './settings.ts'
import { openForReading, printedPlace } from './database.ts'
import { asOneLine, CommandFailed, EXIT } from './exit-codes.ts'
import { packPath, readInput, readPack, readText, wholeNumber } from './files.ts'
import { print, progress, table } from './output.ts'
import { policyOf } from './see-as.ts'

interface Json {
  readonly json: boolean
}

export function addCheckCommand(program: Command): void {
  const check = program.command('check').description('check settings, policies, examples, the audit chain')
  check
    .command('config')
    .description('read every setting and say what is wrong with it')
    .option('--network <folder>', SETTINGS.PASSERELLE_NETWORK.means)
    .option('--kek <file>', SETTINGS.PASSERELLE_KEK.means)
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle check config --network ./my-network --kek ./my-network/broker/kek')
    .action(checkConfig)
  withStartFlags(check.command('start').description('look at everything a start needs, and change nothing'))
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle check start --network ./my-network --kek ./my-network/broker/kek')
    .action(checkBeforeStart)
  check
    .command('policy')
    .description('read a policy text, its statutes and its warnings')
    .argument('<file>', 'policy text, or the name of a shipped pack; - for standard input')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle check policy france-prison-exit')
    .action(checkPolicy)
  check
    .command('examples')
    .description('run the example decisions of a pack')
    .argument('<pack>', 'name of a shipped pack, or a policy file')
    .option('--cases <file>', 'examples; default: those shipped with the pack')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle check examples france-prison-exit')
    .action(checkExamples)
  check
    .command('agreement')
    .description('ask plan and casbin the same random questions')
    .argument('<file>', 'policy text, or the name of a shipped pack; - for standard input')
    .option('--count <n>', 'how many questions', '10000')
    .option('--seed <n>', 'seed of the questions', '1')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle check agreement france-prison-exit --count 1000')
    .action(checkAgreement)
  check
    .command('audit')
    .description('check the audit chain of a database, beside a running gateway or without one')
    .argument(
      '[database]',
      'file of the embedded database, or postgres://…; default: as DATABASE_URL or PASSERELLE_DATABASE say',
    )
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle check audit ./data/passerelle.db')
    .action(checkAudit)
}

function checkConfig(options: Json & { readonly network?: string; readonly kek?: string }): void {
  const config = configOf(options)
  print(options.json, config, () => Object.entries(config).map(([name, value]) => `${name}: ${String(value)}`))
}

async function checkBeforeStart(options: Json & ConfigFlags): Promise<void> {
  const findings = await checkStart(configOf(options))
  print(options.json, findings, () =>
    table(findings.map(({ what, isFault, found }) => [isFault ? 'FAULT' : 'ok', what, found])),
  )
  const faults = findings.filter(({ isFault }) => isFault).length
  if (faults > 0)
    throw new CommandFailed(`${faults} of ${findings.length} would stop a start, or stop it soon`, EXIT.found)
}

async function checkPolicy(file: string, { json }: Json): Promise<void> {
  const text = await readPack(file)
  const parsed = parsePolicy(text, file)
  const faults = parsed.ok ? checkSet(parsed.set, file, { at: Date.now() }) : parsed.faults
  const warnings = parsed.ok && faults.length === 0 ? warningsOf(parsed.set, Date.now()) : []
  const digest = parsed.ok ? sha256Hex(printPolicy(parsed.set)) : undefined
  print(
    json,
    {
      file,
      faults,
      warnings,
      ...(digest === undefined ? {} : { digest, isCanonical: parsed.ok && printPolicy(parsed.set) === text }),
    },
    () => [
      ...faults.map(lineOf),
      ...warnings.map(({ at, code, detail }) => `warning: ${lineOf({ file, at, code, detail })}`),
      ...(parsed.ok && faults.length === 0
        ? [
            `${parsed.set.id} ${parsed.set.version}: ${parsed.set.rules.length} rules, no fault, ${warnings.length} warnings; digest ${digest ?? ''}`,
          ]
        : []),
    ],
  )
  if (faults.length > 0) throw new CommandFailed(`${file}: ${faults.length} faults; nothing was loaded`, EXIT.found)
}

const lineOf = ({
  file,
  at,
  code,
  detail,
}: Pick<Fault, 'file' | 'at' | 'detail'> & { readonly code: string }): string => `${file}#${at} ${code}: ${detail}`

async function checkExamples(pack: string, options: Json & { readonly cases?: string }): Promise<void> {
  const { set } = await policyOf(pack, Date.now())
  const casesPath = options.cases ?? packPath(set.id).replace('/packs/', '/cases/')
  const read = parseCases(await readText(casesPath), casesPath)
  if (!read.ok)
    throw new CommandFailed(
      asOneLine(read.faults.map((fault) => `${fault.file}#${fault.at} ${fault.detail}`)),
      EXIT.found,
    )
  const outcomes = runCases(set, read.examples)
  const wrong = outcomes.filter((outcome) => outcome.wrong.length > 0)
  print(options.json, outcomes, () => [
    ...wrong.map(
      ({ name, wrong: differs, ceiling }) =>
        `wrong: ${name}: ${differs.join(', ')}; got ${ceiling.level} ${ceiling.omission} by ${ceiling.rules.join(' ') || 'no rule'}`,
    ),
    `${outcomes.length - wrong.length} of ${outcomes.length} examples as expected`,
  ])
  if (wrong.length > 0) throw new CommandFailed(`${wrong.length} examples differ`, EXIT.found)
}

async function checkAgreement(
  file: string,
  options: Json & { readonly count: string; readonly seed: string },
): Promise<void> {
  const count = wholeNumber('--count', options.count)
  const seed = wholeNumber('--seed', options.seed)
  const { set, judge } = file === '-' ? await builtFrom(await readInput('-')) : await policyOf(file, Date.now())
  const questions = counted(randomQuestions(set, { seed, count, at: Date.now() }), count)
  const result = agreement(set, judge, questions)
  print(options.json, result, () => [
    `${result.asked} questions, ${result.disagreements.length} disagreements; levels ${JSON.stringify(result.levels)}; ${result.errors} in error on both sides`,
    ...result.disagreements.map((row) => JSON.stringify(row)),
  ])
  if (result.disagreements.length > 0) throw new CommandFailed('plan and casbin disagree', EXIT.disagreement)
}

async function builtFrom(
  text: string,
): Promise<{ readonly set: PolicySet; readonly judge: Awaited<ReturnType<typeof policyOf>>['judge'] }> {
  const built = await buildPolicy(text, '-', Date.now())
  if (built.kind === 'faulty') throw new CommandFailed(asOneLine(built.faults.map(lineOf)), EXIT.found)
  return built.policy
}

const PROGRESS_EVERY = 5000

function* counted<T>(values: Iterable<T>, total: number): Generator<T> {
  let index = 0
  for (const value of values) {
    if (index > 0 && index % PROGRESS_EVERY === 0) progress(`${index} of ${total} questions`)
    index += 1
    yield value
  }
}

async function checkAudit(named: string | undefined, { json }: Json): Promise<void> {
  const database = named ?? databaseSetting()
  await using store = await openForReading(database)
  const { rows, head, broken } = await chainStanding(store.read.audit)
  print(json, { rows, head, ...(broken === undefined ? {} : { broken }) }, () => [
    broken === undefined
      ? `${rows} rows, the chain is whole; head ${head ?? 'none'}`
      : `the chain breaks at row ${broken}`,
  ])
  if (broken !== undefined)
    throw new CommandFailed(`${printedPlace(database)}: the audit chain breaks at row ${broken}`, EXIT.found)
}
