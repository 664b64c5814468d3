/** The twelve cases of the demo as officers look at a policy with them: read once, their dates counted from the instant asked about. */
import { itemSchema } from '#gateway/core/item.ts'
import { caseFactsSchema } from '#gateway/core/message.ts'
import type { InventedCases } from '#gateway/core/invented-case.ts'
import { readDemoCases } from './demo-case.ts'

/** Cases as they stand when nobody has handed them on yet, each with a care team: else no clinician could be looked through. */
export const inventedCases: InventedCases = async (at) =>
  (await readDemoCases(at)).map(({ caseId, titles, items, facts }) => ({
    id: caseId,
    title: titles,
    items: items.map((item) => itemSchema.parse(item)),
    facts: caseFactsSchema.parse({ careTeam: 'care-team', ...facts }),
  }))
