/** What went before a message, fetched for the workflow: the message it answers, the owners of the items it names. */
import type { ItemId, OrganisationId } from '#gateway/core/ids.ts'
import type { Message } from '#gateway/core/message.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { Participant, Registry } from '#gateway/core/participants.ts'
import type { Before } from '#gateway/core/workflow.ts'
import type { StoredMessage, Tx } from '#gateway/ports/store.ts'

/** Reads outside the transaction of the record; what it relies on (who brought what) never changes once stored. */
export async function before(read: Tx, registry: Registry, sender: Participant, message: Message): Promise<Before> {
  const owners = await ownersOf(read, message)
  const answered = message.inReplyTo === undefined ? undefined : await read.messages.get(message.inReplyTo)
  return {
    ownerOf: (item) => owners.get(item),
    organisationOf: (mandate) => mandateOf(registry, mandate)?.organisation,
    ...(answered === undefined ? {} : { answered: await describe(read, answered, sender) }),
  }
}

async function describe(
  read: Tx,
  answered: StoredMessage,
  sender: Participant,
): Promise<NonNullable<Before['answered']>> {
  const deliveries = await read.deliveries.ofMessage(answered.id)
  const jobs = await read.outbox.ofMessage(answered.id)
  const wasSent =
    deliveries.some(({ organisation }) => organisation === sender.id) || isAddressed(answered, sender, jobs.length)
  const { id, kind, issuer, caseId, message } = answered
  return { id, kind, issuer, caseId, sections: 'sections' in message ? message.sections : [], wasSentToSender: wasSent }
}

/** A request is answered by whom it was addressed to, whether or not its delivery was already made. */
const isAddressed = (answered: StoredMessage, sender: Participant, jobs: number): boolean =>
  jobs > 0 && (answered.message.to?.includes(sender.id) ?? false)

async function ownersOf(read: Tx, message: Message): Promise<ReadonlyMap<ItemId, OrganisationId>> {
  const named = namedItems(message)
  if (named.length === 0) return new Map()
  const stored = await read.messages.ofCase(message.caseId)
  const owners = stored.flatMap(({ issuer, message: earlier }) =>
    itemIdsOf(earlier).map((item): [ItemId, OrganisationId] => [item, issuer]),
  )
  return new Map(owners)
}

const namedItems = (message: Message): readonly string[] => {
  if (message.kind === 'Recall') return message.recalled
  return 'items' in message ? (message.items ?? []).flatMap(({ supersedes }) => supersedes ?? []) : []
}

/** Ids of the items that a message brought. */
export const itemIdsOf = (message: Message): readonly ItemId[] =>
  'items' in message ? (message.items ?? []).map(({ itemId }) => itemId as ItemId) : []
