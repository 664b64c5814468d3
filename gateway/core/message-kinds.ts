/** The message catalogue (`CaseHandover` to `SubjectReply`) and which of its kinds this gateway carries today. */

export const MESSAGE_KINDS = [
  'PreReleaseNotice',
  'ReleaseDateChange',
  'CaseHandover',
  'HandoverAck',
  'Referral',
  'ReferralAccepted',
  'ReferralDeclined',
  'QuarterlyReport',
  'MonthlyMeetingRecord',
  'IncidentAlert',
  'InformationRequest',
  'InformationResponse',
  'InformationRefusal',
  'IntelligenceRequest',
  'EndOfCustodyNote',
  'PanelAgenda',
  'PanelDecision',
  'FeedbackSheet',
  'JurisdictionTransfer',
  'TransferAccepted',
  'Correction',
  'Recall',
  'RecallAck',
  'ConditionNotice',
  'EmergencyDisclosure',
  'EmergencyReview',
  'SupportTermination',
  'CaseClosure',
  'ErasureOrder',
  'ErasureCertificate',
  'PolicyChangeNotice',
  'BreachNotice',
  'SubjectRequest',
  'SubjectReply',
] as const
export type MessageKind = (typeof MESSAGE_KINDS)[number]

export const CARRIED_KINDS = [
  'CaseHandover',
  'HandoverAck',
  'Referral',
  'ReferralAccepted',
  'ReferralDeclined',
  'QuarterlyReport',
  'MonthlyMeetingRecord',
  'IncidentAlert',
  'EndOfCustodyNote',
  'Correction',
  'Recall',
  'RecallAck',
  'InformationRequest',
  'IntelligenceRequest',
  'InformationResponse',
] as const satisfies readonly MessageKind[]
export type CarriedKind = (typeof CARRIED_KINDS)[number]

/** Kinds that answer or ask one other member and hold no items. */
export const REPLY_KINDS = [
  'HandoverAck',
  'ReferralAccepted',
  'ReferralDeclined',
  'RecallAck',
  'InformationRequest',
  'IntelligenceRequest',
] as const satisfies readonly CarriedKind[]
