/** Mappings of conduct and supervision: adjudications, supervisions, and who may see the case at all. */
import type { MappingRow, RecordMapping } from '#adapters/dialects/mapping.ts'

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

export const CONDUCT_MAPPINGS: readonly RecordMapping[] = [ADJUDICATIONS, SUPERVISIONS, ACCESS_LIMITATIONS]
