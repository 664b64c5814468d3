/** How a source and its information are graded: Europol 4x4, UK 5x5x5 and 3x5x2, Admiralty; and a cross-walk between them for import. */
import type { EVALUATION_SCHEMES } from '#gateway/core/item.ts'
import { code, codeList, entryOf } from './code-list.ts'
import type { CodeList } from './code-list.ts'

export type EvaluationScheme = (typeof EVALUATION_SCHEMES)[number]
export type Graded = 'source' | 'information'

const EU = 'Europol Regulation (EU) 2016/794, Art. 29'

export const EUROPOL_SOURCE: CodeList = codeList({
  id: 'europol-4x4-source',
  version: '2016',
  source: EU,
  entries: [
    code(
      'A',
      'No doubt about authenticity, trustworthiness and competence',
      'Aucun doute sur l’authenticité, la fiabilité et la compétence',
    ),
    code('B', 'Reliable in most instances', 'Fiable dans la plupart des cas'),
    code('C', 'Unreliable in most instances', 'Non fiable dans la plupart des cas'),
    code('X', 'Reliability cannot be assessed', 'Fiabilité impossible à évaluer'),
  ],
})

export const EUROPOL_INFORMATION: CodeList = codeList({
  id: 'europol-4x4-information',
  version: '2016',
  source: EU,
  entries: [
    code('1', 'Accuracy not in doubt', 'Exactitude hors de doute'),
    code(
      '2',
      'Known personally to the source, not to the official',
      'Connue personnellement de la source, non de l’agent',
    ),
    code(
      '3',
      'Not known personally to the source, corroborated',
      'Non connue personnellement de la source, corroborée',
    ),
    code(
      '4',
      'Not known personally to the source, cannot be corroborated',
      'Non connue personnellement de la source, non corroborable',
    ),
  ],
})

const UK_5X5X5 = 'National Intelligence Model 5x5x5 report (UK, legacy)'

export const UK_5X5X5_SOURCE: CodeList = codeList({
  id: 'uk-5x5x5-source',
  version: 'legacy',
  source: UK_5X5X5,
  entries: [
    code('A', 'Always reliable', 'Toujours fiable'),
    code('B', 'Mostly reliable', 'Généralement fiable'),
    code('C', 'Sometimes reliable', 'Parfois fiable'),
    code('D', 'Unreliable', 'Non fiable'),
    code('E', 'Untested source', 'Source non éprouvée'),
  ],
})

export const UK_5X5X5_INFORMATION: CodeList = codeList({
  id: 'uk-5x5x5-information',
  version: 'legacy',
  source: UK_5X5X5,
  entries: [
    code('1', 'Known to be true without reservation', 'Connue comme vraie sans réserve'),
    code(
      '2',
      'Known personally to the source, not to the officer',
      'Connue personnellement de la source, non de l’agent',
    ),
    code(
      '3',
      'Not known personally to the source, corroborated',
      'Non connue personnellement de la source, corroborée',
    ),
    code('4', 'Cannot be judged', 'Ne peut être appréciée'),
    code('5', 'Suspected to be false or malicious', 'Présumée fausse ou malveillante'),
  ],
})

export const UK_5X5X5_HANDLING: CodeList = codeList({
  id: 'uk-5x5x5-handling',
  version: 'legacy',
  source: UK_5X5X5,
  entries: [
    code(
      '1',
      'Law enforcement and prosecuting agencies, EEA included',
      'Services répressifs et de poursuite, EEE compris',
    ),
    code(
      '2',
      'UK non-prosecuting parties, authorised and recorded',
      'Parties britanniques sans pouvoir de poursuite, avec autorisation tracée',
    ),
    code(
      '3',
      'Law enforcement outside the EEA, special conditions',
      'Services répressifs hors EEE, conditions particulières',
    ),
    code('4', 'Within the originating agency only', 'Au sein du seul service émetteur'),
    code('5', 'No further dissemination: refer to the originator', 'Aucune diffusion : s’adresser à l’émetteur'),
  ],
})

const UK_3X5X2 = 'College of Policing APP, intelligence report 3x5x2 (UK, 2016)'

export const UK_3X5X2_SOURCE: CodeList = codeList({
  id: 'uk-3x5x2-source',
  version: '2016',
  source: UK_3X5X2,
  entries: [
    code('1', 'Reliable', 'Fiable'),
    code('2', 'Untested', 'Non éprouvée'),
    code('3', 'Not reliable', 'Non fiable'),
  ],
})

export const UK_3X5X2_INFORMATION: CodeList = codeList({
  id: 'uk-3x5x2-information',
  version: '2016',
  source: UK_3X5X2,
  entries: [
    code('A', 'Known directly', 'Connue directement'),
    code('B', 'Known indirectly but corroborated', 'Connue indirectement mais corroborée'),
    code('C', 'Known indirectly', 'Connue indirectement'),
    code('D', 'Not known', 'Non connue'),
    code('E', 'Suspected to be false', 'Présumée fausse'),
  ],
})

export const UK_3X5X2_HANDLING: CodeList = codeList({
  id: 'uk-3x5x2-handling',
  version: '2016',
  source: UK_3X5X2,
  entries: [
    code('P', 'Lawful sharing permitted', 'Partage licite permis'),
    code('C', 'Lawful sharing permitted with conditions', 'Partage licite permis sous conditions'),
  ],
})

const ADMIRALTY = 'NATO system; MISP taxonomy admiralty-scale, version 5 (CC0)'

export const ADMIRALTY_SOURCE: CodeList = codeList({
  id: 'admiralty-source',
  version: '5',
  source: ADMIRALTY,
  entries: [
    code('A', 'Completely reliable', 'Totalement fiable'),
    code('B', 'Usually reliable', 'Habituellement fiable'),
    code('C', 'Fairly reliable', 'Assez fiable'),
    code('D', 'Not usually reliable', 'Habituellement non fiable'),
    code('E', 'Unreliable', 'Non fiable'),
    code('F', 'Reliability cannot be judged', 'Fiabilité impossible à apprécier'),
  ],
})

export const ADMIRALTY_INFORMATION: CodeList = codeList({
  id: 'admiralty-information',
  version: '5',
  source: ADMIRALTY,
  entries: [
    code('1', 'Confirmed by other sources', 'Confirmée par d’autres sources'),
    code('2', 'Probably true', 'Probablement vraie'),
    code('3', 'Possibly true', 'Peut-être vraie'),
    code('4', 'Doubtful', 'Douteuse'),
    code('5', 'Improbable', 'Improbable'),
    code('6', 'Truth cannot be judged', 'Véracité impossible à apprécier'),
  ],
})

export const GRADINGS: Readonly<Record<EvaluationScheme, Readonly<Record<Graded, CodeList>>>> = {
  'europol-4x4': { source: EUROPOL_SOURCE, information: EUROPOL_INFORMATION },
  'uk-5x5x5': { source: UK_5X5X5_SOURCE, information: UK_5X5X5_INFORMATION },
  'uk-3x5x2': { source: UK_3X5X2_SOURCE, information: UK_3X5X2_INFORMATION },
  admiralty: { source: ADMIRALTY_SOURCE, information: ADMIRALTY_INFORMATION },
}

/** True for a code that its scheme has, upper case as the scheme writes it. */
export const isGrade = (scheme: EvaluationScheme, graded: Graded, name: string): boolean =>
  entryOf(GRADINGS[scheme][graded], name) !== undefined
