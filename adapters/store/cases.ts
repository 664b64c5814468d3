/** Cases: which items there are and what became of them, what was stated, who is assigned, which meetings took place. */
import { sql } from 'kysely'
import type { Instant } from '#policies/language/instant.ts'
import type { CaseId, ItemId, MessageId } from '#gateway/core/ids.ts'
import type { Cases } from '#gateway/ports/store.ts'
import { batches, fromJson, withoutNulls } from './row.ts'
import type { ItemRow, Tables } from './schema.ts'

/**
 * The `cases` part of the store. An item that was superseded or recalled before it came is so when it comes; who brought
 * an item first stays its bringer; the first instant of either mark stays.
 */
export function casesIn(tables: Tables): Cases {
  return {
    ...itemsIn(tables),
    stateFacts: async (caseId, { by, at, facts }) => {
      await tables
        .insertInto('case_facts')
        .values((eb) => ({
          caseId,
          position: eb
            .selectFrom('case_facts as earlier')
            .select((row) => sql<number>`coalesce(max(${row.ref('earlier.position')}), 0) + 1`.as('position'))
            .where('earlier.caseId', '=', caseId),
          by,
          at,
          facts: JSON.stringify(facts),
        }))
        .execute()
    },
    facts: async (caseId) => {
      const rows = tables.selectFrom('case_facts').select(['by', 'at', 'facts']).where('caseId', '=', caseId)
      return (await rows.orderBy('position').execute()).map((row) => ({ ...row, facts: fromJson(row.facts) }))
    },
    assign: async (caseId, { mandate, from, until }) => {
      await tables
        .insertInto('assignments')
        .values({ caseId, mandate, from, until: until ?? null })
        .onConflict((conflict) =>
          conflict.columns(['caseId', 'mandate', 'from']).doUpdateSet((eb) => ({ until: eb.ref('excluded.until') })),
        )
        .execute()
    },
    assignments: async (caseId) => {
      const rows = tables.selectFrom('assignments').select(['mandate', 'from', 'until']).where('caseId', '=', caseId)
      return (await rows.orderBy('from').orderBy('mandate').execute()).map(withoutNulls)
    },
    recordMeeting: async (caseId, mandates, messageId, at) => {
      for (const batch of batches(mandates.map((mandate) => ({ caseId, mandate, messageId, at })))) {
        await tables
          .insertInto('meetings')
          .values(batch)
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      }
    },
    countMeetings: async (caseId, mandate) => {
      const counted = tables
        .selectFrom('meetings')
        .select((eb) => eb.fn.countAll().as('meetings'))
        .where('caseId', '=', caseId)
        .where('mandate', '=', mandate)
      return Number((await counted.executeTakeFirstOrThrow()).meetings)
    },
  }
}

function itemsIn(
  tables: Tables,
): Pick<Cases, 'itemStates' | 'messageOfItem' | 'messagesOfItems' | 'addItems' | 'recallItems'> {
  const upsert = async (rows: Iterable<ItemRow>): Promise<void> => {
    for (const batch of batches([...rows])) {
      await tables
        .insertInto('items')
        .values(batch)
        .onConflict((conflict) =>
          conflict.columns(['caseId', 'itemId']).doUpdateSet((eb) => ({
            messageId: eb.fn.coalesce('items.messageId', 'excluded.messageId'),
            addedAt: eb.fn.coalesce('items.addedAt', 'excluded.addedAt'),
            supersededAt: eb.fn.coalesce('items.supersededAt', 'excluded.supersededAt'),
            recalledAt: eb.fn.coalesce('items.recalledAt', 'excluded.recalledAt'),
          })),
        )
        .execute()
    }
  }

  return {
    itemStates: async (caseId) => {
      const rows = await tables
        .selectFrom('items')
        .select(['itemId', 'supersededAt', 'recalledAt'])
        .where('caseId', '=', caseId)
        .where((eb) => eb.or([eb('supersededAt', 'is not', null), eb('recalledAt', 'is not', null)]))
        .execute()
      return rows.map(withoutNulls)
    },
    messageOfItem: async (caseId, itemId) => {
      const row = tables
        .selectFrom('items')
        .select('messageId')
        .where('caseId', '=', caseId)
        .where('itemId', '=', itemId)
      return (await row.executeTakeFirst())?.messageId ?? undefined
    },
    messagesOfItems: async (caseId, items) => {
      const found: { readonly itemId: ItemId; readonly messageId: MessageId }[] = []
      for (const batch of batches([...new Set(items)])) {
        const rows = await tables
          .selectFrom('items')
          .select(['itemId', 'messageId'])
          .where('caseId', '=', caseId)
          .where('itemId', 'in', batch)
          .execute()
        found.push(...rows.flatMap(({ itemId, messageId }) => (messageId === null ? [] : [{ itemId, messageId }])))
      }
      return found
    },
    addItems: async (caseId, messageId, items, at) => {
      // One row an item in a statement: PostgreSQL refuses to touch a row twice.
      const rows = new Map<ItemId, ItemRow>()
      for (const { itemId } of items) rows.set(itemId, { ...bareItem(caseId, itemId), messageId, addedAt: at })
      for (const { supersedes } of items) {
        if (supersedes === undefined) continue
        rows.set(supersedes, { ...(rows.get(supersedes) ?? bareItem(caseId, supersedes)), supersededAt: at })
      }
      await upsert(rows.values())
    },
    recallItems: async (caseId, items, at) => {
      await upsert([...new Set(items)].map((itemId) => markedItem(caseId, itemId, at)))
    },
  }
}

const bareItem = (caseId: CaseId, itemId: ItemId): ItemRow => ({
  caseId,
  itemId,
  messageId: null,
  addedAt: null,
  supersededAt: null,
  recalledAt: null,
})

const markedItem = (caseId: CaseId, itemId: ItemId, recalledAt: Instant): ItemRow => ({
  ...bareItem(caseId, itemId),
  recalledAt,
})
