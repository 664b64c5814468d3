/** Side room: that an officer looked at what a draft would do, as it stands. What may disclose more is not submitted before an author has. */
import { proveNotWider } from '#policies/engine/wider.ts'
import { printInstant } from '#policies/language/instant.ts'
import type { PolicySet } from '#policies/language/policy.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { EffectSeen, PolicyChange } from '#gateway/core/policy-change.ts'
import type { Effect, EffectLook } from '#gateway/ports/changes.ts'
import type { ChangeDeps, Officer } from './change-outcome.ts'
import { isStale } from './replay-policy.ts'

/** Written once for each officer, and in the audit, where the effect is done and of the very versions that the change is between now. */
export async function lookAtEffect(
  { store, clock }: Pick<ChangeDeps, 'store' | 'clock'>,
  { effect, change, officer }: { readonly effect: Effect; readonly change: PolicyChange; readonly officer: Officer },
): Promise<void> {
  if (effect.state !== 'done' || isStale(effect, change) || hasLooked(effect, officer.id)) return
  const at = clock()
  await store.transaction(async (tx) => {
    const stored = await tx.changes.effect(effect.id)
    if (stored === undefined || hasLooked(stored, officer.id)) return
    const look: EffectLook = { account: officer.id, name: officer.name, at }
    await tx.changes.putEffect({ ...stored, looks: [...(stored.looks ?? []), look] })
    await tx.audit.append({
      at: printInstant(at),
      operation: 'consultation',
      act: 'effect-read',
      actor: officer.id,
      role: 'officer',
      policy: change.result,
      justification: change.id,
    })
  })
}

const hasLooked = ({ looks = [] }: Effect, account: string): boolean => looks.some((look) => look.account === account)

/** Looks at an effect of exactly these two versions, oldest first. */
export const looksOf = (effect: Effect | undefined, change: PolicyChange): readonly EffectLook[] =>
  effect === undefined || isStale(effect, change) ? [] : (effect.looks ?? [])

/**
 * The effect as its authors saw it when they submit: part of what both officers sign. Undefined where none is done of exactly these two
 * versions, or no author looked: what comes to be done in the background while somebody signs changes nothing under their hand.
 */
export function effectSeen(effect: Effect | undefined, change: PolicyChange): EffectSeen | undefined {
  if (effect?.state !== 'done') return undefined
  const { scope, from, until, counts } = effect
  const looks = looksOf(effect, change).filter(({ account }) => change.authors.includes(account))
  return looks.length === 0 ? undefined : { scope, from, until, counts, digest: digestOfEffect(effect), looks }
}

/** Of what was found, whoever ran it and whoever looked. */
export const digestOfEffect = ({ scope, base, result, from, until, counts, ...found }: Effect): string =>
  digestOf({
    scope,
    base,
    result,
    from,
    until,
    counts,
    cells: found.cells,
    leftOut: found.leftOut,
    errors: found.errors,
    examples: found.examples,
    cases: found.cases,
  })

/** Whether an author has still to look: not where it is proved that nobody would be shown more. */
export const isUnread = (
  change: PolicyChange,
  effect: Effect | undefined,
  { base, set }: { readonly base: PolicySet; readonly set: PolicySet },
): boolean =>
  !looksOf(effect, change).some(({ account }) => change.authors.includes(account)) &&
  proveNotWider(base, set).kind !== 'proved'
