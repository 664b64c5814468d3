/** Mappings of a person: the prison's record (prisoner search) and that of probation (Delius), alone or in a list of one. */
import type { MappingRow, RecordMapping } from '#adapters/dialects/mapping.ts'

const prisonerRows = (root: string): readonly MappingRow[] => {
  const fact = { nature: 'fact' } as const
  const identity = { ...fact, section: 'identity' } as const
  const custody = { ...fact, section: 'custody', specialCategories: ['offence'] } as const
  const name = (from: string): readonly string[] =>
    ['title', 'firstName', 'middleNames', 'lastName'].map((member) => `${from}/${member}`)
  return [
    { ...identity, from: root, term: 'full-name', value: { as: 'record', members: { name: name(root) }, joint: ' ' } },
    {
      ...identity,
      from: root,
      term: 'register-number',
      value: {
        as: 'record',
        members: {
          prisonerNumber: [`${root}/prisonerNumber`],
          bookingId: [`${root}/bookingId`],
          bookNumber: [`${root}/bookNumber`],
          pncNumber: [`${root}/pncNumber`],
          pncNumberCanonicalShort: [`${root}/pncNumberCanonicalShort`],
          pncNumberCanonicalLong: [`${root}/pncNumberCanonicalLong`],
          croNumber: [`${root}/croNumber`],
        },
      },
    },
    {
      ...identity,
      from: `${root}/identifiers/*`,
      term: 'case-reference',
      value: { as: 'json' },
      observedAt: [`${root}/identifiers/*/issuedDate`],
    },
    {
      ...identity,
      from: `${root}/aliases/*`,
      term: 'alias',
      value: { as: 'json' },
      specialCategories: ['racial-ethnic'],
    },
    { ...identity, from: `${root}/dateOfBirth`, term: 'birth-date', value: { as: 'day' } },
    { ...identity, from: `${root}/gender`, term: 'sex', value: { as: 'text' } },
    { ...identity, from: `${root}/nationality`, term: 'nationality', value: { as: 'text' } },
    { ...identity, from: `${root}/languages/*`, term: 'language', value: { as: 'json' } },
    {
      ...fact,
      from: `${root}/personalCareNeeds/*`,
      section: 'health',
      term: 'health-adjustment',
      value: { as: 'lines' },
      specialCategories: ['health'],
      observedAt: [`${root}/personalCareNeeds/*/startDate`],
      validUntil: [`${root}/personalCareNeeds/*/endDate`],
    },
    {
      ...custody,
      from: root,
      term: 'custody-status',
      value: {
        as: 'record',
        members: Object.fromEntries(
          [
            'status',
            'inOutStatus',
            'legalStatus',
            'convictedStatus',
            'imprisonmentStatus',
            'imprisonmentStatusDescription',
            'recall',
            'indeterminateSentence',
            'youthOffender',
            'sentenceStartDate',
            'lastAdmissionDate',
            'lastMovementTypeCode',
            'lastMovementReasonCode',
          ].map((member) => [member, [`${root}/${member}`]]),
        ),
      },
    },
    {
      ...custody,
      from: root,
      term: 'offence',
      value: { as: 'record', members: { text: [`${root}/mostSeriousOffence`] } },
    },
    {
      ...custody,
      from: `${root}/allConvictedOffences/*`,
      term: 'offence',
      value: {
        as: 'record',
        members: {
          text: [
            'offenceDescription',
            'offenceCode',
            'statuteCode',
            'offenceDate',
            'sentenceStartDate',
            'latestBooking',
            'primarySentence',
          ].map((member) => `${root}/allConvictedOffences/*/${member}`),
        },
      },
      observedAt: [`${root}/allConvictedOffences/*/offenceDate`],
    },
    {
      ...custody,
      from: root,
      term: 'establishment',
      value: {
        as: 'record',
        members: { code: [`${root}/prisonId`], name: [`${root}/prisonName`], wing: [`${root}/cellLocation`] },
      },
    },
    {
      ...custody,
      from: root,
      term: 'custody-regime',
      value: {
        as: 'record',
        members: {
          category: [`${root}/category`],
          csra: [`${root}/csra`],
          complexityOfNeedLevel: [`${root}/complexityOfNeedLevel`],
          incentive: [`${root}/currentIncentive/level/description`, `${root}/currentIncentive/level/code`],
          incentiveSince: [`${root}/currentIncentive/dateTime`],
          incentiveReview: [`${root}/currentIncentive/nextReviewDate`],
          locationDescription: [`${root}/locationDescription`],
        },
      },
    },
    { ...custody, from: `${root}/additionalDaysAwarded`, term: 'remission', value: { as: 'text' } },
    { ...custody, from: `${root}/receptionDate`, term: 'custody-entry-date', value: { as: 'day' } },
    { ...custody, from: `${root}/sentenceExpiryDate`, term: 'sentence-end-date', value: { as: 'day' } },
    {
      ...fact,
      section: 'release-plan',
      from: root,
      term: 'release-type',
      value: {
        as: 'record',
        members: Object.fromEntries(
          [
            'nonDtoReleaseDate',
            'nonDtoReleaseDateType',
            'conditionalReleaseDate',
            'automaticReleaseDate',
            'postRecallReleaseDate',
            'paroleEligibilityDate',
            'actualParoleDate',
            'tariffDate',
            'releaseOnTemporaryLicenceDate',
            'homeDetentionCurfewEligibilityDate',
            'homeDetentionCurfewActualDate',
            'homeDetentionCurfewEndDate',
          ].map((member) => [member, [`${root}/${member}`]]),
        ),
      },
    },
    {
      ...fact,
      section: 'measures',
      specialCategories: ['offence'],
      from: `${root}/licenceExpiryDate`,
      term: 'measure-end-date',
      value: { as: 'day' },
    },
    {
      ...fact,
      section: 'measures',
      specialCategories: ['offence'],
      from: root,
      term: 'measure-type',
      value: {
        as: 'record',
        members: {
          topupSupervisionStart: [`${root}/topupSupervisionStartDate`],
          topupSupervisionExpiry: [`${root}/topupSupervisionExpiryDate`],
        },
      },
    },
    {
      ...fact,
      section: 'release-plan',
      from: `${root}/confirmedReleaseDate`,
      term: 'release-date',
      value: { as: 'day' },
    },
    { ...fact, section: 'release-plan', from: `${root}/releaseDate`, term: 'release-date', value: { as: 'day' } },
    {
      ...fact,
      section: 'accommodation',
      from: `${root}/addresses/*`,
      term: 'address',
      value: {
        as: 'record',
        members: { street: [`${root}/addresses/*/fullAddress`], postcode: [`${root}/addresses/*/postalCode`] },
      },
      observedAt: [`${root}/addresses/*/startDate`],
    },
    {
      ...fact,
      section: 'accommodation',
      from: `${root}/addresses/*/noFixedAddress`,
      term: 'accommodation-stability',
      value: {
        as: 'record',
        members: {
          noFixedAddress: [`${root}/addresses/*/noFixedAddress`],
          primaryAddress: [`${root}/addresses/*/primaryAddress`],
        },
      },
    },
    {
      ...fact,
      section: 'incidents',
      nature: 'assessment',
      from: `${root}/alerts/*`,
      term: 'incident-type',
      value: { as: 'json' },
    },
  ]
}

const prisoner = (record: string, root: string): RecordMapping => ({
  record,
  authorRole: 'prison-registry',
  required: [`${root}/prisonerNumber`],
  subject: [`${root}/prisonerNumber`],
  rows: prisonerRows(root),
})

const deliusRows = (root: string): readonly MappingRow[] => {
  const identity = { nature: 'fact', section: 'identity' } as const
  const profile = `${root}/offenderProfile`
  return [
    {
      ...identity,
      from: root,
      term: 'full-name',
      value: { as: 'record', members: { name: [`${root}/firstName`, `${root}/surname`] }, joint: ' ' },
    },
    { ...identity, from: `${root}/middleNames`, term: 'full-name', value: { as: 'json' } },
    { ...identity, from: `${root}/otherIds`, term: 'register-number', value: { as: 'json' } },
    { ...identity, from: `${root}/offenderId`, term: 'case-reference', value: { as: 'text' } },
    { ...identity, from: `${root}/offenderAliases/*`, term: 'alias', value: { as: 'json' } },
    { ...identity, from: `${root}/dateOfBirth`, term: 'birth-date', value: { as: 'day' } },
    { ...identity, from: `${root}/gender`, term: 'sex', value: { as: 'text' } },
    { ...identity, from: `${profile}/nationality`, term: 'nationality', value: { as: 'text' } },
    { ...identity, from: `${profile}/offenderLanguages`, term: 'interpreter-need', value: { as: 'json' } },
    {
      nature: 'fact',
      section: 'health',
      from: `${profile}/disabilities/*`,
      term: 'disability',
      value: { as: 'lines' },
      specialCategories: ['health'],
      observedAt: [`${profile}/disabilities/*/startDate`],
      validUntil: [`${profile}/disabilities/*/endDate`],
    },
    {
      nature: 'fact',
      section: 'measures',
      specialCategories: ['offence'],
      from: root,
      term: 'measure-type',
      value: {
        as: 'record',
        members: {
          activeProbationManagedSentence: [`${root}/activeProbationManagedSentence`],
          currentDisposal: [`${root}/currentDisposal`],
          currentTier: [`${root}/currentTier`],
          status: [`${root}/probationStatus/status`],
          inBreach: [`${root}/probationStatus/inBreach`],
          preSentenceActivity: [`${root}/probationStatus/preSentenceActivity`],
          awaitingPsr: [`${root}/probationStatus/awaitingPsr`],
        },
      },
    },
    {
      nature: 'fact',
      section: 'contacts',
      subjectCategory: 'professional',
      from: `${root}/offenderManagers/*`,
      term: 'referring-probation-officer',
      where: { [`${root}/offenderManagers/*/active`]: [true] },
      value: {
        as: 'record',
        members: {
          name: [`${root}/offenderManagers/*/staff/forenames`, `${root}/offenderManagers/*/staff/surname`],
          role: [`${root}/offenderManagers/*/staff/code`],
          service: [
            `${root}/offenderManagers/*/team/description`,
            `${root}/offenderManagers/*/probationArea/description`,
          ],
        },
        joint: ' ',
      },
      observedAt: [`${root}/offenderManagers/*/fromDate`],
    },
  ]
}

const delius = (record: string, root: string): RecordMapping => ({
  record,
  authorRole: 'probation-officer',
  required: [`${root}/otherIds/crn`],
  subject: [`${root}/otherIds/crn`],
  rows: deliusRows(root),
  restriction: [
    { from: `${root}/currentRestriction`, states: 'closed' },
    { from: `${root}/currentExclusion`, states: 'closed' },
  ],
})

export const PERSON_MAPPINGS: readonly RecordMapping[] = [
  prisoner('prisoner', ''),
  prisoner('prisoner-list', '/content/*'),
  delius('delius-offender', ''),
  delius('delius-offender-list', '/*'),
]
