/**
 * Side room: old published checkpoints are thinned to one a day, since each newer one proves what it did. Leaves are never pruned, nor
 * a checkpoint that was time-stamped, nor the newest: from the leaves that are there, each root that was ever signed can be made again.
 */
import type { PublishedCheckpoint } from '#gateway/ports/log-store.ts'
import type { LogDeps } from './publish.ts'

const DAY_MS = 86_400_000
/** So long every checkpoint is kept: a receipt of these days can be compared with the very checkpoint that it names. */
export const KEPT_WHOLE_DAYS = 35
const AT_ONCE = 500

/** Answers how many were forgotten. */
export async function pruneCheckpoints({ clock, store }: Pick<LogDeps, 'clock' | 'store'>): Promise<number> {
  const { log } = store.read
  const newest = await log.published()
  const before = clock() - KEPT_WHOLE_DAYS * DAY_MS
  const isOld = ({ size, publishedAt }: PublishedCheckpoint): boolean => publishedAt < before && size !== newest?.size
  let forgotten = 0
  let after = 0
  for (;;) {
    const page = await log.checkpoints(after, AT_ONCE)
    const last = page.at(-1)
    if (last === undefined || page.length < 2) return forgotten
    const stamped = new Set((await log.stamps(after, page.length + AT_ONCE)).map(({ size }) => size))
    // The last of a page is the first of the next one: whether it is the last of its day is known there.
    const spent = page
      .slice(0, -1)
      .filter((one, index) => isOld(one) && !stamped.has(one.size) && !isLastOfDay(page, index))
    await store.transaction((tx) => tx.log.forget(spent.map(({ size }) => size)))
    forgotten += spent.length
    if (page.length < AT_ONCE || !isOld(last)) return forgotten
    after = page[page.length - 2]?.size ?? last.size
  }
}

const dayOf = ({ publishedAt }: PublishedCheckpoint): number => Math.floor(publishedAt / DAY_MS)

function isLastOfDay(page: readonly PublishedCheckpoint[], index: number): boolean {
  const [one, next] = [page[index], page[index + 1]]
  return one === undefined || next === undefined || dayOf(one) !== dayOf(next)
}
