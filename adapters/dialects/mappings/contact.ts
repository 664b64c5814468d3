/** Mappings of what happens with a person: case notes, appointments, addresses, adjudications, supervisions, access limitations. */
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

interface AddressNames {
  readonly list: string
  readonly street: readonly string[]
  readonly from: string
  readonly to: string
  readonly homeless: string
  readonly kind: string
}

const addressRows = ({ list, street, from, to, homeless, kind }: AddressNames): readonly MappingRow[] => {
  const home = {
    nature: 'fact',
    section: 'accommodation',
    observedAt: [`${list}/*/${from}`],
    validUntil: [`${list}/*/${to}`],
  } as const
  return [
    {
      ...home,
      from: `${list}/*`,
      term: 'address',
      value: {
        as: 'record',
        members: {
          street: street.map((member) => `${list}/*/${member}`),
          postcode: [`${list}/*/postcode`],
          commune: [`${list}/*/town`],
        },
      },
    },
    { ...home, from: `${list}/*/${homeless}`, term: 'accommodation-stability', value: { as: 'json' } },
    { ...home, from: `${list}/*/${kind}`, term: 'accommodation-type', value: { as: 'json' } },
    { ...home, from: `${list}/*/notes`, term: 'accommodation-request', nature: 'assessment', value: { as: 'text' } },
    { ...home, from: `${list}/*/${to}`, term: 'accommodation-end-date', value: { as: 'day' } },
  ]
}

const ADDRESSES: readonly RecordMapping[] = [
  {
    record: 'delius-addresses',
    authorRole: 'probation-officer',
    required: ['/contactDetails/addresses'],
    subject: [],
    rows: addressRows({
      list: '/contactDetails/addresses',
      street: ['buildingName', 'addressNumber', 'streetName', 'district', 'county'],
      from: 'from',
      to: 'to',
      homeless: 'noFixedAbode',
      kind: 'type',
    }),
  },
  {
    record: 'person-addresses',
    authorRole: 'probation-officer',
    required: ['/data'],
    subject: [],
    rows: addressRows({
      list: '/data',
      street: ['name', 'number', 'street', 'locality', 'county', 'country'],
      from: 'startDate',
      to: 'endDate',
      homeless: 'noFixedAddress',
      kind: 'types',
    }),
  },
]

const incident = {
  nature: 'fact',
  section: 'incidents',
  observedAt: ['/data/*/incidentDetails/dateTimeOfIncident'],
} as const

const ADJUDICATIONS: RecordMapping = {
  record: 'adjudications',
  authorRole: 'prison-officer',
  required: ['/data'],
  subject: [],
  rows: [
    { ...incident, from: '/data/*/incidentDetails/dateTimeOfIncident', term: 'incident-date', value: { as: 'time' } },
    {
      ...incident,
      from: '/data/*',
      term: 'incident-type',
      value: { as: 'lines', only: ['incidentRole', 'offenceDetails', 'isYouthOffender'] },
    },
    {
      ...incident,
      nature: 'decision',
      from: '/data/*',
      term: 'incident-finding',
      value: { as: 'lines', only: ['status', 'statusReason', 'statusDetails'] },
    },
    { ...incident, nature: 'decision', from: '/data/*/hearings/*', term: 'incident-outcome', value: { as: 'lines' } },
    { ...incident, nature: 'decision', from: '/data/*/outcomes/*', term: 'incident-outcome', value: { as: 'lines' } },
    {
      ...incident,
      nature: 'decision',
      from: '/data/*/punishments/*',
      term: 'disciplinary-sanction',
      value: { as: 'lines' },
    },
    {
      ...incident,
      nature: 'assessment',
      from: '/data/*/punishmentComments/*',
      term: 'disciplinary-sanction',
      observedAt: ['/data/*/punishmentComments/*/dateTime', '/data/*/incidentDetails/dateTimeOfIncident'],
      value: { as: 'lines' },
    },
  ],
}

const custody = { nature: 'decision', section: 'custody', specialCategories: ['offence'] } as const

/** An offence as text: what it is called, its codes, its date and count. */
const offence = (from: string): MappingRow => ({
  ...custody,
  from,
  term: 'offence',
  observedAt: [`${from}/date`],
  value: {
    as: 'record',
    members: {
      text: [
        'description',
        'code',
        'mainCategory/description',
        'mainCategory/code',
        'subCategory/description',
        'subCategory/code',
        'count',
        'date',
      ].map((member) => `${from}/${member}`),
    },
  },
})

/** The ladder reads a length in years, months or days; the unit says which. */
const sentence = (member: 'years' | 'months' | 'days', units: readonly string[]): MappingRow => ({
  ...custody,
  from: '/supervisions/*/sentence',
  term: 'sentence',
  where: { '/supervisions/*/sentence/lengthUnits': units },
  observedAt: ['/supervisions/*/sentence/date'],
  value: {
    as: 'record',
    members: { kind: ['/supervisions/*/sentence/description'], [member]: ['/supervisions/*/sentence/length'] },
    numbers: [member],
  },
})

const register = (
  list: string,
  row: Pick<MappingRow, 'section' | 'term' | 'nature' | 'specialCategories'>,
): MappingRow => ({
  ...row,
  from: `${list}/*`,
  observedAt: [`${list}/*/startDate`],
  value: { as: 'lines' },
})

const SUPERVISIONS: RecordMapping = {
  record: 'supervisions',
  authorRole: 'probation-officer',
  required: ['/supervisions'],
  subject: [],
  rows: [
    {
      nature: 'fact',
      section: 'contacts',
      subjectCategory: 'professional',
      from: '/communityManager',
      term: 'referring-probation-officer',
      value: {
        as: 'record',
        members: {
          name: ['/communityManager/name/forename', '/communityManager/name/surname'],
          phone: ['/communityManager/telephoneNumber'],
          email: ['/communityManager/email'],
          role: ['/communityManager/code'],
          service: ['/communityManager/team/description', '/communityManager/team/code'],
        },
        joint: ' ',
      },
    },
    {
      nature: 'fact',
      section: 'contacts',
      subjectCategory: 'professional',
      from: '/communityManager/team',
      term: 'professional-reachability',
      value: { as: 'lines' },
    },
    {
      nature: 'assessment',
      section: 'risk-needs',
      from: '/mappaDetail',
      term: 'risk-management-plan',
      value: { as: 'lines' },
    },
    {
      ...custody,
      section: 'measures',
      from: '/supervisions/*',
      term: 'measure-type',
      observedAt: ['/supervisions/*/sentence/date'],
      value: { as: 'lines', only: ['number', 'active', 'custodial', 'sentence'] },
    },
    sentence('months', ['Months']),
    sentence('years', ['Years']),
    sentence('days', ['Days']),
    offence('/supervisions/*/mainOffence'),
    offence('/supervisions/*/additionalOffences/*'),
    {
      ...custody,
      from: '/supervisions/*/courtAppearances/*',
      term: 'sentencing-court',
      observedAt: ['/supervisions/*/courtAppearances/*/date'],
      value: { as: 'lines' },
    },
    register('/dynamicRisks', { nature: 'assessment', section: 'violent-risk', term: 'violent-act-level' }),
    register('/personStatus', { ...custody, nature: 'fact', term: 'custody-status' }),
  ],
}

/** Nobody sees a restricted case but those it names; a limit that names nobody we can name closes it. */
const ACCESS_LIMITATIONS: RecordMapping = {
  record: 'access-limitations',
  authorRole: 'probation-officer',
  required: ['/restrictedTo', '/excludedFrom'],
  subject: [],
  rows: [],
  restriction: [
    { from: '/restrictedTo/*', states: 'restrictedTo', member: 'email' },
    { from: '/excludedFrom/*', states: 'excludedFrom', member: 'email' },
    { from: '/restrictionMessage', states: 'closed-unless-named' },
    { from: '/exclusionMessage', states: 'closed-unless-named' },
  ],
}

export const CONTACT_MAPPINGS: readonly RecordMapping[] = [
  caseNotes('case-notes', '/content'),
  caseNotes('case-notes-view', '/data'),
  APPOINTMENTS,
  CRS_APPOINTMENTS,
  ...ADDRESSES,
  ADJUDICATIONS,
  SUPERVISIONS,
  ACCESS_LIMITATIONS,
]
