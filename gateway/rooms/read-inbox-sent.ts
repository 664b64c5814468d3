/** Side room: what somebody at a hosted inbox asked for, of all cases, and what became of it; the newest first, without a total. */
import type { Instant } from '#policies/language/instant.ts'
import type { Ask } from '#gateway/core/ask.ts'
import type { DeliveryId } from '#gateway/core/ids.ts'
import type { Deps } from './deps.ts'
import { hasArrival } from './read-inbox-open.ts'
import type { HostedReader } from './read-inbox-reader.ts'
import { rowsOfCase } from './read-inbox.ts'

export interface SentRow {
  readonly ask: Ask
  readonly label?: string
  /** Where the answer is read; absent where nothing of the case is here any more. */
  readonly delivery?: DeliveryId
}

export interface SentPage {
  readonly rows: readonly SentRow[]
  /** Asked before that instant: the next page. */
  readonly next?: Instant
}

const PAGE_ROWS = 25

export async function sentFrom(deps: Deps, reader: HostedReader, before?: Instant): Promise<SentPage> {
  const { participant, mandate } = reader
  const asked = await deps.store.read.asks.ofMandate({
    organisation: participant.id,
    mandate: mandate.id,
    limit: PAGE_ROWS,
    ...(before === undefined ? {} : { before }),
  })
  const last = asked.at(-1)
  return {
    rows: await Promise.all(asked.map((ask) => rowOf(deps, reader, ask))),
    ...(last === undefined || asked.length < PAGE_ROWS ? {} : { next: last.askedAt }),
  }
}

async function rowOf(deps: Deps, { mandate }: HostedReader, ask: Ask): Promise<SentRow> {
  const rows = await rowsOfCase(deps, ask.caseId, mandate.id)
  const newest = rows.find(({ kind, state }) => hasArrival(kind) && state !== 'withdrawn')
  const label = rows[0]?.label
  return {
    ask,
    ...(newest === undefined ? {} : { delivery: newest.id }),
    ...(label === undefined ? {} : { label }),
  }
}
