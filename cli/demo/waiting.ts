/** What waits to be read once the story is told: two referrals that nobody has opened, for whoever tries the inbox. */
import type { ItemText } from '#gateway/core/item.ts'
import { copyIdOf } from './demo-case.ts'
import type { DemoCase } from './demo-case.ts'
import { referralOf } from './messages.ts'

/** Told again of other invented people: the case each is like, and its own name. */
const LIKE = [
  ['DEMO-008', 'DEMO-013'],
  ['DEMO-006', 'DEMO-014'],
] as const

/** Bodies of messages from probation. Throws where a case that one is like is not referred. */
export const waitingReferrals = (cases: readonly DemoCase[]): readonly ReturnType<typeof referralOf>[] =>
  LIKE.map(([like, caseId]) => {
    const model = cases.find((entry) => entry.caseId === like)
    if (model?.referral === undefined) throw new Error(`the demo misses a referral of ${like}`)
    return referralOf({ ...model, caseId, referral: model.referral.map((item) => renewed(item, caseId)) })
  })

/** An item of its own: made from nothing that another case holds. */
function renewed(given: ItemText, caseId: string): ItemText {
  const { derivedFrom: _, ...item } = given
  return { ...item, itemId: copyIdOf(`${caseId} ${item.itemId}`) }
}
