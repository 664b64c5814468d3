/** Why data go, and why support ends: purposes (aligned with W3C DPV where it has one) and termination codes. */
import { code, codeList } from './code-list.ts'
import type { CodeEntry, CodeList } from './code-list.ts'

export interface PurposeEntry extends CodeEntry {
  /** Name in the law sector of the W3C Data Privacy Vocabulary 2.1. */
  readonly dpv?: string
}

const like = (dpv: string, entry: CodeEntry): PurposeEntry => ({ ...entry, dpv })

export const PURPOSES: CodeList<PurposeEntry> = codeList<PurposeEntry>({
  id: 'purposes',
  version: '1',
  source: 'Directive (EU) 2016/680, Art. 4(1)(b); names of W3C DPV 2.1, sector law',
  entries: [
    code('sentence-execution', 'Execution of penalties and measures', 'Exécution des peines et mesures'),
    like('PrisonManagement', code('custody-placement', 'Placement in a custody regime', 'Affectation en détention')),
    code('radicalisation-evaluation', 'Evaluation of radicalisation', 'Évaluation de la radicalisation'),
    like('RehabilitationManagement', code('release-preparation', 'Preparation of release', 'Préparation à la sortie')),
    like('ProbationManagement', code('probation-supervision', 'Supervision of obligations', 'Suivi des obligations')),
    like(
      'RehabilitationManagement',
      code('disengagement-support', 'Support for disengagement', 'Accompagnement au désengagement'),
    ),
    like('RehabilitationManagement', code('social-support', 'Housing, work and papers', 'Accompagnement social')),
    code('health-care', 'Psychological and psychiatric care', 'Soins psychologiques et psychiatriques'),
    like('JudicialDecisionMaking', code('judicial-decision', 'Judicial decision', 'Décision judiciaire')),
    like(
      'CriminalLawEnforcement',
      code('public-security', 'Prevention of threats to public security', 'Sécurité publique'),
    ),
    code('national-security', 'National security', 'Sécurité nationale'),
    code('child-protection', 'Protection of a minor', 'Protection de l’enfance'),
    like(
      'CrimeVictimSafetyManagement',
      code('victim-safety', 'Protection of victims and third parties', 'Protection des victimes et des tiers'),
    ),
    code('emergency-vital-interest', 'Threat to life', 'Urgence vitale'),
    like('LegalComplaintManagement', code('oversight', 'Data protection and inspection', 'Contrôle et inspection')),
    like(
      'LegalResearchDevelopment',
      code('research-statistics', 'Aggregates only', 'Statistiques et recherche, agrégats seulement'),
    ),
  ],
})

export const TERMINATION_CODES: CodeList = codeList({
  id: 'termination-codes',
  version: '1',
  source: 'RAN conclusion paper on PAIRS; HMPPS Refer and Monitor withdrawal reasons',
  entries: [
    code('new-offence', 'New offence', 'Nouvelle infraction'),
    code('non-participation', 'Non-participation', 'Absence de participation'),
    code(
      'breach-of-respect',
      'Breach of respect for practitioners or schedules',
      'Manquement au respect des intervenants ou des horaires',
    ),
    code('measure-expired', 'Measure expired', 'Mesure arrivée à terme'),
    code('measure-revoked', 'Measure revoked', 'Mesure révoquée'),
    code('recalled-to-custody', 'Recalled to custody', 'Réincarcération'),
    code('acquitted-on-appeal', 'Acquitted on appeal', 'Relaxe ou acquittement en appel'),
    code('completed-early', 'Completed early', 'Achevé par anticipation'),
    code('needs-met-elsewhere', 'Needs met elsewhere', 'Besoins pris en charge ailleurs'),
    code('moved-out-of-area', 'Moved out of the area', 'Départ du ressort'),
    code('work-caring-sickness', 'Work, caring duties or sickness', 'Travail, charge de famille ou maladie'),
    code('ineligible', 'Not eligible', 'Non éligible'),
    code('mistaken-or-duplicate', 'Mistaken or duplicate referral', 'Orientation erronée ou en double'),
    code('deceased', 'Deceased', 'Décès'),
    code('professional-judgement', 'Professional judgement', 'Appréciation professionnelle'),
    code('transferred', 'Transferred to another service', 'Transfert à un autre service'),
    code('other', 'Other', 'Autre'),
  ],
})
