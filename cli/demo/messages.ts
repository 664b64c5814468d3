/** What the members write to each other beside the case summaries: requests, answers, notes, reports; invented like everything here. */
import type { ItemText } from '#gateway/core/item.ts'
import type { Projection } from '#gateway/core/projection.ts'
import { copyIdOf, dayOf, toItem } from './demo-case.ts'
import type { DemoCase } from './demo-case.ts'

type Body = Readonly<Record<string, unknown>>

/** Everyone who is agreed to have handovers of the prison. */
export const handoverOf = ({ caseId, facts, items }: DemoCase): Body => ({
  kind: 'CaseHandover',
  caseId,
  purpose: 'sentence-execution',
  legalBasisId: 'fr.cpen.r113-49',
  facts,
  items,
})

/** An answer needs the id of what it answers, which only who received that knows. */
export const answerTo = (kind: string, received: Projection, rest: Body): Body => ({
  kind,
  caseId: received.caseId,
  inReplyTo: received.messageId,
  ...rest,
})

export const ON_SENTENCE = { purpose: 'sentence-execution', legalBasisId: 'eu.led.8' } as const
export const ON_SUPPORT = { purpose: 'disengagement-support', legalBasisId: 'eu.led.9-2' } as const
export const BY_ASSOCIATION = { purpose: 'disengagement-support', legalBasisId: 'eu.gdpr.6-1-e' } as const
const ON_SECURITY = { purpose: 'national-security', legalBasisId: 'fr.csi.863-2' } as const

export const referralOf = ({ caseId, referral }: DemoCase): Body => ({
  kind: 'Referral',
  caseId,
  ...ON_SUPPORT,
  facts: { site: 'paris', careTeam: 'pairs-team-1' },
  items: referral ?? [],
})

const ASKED = [
  'identity',
  'custody',
  'measures',
  'release-plan',
  'violent-risk',
  'intelligence',
  'network',
  'employment',
]
const GRANTED = ASKED.filter((section) => section !== 'employment')

export const intelligenceRequest = (caseId: string, now: number): Body => ({
  kind: 'IntelligenceRequest',
  caseId,
  to: ['prison-paris'],
  ...ON_SECURITY,
  sections: ASKED,
  necessity: 'Preparing the release of a person whom a former acquaintance is trying to reach.',
  until: dayOf(now, 30),
})

export const informationResponse = (request: Projection, now: number): Body =>
  answerTo('InformationResponse', request, {
    ...ON_SECURITY,
    granted: GRANTED,
    refused: [{ section: 'employment', reason: 'not-necessary' }],
    until: dayOf(now, 30),
  })

/** Rows as they stand in the files of the cases, made whole. */
const itemsOf = (
  seed: string,
  { now, role, service }: { readonly now: number; readonly role: string; readonly service: string },
  rows: readonly (Body & { readonly term: string })[],
): readonly ItemText[] =>
  rows.map((row, index) =>
    toItem({ ago: 1, ...row }, { seed: `${seed} ${index}`, lang: 'fr', author: { role, service }, now }),
  )

const GRADED = {
  classification: 'diffusion-restreinte',
  handling: ['H1'],
  originator: 'prison-intelligence',
  source: { scheme: 'admiralty', code: 'B' },
  information: { scheme: 'admiralty', code: '2' },
} as const

export const endOfCustodyNote = (caseId: string, now: number): Body => ({
  kind: 'EndOfCustodyNote',
  caseId,
  purpose: 'release-preparation',
  legalBasisId: 'fr.doctrine.end-of-custody',
  items: itemsOf(`${caseId} note`, { now, role: 'intelligence-officer', service: 'prison-intelligence' }, [
    {
      term: 'end-of-custody-statement',
      value: 'Note DEMO complète : détail des sollicitations reçues en détention, sources comprises.',
      rungs: {
        g1: { statement: 'Des sollicitations extérieures ont été relevées.', grading: 'B2' },
        g2: ['signaler-toute-reprise-de-contact'],
        g3: 'Contacter l’officier de liaison.',
      },
      ...GRADED,
    },
    {
      term: 'intelligence-advice',
      value: 'Conseil DEMO détaillé à l’attention du référent.',
      rungs: { g2: ['maintenir-le-rythme-des-entretiens'], g3: 'Contacter l’officier de liaison.' },
      ...GRADED,
    },
  ]),
})

export const incidentAlert = (caseId: string, now: number): Body => ({
  kind: 'IncidentAlert',
  caseId,
  ...ON_SENTENCE,
  severity: 'minor',
  finding: 'alleged',
  items: itemsOf(`${caseId} alert`, { now, role: 'prison-officer', service: 'prison-paris' }, [
    { term: 'incident-date', value: 'day-1' },
    { term: 'incident-type', value: 'dégradation de matériel' },
    { term: 'incident-severity', value: 'minor' },
    { term: 'incident-finding', value: 'alleged' },
    {
      term: 'incident-account',
      value: 'Une chaise cassée pendant un atelier ; la personne dit que c’était un accident.',
      rungs: { g2: ['materiel-casse'] },
      disputed: true,
      subjectStatement: '« Elle était déjà abîmée, je l’avais signalé. »',
    },
  ]),
})

/** Not of the prison but of probation, after release: it goes to the association too. */
export const missedAppointment = (caseId: string, now: number): Body => ({
  kind: 'IncidentAlert',
  caseId,
  purpose: 'probation-supervision',
  legalBasisId: 'eu.led.8',
  severity: 'minor',
  finding: 'established',
  items: itemsOf(`${caseId} appointment`, { now, role: 'probation-officer', service: 'probation-paris' }, [
    { term: 'incident-date', value: 'day-3' },
    { term: 'incident-type', value: 'rendez-vous manqué' },
    { term: 'incident-severity', value: 'minor' },
    {
      term: 'incident-outcome',
      value: 'La personne a rappelé dans la journée ; justificatif de formation fourni.',
      rungs: { g2: ['excuse-justifiee'] },
    },
  ]),
})

export const meetingRecord = (caseId: string, now: number): Body => ({
  kind: 'MonthlyMeetingRecord',
  caseId,
  ...ON_SUPPORT,
  meetingOn: dayOf(now, -2),
  attendees: ['probation-counsellor', 'pairs-social-worker', 'pairs-psychologist', 'pairs-mediator'],
  items: itemsOf(`${caseId} meeting`, { now, role: 'probation-officer', service: 'probation-paris' }, [
    { term: 'meeting-date', value: 'day-2' },
    { term: 'meeting-point', value: 'Le rythme des entretiens convient à la personne.', rungs: { g2: ['rythme'] } },
    { term: 'meeting-decision', value: 'Garder le rythme actuel un mois encore.', rungs: { g2: ['rythme-maintenu'] } },
    { term: 'meeting-action', value: 'Prendre contact avec l’école des enfants.', rungs: { g2: ['contact-ecole'] } },
    { term: 'meeting-action-due-date', value: 'day+20' },
  ]),
})

/** The quarter before the day the demo is told. */
export function quarterlyReport(caseId: string, now: number): Body {
  const day = dayOf(now, -45)
  return {
    kind: 'QuarterlyReport',
    caseId,
    ...BY_ASSOCIATION,
    quarter: `${day.slice(0, 4)}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`,
    items: itemsOf(`${caseId} quarter`, { now, role: 'case-referent', service: 'pairs-paris' }, [
      { term: 'report-period', value: day },
      { term: 'report-attendance', value: '11 rendez-vous sur 12' },
      {
        term: 'report-objectives',
        value: 'Logement, école des enfants, sommeil.',
        rungs: { g2: ['logement', 'famille'] },
      },
      { term: 'report-social-evolution', value: { score: 'bonne' }, rungs: { g1: 'bonne', g2: 'en progrès' } },
      {
        term: 'report-psychological-evolution',
        value: { score: 'fragile' },
        rungs: { g1: 'fragile', g2: 'stable', g3: 'Contacter l’auteur.' },
        secrecyRegime: 'psychologist',
      },
      { term: 'report-mediation-evolution', value: { score: 'bonne' }, rungs: { g1: 'bonne', g2: 'en progrès' } },
      { term: 'report-proposal', value: 'Poursuivre un trimestre.', rungs: { g2: ['poursuite'] } },
    ]),
  }
}

/** A new version of one item of a handover, with another value. */
export function correctionOf({ caseId, items }: DemoCase, term: string, value: unknown): Body {
  const wrong = itemOf(items, term)
  return {
    kind: 'Correction',
    caseId,
    ...ON_SENTENCE,
    reason: 'inaccurate',
    items: [{ ...wrong, itemId: copyIdOf(`corrected ${wrong.itemId}`), supersedes: wrong.itemId, value }],
  }
}

export const recallOf = ({ caseId, items }: DemoCase, term: string): Body => ({
  kind: 'Recall',
  caseId,
  ...ON_SENTENCE,
  reason: 'unlawfully-transmitted',
  recalled: [itemOf(items, term).itemId],
})

/** What probation itself handed on is for probation to take back. */
export const recallOfCopy = ({ caseId, items }: DemoCase, term: string): Body => ({
  kind: 'Recall',
  caseId,
  ...ON_SUPPORT,
  reason: 'unlawfully-transmitted',
  recalled: [copyIdOf(itemOf(items, term).itemId)],
})

/** The handover again, by mistake with an item that no gateway of this kind may carry. */
export const tooHighHandover = (entry: DemoCase): Body => ({
  ...handoverOf(entry),
  items: entry.items.slice(0, 12).map((item, index) => (index === 3 ? { ...item, classification: 'secret' } : item)),
})

function itemOf(items: readonly ItemText[], term: string): ItemText {
  const item = items.find((entry) => entry.term === term)
  if (item === undefined) throw new Error(`the demo misses an item ${term}`)
  return item
}
