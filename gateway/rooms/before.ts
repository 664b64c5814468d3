/** What went before a message, fetched for the workflow: the message it answers, the owners of the items it names. */
import type { ItemId, MessageId, OrganisationId } from '#gateway/core/ids.ts'
import { itemsOf, replacedBy } from '#gateway/core/message.ts'
import type { Message } from '#gateway/core/message.ts'
import { mandateOf } from '#gateway/core/routing.ts'
import type { Participant, Registry } from '#gateway/core/participants.ts'
import type { Before } from '#gateway/core/workflow.ts'
import type { Tx } from '#gateway/ports/store.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'

/** Reads outside the transaction of the record; what it relies on (who brought what) never changes once stored. */
export async function before(read: Tx, registry: Registry, sender: Participant, message: Message): Promise<Before> {
  const owners = await ownersOf(read, message)
  const answered = message.inReplyTo === undefined ? undefined : await read.messages.get(message.inReplyTo)
  return {
    ownerOf: (item) => owners.get(item),
    organisationOf: (mandate) => mandateOf(registry, mandate)?.organisation,
    mandateOf: await deliveriesOf(read, sender, message),
    ...(answered === undefined ? {} : { answered: await describe(read, answered, sender) }),
  }
}

async function describe(
  read: Tx,
  answered: StoredMessage,
  sender: Participant,
): Promise<NonNullable<Before['answered']>> {
  const deliveries = await read.deliveries.ofMessage(answered.id)
  const wasSent = deliveries.some(({ organisation }) => organisation === sender.id) || names(answered, sender)
  const { id, kind, issuer, caseId, message } = answered
  return { id, kind, issuer, caseId, sections: 'sections' in message ? message.sections : [], wasSentToSender: wasSent }
}

/** Deliveries named by an attestation, as far as its sender was handed them. */
async function deliveriesOf(
  read: Tx,
  sender: Participant,
  message: Message,
): Promise<NonNullable<Before['mandateOf']>> {
  const named = message.kind === 'RecallAck' ? (message.deliveries ?? []) : []
  const found = await Promise.all(named.map((id) => read.deliveries.get(id)))
  const handed = found.flatMap((delivery) => {
    const isHanded =
      delivery?.organisation === sender.id && delivery.caseId === message.caseId && delivery.collectedAt !== undefined
    return isHanded ? [[delivery.id, delivery.mandate] as const] : []
  })
  const mandates = new Map(handed)
  return (id) => mandates.get(id)
}

/** Whoever a message names may answer it, whether or not a mandate of theirs was open for it yet: a referral comes before its mandates. */
const names = (answered: StoredMessage, sender: Participant): boolean =>
  answered.message.to?.includes(sender.id) ?? false

async function ownersOf(read: Tx, message: Message): Promise<ReadonlyMap<ItemId, OrganisationId>> {
  const brought = await read.cases.messagesOfItems(message.caseId, namedItems(message))
  const bringers = new Map<MessageId, OrganisationId>()
  for (const id of new Set(brought.map(({ messageId }) => messageId))) {
    const issuer = (await read.messages.get(id))?.issuer
    if (issuer !== undefined) bringers.set(id, issuer)
  }
  return new Map(
    brought.flatMap(({ itemId, messageId }) => {
      const issuer = bringers.get(messageId)
      return issuer === undefined ? [] : [[itemId, issuer] as const]
    }),
  )
}

const namedItems = (message: Message): readonly ItemId[] => {
  if (message.kind === 'Recall') return message.recalled
  return [...itemsOf(message).map(({ itemId }) => itemId), ...replacedBy(message)]
}
