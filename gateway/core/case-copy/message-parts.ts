/** A message as parts beside its items: what every recipient sees, what goes with a value that passed, and what is for the gateway alone. */
import { unreachable } from '#gateway/core/problem.ts'
import { isSameJson, membersOf, pickMembers } from './json-members.ts'
import type { Members } from './json-members.ts'
import type { CopiedMessage } from './schema.ts'

export interface MessageParts {
  readonly about: Members
  /** Goes with a value that passed (`body.ts`). */
  readonly valued: Members | undefined
  /** Goes with an exact one. */
  readonly dated: Members | undefined
  readonly broker: Members
}

const ABOUT = ['kind', 'purpose', 'inReplyTo'] as const
const BROKER = ['jti', 'aud', 'iat', 'caseId', 'legalBasisId', 'to'] as const
const MONTH_CHARACTERS = 7

interface Body {
  readonly always?: Members
  readonly valued?: Members
  readonly dated?: Members
  readonly kept?: Members
}

/** `prev` is the digest of the copies that the sender sent before in this case. */
export function messagePartsOf(message: CopiedMessage, prev: string | undefined): MessageParts {
  const { always, valued, dated, kept } = bodyPartsOf(message)
  return {
    about: { ...pickMembers(message, ABOUT), ...always },
    valued,
    dated,
    broker: {
      ...pickMembers(message, BROKER),
      ...kept,
      hasItems: message.items !== undefined,
      ...(prev === undefined ? {} : { prev }),
    },
  }
}

function bodyPartsOf(message: CopiedMessage): Body {
  switch (message.kind) {
    case 'QuarterlyReport':
      return { valued: { quarter: message.quarter } }
    case 'MonthlyMeetingRecord': {
      const { meetingOn, attendees } = message
      return { valued: { meetingOn: meetingOn.slice(0, MONTH_CHARACTERS) }, dated: { meetingOn }, kept: { attendees } }
    }
    case 'IncidentAlert':
      return { valued: { severity: message.severity, finding: message.finding } }
    case 'Correction':
      return { always: { reason: message.reason } }
    case 'InformationResponse':
      return { always: { granted: message.granted, refused: message.refused, until: message.until } }
    case 'CaseHandover':
    case 'Referral':
      return message.facts === undefined ? {} : { kept: { facts: message.facts } }
    case 'EndOfCustodyNote':
      return {}
    default:
      return unreachable(message)
  }
}

/** The members that a recipient sees beside the items, by what it was shown of them. */
export const bodyTextOf = (claims: Members): Members => {
  const body: Record<string, unknown> = { ...membersOf(claims['about']) }
  for (const name of ABOUT) delete body[name]
  return { ...body, ...membersOf(claims['valued']), ...membersOf(claims['dated']) }
}

/** The message without its items, as its sender wrote it; unread. */
export function messageTextOf(claims: Members): Members {
  const { hasItems: _hasItems, prev: _prev, ...broker } = membersOf(claims['broker'])
  const about = membersOf(claims['about'])
  return { ...pickMembers(claims, ['sch', 'iss']), ...bodyTextOf(claims), ...pickMembers(about, ABOUT), ...broker }
}

/** True where the parts are those that the message makes. */
export function areMessageParts(message: CopiedMessage, claims: Members): boolean {
  const prev = membersOf(claims['broker'])['prev']
  if (prev !== undefined && typeof prev !== 'string') return false
  const parts = messagePartsOf(message, prev)
  return (['about', 'valued', 'dated', 'broker'] as const).every((name) => isSameJson(parts[name], claims[name]))
}
