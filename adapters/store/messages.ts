/** Messages and acceptances: rows to values and back. */
import { sql } from 'kysely'
import type { Messages } from '#gateway/ports/store.ts'
import type { Acceptance, StoredMessage } from '#gateway/ports/stored.ts'
import { fromJson, withoutNulls } from './row.ts'
import type { AcceptanceRow, MessageRow, Tables } from './schema.ts'

/** The `messages` part of the store. A forgotten idempotency key reads as empty text. */
export function messagesIn(tables: Tables): Messages {
  const acceptances = () => tables.selectFrom('acceptances').selectAll()

  return {
    acceptanceByJti: async (issuer, jti) =>
      toAcceptance(await acceptances().where('issuer', '=', issuer).where('jti', '=', jti).executeTakeFirst()),
    acceptanceByKey: async (issuer, key) =>
      toAcceptance(
        await acceptances().where('issuer', '=', issuer).where('idempotencyKey', '=', key).executeTakeFirst(),
      ),
    acceptance: async (id) => toAcceptance(await acceptances().where('messageId', '=', id).executeTakeFirst()),
    accept: async (acceptance, stored) => {
      const { message, ...columns } = stored
      await tables.insertInto('acceptances').values(acceptance).execute()
      await tables
        .insertInto('messages')
        .values((eb) => ({
          ...columns,
          position: eb
            .selectFrom('messages as earlier')
            .select((row) => sql<number>`coalesce(max(${row.ref('earlier.position')}), 0) + 1`.as('position'))
            .where('earlier.caseId', '=', stored.caseId),
          message: JSON.stringify(message),
        }))
        .execute()
    },
    get: async (id) => {
      const row = await tables.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : toStoredMessage(row)
    },
    ofCase: async (caseId) => {
      const rows = tables.selectFrom('messages').selectAll().where('caseId', '=', caseId).orderBy('position')
      return (await rows.execute()).map(toStoredMessage)
    },
    forgetKeys: async (before) => {
      const result = await tables
        .updateTable('acceptances')
        .set({ idempotencyKey: null })
        .where('acceptedAt', '<', before)
        .where('idempotencyKey', 'is not', null)
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },
    quarantine: async (entry) => {
      await tables.insertInto('quarantine').values(entry).execute()
    },
  }
}

const toAcceptance = (row: AcceptanceRow | undefined): Acceptance | undefined =>
  row === undefined ? undefined : { ...row, idempotencyKey: row.idempotencyKey ?? '' }

function toStoredMessage(row: MessageRow): StoredMessage {
  const { position: _, message, ...columns } = withoutNulls(row)
  return { ...columns, message: fromJson(message) }
}
