/** What a draft would have done: begun by an officer, worked off in the background in slices, left and taken up again, also by another gateway. */
import { setImmediate } from 'node:timers/promises'
import { printPolicy } from '#policies/language/text.ts'
import { printInstant } from '#policies/language/instant.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { Effect } from '#gateway/ports/changes.ts'
import { buildPolicy } from './activate-policy.ts'
import { examplesOf, made } from './change-draft.ts'
import type { Made } from './change-draft.ts'
import { refused } from './change-outcome.ts'
import type { ChangeDeps, ChangeOutcome, Officer } from './change-outcome.ts'
import { LEAST_REASON_CHARS } from './change-policy.ts'
import type { Deps } from './deps.ts'
import { replayInvented } from './replay-invented.ts'
import { replayMessage } from './replay-message.ts'
import type { Both, Replayed } from './replay-message.ts'
import { withReplayed } from './replay-sums.ts'

export const REPLAY_DAYS = 90
const DAY_MS = 86_400_000

export type ReplayDeps = ChangeDeps & Pick<Deps, 'registry'>

/** Whether it is of another version, or of another draft, than the change is now. */
export const isStale = ({ base, result }: Effect, change: Pick<PolicyChange, 'base' | 'result'>): boolean =>
  base !== change.base || result !== change.result

interface ToReplay {
  readonly officer: Officer
  readonly scope: Effect['scope']
  /** Why real deliveries are looked at; kept as a digest in the audit. */
  readonly reason?: string
}

export type Begun = { readonly kind: 'begun'; readonly effect: Effect } | Extract<ChangeOutcome, { kind: 'refused' }>

/** Begins it; the work is done by `workOnEffects`. */
export async function beginEffect(
  deps: ReplayDeps,
  id: string,
  { officer, scope, reason = '' }: ToReplay,
): Promise<Begun> {
  const { read } = deps.store
  const change = await read.changes.get(id)
  if (change === undefined) return refused('not-found')
  if (scope === 'real' && reason.trim().length < LEAST_REASON_CHARS) return refused('reason-short')
  const at = deps.clock()
  const effect: Effect = {
    id: deps.newId(),
    changeId: id,
    scope,
    base: change.base,
    result: change.result,
    by: officer.id,
    from: at - REPLAY_DAYS * DAY_MS,
    until: at,
    state: 'running',
    startedAt: at,
    position: 0,
    last: scope === 'real' ? await read.outbox.lastPosition() : 0,
    counts: { replayed: 0, different: 0, more: 0, less: 0 },
    cells: [],
    leftOut: {},
    examples: [],
    errors: [],
  }
  await deps.store.transaction(async (tx) => {
    for (const one of await tx.changes.effects(id)) await tx.changes.forgetEffect(one.id)
    await tx.changes.putEffect(effect)
    await tx.audit.append({
      at: printInstant(at),
      operation: 'consultation',
      actor: officer.id,
      policy: change.result,
      justification: id,
      ...(scope === 'real'
        ? { act: 'deliveries-replayed', digest: sha256Hex(reason.trim()) }
        : { act: 'questions-replayed' }),
    })
  })
  return { kind: 'begun', effect }
}

/** Works on all that are running, one after another, until they are done or it is to stop. Never throws: what cannot be done is said in the effect. */
export async function workOnEffects(deps: ReplayDeps, isStopping: () => boolean = () => false): Promise<void> {
  try {
    for (const effect of await deps.store.read.changes.running()) await workOn(deps, effect, isStopping)
  } catch {
    deps.log.warn('a replay of policy could not go on')
  }
}

async function workOn(deps: ReplayDeps, effect: Effect, isStopping: () => boolean): Promise<void> {
  const both = await bothOf(deps, effect)
  if (both === undefined) return end(deps, { ...effect, state: 'failed' })
  if (effect.scope === 'invented') return end(deps, await replayInvented(both, effect))
  let at = effect
  while (at.state === 'running' && !isStopping()) at = await page(deps, both, at)
}

/** Both versions as the effect was begun with; undefined where the draft has changed since, or does not load. */
async function bothOf(deps: ReplayDeps, effect: Effect): Promise<Both | undefined> {
  const { read } = deps.store
  const change = await read.changes.get(effect.changeId)
  if (change === undefined || isStale(effect, change)) return undefined
  const making: Made = await made(read, change)
  if (making.kind === 'refused') return undefined
  const at = effect.startedAt
  const [before, after] = [
    await buildPolicy(printPolicy(making.base), 'the version in force', at),
    await buildPolicy(printPolicy(making.set), 'the draft', at),
  ]
  if (before.kind === 'faulty' || after.kind === 'faulty') return undefined
  const isInvented = effect.scope === 'invented'
  return {
    before: before.policy,
    after: after.policy,
    examples: await examplesOf(deps, read, change),
    cases: isInvented ? await deps.changing.inventedCases(at) : [],
    at,
  }
}

/** Rows of the outbox between two words of how far it has come. */
const PAGE_ROWS = 500
/** Of what differs, so many messages are named; all are counted. */
export const MOST_NAMED = 2000
const MOST_ERRORS = 50

/** One page, written down with what it found: a kill loses no more than that. */
async function page(deps: ReplayDeps, both: Both, effect: Effect): Promise<Effect> {
  const { read } = deps.store
  const { position, last, from } = effect
  const found = await read.outbox.judged({ after: position, upTo: last, since: from, limit: PAGE_ROWS })
  const replayed: Replayed[] = []
  for (const job of found.jobs) {
    replayed.push(await replayMessage(deps, both, { effect, job }))
    // Deliveries go before.
    await setImmediate()
  }
  const { sums, differences } = withReplayed(effect, replayed)
  const named = differences.filter(({ position: number }) => number <= MOST_NAMED)
  const isDone = found.position >= last
  const next: Effect = {
    ...effect,
    ...sums,
    errors: sums.errors.slice(0, MOST_ERRORS),
    position: found.position,
    ...(isDone ? { state: 'done', endedAt: deps.clock() } : {}),
  }
  return deps.store.transaction(async (tx) => {
    const stored = await tx.changes.effect(effect.id)
    // Another gateway has it in hand, or somebody began it anew.
    if (stored?.position !== position) return { ...next, state: 'failed' as const }
    await tx.changes.addDifferences(named)
    await tx.changes.putEffect(next)
    return next
  })
}

const end = async (deps: ReplayDeps, effect: Effect): Promise<void> =>
  deps.store.transaction((tx) => tx.changes.putEffect({ ...effect, endedAt: deps.clock() }))
