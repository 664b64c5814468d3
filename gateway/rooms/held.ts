/** What a member still holds as far as this gateway gave it: every delivery it was handed, and what the ledger says is in it. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { OrganisationId } from '#gateway/core/ids.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { DeliveryEntry } from '#gateway/ports/stored.ts'

/** All deliveries of one kind in one case. No content, and no id of an item. */
export interface Holding {
  readonly caseId: string
  readonly kind: string
  readonly deliveries: number
  /** Item versions, each counted once however often it was sent. */
  readonly items: number
  /** Of them, versions that were recalled and should be gone. */
  readonly recalled: number
  readonly firstCollectedAt: string
  readonly lastCollectedAt: string
  /** On which conditions any of it was given. */
  readonly conditions: readonly string[]
}

const PAGE = 200

interface Gathered {
  deliveries: number
  first: Instant
  last: Instant
  readonly items: Set<string>
  readonly conditions: Set<string>
}

/** By case reference and kind. Cases that were erased here are not in it: of those this gateway knows nothing any more. */
export async function heldBy(read: Tx, organisation: OrganisationId): Promise<readonly Holding[]> {
  const cases = new Map<string, Map<string, Gathered>>()
  for await (const delivery of sentTo(read, organisation)) {
    const kinds = cases.get(delivery.caseId) ?? new Map<string, Gathered>()
    cases.set(delivery.caseId, kinds)
    await gather(read, kinds, delivery)
  }
  const holdings = await Promise.all(
    [...cases].map(async ([caseId, kinds]) => {
      const states = await read.cases.itemStates(caseId as DeliveryEntry['caseId'])
      const recalled = new Set<string>(states.flatMap((one) => (one.recalledAt === undefined ? [] : [one.itemId])))
      return [...kinds].map(([kind, gathered]) => toHolding(caseId, kind, gathered, recalled))
    }),
  )
  return holdings.flat().toSorted((a, b) => (`${a.caseId} ${a.kind}` < `${b.caseId} ${b.kind}` ? -1 : 1))
}

/** Everything it was ever sent, whatever became of it here. */
async function* sentTo(read: Tx, organisation: OrganisationId): AsyncGenerator<DeliveryEntry> {
  for (let after = 0; ;) {
    const page = await read.deliveries.everOf({ organisation, after, limit: PAGE })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.seq
  }
}

/** What was not collected is held by nobody; what was, stays where it was handed out, whatever became of it here afterwards. */
async function gather(read: Tx, kinds: Map<string, Gathered>, delivery: DeliveryEntry): Promise<void> {
  const at = delivery.collectedAt
  if (at === undefined) return
  const gathered = kinds.get(delivery.kind) ?? {
    deliveries: 0,
    first: at,
    last: at,
    items: new Set<string>(),
    conditions: new Set<string>(),
  }
  kinds.set(delivery.kind, gathered)
  gathered.deliveries += 1
  gathered.first = Math.min(gathered.first, at)
  gathered.last = Math.max(gathered.last, at)
  for (const { itemId, conditions } of await read.ledger.ofDelivery(delivery.id)) {
    gathered.items.add(itemId)
    for (const condition of conditions) gathered.conditions.add(condition)
  }
}

const toHolding = (
  caseId: string,
  kind: string,
  { deliveries, first, last, items, conditions }: Gathered,
  recalled: ReadonlySet<string>,
): Holding => ({
  caseId,
  kind,
  deliveries,
  items: items.size,
  recalled: items.intersection(recalled).size,
  firstCollectedAt: printInstant(first),
  lastCollectedAt: printInstant(last),
  conditions: [...conditions].toSorted(),
})
