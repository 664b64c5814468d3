/** Mappings of licences: the licence itself, a list of summaries, and the integrated view of conditions. */
import type { MappingRow, RecordMapping } from '#adapters/dialects/mapping.ts'

const measure = { nature: 'decision', section: 'measures', specialCategories: ['offence'] } as const

const licenceRows = (root: string): readonly MappingRow[] => {
  const dated = { observedAt: [`${root}/licenceStartDate`, `${root}/dateLastUpdated`, `${root}/dateCreated`] }
  const members = (names: readonly string[]): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(names.map((name) => [name, [`${root}/${name}`]]))
  return [
    {
      ...measure,
      ...dated,
      from: root,
      term: 'measure-type',
      value: {
        as: 'record',
        members: members([
          'licenceType',
          'licenceStatus',
          'typeCode',
          'statusCode',
          'version',
          'topupSupervisionStartDate',
          'topupSupervisionExpiryDate',
          'isVariation',
          'variationOf',
          'isInPssPeriod',
          'isActivatedInPssPeriod',
          'approvedDate',
          'supersededDate',
        ]),
      },
    },
    { ...measure, ...dated, from: `${root}/licenceStartDate`, term: 'measure-start-date', value: { as: 'day' } },
    { ...measure, ...dated, from: `${root}/licenceExpiryDate`, term: 'measure-end-date', value: { as: 'day' } },
    {
      ...measure,
      section: 'custody',
      nature: 'fact',
      from: `${root}/sentenceEndDate`,
      term: 'sentence-end-date',
      value: { as: 'day' },
    },
    {
      ...measure,
      section: 'custody',
      nature: 'fact',
      from: root,
      term: 'establishment',
      value: { as: 'record', members: { code: [`${root}/prisonCode`], name: [`${root}/prisonDescription`] } },
    },
    {
      nature: 'fact',
      section: 'release-plan',
      from: root,
      term: 'release-type',
      value: { as: 'record', members: members(['conditionalReleaseDate', 'actualReleaseDate', 'sentenceStartDate']) },
    },
    {
      nature: 'fact',
      section: 'release-plan',
      from: `${root}/appointmentTime`,
      term: 'first-appointment',
      value: { as: 'time' },
    },
    {
      nature: 'fact',
      section: 'release-plan',
      from: root,
      term: 'first-appointment-place',
      value: { as: 'record', members: members(['appointmentAddress', 'appointmentPerson', 'appointmentContact']) },
    },
    {
      nature: 'fact',
      section: 'contacts',
      subjectCategory: 'professional',
      from: root,
      term: 'referring-probation-officer',
      value: {
        as: 'record',
        members: {
          name: [`${root}/comUsername`],
          email: [`${root}/comEmail`],
          service: [
            `${root}/probationTeamDescription`,
            `${root}/probationLauDescription`,
            `${root}/probationPduDescription`,
            `${root}/probationAreaDescription`,
          ],
        },
      },
    },
    {
      nature: 'fact',
      section: 'identity',
      from: root,
      term: 'full-name',
      value: {
        as: 'record',
        members: { name: [`${root}/forename`, `${root}/middleNames`, `${root}/surname`] },
        joint: ' ',
      },
    },
    { nature: 'fact', section: 'identity', from: `${root}/dateOfBirth`, term: 'birth-date', value: { as: 'day' } },
    {
      nature: 'fact',
      section: 'identity',
      from: root,
      term: 'register-number',
      value: { as: 'record', members: members(['nomsId', 'nomisId', 'bookingNo', 'bookingId', 'crn', 'pnc', 'cro']) },
    },
  ]
}

/** The kind of obligation is told by its category where the record gives one; the words stay those of the licence. */
const TERM_OF_CATEGORY: readonly { readonly category: string; readonly term: string }[] = [
  { category: 'Residence at a specific place', term: 'obligation-residence' },
  { category: 'Restriction of residency', term: 'obligation-residence' },
  { category: 'Making or maintaining contact with a person', term: 'prohibition-contact' },
  { category: 'Freedom of movement', term: 'prohibition-place' },
  { category: 'Electronic monitoring', term: 'electronic-monitoring' },
  { category: 'Curfew arrangement', term: 'electronic-monitoring' },
  { category: 'Participation in, or co-operation with, a programme or set of activities', term: 'obligation-support' },
  { category: 'Drug testing', term: 'obligation-care' },
]

/** Conditions in a list: by category where that is known, else as an obligation towards the supervising officer. */
const conditionRows = (from: string, dates: readonly string[], only: readonly string[]): readonly MappingRow[] => {
  const row = { ...measure, from, observedAt: dates, value: { as: 'lines', only } } as const
  const category = `${from}/category`
  return [
    ...TERM_OF_CATEGORY.map(({ category: name, term }) => ({ ...row, term, where: { [category]: [name] } })),
    {
      ...row,
      term: 'obligation-reporting',
      unless: { [category]: TERM_OF_CATEGORY.map(({ category: name }) => name) },
    },
  ]
}

const CONDITION_LISTS = [
  'standardLicenceConditions',
  'standardPssConditions',
  'additionalLicenceConditions',
  'additionalPssConditions',
  'bespokeConditions',
] as const
const WORDS = ['category', 'text', 'expandedText', 'data.field', 'data.value', 'uploadSummary.description'] as const

export const LICENCE_MAPPINGS: readonly RecordMapping[] = [
  {
    record: 'licence',
    authorRole: 'probation-officer',
    required: ['/licenceStartDate', '/typeCode'],
    subject: ['/nomsId', '/nomisId'],
    rows: [
      ...licenceRows(''),
      ...CONDITION_LISTS.flatMap((list) => conditionRows(`/${list}/*`, ['/licenceStartDate', '/dateCreated'], WORDS)),
    ],
  },
  {
    record: 'licence-list',
    authorRole: 'probation-officer',
    required: ['/*/licenceId'],
    subject: ['/*/nomsId'],
    rows: [
      ...licenceRows('/*'),
      { nature: 'fact', section: 'identity', from: '/*/licenceId', term: 'case-reference', value: { as: 'text' } },
    ],
  },
  {
    record: 'licence-conditions',
    authorRole: 'probation-officer',
    required: ['/data/licences'],
    subject: ['/data/hmppsId'],
    rows: [
      {
        ...measure,
        from: '/data/licences/*',
        term: 'measure-type',
        observedAt: ['/data/licences/*/approvedDate', '/data/licences/*/createdDate'],
        value: { as: 'lines', only: ['status', 'typeCode', 'updatedDate', 'createdDate'] },
      },
      ...conditionRows(
        '/data/licences/*/conditions/*',
        ['/data/licences/*/approvedDate', '/data/licences/*/createdDate'],
        ['type', 'category', 'condition'],
      ),
      {
        nature: 'fact',
        section: 'identity',
        from: '/data',
        term: 'register-number',
        value: { as: 'lines', only: ['hmppsId', 'offenderNumber'] },
      },
    ],
  },
]
