/** Errands that operators handed to the officers. */
import type { HandedErrand } from '#gateway/core/handed-errand.ts'
import type { HandedErrands } from '#gateway/ports/handed-errands.ts'
import { withoutNulls } from './row.ts'
import type { HandedErrandRow, Tables } from './schema.ts'

/** The `handedErrands` part of the store. */
export function handedErrandsIn(tables: Tables): HandedErrands {
  const inOrder = () => tables.selectFrom('handed_errands').selectAll().orderBy('handedAt').orderBy('id')
  return {
    add: async ({ organisation = null, ...columns }) => {
      await tables
        .insertInto('handed_errands')
        .values({ ...columns, organisation, state: 'open', dealtBy: null, dealtAt: null })
        .execute()
    },
    get: async (id) => (await inOrder().where('id', '=', id).execute()).map(toHanded)[0],
    open: async () => (await inOrder().where('state', '=', 'open').execute()).map(toHanded),
    ofErrands: async (errands) =>
      errands.length === 0 ? [] : (await inOrder().where('errand', 'in', errands).execute()).map(toHanded),
    dealWith: async (id, { outcome, by, at }) => {
      const { numUpdatedRows } = await tables
        .updateTable('handed_errands')
        .set({ state: outcome, dealtBy: by, dealtAt: at })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .executeTakeFirst()
      return Number(numUpdatedRows) === 1
    },
  }
}

const toHanded = (row: HandedErrandRow): HandedErrand => withoutNulls(row)
