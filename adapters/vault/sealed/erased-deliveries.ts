/** What is left of the deliveries of erased cases: rows under an alias that an erasure names. */
import type { Deliveries } from '#gateway/ports/store.ts'
import type { DeliveryEntry, ErasedDelivery } from '#gateway/ports/stored.ts'
import type { ErasedCase } from '#gateway/ports/vault.ts'
import type { Sealing } from './sealing.ts'

/** Erasures that are held against what a mandate was sent, at a time. */
const AT_ONCE = 500

/** The `erased` part of a sealed store. Its cost grows with the erasures that are looked through, and with nothing else. */
export async function erasedOf(
  inner: Pick<Deliveries, 'ofCases'>,
  sealing: Pick<Sealing, 'erased'>,
  { organisation, mandate, before, limit }: Parameters<Deliveries['erased']>[0],
): Promise<readonly ErasedDelivery[]> {
  const found: ErasedDelivery[] = []
  for (let next = before; ;) {
    const erasures = await sealing.erased({ limit: AT_ONCE, ...(next === undefined ? {} : { before: next }) })
    const aliases = erasures.map(({ alias }) => alias)
    const sent = aliases.length === 0 ? [] : await inner.ofCases(aliases, mandate)
    const own = sent.filter((row) => row.organisation === organisation)
    found.push(...erasures.flatMap((erasure) => firstOf(erasure, own)))
    if (erasures.length < AT_ONCE || found.length >= limit) return upTo(found, limit)
    next = erasures.at(-1)?.erasedAt
  }
}

function firstOf({ alias, ...erasure }: ErasedCase, rows: readonly DeliveryEntry[]): readonly ErasedDelivery[] {
  const [first] = rows.filter((row) => row.caseId === alias).toSorted((a, b) => a.seq - b.seq)
  if (first === undefined) return []
  const { kind, edge, logIndex, createdAt, collectedAt } = first
  return [{ kind, edge, logIndex, createdAt, ...(collectedAt === undefined ? {} : { collectedAt }), erasure }]
}

/** So many, and whatever was erased at the instant of the last. */
function upTo(found: readonly ErasedDelivery[], limit: number): readonly ErasedDelivery[] {
  const last = found[limit - 1]?.erasure.erasedAt
  return last === undefined ? found : found.filter(({ erasure }) => erasure.erasedAt >= last)
}
