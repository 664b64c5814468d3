/** A draft that is observed: asked beside the version in force on each delivery, counted by recipient and section, and never obeyed. */
import { printPolicy } from '#policies/language/text.ts'
import { addedCells, cellsOfChanges } from '#gateway/core/effect-counts.ts'
import type { EffectCell } from '#gateway/core/effect-counts.ts'
import type { JudgedMessage } from '#gateway/core/stages.ts'
import { buildPolicy } from './activate-policy.ts'
import { made } from './change-draft.ts'
import type { Deps, PolicyInForce } from './deps.ts'
import { judge } from './judge.ts'
import { changesOf } from './replay-message.ts'

/** What deliveries are held against. */
export interface Observing {
  /** Of a delivery that was judged. Never throws; nothing waits for it but the next count. */
  readonly observe: (judged: JudgedMessage, marks: ItemMarks) => void
  /** Finds which drafts are observed now, and writes down what was counted. Never throws. */
  readonly turn: () => Promise<void>
}

export interface ItemMarks {
  readonly superseded: ReadonlySet<string>
  readonly recalled: ReadonlySet<string>
  readonly uncarried: ReadonlySet<string>
}

interface Observed {
  readonly changeId: string
  readonly base: string
  readonly policy: PolicyInForce
  cells: readonly EffectCell[]
}

type ObserveDeps = Pick<Deps, 'store' | 'clock' | 'log'>

export function openObserving(deps: ObserveDeps): Observing {
  let observed: readonly Observed[] = []
  return {
    observe: (judged, marks) => {
      for (const one of observed) {
        try {
          one.cells = addedCells(one.cells, countsOf(one.policy, judged, marks))
        } catch {
          deps.log.warn('an observed change could not be asked', { change: one.changeId })
        }
      }
    },
    turn: async () => {
      try {
        const before = observed
        observed = await observedNow(deps, before)
        await keep(deps, before)
      } catch {
        deps.log.warn('what was observed of a change could not be written down')
      }
    },
  }
}

/** Groups of the draft are those of the version in force: both ask the same question. */
function countsOf(policy: PolicyInForce, judged: JudgedMessage, marks: ItemMarks): readonly EffectCell[] {
  const { message, sender, route, question, attested } = judged
  const again = judge(policy, { message, sender, route, question, attested, ...marks }, 0).judged
  return cellsOfChanges(route.mandate.type, changesOf(judged.items, again.items))
}

async function keep({ store }: ObserveDeps, observed: readonly Observed[]): Promise<void> {
  const counted = observed.filter(({ cells }) => cells.length > 0)
  if (counted.length === 0) return
  const taken = counted.map((one) => {
    const { cells } = one
    one.cells = []
    return { ...one, cells }
  })
  await store.transaction(async (tx) => {
    for (const { changeId, cells } of taken) await tx.changes.observe(changeId, cells)
  })
}

async function observedNow(deps: ObserveDeps, before: readonly Observed[]): Promise<readonly Observed[]> {
  const { read } = deps.store
  const observing = await read.changes.list(['observing'])
  const found = await Promise.all(
    observing.map(async (change): Promise<readonly Observed[]> => {
      const known = before.find(({ changeId }) => changeId === change.id)
      if (known !== undefined) return [known]
      const making = await made(read, change)
      if (making.kind === 'refused') return []
      const built = await buildPolicy(printPolicy(making.set), 'an observed change', deps.clock())
      return built.kind === 'built' ? [{ changeId: change.id, base: change.base, policy: built.policy, cells: [] }] : []
    }),
  )
  return found.flat()
}
