/** What a recipient answers: acknowledgements of handovers and recalls, who takes a referral, what was asked for; and now and then a question of its own. */
import type { ListedDelivery } from '#adapters/agency-kit/member.ts'
import type { Projection } from '#gateway/core/projection.ts'
import type { Chance } from './chance.ts'
import type { Draft } from './desk.ts'
import { LIAR } from './network.ts'
import type { Recipient } from './network.ts'

export interface Answering {
  readonly line: Pick<ListedDelivery, 'caseId' | 'kind' | 'messageId' | 'sender'>
  readonly projection: Projection
  readonly recipient: Recipient
  readonly chance: Chance
  /** False once no more is asked, so that the run comes to an end. */
  readonly mayAsk: boolean
}

const UNTIL = '2035-01-01'
const NECESSITY = 'Preparing the release of a person who asked for help.'
const ON_RELEASE = { purpose: 'release-preparation', legalBasisId: 'eu.led.8' } as const

/** undefined: nothing is to be answered. */
export function answerTo({ line, recipient, chance, mayAsk }: Answering): Draft | undefined {
  const { caseId, messageId: inReplyTo } = line
  // Nobody agreed to answer it.
  if (line.sender === LIAR) return undefined
  switch (line.kind) {
    case 'CaseHandover':
      if (recipient.type !== 'SP') return undefined
      return mayAsk && chance.isHit(0.2)
        ? {
            kind: 'InformationRequest',
            caseId,
            ...ON_RELEASE,
            to: [line.sender],
            sections: ['employment'],
            necessity: NECESSITY,
            until: UNTIL,
          }
        : chance.isHit(0.3)
          ? { kind: 'HandoverAck', caseId, ...ON_RELEASE, inReplyTo }
          : undefined
    case 'InformationRequest':
      return {
        kind: 'InformationResponse',
        caseId,
        ...ON_RELEASE,
        inReplyTo,
        granted: ['employment'],
        refused: [],
        until: UNTIL,
      }
    case 'Referral':
      return takesReferrals(recipient) ? takenOrNot(recipient, { caseId, inReplyTo }, chance) : undefined
    case 'Recall':
      return {
        kind: 'RecallAck',
        caseId,
        ...groundsOf(recipient),
        inReplyTo,
        action: chance.of(['deleted', 'locked']),
        mandates: [recipient.mandate],
      }
    default:
      return undefined
  }
}

const takesReferrals = ({ type }: Recipient): boolean => type === 'PS' || type === 'MU'

const takenOrNot = (
  recipient: Recipient,
  about: Pick<Draft, 'caseId'> & { readonly inReplyTo: string },
  chance: Chance,
): Draft => {
  const grounds =
    recipient.type === 'MU'
      ? { purpose: 'social-support', legalBasisId: 'eu.gdpr.6-1-e' }
      : { purpose: 'disengagement-support', legalBasisId: 'eu.gdpr.6-1-e' }
  return chance.isHit(0.8)
    ? { kind: 'ReferralAccepted', ...about, ...grounds, mandates: [recipient.mandate] }
    : { kind: 'ReferralDeclined', ...about, ...grounds, reason: 'no-capacity' }
}

const GDPR_TYPES: readonly string[] = ['PS', 'PP', 'PM', 'MU']

const groundsOf = ({ type }: Recipient): { readonly purpose: string; readonly legalBasisId: string } =>
  GDPR_TYPES.includes(type) ? { purpose: 'release-preparation', legalBasisId: 'eu.gdpr.6-1-e' } : ON_RELEASE
