/** What a change makes: its policy set, its text, and the examples that have to pass. */
import type { Example } from '#policies/engine/case-text.ts'
import { runCases } from '#policies/engine/cases.ts'
import type { Outcome } from '#policies/engine/cases.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { parsePolicy, printPolicy } from '#policies/language/text.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { keepUpTo } from '#gateway/core/keep-up-to.ts'
import { applyEdits } from '#gateway/core/policy-change-edits.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { refused } from './change-outcome.ts'
import type { ChangeDeps, ChangeOutcome } from './change-outcome.ts'

type Reads = Pick<Tx, 'policies' | 'changes'>

/** Versions read lately, by their digest: one page asks for the same one several times, and each takes milliseconds. */
const readLately = keepUpTo<string, PolicySet>(8)

/** A version that ever was in force; undefined where there is none, or what is stored is not what its digest says. */
export async function setOf(read: Pick<Tx, 'policies'>, digest: string): Promise<PolicySet | undefined> {
  const stored = await read.policies.byDigest(digest)
  if (stored === undefined || sha256Hex(stored.text) !== digest) return undefined
  const known = readLately.get(digest)
  if (known !== undefined) return known
  const parsed = parsePolicy(stored.text, 'the store')
  if (!parsed.ok) return undefined
  readLately.keep(digest, parsed.set, 1)
  return parsed.set
}

export type Made =
  { readonly kind: 'made'; readonly base: PolicySet; readonly set: PolicySet; readonly digest: string } | Refused
type Refused = Extract<ChangeOutcome, { kind: 'refused' }>

/** The set that the change makes, and the one that it changes. */
export async function made(
  read: Pick<Tx, 'policies'>,
  change: Pick<PolicyChange, 'base' | 'edits' | 'version' | 'returnsTo'>,
): Promise<Made> {
  const base = await setOf(read, change.base)
  const from = change.returnsTo === undefined ? base : await setOf(read, change.returnsTo)
  if (base === undefined || from === undefined) return refused('version-unknown')
  const applied = applyEdits(from, change.edits, change.version)
  if (!applied.ok) return refused('edit-conflicts', { edit: applied.edit })
  return { kind: 'made', base, set: applied.set, digest: digestOfSet(applied.set) }
}

export const digestOfSet = (set: PolicySet): string => sha256Hex(printPolicy(set))

/** Examples that came with the policy, those that officers kept since, and those of the change itself; by name the last one counts. */
export async function examplesOf(
  { changing }: Pick<ChangeDeps, 'changing'>,
  read: Reads,
  change: Pick<PolicyChange, 'base' | 'examples' | 'startedAt'>,
): Promise<readonly Example[]> {
  return byName([...(await examplesBefore({ changing }, read, change)), ...change.examples])
}

/** Without those of the change itself; of one that was started, what held until then. */
export async function examplesBefore(
  { changing }: Pick<ChangeDeps, 'changing'>,
  read: Reads,
  { base, startedAt }: Pick<PolicyChange, 'base' | 'startedAt'>,
): Promise<readonly Example[]> {
  const policy = (await read.policies.versions()).find(({ digest }) => digest === base)
  if (policy === undefined) return []
  return byName([...(await changing.shipped(policy.id)), ...(await keptExamples(read, policy.id, startedAt))])
}

/** What officers kept with the changes of that policy that came into force and were not undone: they hold for every version since, however it came. */
export async function keptExamples(
  read: Reads,
  policyId: string,
  until = Number.POSITIVE_INFINITY,
): Promise<readonly Example[]> {
  const idOf = new Map((await read.policies.versions()).map(({ digest, id }) => [digest, id]))
  // What came into force last comes first, and is to count last. Emergencies, which are written to after their start, bring none.
  const started = (await read.changes.list(['in-force'])).filter(
    ({ base, startedAt = 0 }) => idOf.get(base) === policyId && startedAt < until,
  )
  return byName(started.toReversed().flatMap(({ examples }) => examples))
}

const byName = (examples: readonly Example[]): readonly Example[] => [
  ...new Map(examples.map((example) => [example.name, example])).values(),
]

/** All examples of the change asked of the set that it makes. */
export async function runExamples(
  deps: Pick<ChangeDeps, 'changing'>,
  read: Reads,
  change: PolicyChange,
  set: PolicySet,
): Promise<readonly Outcome[]> {
  return runCases(set, await examplesOf(deps, read, change))
}

export const isFailing = ({ wrong }: Outcome): boolean => wrong.length > 0

/** Refused by name where an example does not come out as expected: asked before it is submitted, approved and started. */
export async function failingIn(
  deps: Pick<ChangeDeps, 'changing'>,
  read: Reads,
  change: PolicyChange,
  set: PolicySet,
): Promise<Refused | undefined> {
  const failing = (await runExamples(deps, read, change, set)).filter(isFailing)
  return failing.length === 0 ? undefined : refused('examples-failing', { failing })
}
