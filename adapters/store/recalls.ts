/** Recalls: whom each must reach, by when, and what they answered. */
import type { Recalls } from '#gateway/ports/store.ts'
import type { RecallTarget } from '#gateway/ports/stored.ts'
import { batches, withoutNulls } from './row.ts'
import type { RecallTargetRow, Tables } from './schema.ts'

/** The `recalls` part of the store. A target that is expected twice stays as it was; one is overdue after its instant. */
export function recallsIn(tables: Tables): Recalls {
  const targets = () => tables.selectFrom('recall_targets').selectAll()

  return {
    expect: async (expected) => {
      for (const batch of batches(expected.map(toRow))) {
        await tables
          .insertInto('recall_targets')
          .values(batch)
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      }
    },
    answer: async ({ recallId, organisation, mandate, action, at }) => {
      const waiting = tables
        .updateTable('recall_targets')
        .set({ state: action, answeredAt: at })
        .where('recallId', '=', recallId)
        .where('organisation', '=', organisation)
        .where('state', '=', 'waiting')
      const marked = mandate === undefined ? waiting : waiting.where('mandate', '=', mandate)
      return Number((await marked.executeTakeFirst()).numUpdatedRows)
    },
    targets: async (recallId) => {
      const rows = targets().where('recallId', '=', recallId).orderBy('organisation').orderBy('mandate')
      return (await rows.execute()).map(withoutNulls)
    },
    overdue: async (now) => {
      const rows = targets().where('state', '=', 'waiting').where('dueAt', '<', now).orderBy('dueAt')
      return (await rows.execute()).map(withoutNulls)
    },
  }
}

const toRow = (target: RecallTarget): RecallTargetRow => ({ ...target, answeredAt: target.answeredAt ?? null })
