/** Sections 21 and 22: incidents and programmes. */
import { section } from './section.ts'
import type { Section } from './section.ts'

export const CONDUCT_SECTIONS: readonly Section[] = [
  section({
    id: 'incidents',
    en: 'Incidents and discipline',
    fr: 'Incidents et discipline',
    isEvent: true,
    terms: [
      { id: 'incident-date', en: 'Date of the incident', fr: "Date de l'incident", kind: 'date', rung: 'g3' },
      { id: 'incident-type', en: 'Type of incident', fr: "Type d'incident", kind: 'plain', rung: 'g4' },
      {
        id: 'incident-severity',
        en: 'Severity of the incident',
        fr: "Gravité de l'incident",
        kind: 'plain',
        rung: 'g0',
      },
      {
        id: 'incident-finding',
        en: 'Finding: proved or alleged',
        fr: 'Constat : établi ou allégué',
        kind: 'plain',
        rung: 'g0',
      },
      {
        id: 'incident-outcome',
        en: 'Outcome of the incident',
        fr: "Suites de l'incident",
        kind: 'free-text',
        rung: 'g2',
      },
      {
        id: 'incident-account',
        en: 'Account of the incident',
        fr: "Récit de l'incident",
        kind: 'free-text',
        rung: 'g4',
      },
      { id: 'incident-place', en: 'Place of the incident', fr: "Lieu de l'incident", kind: 'free-text', rung: 'g4' },
      {
        id: 'incident-person-involved',
        en: 'Person involved in the incident',
        fr: 'Personne impliquée',
        kind: 'third-person',
        rung: 'g4',
        about: 'other-witness',
      },
      {
        id: 'incident-immediate-action',
        en: 'Immediate action taken',
        fr: 'Mesure immédiate prise',
        kind: 'free-text',
        rung: 'g2',
      },
      {
        id: 'disciplinary-sanction',
        en: 'Disciplinary sanction',
        fr: 'Sanction disciplinaire',
        kind: 'free-text',
        rung: 'g2',
      },
      {
        id: 'staff-safety-warning',
        en: 'Staff-safety warning',
        fr: 'Alerte sécurité des intervenants',
        kind: 'free-text',
        rung: 'g2',
        isFloor: true,
        isStanding: true,
      },
    ],
  }),
  section({
    id: 'programmes',
    en: 'Programme participation',
    fr: 'Participation aux programmes',
    isEvent: true,
    terms: [
      {
        id: 'programme',
        en: 'Programme (PPRV, QPR, QI, PAIRS, RIVE)',
        fr: 'Programme (PPRV, QPR, QI, PAIRS, RIVE)',
        kind: 'plain',
        rung: 'g0',
      },
      { id: 'programme-start-date', en: 'Start of the programme', fr: 'Début du programme', kind: 'date', rung: 'g1' },
      { id: 'programme-end-date', en: 'End of the programme', fr: 'Fin du programme', kind: 'date', rung: 'g1' },
      { id: 'programme-completed', en: 'Programme completed', fr: 'Programme achevé', kind: 'plain', rung: 'g0' },
      { id: 'programme-sessions', en: 'Sessions attended', fr: 'Séances suivies', kind: 'plain', rung: 'g4' },
      {
        id: 'programme-engagement',
        en: 'Engagement in the programme',
        fr: 'Implication dans le programme',
        kind: 'free-text',
        rung: 'g4',
      },
      { id: 'programme-pillar', en: 'Pillar of support', fr: "Pilier d'accompagnement", kind: 'plain', rung: 'g0' },
    ],
  }),
]
