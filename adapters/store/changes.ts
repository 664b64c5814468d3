/** Changes of policy, who signed them, what they would have done, and what they were seen to do. */
import type { PolicyChange } from '#gateway/core/policy-change.ts'
import type { Changes, Difference, Effect } from '#gateway/ports/changes.ts'
import { batches, fromJson, withoutNulls } from './row.ts'
import type { PolicyChangeRow, Tables } from './schema.ts'

/** The `changes` part of the store. */
export function changesIn(tables: Tables): Changes {
  return { ...draftsIn(tables), ...signaturesIn(tables), ...effectsIn(tables), ...observationsIn(tables) }
}

const rowOf = (change: PolicyChange): PolicyChangeRow => ({
  id: change.id,
  revision: change.revision,
  state: change.state,
  result: change.result,
  changedAt: change.changedAt,
  startedAt: change.startedAt ?? null,
  body: JSON.stringify(change),
})

const toChange = ({ body }: Pick<PolicyChangeRow, 'body'>): PolicyChange => fromJson<PolicyChange>(body)

function draftsIn(tables: Tables): Pick<Changes, 'add' | 'get' | 'put' | 'list' | 'ofResult'> {
  const changes = () => tables.selectFrom('policy_changes').select('body').orderBy('changedAt', 'desc').orderBy('id')
  return {
    add: async (change) => {
      await tables.insertInto('policy_changes').values(rowOf(change)).execute()
    },
    get: async (id) => {
      const row = await changes().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : toChange(row)
    },
    put: async (change) => {
      const { numUpdatedRows } = await tables
        .updateTable('policy_changes')
        .set(rowOf(change))
        .where('id', '=', change.id)
        .where('revision', '=', change.revision - 1)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
    list: async (states) => {
      const some = states === undefined ? changes() : changes().where('state', 'in', states)
      return (await some.execute()).map(toChange)
    },
    ofResult: async (digest) => {
      const started = changes().where('result', '=', digest).where('startedAt', 'is not', null)
      return (await started.execute()).map(toChange)
    },
  }
}

function signaturesIn(tables: Tables): Pick<Changes, 'sign' | 'signatures'> {
  return {
    sign: async (signature) => {
      await tables.insertInto('change_signatures').values(signature).execute()
    },
    signatures: async (changeId) => {
      const rows = tables.selectFrom('change_signatures').selectAll().where('changeId', '=', changeId).orderBy('at')
      return (await rows.execute()).map(withoutNulls)
    },
  }
}

type OfEffects = 'putEffect' | 'effect' | 'effects' | 'running' | 'addDifferences' | 'differences' | 'forgetEffect'

function effectsIn(tables: Tables): Pick<Changes, OfEffects> {
  const effects = () => tables.selectFrom('change_effects').select('body').orderBy('startedAt', 'desc').orderBy('id')
  const toEffect = ({ body }: { readonly body: string }): Effect => fromJson<Effect>(body)
  return {
    putEffect: async (effect) => {
      const { id, changeId, state, startedAt } = effect
      const body = JSON.stringify(effect)
      await tables
        .insertInto('change_effects')
        .values({ id, changeId, state, startedAt, body })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ state, body }))
        .execute()
    },
    effect: async (id) => {
      const row = await effects().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : toEffect(row)
    },
    effects: async (changeId) => (await effects().where('changeId', '=', changeId).execute()).map(toEffect),
    running: async () => (await effects().where('state', '=', 'running').execute()).map(toEffect),
    addDifferences: async (differences) => {
      const rows = differences.map((difference) => ({
        effectId: difference.effectId,
        position: difference.position,
        rank: difference.direction === 'more' ? 0 : 1,
        caseId: difference.caseId,
        body: JSON.stringify(difference),
      }))
      for (const batch of batches(rows))
        await tables
          .insertInto('change_differences')
          .values(batch)
          .onConflict((conflict) => conflict.doNothing())
          .execute()
    },
    differences: async (effectId, limit) => {
      const rows = tables.selectFrom('change_differences').select('body').where('effectId', '=', effectId)
      const found = await rows.orderBy('rank').orderBy('position').limit(limit).execute()
      return found.map(({ body }) => fromJson<Difference>(body))
    },
    forgetEffect: async (id) => {
      await tables.deleteFrom('change_differences').where('effectId', '=', id).execute()
      await tables.deleteFrom('change_effects').where('id', '=', id).execute()
    },
  }
}

function observationsIn(tables: Tables): Pick<Changes, 'observe' | 'observed'> {
  return {
    observe: async (changeId, cells) => {
      for (const cell of cells)
        await tables
          .insertInto('change_observations')
          .values({ changeId, ...cell })
          .onConflict((conflict) =>
            conflict.columns(['changeId', 'recipientType', 'section']).doUpdateSet((eb) => ({
              gains: eb('change_observations.gains', '+', cell.gains),
              losses: eb('change_observations.losses', '+', cell.losses),
            })),
          )
          .execute()
    },
    observed: async (changeId) => {
      const rows = await tables
        .selectFrom('change_observations')
        .select(['recipientType', 'section', 'gains', 'losses'])
        .where('changeId', '=', changeId)
        .orderBy('recipientType')
        .orderBy('section')
        .execute()
      return rows.map(withoutNulls)
    },
  }
}
