/** Items of a case: which message brought them, and what became of the few that were superseded or recalled. */
import { sql } from 'kysely'
import type { CaseId, ItemId, MessageId } from '#gateway/core/ids.ts'
import type { Cases } from '#gateway/ports/store.ts'
import { pack, unpack } from './packed.ts'
import { prepared } from './prepared.ts'
import { withoutNulls } from './row.ts'
import type { BroughtRow, ItemMarkRow, Tables } from './schema.ts'

/**
 * The items of the `cases` part of the store. An item that was superseded or recalled before it came is so when it comes; who
 * brought an item first stays its bringer; the first instant of either mark stays. What a message brought is one row, so that who
 * looks for an item reads a row for each message of its case.
 */
export function itemsIn(
  tables: Tables,
): Pick<Cases, 'itemStates' | 'messageOfItem' | 'messagesOfItems' | 'addItems' | 'recallItems'> {
  const bring = bringingIn(tables)
  const mark = markingIn(tables)
  const marksOf = prepared<Pick<ItemMarkRow, 'caseId'>, Omit<ItemMarkRow, 'caseId'>>(tables, (blank) =>
    tables
      .selectFrom('item_marks')
      .select(['itemId', 'supersededAt', 'recalledAt'])
      .where('caseId', '=', blank('caseId')),
  )
  const broughtTo = prepared<Pick<BroughtRow, 'caseId'>, Pick<BroughtRow, 'messageId' | 'items'>>(tables, (blank) =>
    tables
      .selectFrom('brought')
      .select(['messageId', 'items'])
      .where('caseId', '=', blank('caseId'))
      .orderBy('position'),
  )

  const bringersOf = async (caseId: CaseId, items: readonly ItemId[]): Promise<ReadonlyMap<ItemId, MessageId>> => {
    const sought = new Set(items)
    const found = new Map<ItemId, MessageId>()
    if (sought.size === 0) return found
    for (const { messageId, items: packed } of await broughtTo({ caseId }))
      for (const itemId of unpack<readonly ItemId[]>(packed)) if (sought.delete(itemId)) found.set(itemId, messageId)
    return found
  }

  return {
    itemStates: async (caseId) => (await marksOf({ caseId })).map(withoutNulls),
    messageOfItem: async (caseId, itemId) => (await bringersOf(caseId, [itemId])).get(itemId),
    messagesOfItems: async (caseId, items) =>
      [...(await bringersOf(caseId, items))].map(([itemId, messageId]) => ({ itemId, messageId })),
    addItems: async (caseId, messageId, items, at) => {
      if (items.length > 0) await bring({ caseId, messageId, items: pack(items.map(({ itemId }) => itemId)) })
      for (const { supersedes } of items)
        if (supersedes !== undefined) await mark({ caseId, itemId: supersedes, supersededAt: at, recalledAt: null })
    },
    recallItems: async (caseId, items, at) => {
      for (const itemId of new Set(items)) await mark({ caseId, itemId, supersededAt: null, recalledAt: at })
    },
  }
}

const bringingIn = (tables: Tables) =>
  prepared<Omit<BroughtRow, 'position'>>(tables, (blank) =>
    tables.insertInto('brought').values((eb) => ({
      caseId: blank('caseId'),
      messageId: blank('messageId'),
      position: eb
        .selectFrom('brought as earlier')
        .select((row) => sql<number>`coalesce(max(${row.ref('earlier.position')}), 0) + 1`.as('position'))
        .where('earlier.caseId', '=', blank('caseId')),
      items: blank('items'),
    })),
  )

const markingIn = (tables: Tables) =>
  prepared<ItemMarkRow>(tables, (blank) =>
    tables
      .insertInto('item_marks')
      .values({
        caseId: blank('caseId'),
        itemId: blank('itemId'),
        supersededAt: blank('supersededAt'),
        recalledAt: blank('recalledAt'),
      })
      .onConflict((conflict) =>
        conflict.columns(['caseId', 'itemId']).doUpdateSet((eb) => ({
          supersededAt: eb.fn.coalesce('item_marks.supersededAt', 'excluded.supersededAt'),
          recalledAt: eb.fn.coalesce('item_marks.recalledAt', 'excluded.recalledAt'),
        })),
      ),
  )
