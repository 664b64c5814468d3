/** Choices of recipients: each with a revision, so that of two changes made at once the second is refused. */
import type { ChoiceStore } from '#gateway/ports/store.ts'
import type { ChoiceKey } from '#gateway/ports/stored.ts'
import { prepared } from './prepared.ts'
import { fromJson } from './row.ts'
import type { ChoiceRow, Tables } from './schema.ts'

/** The `choices` part of the store. */
export function choicesIn(tables: Tables): ChoiceStore {
  const find = prepared<Pick<ChoiceRow, 'organisation' | 'mandate' | 'caseId'>, Found>(tables, (blank) =>
    tables
      .selectFrom('choices')
      .select(['choice', 'revision', 'setAt'])
      .where('organisation', '=', blank('organisation'))
      .where('mandate', '=', blank('mandate'))
      .where('caseId', '=', blank('caseId')),
  )
  return {
    get: async (key) => {
      const [row] = await find(toKey(key))
      return row === undefined ? undefined : { ...row, choice: fromJson(row.choice) }
    },
    put: async (key, choice, expectedRevision, at) => {
      const row = { ...toKey(key), choice: JSON.stringify(choice), revision: expectedRevision + 1, setAt: at }
      const written = expectedRevision === 0 ? await insert(tables, row) : await replace(tables, row, expectedRevision)
      return written > 0n
    },
  }
}

type Found = Pick<ChoiceRow, 'choice' | 'revision' | 'setAt'>

const insert = async (tables: Tables, row: ChoiceRow): Promise<bigint> => {
  const result = await tables
    .insertInto('choices')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows ?? 0n
}

const replace = async (tables: Tables, row: ChoiceRow, expectedRevision: number): Promise<bigint> => {
  const result = await tables
    .updateTable('choices')
    .set(row)
    .where('organisation', '=', row.organisation)
    .where('mandate', '=', row.mandate)
    .where('caseId', '=', row.caseId)
    .where('revision', '=', expectedRevision)
    .executeTakeFirst()
  return result.numUpdatedRows
}

const toKey = ({
  organisation,
  mandate,
  caseId,
}: ChoiceKey): Pick<ChoiceRow, 'organisation' | 'mandate' | 'caseId'> => ({
  organisation,
  mandate: mandate ?? '',
  caseId: caseId ?? '',
})
