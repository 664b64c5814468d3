/** Side room: what a draft meets on its way: requests that wait, jobs that wait, and how many people a lower ceiling is for. Nothing of what anybody chose. */
import type { CellKey } from '#policies/engine/cell-edit.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { CellDifference } from './compare-versions.ts'
import type { Deps } from './deps.ts'

export interface InFlight {
  /** Open requests of recipients for a section that the draft changes for them. */
  readonly requests: number
  /** Deliveries that wait to be judged, by whatever is in force then. */
  readonly queued: number
  /** Mandates in force of types whose ceiling falls in some section: each may have chosen as much, or less. */
  readonly people: number
}

const MOST_ASKS = 1000

export async function inFlight(
  { store, registry, clock }: Pick<Deps, 'store' | 'registry' | 'clock'>,
  cells: readonly CellDifference[],
): Promise<InFlight> {
  const at = clock()
  const { mandates } = registry()
  const typeOf = new Map(mandates.map(({ id, type }) => [id, type]))
  const has = (key: CellKey): boolean =>
    cells.some(({ recipientType, section }) => recipientType === key.recipientType && section === key.section)
  const asks = await store.read.asks.open(MOST_ASKS)
  const lower = new Set(cells.flatMap(({ direction, recipientType }) => (direction === 'less' ? recipientType : [])))
  return {
    requests: asks.filter(({ mandate, sections }) =>
      sections.some((section) => has({ recipientType: typeOf.get(mandate) ?? '', section })),
    ).length,
    queued: (await store.read.outbox.count()).waiting,
    people: mandates.filter((mandate) => lower.has(mandate.type) && isInForce(mandate, at)).length,
  }
}
