/** Which message may follow which: an answer needs its question, a correction its original, and each only from the right sender. */
import type { CaseId, DeliveryId, ItemId, MandateId, MessageId, OrganisationId } from './ids.ts'
import { itemsOf } from './message.ts'
import type { Message } from './message.ts'
import { fail, ok, unreachable } from './problem.ts'
import type { Result } from './problem.ts'
import type { MessageKind } from './message-kinds.ts'

/** What went before, as far as this message speaks of it. */
export interface Before {
  /** The message it replies to, and whether its sender was sent that one. */
  readonly answered?: {
    readonly id: MessageId
    readonly kind: MessageKind
    readonly issuer: OrganisationId
    readonly caseId: CaseId
    readonly sections: readonly string[]
    readonly wasSentToSender: boolean
  }
  /** Who brought each item that it brings, recalls or supersedes; the first who did. */
  readonly ownerOf: (item: ItemId) => OrganisationId | undefined
  /** Organisation of each mandate that it names. */
  readonly organisationOf: (mandate: string) => OrganisationId | undefined
  /** Mandate of each delivery it names that its sender was handed of this case; absent: of none. */
  readonly mandateOf?: (delivery: DeliveryId) => MandateId | undefined
}

const ANSWERS: Readonly<Partial<Record<Message['kind'], readonly MessageKind[]>>> = {
  HandoverAck: ['CaseHandover', 'EndOfCustodyNote'],
  ReferralAccepted: ['Referral'],
  ReferralDeclined: ['Referral'],
  RecallAck: ['Recall', 'Correction'],
  InformationResponse: ['InformationRequest', 'IntelligenceRequest'],
}

/** Refuses with `message-out-of-turn` and the pointer of what does not follow. */
export function follows(message: Message, sender: OrganisationId, before: Before): Result<Message> {
  const wanted = ANSWERS[message.kind]
  const isReply = wanted !== undefined || message.inReplyTo !== undefined
  if (isReply && !answers(message, before, wanted)) return outOfTurn('/inReplyTo')
  if (!bringsOwn(message, sender, before)) return outOfTurn('/items')
  switch (message.kind) {
    case 'Recall':
      return everyItem(message.recalled, (item) => before.ownerOf(item) === sender)
        ? ok(message)
        : outOfTurn('/recalled')
    case 'ReferralAccepted':
      return ownMandates(message.mandates, sender, before) ? ok(message) : outOfTurn('/mandates')
    case 'RecallAck':
      if (!ownMandates(message.mandates ?? [], sender, before)) return outOfTurn('/mandates')
      return ownDeliveries(message, before) ? ok(message) : outOfTurn('/deliveries')
    case 'InformationResponse':
      return message.granted.every((section) => before.answered?.sections.includes(section) ?? false)
        ? ok(message)
        : outOfTurn('/granted')
    case 'CaseHandover':
    case 'HandoverAck':
    case 'Referral':
    case 'ReferralDeclined':
    case 'QuarterlyReport':
    case 'MonthlyMeetingRecord':
    case 'IncidentAlert':
    case 'EndOfCustodyNote':
    case 'Correction':
    case 'InformationRequest':
    case 'IntelligenceRequest':
      return supersedesOwn(message, sender, before) ? ok(message) : outOfTurn('/items')
    default:
      return unreachable(message)
  }
}

/** A message speaks only of one of its own case that its sender was sent, whether or not its kind asks for one. */
function answers(message: Message, { answered }: Before, wanted: readonly MessageKind[] | undefined): boolean {
  return (
    answered !== undefined &&
    (wanted?.includes(answered.kind) ?? true) &&
    answered.caseId === message.caseId &&
    answered.wasSentToSender
  )
}

/** An item id belongs to whoever brought it first: nobody becomes the owner of another's item by sending one of its name. */
function bringsOwn(message: Message, sender: OrganisationId, before: Before): boolean {
  return itemsOf(message).every(({ itemId }) => (before.ownerOf(itemId) ?? sender) === sender)
}

/** A new version may replace only what the same sender brought before; a correction is nothing but new versions. */
function supersedesOwn(message: Message, sender: OrganisationId, before: Before): boolean {
  const items = itemsOf(message)
  const ownIds = new Map(items.map((item) => [item.itemId, item.supersedes]))
  if (turnsInCircle(ownIds)) return false
  return items.every(({ supersedes }) => {
    if (supersedes === undefined) return message.kind !== 'Correction'
    return ownIds.has(supersedes) || before.ownerOf(supersedes) === sender
  })
}

/** A version in a circle of versions would be past when it comes, and shown to nobody. Each is walked over once. */
function turnsInCircle(replaced: ReadonlyMap<string, string | undefined>): boolean {
  const walked = new Set<string>()
  for (const start of replaced.keys()) {
    const onThisWalk = new Set<string>()
    for (let id: string | undefined = start; id !== undefined && !walked.has(id); id = replaced.get(id)) {
      walked.add(id)
      onThisWalk.add(id)
      const next = replaced.get(id)
      if (next !== undefined && onThisWalk.has(next)) return true
    }
  }
  return false
}

const ownMandates = (mandates: readonly MandateId[], sender: OrganisationId, before: Before): boolean =>
  mandates.every((id) => before.organisationOf(id) === sender)

/** What its sender was never handed it cannot have deleted; and it speaks of no delivery to a mandate that it does not speak for. */
const ownDeliveries = (
  { deliveries = [], mandates }: Extract<Message, { readonly kind: 'RecallAck' }>,
  { mandateOf }: Before,
): boolean =>
  deliveries.every((id) => {
    const mandate = mandateOf?.(id)
    return mandate !== undefined && (mandates === undefined || mandates.includes(mandate))
  })

const everyItem = (items: readonly ItemId[], test: (item: ItemId) => boolean): boolean => items.every(test)
const outOfTurn = (pointer: string): Result<Message> =>
  fail('message-out-of-turn', [{ pointer, code: 'does-not-follow' }])
