/** `policy diff`: what would change for whom between two policy texts, what would disclose more first. */
import type { Command } from 'commander'
import { compare, cellsOf } from '#policies/engine/compare.ts'
import type { Change } from '#policies/engine/compare.ts'
import { randomQuestions } from '#policies/engine/random-questions.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { CommandFailed, EXIT } from './exit-codes.ts'
import { wholeNumber } from './files.ts'
import { print } from './output.ts'
import { policyOf } from './see-as.ts'

interface DiffOptions {
  readonly count: string
  readonly json: boolean
}

export function addPolicyCommand(program: Command): void {
  program
    .command('policy')
    .description('compare policy versions')
    .command('diff')
    .description(
      'cells that differ, and random questions that are answered otherwise; exit 1 where the second discloses more',
    )
    .argument('<before>', 'name of a shipped pack, or a policy file')
    .argument('<after>', 'the same')
    .option('--count <n>', 'how many random questions to ask both', '10000')
    .option('--json', 'print JSON', false)
    .addHelpText('after', '\nExample:\n  passerelle policy diff france-prison-exit ./my-policy.json')
    .action(diff)
}

async function diff(before: string, after: string, options: DiffOptions): Promise<void> {
  const at = Date.now()
  const count = wholeNumber('--count', options.count)
  const sets: readonly [PolicySet, PolicySet] = [(await policyOf(before, at)).set, (await policyOf(after, at)).set]
  const cells = changedCells(...sets)
  const changes = compare(...sets, samplesOf(sets, count, at))
  const more = changes.filter(({ direction }) => direction === 'more')
  print(options.json, { cells, asked: count, more: more.length, changes: changes.slice(0, MOST_SHOWN) }, () => [
    ...cells.map(({ cell, was, is }) => `${cell}: ${was} → ${is}`),
    ...changes.slice(0, MOST_SHOWN).map(lineOf),
    `${cells.length} cells differ; of ${count} random questions ${changes.length} are answered otherwise, ${more.length} with more`,
  ])
  if (more.length > 0) throw new CommandFailed('the second version would disclose more', EXIT.found)
}

const MOST_SHOWN = 50

const lineOf = ({ name, direction, before, after }: Change): string =>
  `${direction}: ${name}: ${before.level} (${before.rules.join(' ') || 'no rule'}) → ${after.level} (${after.rules.join(' ') || 'no rule'})`

interface ChangedCell {
  readonly cell: string
  readonly was: string
  readonly is: string
}

function changedCells(before: PolicySet, after: PolicySet): readonly ChangedCell[] {
  const named = (set: PolicySet): ReadonlyMap<string, string> =>
    new Map(
      cellsOf(set).map(({ section, recipientType, level, isConditional }) => [
        `${recipientType} × ${section}`,
        `${level}${isConditional ? ' on condition' : ''}`,
      ]),
    )
  const [was, is] = [named(before), named(after)]
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((cell) => {
    const change = { cell, was: was.get(cell) ?? 'no cell', is: is.get(cell) ?? 'no cell' }
    return change.was === change.is ? [] : [change]
  })
}

/** Half drawn around the rules of each side, so that what only one of them says is asked about. */
function* samplesOf(
  sets: readonly [PolicySet, PolicySet],
  count: number,
  at: number,
): Generator<Parameters<typeof compare>[2] extends Iterable<infer S> ? S : never> {
  for (const [index, set] of sets.entries())
    for (const { question, item } of randomQuestions(set, { seed: index + 1, count: Math.ceil(count / 2), at }))
      yield { name: nameOf(question.facts['recipient.type'], item.facts['section']), question, item }
}

const nameOf = (recipient: unknown, section: unknown): string =>
  `${typeof recipient === 'string' ? recipient : '?'} × ${typeof section === 'string' ? section : '?'}`
