/** Handling codes and small lists: SIENA, TLP 2.0, classification, conditions, and the labels of an item (`domain.md` §2). */
import { code, codeList } from './code-list.ts'
import type { CodeEntry, CodeList } from './code-list.ts'

/** A handling code and the condition that it puts on what carries it. */
export interface HandlingEntry extends CodeEntry {
  readonly condition?: string
}

/** Europol SIENA handling codes; they cumulate. */
export const SIENA: CodeList<HandlingEntry> = codeList<HandlingEntry>({
  id: 'siena-handling',
  version: '2018',
  source: 'EU law enforcement information exchange guidelines, 2018',
  entries: [
    code(
      'H0',
      'For preventing and combating crime only',
      'Aux seules fins de prévention et de lutte contre la criminalité',
    ),
    {
      ...code(
        'H1',
        'Not in judicial proceedings without the provider’s permission',
        'Pas d’usage judiciaire sans l’accord du fournisseur',
      ),
      condition: 'no-judicial-use',
    },
    {
      ...code(
        'H2',
        'Not disseminated without the provider’s permission',
        'Pas de diffusion sans l’accord du fournisseur',
      ),
      condition: 'originator-consent',
    },
    code('H3', 'Other restrictions, as stated', 'Autres restrictions, telles qu’énoncées'),
  ],
})

/** Labels keep their exact form in every language; least open last. */
export const TLP: CodeList = codeList({
  id: 'tlp',
  version: '2.0',
  source: 'FIRST, Traffic Light Protocol 2.0, August 2022',
  entries: [
    code('TLP:CLEAR', 'No limit on disclosure', 'Divulgation sans limite'),
    code('TLP:GREEN', 'Within the community', 'Au sein de la communauté'),
    code(
      'TLP:AMBER',
      'Need to know, within the organisation and its clients',
      'Besoin d’en connaître, dans l’organisation et ses clients',
    ),
    code(
      'TLP:AMBER+STRICT',
      'Need to know, within the organisation only',
      'Besoin d’en connaître, dans l’organisation seulement',
    ),
    code(
      'TLP:RED',
      'For the eyes and ears of individual recipients only',
      'Réservé personnellement aux destinataires désignés',
    ),
  ],
})

/** What a sender may write; those above Diffusion Restreinte are refused at the door. */
export const CLASSIFICATION: CodeList = codeList({
  id: 'fr-classification',
  version: '2021',
  source: 'IGI 1300 of 9 August 2021, in force since 1 July 2021',
  entries: [
    code('non-protege', 'Not protected', 'Non protégé'),
    code('diffusion-restreinte', 'Restricted distribution', 'Diffusion restreinte'),
    code('secret', 'Secret', 'Secret'),
    code('tres-secret', 'Top secret', 'Très secret'),
  ],
})

/** Conditions that travel with what passes (LED Art. 9(3)). */
export const CONDITIONS: CodeList = codeList({
  id: 'conditions',
  version: '1',
  source: 'Directive (EU) 2016/680, Art. 9(3)',
  entries: [
    code('no-judicial-use', 'No use in judicial proceedings', 'Pas d’usage dans une procédure judiciaire'),
    code('no-onward', 'No onward disclosure', 'Pas de retransmission'),
    code('no-disclosure-to-subject', 'Not to be disclosed to the person', 'Ne pas communiquer à la personne'),
    code('destroy-by', 'Destroy by the date stated', 'À détruire avant la date indiquée'),
    code(
      'originator-consent',
      'Ask the originator before it goes further',
      'Accord de l’émetteur avant toute diffusion',
    ),
    code(
      'no-onward-outside-organisation',
      'No onward disclosure outside the organisation',
      'Pas de retransmission hors de l’organisation',
    ),
    code('named-person-only', 'For the named person only', 'Réservé à la personne désignée'),
    code(
      'gdpr-pack',
      'The duties of the GDPR apply to the recipient',
      'Les obligations du RGPD s’appliquent au destinataire',
    ),
  ],
})

export const NATURE: CodeList = codeList({
  id: 'item-nature',
  version: '1',
  source: 'Directive (EU) 2016/680, Art. 7(1)',
  entries: [
    code('fact', 'Fact', 'Fait'),
    code('assessment', 'Assessment', 'Appréciation'),
    code('opinion', 'Opinion', 'Avis'),
    code('intelligence', 'Intelligence', 'Renseignement'),
    code('statement-of-person', 'Statement of the person', 'Déclaration de la personne'),
    code('decision', 'Decision', 'Décision'),
  ],
})

export const SUBJECT_CATEGORY: CodeList = codeList({
  id: 'subject-category',
  version: '1',
  source: 'Directive (EU) 2016/680, Art. 6',
  entries: [
    code('suspect', 'Suspect', 'Suspect'),
    code('convicted', 'Convicted person', 'Personne condamnée'),
    code('victim', 'Victim', 'Victime'),
    code('other-witness', 'Witness', 'Témoin'),
    code('other-contact', 'Contact', 'Contact'),
    code('other-associate', 'Associate', 'Relation'),
    code('family-member', 'Member of the family', 'Membre de la famille'),
    code('child', 'Child', 'Enfant'),
    code('professional', 'Professional', 'Professionnel'),
  ],
})

export const SPECIAL_CATEGORY: CodeList = codeList({
  id: 'special-category',
  version: '1',
  source: 'Directive (EU) 2016/680, Art. 10; Regulation (EU) 2016/679, Art. 10 for `offence`',
  entries: [
    code('racial-ethnic', 'Racial or ethnic origin', 'Origine raciale ou ethnique'),
    code('political', 'Political opinions', 'Opinions politiques'),
    code('religious-philosophical', 'Religious or philosophical beliefs', 'Convictions religieuses ou philosophiques'),
    code('trade-union', 'Trade union membership', 'Appartenance syndicale'),
    code('genetic', 'Genetic data', 'Données génétiques'),
    code('biometric-id', 'Biometric identification', 'Identification biométrique'),
    code('health', 'Health', 'Santé'),
    code('sex-life-orientation', 'Sex life or sexual orientation', 'Vie sexuelle ou orientation sexuelle'),
    code('offence', 'Offences and convictions', 'Infractions et condamnations'),
  ],
})

export const SECRECY: CodeList = codeList({
  id: 'secrecy-regime',
  version: '1',
  source: 'Code pénal, Art. 226-13',
  entries: [
    code('none', 'No professional secrecy', 'Sans secret professionnel'),
    code('spip', 'Probation service', 'Service pénitentiaire d’insertion et de probation'),
    code('medical', 'Medical', 'Médical'),
    code('social-work', 'Social work', 'Travail social'),
    code('psychologist', 'Psychologist', 'Psychologue'),
    code('lawyer', 'Lawyer', 'Avocat'),
    code('clergy', 'Clergy', 'Ministre du culte'),
  ],
})
