/** Recalls: whom each must reach, by when, what they answered and signed, and how far it escalated. */
import type { Recalls } from '#gateway/ports/recalls.ts'
import type { RecallTarget } from '#gateway/ports/recalls.ts'
import { prepared } from './prepared.ts'
import { batches, withoutNulls } from './row.ts'
import type { RecallTargetRow, Tables } from './schema.ts'

/** The `recalls` part of the store. A target that is expected twice stays as it was; one is overdue after its instant. */
export function recallsIn(tables: Tables): Recalls {
  const targets = () => tables.selectFrom('recall_targets').selectAll()
  const all = prepared<Pick<RecallTargetRow, 'recallId'>, RecallTargetRow>(tables, (blank) =>
    targets().where('recallId', '=', blank('recallId')).orderBy('organisation').orderBy('mandate'),
  )
  const one = prepared<Pick<RecallTargetRow, 'recallId' | 'mandate'>, RecallTargetRow>(tables, (blank) =>
    targets().where('recallId', '=', blank('recallId')).where('mandate', '=', blank('mandate')).orderBy('organisation'),
  )

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
    answer: async ({ recallId, organisation, mandate, action, at, attestation = null }) => {
      const waiting = tables
        .updateTable('recall_targets')
        .set({ state: action, answeredAt: at, attestation })
        .where('recallId', '=', recallId)
        .where('organisation', '=', organisation)
        .where('state', 'in', action === 'deleted' ? [...UNANSWERED, 'locked'] : UNANSWERED)
      const marked = mandate === undefined ? waiting : waiting.where('mandate', '=', mandate)
      return Number((await marked.executeTakeFirst()).numUpdatedRows)
    },
    targets: async (recallId, mandate) =>
      (await (mandate === undefined ? all({ recallId }) : one({ recallId, mandate }))).map(withoutNulls),
    overdue: async (now) => {
      const rows = targets().where('state', 'in', UNANSWERED).where('dueAt', '<', now).orderBy('dueAt')
      return (await rows.execute()).map(withoutNulls)
    },
    escalate: async ({ recallId, organisation, mandate, escalation = null }, step, at) => {
      const target = tables
        .updateTable('recall_targets')
        .set({ escalation: step, escalatedAt: at })
        .where('recallId', '=', recallId)
        .where('organisation', '=', organisation)
        .where('mandate', '=', mandate)
        .where('state', 'in', UNANSWERED)
        .where('escalation', 'is not distinct from', escalation)
      return Number((await target.executeTakeFirst()).numUpdatedRows) === 1
    },
    attest: async ({ messageId, recallId, caseId, organisation, at, digest, signed = '' }) => {
      const row = { messageId, recallId, caseId, organisation, at, digest, signed }
      await tables.insertInto('recall_attestations').values(row).execute()
    },
    attestations: async (recallId) => {
      const rows = tables.selectFrom('recall_attestations').selectAll().where('recallId', '=', recallId)
      return (await rows.orderBy('at').execute()).map(withoutNulls)
    },
  }
}

const UNANSWERED = ['waiting', 'unreachable'] as const

const toRow = (target: RecallTarget): RecallTargetRow => ({
  ...target,
  answeredAt: target.answeredAt ?? null,
  attestation: target.attestation ?? null,
  escalation: target.escalation ?? null,
  escalatedAt: target.escalatedAt ?? null,
})
