/** A member's answer to a recall or correction: signed by it, naming the deliveries that it held and has deleted or locked. */
import { randomUUID } from 'node:crypto'
import { MAX_ATTESTED, SCHEMA_VERSION } from '#gateway/core/message.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Accepted, ListedDelivery, Member } from './member.ts'

/** Who attests: a mandate for what it held, an organisation for all of its mandates. */
export interface Attester {
  readonly member: Pick<Member, 'list' | 'send'>
  /** URI of the organisation, and of the gateway. */
  readonly uri: string
  readonly audience: string
  readonly clock: Clock
}

export interface Grounds {
  readonly purpose: string
  readonly legalBasisId: string
}

/** No notice of that recall lies in the mailbox: there is nothing to answer. */
export class NotAsked extends Error {
  constructor(recallId: string) {
    super(`${recallId}: no recall or correction of that id is in this mailbox`)
  }
}

/**
 * Sends the attestation once what it says is done: say it after the copies are deleted or locked. It is read by whoever took back.
 * Of a message that came several times the latest delivery is named, so that how often it was asked for stays with this member.
 * Throws NotAsked, and Refused.
 */
export async function attest(
  { member, uri, audience, clock }: Attester,
  recallId: string,
  action: 'deleted' | 'locked',
  grounds: Grounds,
): Promise<Accepted> {
  const listed = await member.list()
  const notices = listed.filter(({ messageId }) => messageId === recallId)
  const [notice] = notices
  if (notice === undefined) throw new NotAsked(recallId)
  const mandates = [...new Set(notices.map(({ mandate }) => mandate))]
  const deliveries = heldOf(listed, notices).slice(-MAX_ATTESTED)
  return member.send({
    sch: SCHEMA_VERSION,
    iss: uri,
    aud: audience,
    iat: toNumericDate(clock()),
    jti: randomUUID(),
    kind: 'RecallAck',
    caseId: notice.caseId,
    ...grounds,
    inReplyTo: recallId,
    action,
    mandates,
    ...(deliveries.length === 0 ? {} : { deliveries }),
  })
}

/** What these mandates collected of the same sender in the same case, latest of each message. The list is oldest first. */
function heldOf(listed: readonly ListedDelivery[], notices: readonly ListedDelivery[]): readonly string[] {
  const latest = new Map<string, string>()
  for (const { id, messageId, mandate, caseId, sender, state } of listed) {
    const isConcerned = notices.some(
      (notice) =>
        notice.mandate === mandate &&
        notice.caseId === caseId &&
        notice.sender === sender &&
        notice.messageId !== messageId,
    )
    if (isConcerned && state !== 'in-mailbox') latest.set(`${messageId} ${mandate}`, id)
  }
  return [...latest.values()]
}
