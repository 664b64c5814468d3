/** A draft against the version in force by questions that nobody asked: the invented cases, the examples, and many drawn by chance around the rules that differ. */
import { setImmediate } from 'node:timers/promises'
import { compare } from '#policies/engine/compare.ts'
import type { Change, Sample } from '#policies/engine/compare.ts'
import { randomQuestions } from '#policies/engine/random-questions.ts'
import { addedCells, cellsOfChanges } from '#gateway/core/effect-counts.ts'
import { patchOf } from '#gateway/core/policy-change-edits.ts'
import type { CaseDifference, Effect, InventedDifference } from '#gateway/ports/changes.ts'
import { replayCases } from './replay-cases.ts'
import type { CaseReplayed } from './replay-cases.ts'
import type { Both } from './replay-message.ts'

/** Drawn around the rules of either set that the other has not. */
export const INVENTED_QUESTIONS = 20_000
const SLICE = 500
const MOST_NAMED = 100
const SEED = 20_261_121

/** The effect when all were asked: the invented cases first, then questions. */
export async function replayInvented(both: Both, effect: Effect): Promise<Effect> {
  let at: Effect = { ...effect, cases: [] }
  for (const replayed of replayCases(both, both.cases)) {
    at = withCase(at, replayed)
    await setImmediate()
  }
  for (const slice of slices(both)) {
    at = withSlice(at, compare(both.before.set, both.after.set, slice), slice)
    // Deliveries go before.
    await setImmediate()
  }
  const examples = at.examples.toSorted((a, b) => Number(b.direction === 'more') - Number(a.direction === 'more'))
  return { ...at, state: 'done', examples: examples.slice(0, MOST_NAMED), cases: moreFirst(at.cases ?? []) }
}

/** A case as one recipient is one that was replayed, however many sections of it differ. */
function withCase(effect: Effect, { recipientType, differences }: CaseReplayed): Effect {
  const { counts } = effect
  const isDifferent = differences.length > 0
  const isMore = differences.some(({ direction }) => direction === 'more')
  return {
    ...effect,
    counts: {
      replayed: counts.replayed + 1,
      different: counts.different + Number(isDifferent),
      more: counts.more + Number(isMore),
      less: counts.less + Number(isDifferent && !isMore),
    },
    cells: addedCells(effect.cells, cellsOfChanges(recipientType, differences)),
    cases: [...(effect.cases ?? []), ...differences],
  }
}

const moreFirst = (found: readonly CaseDifference[]): readonly CaseDifference[] =>
  [...found].toSorted((a, b) => Number(b.direction === 'more') - Number(a.direction === 'more'))

function* slices(both: Both): Generator<readonly Sample[]> {
  let slice: Sample[] = []
  for (const sample of samplesOf(both)) {
    slice.push(sample)
    if (slice.length < SLICE) continue
    yield slice
    slice = []
  }
  yield slice
}

function* samplesOf({ before, after, examples, at }: Both): Generator<Sample> {
  for (const { name, question, item } of examples) yield { name, question, item }
  const patch = patchOf(before.set, after.set)
  for (const [set, around] of [
    [before.set, patch.before],
    [after.set, patch.after],
  ] as const) {
    if (around.length === 0) continue
    const drawn = randomQuestions(set, { seed: SEED, count: INVENTED_QUESTIONS / 2, at, around })
    let number = 0
    for (const { question, item } of drawn) {
      number += 1
      yield { name: `${set.version} ${number}`, question, item }
    }
  }
}

function withSlice(effect: Effect, changes: readonly Change[], slice: readonly Sample[]): Effect {
  const byName = new Map(slice.map((sample) => [sample.name, sample]))
  const found = changes.flatMap((change) => differenceOf(change, byName.get(change.name)))
  const { counts } = effect
  const more = found.filter(({ direction }) => direction === 'more').length
  return {
    ...effect,
    counts: {
      replayed: counts.replayed + slice.length,
      different: counts.different + found.length,
      more: counts.more + more,
      less: counts.less + found.length - more,
    },
    cells: addedCells(
      effect.cells,
      found.flatMap((one) => cellsOfChanges(one.recipientType, [one])),
    ),
    examples: enough([...effect.examples, ...found]),
  }
}

/** Those that would disclose more are kept before others. */
const enough = (found: readonly InventedDifference[]): readonly InventedDifference[] =>
  [
    ...found.filter(({ direction }) => direction === 'more'),
    ...found.filter(({ direction }) => direction === 'less'),
  ].slice(0, MOST_NAMED)

function differenceOf(change: Change, sample: Sample | undefined): readonly InventedDifference[] {
  const { direction, before, after } = change
  if (direction === 'same-level' || sample === undefined) return []
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return [
    {
      name: change.name,
      recipientType: text(sample.question.facts['recipient.type']),
      section: text(sample.item.facts['section']),
      before: before.level,
      after: after.level,
      direction,
    },
  ]
}
