/** What people of a hosted inbox ask for, answer, and deepen for one visit. */
import type { Ask, AskAnswer } from '#gateway/core/ask.ts'
import type { Asks, InboxAnswer, InboxWords, VisitChoice } from '#gateway/ports/asks.ts'
import { fromJson, withoutNulls } from './row.ts'
import type { AskRow, InboxAnswerRow, Tables, VisitChoiceRow } from './schema.ts'

type Said = Pick<Ask, 'caseName' | 'sections' | 'purpose' | 'urgency' | 'text'>

/** The `asks` part of the store. */
export function asksIn(tables: Tables): Asks {
  const asks = () => tables.selectFrom('asks').selectAll()
  return {
    add: async ({ caseName, sections, purpose, urgency, text, ...columns }) => {
      const said = JSON.stringify({ caseName, sections, purpose, urgency, text } satisfies Said)
      await tables
        .insertInto('asks')
        .values({ ...columns, said, state: 'open', answer: null, answeredAt: null, escalatedAt: null })
        .execute()
    },
    get: async (id) => (await asks().where('id', '=', id).execute()).map(toAsk)[0],
    ofCase: async (caseId, mandate) => {
      const rows = asks().where('caseId', '=', caseId).where('mandate', '=', mandate)
      return (await rows.orderBy('askedAt', 'desc').orderBy('id').execute()).map(toAsk)
    },
    ofMandate: async ({ organisation, mandate, before = Number.MAX_SAFE_INTEGER, limit }) => {
      const rows = asks().where('organisation', '=', organisation).where('mandate', '=', mandate)
      const earlier = rows.where('askedAt', '<', before).orderBy('askedAt', 'desc').limit(limit)
      return (await earlier.execute()).map(toAsk)
    },
    open: async (limit) => {
      const rows = asks().where('state', '=', 'open').orderBy('dueAt').orderBy('id').limit(limit)
      return (await rows.execute()).map(toAsk)
    },
    overdue: async (now, limit) => {
      const rows = asks().where('state', '=', 'open').where('escalatedAt', 'is', null).where('dueAt', '<', now)
      return (await rows.orderBy('dueAt').orderBy('id').limit(limit).execute()).map(toAsk)
    },
    escalate: async ({ id }, at) => {
      const { numUpdatedRows } = await tables
        .updateTable('asks')
        .set({ escalatedAt: at })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .where('escalatedAt', 'is', null)
        .executeTakeFirst()
      return Number(numUpdatedRows) === 1
    },
    answer: async ({ id }, { state, answer, at }) => {
      const { numUpdatedRows } = await tables
        .updateTable('asks')
        .set({ state, answer: JSON.stringify(answer), answeredAt: at })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .executeTakeFirst()
      return Number(numUpdatedRows) === 1
    },
  }
}

function toAsk(row: AskRow): Ask {
  const { said, answer, ...columns } = withoutNulls(row)
  return {
    ...columns,
    ...fromJson<Said>(said),
    ...(answer === undefined ? {} : { answer: fromJson<AskAnswer>(answer) }),
  }
}

type AnswerSaid = Pick<InboxAnswer, 'reason' | 'referents' | 'firstAppointment'>

/** The `inbox` part of the store. */
export function inboxIn(tables: Tables): InboxWords {
  const ofVisit = (caseId: VisitChoice['caseId'], mandate: VisitChoice['mandate']) =>
    tables.selectFrom('visit_choices').selectAll().where('caseId', '=', caseId).where('mandate', '=', mandate)
  return {
    answer: async ({ reason, referents, firstAppointment, ...columns }) => {
      const said = JSON.stringify({ reason, referents, firstAppointment })
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('inbox_answers')
        .values({ ...columns, said })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return Number(numInsertedOrUpdatedRows ?? 0) === 1
    },
    answersTo: async (messageId) => {
      const rows = tables.selectFrom('inbox_answers').selectAll().where('messageId', '=', messageId)
      return (await rows.orderBy('at').orderBy('mandate').execute()).map(toAnswer)
    },
    deepen: async (visit) => {
      await tables
        .insertInto('visit_choices')
        .values({ ...visit, before: JSON.stringify(visit.before) })
        .onConflict((conflict) => conflict.columns(['caseId', 'mandate']).doUpdateSet({ session: visit.session }))
        .execute()
    },
    deepened: async (caseId, mandate) => (await ofVisit(caseId, mandate).execute()).map(toVisit)[0],
    endDeepening: async (caseId, mandate) => {
      await tables.deleteFrom('visit_choices').where('caseId', '=', caseId).where('mandate', '=', mandate).execute()
    },
  }
}

const toAnswer = ({ said, ...columns }: InboxAnswerRow): InboxAnswer => ({ ...columns, ...fromJson<AnswerSaid>(said) })
const toVisit = (row: VisitChoiceRow): VisitChoice => ({ ...row, before: fromJson(row.before) })
