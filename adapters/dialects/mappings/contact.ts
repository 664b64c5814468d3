/** Mappings of contact with a person: case notes and appointments. */
import type { MappingRow, RecordMapping } from '#adapters/dialects/mapping.ts'

const NOTE = [
  'text',
  'type',
  'typeDescription',
  'subType',
  'subTypeDescription',
  'locationId',
  'amendments.additionalNoteText',
  'amendments.creationDateTime',
  'amendments.authorName',
] as const

/** Notes on resettlement belong to the programme; all others are staff's account of conduct. */
const noteRows = (list: string): readonly MappingRow[] => {
  const note = {
    nature: 'assessment',
    from: `${list}/*`,
    confidentialIf: `${list}/*/sensitive`,
    observedAt: [`${list}/*/occurrenceDateTime`, `${list}/*/creationDateTime`],
    value: { as: 'lines', only: NOTE },
  } as const
  return [
    { ...note, section: 'programmes', term: 'programme-engagement', where: { [`${list}/*/type`]: ['RESET'] } },
    { ...note, section: 'incidents', term: 'incident-account', unless: { [`${list}/*/type`]: ['RESET'] } },
  ]
}

const caseNotes = (record: string, list: string): RecordMapping => ({
  record,
  authorRole: 'prison-officer',
  required: [list],
  subject: [`${list}/*/offenderIdentifier`],
  rows: noteRows(list),
})

const APPOINTMENTS: RecordMapping = {
  record: 'appointments',
  authorRole: 'probation-officer',
  required: ['/results'],
  subject: [],
  rows: [
    {
      nature: 'fact',
      section: 'release-plan',
      from: '/results/*/dateTime',
      term: 'next-appointment',
      value: { as: 'time' },
    },
    {
      nature: 'fact',
      section: 'release-plan',
      from: '/results/*',
      term: 'first-appointment-place',
      value: { as: 'lines', only: ['type', 'description', 'duration', 'location', 'outcome'] },
    },
    {
      nature: 'fact',
      section: 'contacts',
      subjectCategory: 'professional',
      from: '/results/*/staff',
      term: 'professional',
      value: {
        as: 'record',
        members: {
          name: ['/results/*/staff/name/forename', '/results/*/staff/name/surname'],
          email: ['/results/*/staff/email'],
          role: ['/results/*/staff/code'],
        },
        joint: ' ',
      },
    },
  ],
}

const CRS_APPOINTMENTS: RecordMapping = {
  record: 'crs-appointments',
  authorRole: 'service-provider',
  required: ['/referral'],
  subject: ['/crn'],
  rows: [
    { nature: 'fact', section: 'identity', from: '/crn', term: 'register-number', value: { as: 'text' } },
    {
      nature: 'fact',
      section: 'release-plan',
      from: '/referral/*/appointment/*/appointment_date_time',
      term: 'next-appointment',
      value: { as: 'time' },
    },
    {
      nature: 'fact',
      section: 'release-plan',
      from: '/referral/*/appointment/*',
      term: 'first-appointment-place',
      value: {
        as: 'lines',
        only: [
          'appointment_id',
          'appointment_duration_in_minutes',
          'superseded_indicator',
          'appointment_delivery_first_address_line',
          'appointment_delivery_second_address_line',
          'appointment_delivery_town_city',
          'appointment_delivery_county',
          'appointment_delivery_postcode',
        ],
      },
    },
    {
      nature: 'fact',
      section: 'programmes',
      from: '/referral/*',
      term: 'programme',
      value: { as: 'lines', only: ['referral_number', 'intervention_title'] },
    },
  ],
}

export const CONTACT_MAPPINGS: readonly RecordMapping[] = [
  caseNotes('case-notes', '/content'),
  caseNotes('case-notes-view', '/data'),
  APPOINTMENTS,
  CRS_APPOINTMENTS,
]
