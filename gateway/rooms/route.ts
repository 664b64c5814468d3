/** Room 4: which edges and mandates are to be asked about; for a recall or correction, whoever the ledger names. */
import type { ItemId, MandateId, OrganisationId } from '#gateway/core/ids.ts'
import { factsTogether } from '#gateway/core/case-facts.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { edgesFor, mandateOf, participantOf, routesOf } from '#gateway/core/routing.ts'
import type { CasePlace } from '#gateway/core/routing.ts'
import type { Route, RoutedMessage, UnderstoodMessage } from '#gateway/core/stages.ts'
import { factsOf, itemsOf, replacedBy } from '#gateway/core/message.ts'
import type { Message } from '#gateway/core/message.ts'
import { CARRY_CAUSE } from './plan-carries.ts'
import type { Tx } from '#gateway/ports/store.ts'

/** Refuses only a message that no agreed flow carries at all; a case without a mandate yet is an empty list, and no fault. */
export async function route(
  read: Tx,
  registry: Registry,
  understood: UnderstoodMessage,
): Promise<Result<RoutedMessage>> {
  const { message, sender } = understood
  if (message.kind === 'Recall' || message.kind === 'Correction') {
    const ends = await fromLedger(read, registry, understood)
    const isForPurpose = ends.routes.every(({ edge }) => edge.purposes.includes(message.purpose))
    if (message.kind === 'Correction' && !isForPurpose)
      return fail('edge-missing', [{ pointer: '/purpose', code: 'no-agreed-flow' }])
    return ok({ ...understood, ...ends })
  }
  const to = await addressees(read, message)
  const request = {
    registry,
    from: sender.id,
    kind: message.kind,
    purpose: message.purpose,
    at: understood.receivedAt,
    to,
  }
  const edges = edgesFor(request)
  const unreached = (to ?? []).filter((organisation) => !edges.some((edge) => edge.to === organisation))
  if (edges.length === 0 || unreached.length > 0)
    return fail('edge-missing', [{ pointer: to === undefined ? '/kind' : '/to', code: 'no-agreed-flow' }])
  const place = await placeOf(read, understood)
  return ok({ ...understood, routes: routesOf(registry, edges, place, understood.receivedAt) })
}

/** An answer goes to whoever asked; everything else to the organisations it names, or along every edge of its kind. */
export async function addressees(read: Tx, message: Message): Promise<readonly OrganisationId[] | undefined> {
  if (message.inReplyTo === undefined) return message.to
  const answered = await read.messages.get(message.inReplyTo)
  return answered === undefined ? message.to : [answered.issuer]
}

/** Where the case is followed, this message's own statements included. */
async function placeOf(read: Tx, { message, sender, receivedAt }: UnderstoodMessage): Promise<CasePlace> {
  const stated = await read.cases.facts(message.caseId)
  const facts = factsOf(message)
  const own = facts === undefined ? [] : [{ by: sender.id, at: receivedAt, facts }]
  return {
    caseId: message.caseId,
    site: factsTogether([...stated, ...own]).site,
    assigned: await read.cases.assignments(message.caseId),
  }
}

/** Who holds a copy, or waits for one: those a notice can be sent to, and those it cannot. */
type Ends = Pick<RoutedMessage, 'routes'> & Required<Pick<RoutedMessage, 'unreachable'>>

/** Everyone who could read one of the items, generalised or whole, and whoever still waits for them. */
async function fromLedger(read: Tx, registry: Registry, { message, sender }: UnderstoodMessage): Promise<Ends> {
  const items = affectedItems(message)
  const entries = await read.ledger.ofItems(message.caseId, items)
  const deliveries = await Promise.all(
    [...new Set(entries.map(({ deliveryId }) => deliveryId))].map((id) => read.deliveries.get(id)),
  )
  const waiting = message.kind === 'Correction' ? await waitingFor(read, message, items) : []
  const reached = deliveries
    .flatMap((delivery) => delivery ?? [])
    .filter(({ state, collectedAt }) => state !== 'withdrawn' || collectedAt !== undefined)
  const mayGoOtherwise = message.kind === 'Recall'
  const ends = Map.groupBy([...reached, ...waiting], ({ mandate }) => mandate)
  const routes: Route[] = []
  const unreachable: Ends['unreachable'][number][] = []
  for (const [id, along] of ends) {
    const found = routeTo(registry, { mandate: id, along, from: mayGoOtherwise ? sender.id : undefined })
    const organisation = reached.find(({ mandate }) => mandate === id)?.organisation
    if (found !== undefined) routes.push(found)
    else if (organisation !== undefined) unreachable.push({ organisation, mandate: id })
  }
  return { routes, unreachable }
}

interface End {
  readonly mandate: MandateId
  readonly along: readonly { readonly edge: string }[]
  /** Any flow from there to the organisation will do, where none of its own is left. */
  readonly from: OrganisationId | undefined
}

/** The flow it came along last, as the registry still has it; a recall takes nothing along, so that another flow serves it too. */
function routeTo(registry: Registry, { mandate: id, along, from }: End): Route | undefined {
  const mandate = mandateOf(registry, id)
  if (mandate === undefined || participantOf(registry, mandate.organisation) === undefined) return undefined
  const edge =
    along.flatMap((end) => registry.edges.find((one) => one.id === end.edge) ?? []).at(-1) ??
    registry.edges.find((one) => one.from === from && one.to === mandate.organisation)
  return edge === undefined ? undefined : { edge, mandate }
}

/** The items a recall takes back or a correction replaces. */
export const affectedItems = (message: Message): readonly ItemId[] => {
  if (message.kind === 'Recall') return message.recalled
  return message.kind === 'Correction' ? replacedBy(message) : []
}

async function waitingFor(
  read: Tx,
  message: Message,
  items: readonly ItemId[],
): Promise<readonly { readonly edge: string; readonly mandate: MandateId }[]> {
  const messages = await read.messages.ofCase(message.caseId)
  const carrying = new Set(
    messages
      .filter((stored) => itemsOf(stored.message).some(({ itemId }) => items.includes(itemId)))
      .map(({ id }) => id),
  )
  // What is only to be carried onward was judged, and stands in the ledger.
  const waiting = await read.outbox.waitingOfCase(message.caseId)
  return waiting.filter((job) => job.cause !== CARRY_CAUSE && carrying.has(job.messageId))
}
