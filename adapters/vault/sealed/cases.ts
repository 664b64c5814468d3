/** Cases at rest: known by alias, their items by blinded ids, what was stated of them sealed. */
import { SealBroken } from '#gateway/ports/vault.ts'
import type { CaseAlias, Place } from '#gateway/ports/vault.ts'
import type { ItemId } from '#gateway/core/ids.ts'
import type { Cases } from '#gateway/ports/store.ts'
import type { StatedFacts } from '#gateway/ports/stored.ts'
import { sealedCaseNames } from './case-names.ts'
import { flatMapped, ofCase, openJson, parked, sealJson, unparked } from './sealing.ts'
import type { Sealing } from './sealing.ts'

const factsPlace = ({ by, at }: Pick<StatedFacts, 'by' | 'at'>): Place => ({ table: 'case_facts', row: `${by} ${at}` })

/** The `cases` part of a sealed store. */
export function sealedCases(inner: Cases, sealing: Sealing): Cases {
  return {
    ...sealedItems(inner, sealing),
    ...sealedCaseNames(inner, sealing),
    stateFacts: async (caseId, stated) => {
      const alias = await sealing.aliasFor(caseId)
      const facts = parked<StatedFacts['facts']>(await sealJson(sealing, alias, factsPlace(stated), stated.facts))
      await inner.stateFacts(alias, { ...stated, facts })
    },
    facts: (caseId) =>
      ofCase(sealing, caseId, [], async (alias) =>
        flatMapped(await inner.facts(alias), async (stated) => {
          const facts = await openJson<StatedFacts['facts']>(sealing, factsPlace(stated), unparked(stated.facts), alias)
          return facts === undefined ? [] : [{ ...stated, facts }]
        }),
      ),
    assign: async (caseId, assignment) => inner.assign(await sealing.aliasFor(caseId), assignment),
    assignments: (caseId) => ofCase(sealing, caseId, [], (alias) => inner.assignments(alias)),
    recordMeeting: async (caseId, mandates, messageId, at) =>
      inner.recordMeeting(await sealing.aliasFor(caseId), mandates, messageId, at),
    countMeetings: (caseId, mandate) => ofCase(sealing, caseId, 0, (alias) => inner.countMeetings(alias, mandate)),
  }
}

/** Ids blinded for a case that has a key. */
export async function blinded(
  sealing: Sealing,
  alias: CaseAlias,
  items: readonly ItemId[],
): Promise<readonly ItemId[]> {
  const ids = await sealing.blindItems(alias, items)
  if (ids === undefined) throw new SealBroken('the case was erased meanwhile')
  return ids
}

/** Rows that name an item, with its own id again; none once erased. */
export async function unblinded<Row extends { readonly itemId: ItemId }>(
  sealing: Sealing,
  alias: string,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const ids = await sealing.openItems(
    alias,
    rows.map(({ itemId }) => itemId),
  )
  return rows.flatMap((row, index) => {
    const itemId = ids?.[index]
    return itemId === undefined ? [] : [{ ...row, itemId }]
  })
}

function sealedItems(
  inner: Cases,
  sealing: Sealing,
): Pick<Cases, 'itemStates' | 'messageOfItem' | 'messagesOfItems' | 'addItems' | 'recallItems'> {
  return {
    itemStates: (caseId) =>
      ofCase(sealing, caseId, [], async (alias) => unblinded(sealing, alias, await inner.itemStates(alias))),
    messageOfItem: (caseId, itemId) =>
      ofCase(sealing, caseId, undefined, async (alias) => {
        const [id] = await blinded(sealing, alias, [itemId])
        return id === undefined ? undefined : inner.messageOfItem(alias, id)
      }),
    messagesOfItems: (caseId, items) =>
      ofCase(sealing, caseId, [], async (alias) =>
        unblinded(sealing, alias, await inner.messagesOfItems(alias, await blinded(sealing, alias, items))),
      ),
    addItems: async (caseId, messageId, items, at) => {
      const alias = await sealing.aliasFor(caseId)
      const own = await blinded(
        sealing,
        alias,
        items.map(({ itemId }) => itemId),
      )
      const earlier = await blinded(
        sealing,
        alias,
        items.map(({ itemId, supersedes }) => supersedes ?? itemId),
      )
      const rows = items.map(({ itemId, supersedes }, index) => ({
        itemId: own[index] ?? itemId,
        ...(supersedes === undefined ? {} : { supersedes: earlier[index] }),
      }))
      await inner.addItems(alias, messageId, rows, at)
    },
    recallItems: async (caseId, items, at) => {
      const alias = await sealing.aliasFor(caseId)
      await inner.recallItems(alias, await blinded(sealing, alias, items), at)
    },
  }
}
