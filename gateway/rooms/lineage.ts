/** After the route: a new version reaches whoever the old one was sent to, and what is derived stays marked as what it came from. */
import { combine } from '#policies/engine/marking.ts'
import type { Marking } from '#policies/language/item.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { CaseId, ItemId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import type { Item } from '#gateway/core/item.ts'
import { markingOf } from '#gateway/core/label.ts'
import { itemsOf } from '#gateway/core/message.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { ProblemPlace, Result } from '#gateway/core/problem.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { RoutedMessage } from '#gateway/core/stages.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { JobStatus, StoredMessage } from '#gateway/ports/stored.ts'

/** Refuses with `message-out-of-turn` and the place of each item that would leave someone behind or shed a marking. */
export async function keepsLineage(
  read: Tx,
  registry: Registry,
  routed: RoutedMessage,
): Promise<Result<RoutedMessage>> {
  const places: ProblemPlace[] = []
  const known = remembering(read, routed.message.caseId)
  for (const [index, item] of itemsOf(routed.message).entries()) {
    if (!(await reachesAll(known, registry, routed, item)))
      places.push({ pointer: `/items/${index}/supersedes`, code: 'leaves-readers-behind' })
    if (!(await keepsMarkings(known, routed, item)))
      places.push({ pointer: `/items/${index}/derivedFrom`, code: 'marking-shed' })
  }
  return places.length === 0 ? ok(routed) : fail('message-out-of-turn', places)
}

/**
 * A superseded version stands for nobody any more. A correction goes to the readers of the old one; any other message must be
 * routed to every mandate that the first version was routed to, or they would be left with nothing: a ban, for one. Asked of
 * routes, which the sender knows, and never of the ledger, which would tell it what others chose.
 */
async function reachesAll(known: Known, registry: Registry, routed: RoutedMessage, item: Item): Promise<boolean> {
  const { message, routes, receivedAt } = routed
  if (message.kind === 'Correction' || item.supersedes === undefined) return true
  const first = await firstBringer(known, item.supersedes)
  const jobs = first === undefined ? [] : await known.jobsOf(first.id)
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
async function firstBringer(known: Known, version: ItemId): Promise<StoredMessage | undefined> {
  const seen = new Set<string>()
  for (let id: ItemId | undefined = version; id !== undefined && !seen.has(id);) {
    seen.add(id)
    const found = await known.bringerOf(id)
    if (found === undefined || found.stored.kind !== 'Correction') return found?.stored
    id = found.item?.supersedes
  }
  return undefined
}

interface Brought {
  readonly stored: StoredMessage
  readonly item: Item | undefined
}

/** What the case holds of earlier versions: each message is read once, however many of its items are named. */
interface Known {
  readonly bringerOf: (id: ItemId) => Promise<Brought | undefined>
  readonly jobsOf: (id: MessageId) => Promise<readonly JobStatus[]>
}

function remembering(read: Tx, caseId: CaseId): Known {
  const messages = new Map<MessageId, { readonly stored: StoredMessage; readonly items: ReadonlyMap<string, Item> }>()
  const jobs = new Map<MessageId, readonly JobStatus[]>()
  return {
    bringerOf: async (id) => {
      const messageId = await read.cases.messageOfItem(caseId, id)
      const stored = messageId && (messages.get(messageId)?.stored ?? (await read.messages.get(messageId)))
      if (stored === undefined) return undefined
      const held = messages.get(stored.id) ?? {
        stored,
        items: new Map(itemsOf(stored.message).map((one) => [one.itemId, one])),
      }
      messages.set(stored.id, held)
      return { stored, item: held.items.get(id) }
    },
    jobsOf: async (id) => {
      const found = jobs.get(id) ?? (await read.outbox.ofMessage(id))
      jobs.set(id, found)
      return found
    },
  }
}

/** What another member marked stays marked in what is derived from it (`domain.md` §2.8); its own author may let go of its own marking. */
async function keepsMarkings(known: Known, { sender }: RoutedMessage, item: Item): Promise<boolean> {
  const own = markingOf(item)
  for (const id of item.derivedFrom ?? []) {
    const found = await known.bringerOf(id)
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
