/** What a projection says beside its items, by kind of message: as little as its items already tell. */
import { replacedBy } from './message.ts'
import type { Message } from './message.ts'
import { unreachable } from './problem.ts'
import type { ProjectedItem, Projection } from './projection.ts'

/** Members beside the items. What speaks of an incident or a meeting goes only with a value that passed, its day with an exact one. */
export function bodyOf(
  message: Message,
  items: readonly ProjectedItem[],
  shownBefore: ReadonlySet<string>,
): Projection['body'] {
  const hasItems = items.some(({ level }) => level !== 'existence')
  const isDated = items.some(({ level, quality }) => level !== 'existence' && !quality.generalised)
  switch (message.kind) {
    case 'QuarterlyReport':
      return hasItems ? { quarter: message.quarter } : {}
    case 'MonthlyMeetingRecord':
      return hasItems ? { meetingOn: isDated ? message.meetingOn : message.meetingOn.slice(0, 7) } : {}
    case 'IncidentAlert':
      return hasItems ? { severity: message.severity, finding: message.finding } : {}
    case 'Correction':
      return {
        corrected: shownOnly(replacedBy(message), shownBefore),
        reason: message.reason,
      }
    case 'Recall':
      return { recalled: shownOnly(message.recalled, shownBefore), reason: message.reason }
    case 'RecallAck':
      return { action: message.action, ...(message.mandates === undefined ? {} : { mandates: [...message.mandates] }) }
    case 'ReferralAccepted':
      return {
        mandates: [...message.mandates],
        ...(message.firstAppointment === undefined ? {} : { firstAppointment: message.firstAppointment }),
      }
    case 'ReferralDeclined':
      return { reason: message.reason }
    case 'InformationRequest':
    case 'IntelligenceRequest':
      return { sections: [...message.sections], necessity: message.necessity, until: message.until }
    case 'InformationResponse':
      return {
        granted: [...message.granted],
        refused: message.refused.map((entry) => ({ ...entry })),
        until: message.until,
      }
    case 'CaseHandover':
    case 'Referral':
    case 'EndOfCustodyNote':
    case 'HandoverAck':
      return {}
    default:
      return unreachable(message)
  }
}

const shownOnly = (items: readonly string[], shownBefore: ReadonlySet<string>): string[] =>
  items.filter((item) => shownBefore.has(item))
