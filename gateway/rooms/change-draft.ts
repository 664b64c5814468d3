/** What a change makes: its policy set, its text, and the examples that have to pass. */
import type { Example } from '#policies/engine/case-text.ts'
import { runCases } from '#policies/engine/cases.ts'
import type { Outcome } from '#policies/engine/cases.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { parsePolicy, printPolicy } from '#policies/language/text.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { applyEdits } from '#gateway/core/policy-change-edits.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { Tx } from '#gateway/ports/store.ts'
import { refused } from './change-outcome.ts'
import type { ChangeDeps, ChangeOutcome } from './change-outcome.ts'

type Reads = Pick<Tx, 'policies' | 'changes'>

/** A version that ever was in force; undefined where there is none, or what is stored is not what its digest says. */
export async function setOf(read: Pick<Tx, 'policies'>, digest: string): Promise<PolicySet | undefined> {
  const stored = await read.policies.byDigest(digest)
  if (stored === undefined || sha256Hex(stored.text) !== digest) return undefined
  const parsed = parsePolicy(stored.text, 'the store')
  return parsed.ok ? parsed.set : undefined
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

/** Examples of the version that the change changes, those of the change itself over them by name. */
export async function examplesOf(
  deps: Pick<ChangeDeps, 'changing'>,
  read: Reads,
  change: Pick<PolicyChange, 'base' | 'examples'>,
): Promise<readonly Example[]> {
  const byName = new Map<string, Example>()
  for (const examples of await inheritedBy(deps, read, change.base))
    for (const example of examples) byName.set(example.name, example)
  for (const example of change.examples) byName.set(example.name, example)
  return [...byName.values()]
}

/** From those that came with the policy to those that the last change added. */
async function inheritedBy(
  { changing }: Pick<ChangeDeps, 'changing'>,
  read: Reads,
  digest: string,
): Promise<readonly (readonly Example[])[]> {
  const later: (readonly Example[])[] = []
  const met = new Set<string>()
  let at = digest
  while (!met.has(at)) {
    met.add(at)
    const [maker] = await read.changes.ofResult(at)
    if (maker === undefined) break
    later.unshift(maker.examples)
    at = maker.base
  }
  const first = await read.policies.byDigest(at)
  return [first === undefined ? [] : await changing.shipped(first.id), ...later]
}

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
