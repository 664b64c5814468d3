/** Sections 4 and 5: the plan for release, and who must be protected. */
import { section } from './section.ts'
import type { Section } from './section.ts'

export const RELEASE_SECTIONS: readonly Section[] = [
  section({
    id: 'release-plan',
    en: 'Release plan and dates',
    fr: 'Projet et dates de sortie',
    terms: [
      { id: 'release-date', en: 'Expected release date', fr: 'Date de sortie prévue', kind: 'date', rung: 'g2' },
      {
        id: 'release-date-confidence',
        en: 'Confidence in the release date',
        fr: 'Fiabilité de la date de sortie',
        kind: 'plain',
        rung: 'g0',
      },
      { id: 'release-type', en: 'Type of release', fr: 'Type de sortie', kind: 'plain', rung: 'g0' },
      {
        id: 'release-sponsor',
        en: 'Sponsor or host at release',
        fr: 'Garant ou hébergeant à la sortie',
        kind: 'third-person',
        rung: 'g2',
        about: 'other-contact',
      },
      {
        id: 'first-night-housing',
        en: 'Housing on the first day',
        fr: 'Hébergement au jour de la sortie',
        kind: 'address',
        rung: 'g1',
      },
      { id: 'first-appointment', en: 'First appointment', fr: 'Premier rendez-vous', kind: 'date', rung: 'g0' },
      {
        id: 'first-appointment-place',
        en: 'Place of the first appointment',
        fr: 'Lieu du premier rendez-vous',
        kind: 'plain',
        rung: 'g0',
      },
      { id: 'next-appointment', en: 'Next appointment', fr: 'Prochain rendez-vous', kind: 'date', rung: 'g0' },
      {
        id: 'release-transport',
        en: 'Transport on release',
        fr: 'Transport à la sortie',
        kind: 'free-text',
        rung: 'g2',
      },
      { id: 'release-papers', en: 'Papers held on release', fr: 'Papiers à la sortie', kind: 'free-text', rung: 'g2' },
      { id: 'probation-summons', en: 'Probation summons', fr: 'Convocation devant le SPIP', kind: 'date', rung: 'g0' },
    ],
  }),
  section({
    id: 'third-parties',
    en: 'Victims and third parties at risk',
    fr: 'Victimes et tiers à protéger',
    about: 'victim',
    terms: [
      { id: 'person-at-risk', en: 'Person at risk', fr: 'Personne à protéger', kind: 'third-person', rung: 'g2' },
      {
        id: 'risk-category',
        en: 'Category of people at risk',
        fr: 'Catégorie de personnes exposées',
        kind: 'free-text',
        rung: 'g2',
      },
      {
        id: 'contact-ban',
        en: 'Contact ban in force',
        fr: 'Interdiction de contact en vigueur',
        kind: 'free-text',
        rung: 'g2',
        isFloor: true,
      },
      {
        id: 'area-ban',
        en: 'Area ban in force',
        fr: 'Interdiction de lieu en vigueur',
        kind: 'free-text',
        rung: 'g2',
        isFloor: true,
      },
      { id: 'safety-planning', en: 'Safety planning', fr: 'Plan de protection', kind: 'free-text', rung: 'g2' },
      {
        id: 'victim-contact-wish',
        en: "Victim's wishes about information",
        fr: "Souhait d'information de la victime",
        kind: 'free-text',
        rung: 'g4',
      },
    ],
  }),
]
