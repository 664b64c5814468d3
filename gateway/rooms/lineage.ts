/** After the route: a new version reaches whoever the old one was sent to, and what is derived stays marked as what it came from. */
import { combine } from '#policies/engine/marking.ts'
import type { Marking } from '#policies/language/item.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { CaseId, ItemId, OrganisationId } from '#gateway/core/ids.ts'
import type { Item } from '#gateway/core/item.ts'
import { markingOf } from '#gateway/core/label.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { ProblemPlace, Result } from '#gateway/core/problem.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { RoutedMessage } from '#gateway/core/stages.ts'
import type { StoredMessage, Tx } from '#gateway/ports/store.ts'
import { itemsOf } from './judge.ts'

/** Refuses with `message-out-of-turn` and the place of each item that would leave someone behind or shed a marking. */
export async function keepsLineage(
  read: Tx,
  registry: Registry,
  routed: RoutedMessage,
): Promise<Result<RoutedMessage>> {
  const places: ProblemPlace[] = []
  for (const [index, item] of itemsOf(routed.message).entries()) {
    if (!(await reachesAll(read, registry, routed, item)))
      places.push({ pointer: `/items/${index}/supersedes`, code: 'leaves-readers-behind' })
    if (!(await keepsMarkings(read, routed, item)))
      places.push({ pointer: `/items/${index}/derivedFrom`, code: 'marking-shed' })
  }
  return places.length === 0 ? ok(routed) : fail('message-out-of-turn', places)
}

/**
 * A superseded version stands for nobody any more. A correction goes to the readers of the old one; any other message must be
 * routed to every mandate that the first version was routed to, or they would be left with nothing: a ban, for one. Asked of
 * routes, which the sender knows, and never of the ledger, which would tell it what others chose.
 */
async function reachesAll(read: Tx, registry: Registry, routed: RoutedMessage, item: Item): Promise<boolean> {
  const { message, routes, receivedAt } = routed
  if (message.kind === 'Correction' || item.supersedes === undefined) return true
  const first = await firstBringer(read, message.caseId, item.supersedes)
  const jobs = first === undefined ? [] : await read.outbox.ofMessage(first.id)
  return jobs
    .filter(({ job }) => job.cause === 'submission')
    .map(({ job }) => mandateOf(registry, job.mandate))
    .every(
      (mandate) =>
        mandate === undefined ||
        !isInForce(mandate, receivedAt) ||
        routes.some((route) => route.mandate.id === mandate.id),
    )
}

/** Follows corrections back to the message that brought the first version; the routes of a correction come from the ledger. */
async function firstBringer(read: Tx, caseId: CaseId, version: string): Promise<StoredMessage | undefined> {
  const seen = new Set<string>()
  for (let id: string | undefined = version; id !== undefined && !seen.has(id);) {
    seen.add(id)
    const found = await bringerOf(read, caseId, id)
    if (found === undefined || found.stored.kind !== 'Correction') return found?.stored
    id = found.item?.supersedes
  }
  return undefined
}

async function bringerOf(
  read: Tx,
  caseId: CaseId,
  id: string,
): Promise<{ readonly stored: StoredMessage; readonly item: Item | undefined } | undefined> {
  const messageId = await read.cases.messageOfItem(caseId, id as ItemId)
  const stored = messageId === undefined ? undefined : await read.messages.get(messageId)
  return stored && { stored, item: itemsOf(stored.message).find(({ itemId }) => itemId === id) }
}

/** What another member marked stays marked in what is derived from it (`domain.md` §2.8); its own author may let go of its own marking. */
async function keepsMarkings(read: Tx, { message, sender }: RoutedMessage, item: Item): Promise<boolean> {
  const own = markingOf(item)
  for (const id of item.derivedFrom ?? []) {
    const found = await bringerOf(read, message.caseId, id)
    if (found?.item === undefined || found.stored.issuer === sender.id) continue
    const together = combine(own, inherited(found.item, found.stored.issuer))
    if (digestOf(together) !== digestOf(combine(own, own))) return false
  }
  return true
}

/** Without an originator named, what must be asked for is asked of whoever sent it. */
function inherited(item: Item, issuer: OrganisationId): Marking {
  const marking = markingOf(item)
  const isHeld =
    marking.handling.some((code) => code === 'H2' || code === 'H3') || marking.conditions.includes('originator-consent')
  return isHeld && marking.originator === undefined ? { ...marking, originator: issuer } : marking
}
