/** Side room: which cells the last deliveries showed anything of, read off their decision records; ids and levels, no content. */
import type { CellKey } from '#policies/engine/cell-edit.ts'
import type { Mandate } from '#gateway/core/participants.ts'
import type { DeliveryEntry } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'

export const USED_DAYS = 90
const DAY_MS = 86_400_000
const STATES = ['in-mailbox', 'collected', 'acknowledged'] as const
/** Deliveries that are looked at for one mandate, and for a type. */
const OF_MANDATE = 5
const OF_TYPE = 40

type UseDeps = Pick<Deps, 'store' | 'clock' | 'registry'>

/** Whether policy let anything of a section pass to a type; undefined where nothing was delivered to it in these days. */
export type Use = (cell: CellKey) => boolean | undefined

/** Of the last deliveries to each of the types. */
export async function usedBy(deps: UseDeps, types: readonly string[]): Promise<Use> {
  const used = new Map<string, ReadonlySet<string>>()
  for (const type of types) {
    const sections = await sectionsShown(deps, type)
    if (sections !== undefined) used.set(type, sections)
  }
  return ({ recipientType, section }) => used.get(recipientType)?.has(section)
}

async function sectionsShown(deps: UseDeps, type: string): Promise<ReadonlySet<string> | undefined> {
  const own = deps.registry().mandates.filter((mandate) => mandate.type === type)
  const found = (await Promise.all(own.map((mandate) => lastTo(deps, mandate)))).flat()
  if (found.length === 0) return undefined
  const last = found.toSorted((a, b) => b.createdAt - a.createdAt).slice(0, OF_TYPE)
  const records = await Promise.all(last.map(({ id }) => deps.store.read.deliveries.recordOf(id)))
  return new Set(
    records
      .flatMap((record) => record?.items ?? [])
      .flatMap(({ section, ceiling }) => (ceiling === 'nothing' ? [] : section)),
  )
}

/** Newest first, of these days alone. */
async function lastTo(
  { store, clock }: UseDeps,
  { organisation, id: mandate }: Mandate,
): Promise<readonly DeliveryEntry[]> {
  const since = clock() - USED_DAYS * DAY_MS
  const pages = await Promise.all(
    STATES.map((state) =>
      store.read.deliveries.inState({
        organisation,
        mandate,
        state,
        before: Number.MAX_SAFE_INTEGER,
        limit: OF_MANDATE,
      }),
    ),
  )
  return pages.flat().filter(({ createdAt }) => createdAt >= since)
}
