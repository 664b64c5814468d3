/** Side room: a recipient lists what waits for it. */
import { printInstant } from '#policies/language/instant.ts'
import { copyForClass } from '#gateway/core/case-copy/signed-copies.ts'
import { printCursor, readCursor } from '#gateway/core/cursor.ts'
import { toldAt } from '#gateway/core/delivery-window.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { mandateOf, participantOf } from '#gateway/core/routing.ts'
import type { DeliveryEntry } from '#gateway/ports/stored.ts'
import { namesFor } from './case-names.ts'
import type { Deps } from './deps.ts'
import { isPublished } from './own-delivery.ts'
import type { Reader } from './own-delivery.ts'
import { publishedSize } from './publish.ts'

/** One line of the mailbox: what came, never what is in it. */
export interface DeliverySummary {
  readonly id: string
  readonly kind: string
  readonly messageId: string
  readonly caseId: string
  readonly sender: string
  readonly mandate: string
  readonly state: 'in-mailbox' | 'collected' | 'acknowledged'
  readonly createdAt: string
  /** Who holds the key that opens it. */
  readonly keysHeldBy: 'mandate' | 'organisation' | 'gateway'
}

export interface MailboxPage {
  readonly items: readonly DeliverySummary[]
  readonly next?: string
}

/** A page of the mailbox of the organisation, or of the proven mandate alone; oldest first, without a total. */
export async function listDeliveries(
  deps: Deps,
  reader: Reader,
  page: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<Result<MailboxPage>> {
  const { participant, mandate } = reader
  const binding = { secret: deps.cursorSecret, owner: `${participant.id}/${mandate?.id ?? ''}`, now: deps.clock() }
  const after = page.cursor === undefined ? 0 : readCursor(binding, page.cursor)
  if (after === undefined) return fail('request-malformed', [{ pointer: '/cursor', code: 'unknown-or-expired' }])
  const request = {
    organisation: participant.id,
    after,
    limit: page.limit,
    ...(mandate === undefined ? {} : { mandate: mandate.id }),
  }
  const rows = await publishedOf(deps, await deps.store.read.deliveries.list(request))
  const last = rows.at(-1)
  const items = await Promise.all(rows.map((row) => summarise(deps, row)))
  return ok({
    items,
    ...(last === undefined || rows.length < page.limit ? {} : { next: printCursor(binding, last.seq) }),
  })
}

/** Up to the first that is not published yet: a cursor never leads past one. */
async function publishedOf(deps: Deps, rows: readonly DeliveryEntry[]): Promise<readonly DeliveryEntry[]> {
  const size = await publishedSize(deps.store.read.log)
  const end = rows.findIndex((row) => !isPublished(row, size))
  return end === -1 ? rows : rows.slice(0, end)
}

/** What came, by the names that its recipient uses; never what is in it. */
export async function summarise(deps: Deps, row: DeliveryEntry): Promise<DeliverySummary> {
  const { read } = deps.store
  const stored = await read.messages.get(row.messageId)
  const mandate = mandateOf(deps.registry(), row.mandate)
  const copy = mandate === undefined ? undefined : copyForClass(stored?.copies, mandate.type)
  const isMasked = stored?.copies !== undefined && copy === undefined
  const copies = stored?.copies === undefined ? {} : { copies: stored.copies }
  const named = { id: row.messageId, caseId: row.caseId, ...copies }
  const names = mandate === undefined ? undefined : await namesFor(read, mandate, named)
  return {
    id: row.id,
    kind: row.kind,
    messageId: names?.messageName ?? row.messageId,
    caseId: names?.caseName ?? row.caseId,
    sender: isMasked ? (deps.registry().broker.uri.split('/').at(-1) ?? '') : (stored?.issuer ?? ''),
    mandate: row.mandate,
    state: row.state === 'withdrawn' ? 'collected' : row.state,
    createdAt: printInstant(toldAt(row.createdAt, participantOf(deps.registry(), row.organisation) ?? {})),
    keysHeldBy: mandate?.keysHeldBy ?? 'organisation',
  }
}
