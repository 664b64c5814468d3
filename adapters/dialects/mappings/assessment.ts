/** Mappings of assessments: criminogenic needs, risk of serious harm (RoSH), and predictor scores of OASys. */
import type { MappingRow, RecordMapping } from '#adapters/dialects/mapping.ts'

const assessed = { nature: 'assessment', section: 'risk-needs' } as const

const TERM_OF_NEED: readonly { readonly need: readonly string[]; readonly term: string; readonly health?: true }[] = [
  { need: ['ACCOMMODATION'], term: 'need-accommodation' },
  { need: ['EDUCATION_TRAINING_AND_EMPLOYABILITY', 'EMPLOYMENT_AND_EDUCATION'], term: 'need-employment' },
  { need: ['FINANCE'], term: 'need-finance' },
  { need: ['RELATIONSHIPS', 'PERSONAL_RELATIONSHIPS_AND_COMMUNITY'], term: 'need-relationships' },
  { need: ['LIFESTYLE_AND_ASSOCIATES', 'LIFESTYLE'], term: 'need-lifestyle' },
  { need: ['DRUG_MISUSE', 'ALCOHOL_MISUSE', 'DRUG_USE', 'ALCOHOL_USE'], term: 'need-substance-use', health: true },
  { need: ['EMOTIONAL_WELLBEING', 'HEALTH_AND_WELLBEING'], term: 'need-wellbeing', health: true },
  { need: ['THINKING_AND_BEHAVIOUR', 'THINKING_ATTITUDES_AND_BEHAVIOUR'], term: 'need-thinking' },
  { need: ['ATTITUDE', 'ATTITUDES'], term: 'need-attitudes' },
]

const NEEDS: RecordMapping = {
  record: 'needs',
  authorRole: 'probation-officer',
  required: ['/needs', '/assessedOn'],
  subject: [],
  rows: TERM_OF_NEED.map(({ need, term, health }) => ({
    ...assessed,
    from: '/needs/*',
    term,
    where: { '/needs/*/section': need },
    observedAt: ['/assessedOn'],
    value: { as: 'lines' },
    ...(health === undefined ? {} : { specialCategories: ['health'] }),
  })),
}

const roshText = (member: string, term: string): MappingRow => ({
  ...assessed,
  from: `/summary/${member}`,
  term,
  observedAt: ['/assessedOn'],
  value: { as: 'text' },
})

/** Risk to self is a present danger to life and of the floor; the rest of the summary is about risk to others. */
const ROSH: RecordMapping = {
  record: 'rosh',
  authorRole: 'probation-officer',
  required: ['/assessedOn'],
  subject: [],
  rows: [
    {
      nature: 'assessment',
      section: 'psychology',
      from: '/riskToSelf/{}',
      term: 'suicide-risk',
      specialCategories: ['health'],
      observedAt: ['/assessedOn'],
      value: { as: 'lines' },
    },
    {
      nature: 'assessment',
      section: 'third-parties',
      subjectCategory: 'victim',
      from: '/summary/whoIsAtRisk',
      term: 'risk-category',
      observedAt: ['/assessedOn'],
      value: { as: 'text' },
    },
    {
      nature: 'assessment',
      section: 'violent-risk',
      from: '/otherRisks',
      term: 'violent-act-level',
      observedAt: ['/assessedOn'],
      value: { as: 'lines' },
    },
    roshText('natureOfRisk', 'risk-of-serious-harm'),
    roshText('overallRiskLevel', 'risk-of-serious-harm'),
    roshText('riskImminence', 'risk-imminence'),
    roshText('riskIncreaseFactors', 'risk-raising-circumstances'),
    roshText('riskMitigationFactors', 'risk-lowering-circumstances'),
    ...['riskInCommunity', 'riskInCustody'].map((member) => ({
      ...assessed,
      from: `/summary/${member}`,
      term: 'risk-of-serious-harm',
      observedAt: ['/assessedOn'],
      value: { as: 'lines' as const },
    })),
  ],
}

/** Scores are carried side by side as the tool gave them, and never added up. */
const scores = (from: string): MappingRow => ({
  ...assessed,
  from,
  term: 'reoffending-risk',
  observedAt: ['/*/completedDate'],
  value: { as: 'lines' },
})

const PREDICTORS: readonly string[] = [
  'groupReconvictionScore',
  'violencePredictorScore',
  'generalPredictorScore',
  'riskOfSeriousRecidivismScore',
  'sexualPredictorScore',
]

const method = (only: readonly string[]): MappingRow => ({
  nature: 'fact',
  section: 'evaluation',
  from: '/*',
  term: 'evaluation-method',
  observedAt: ['/*/completedDate'],
  value: { as: 'lines', only },
})

export const ASSESSMENT_MAPPINGS: readonly RecordMapping[] = [
  NEEDS,
  ROSH,
  {
    record: 'risk-scores',
    authorRole: 'probation-officer',
    required: ['/*/completedDate', '/*/output'],
    subject: [],
    rows: [scores('/*/output/{}'), method(['source', 'status', 'outputVersion'])],
  },
  {
    record: 'risk-predictors',
    authorRole: 'probation-officer',
    required: ['/*/completedDate'],
    subject: [],
    rows: [...PREDICTORS.map((predictor) => scores(`/*/${predictor}`)), method(['assessmentStatus'])],
  },
]
