/** One invented value of each kind at each rung of its ladder, as it reads: what an officer who coarsens a cell chooses between. */
import type { LadderKind } from '#policies/engine/ladder.ts'
import { RUNGS } from '#policies/language/level.ts'
import type { Level, Rung } from '#policies/language/level.ts'
import type { LadderedValue } from '#policies/language/item.ts'
import type { Bilingual } from '#policies/language/policy.ts'
import { sectionById } from './sections.ts'

export interface RungExample {
  /** What a sender would have sent. */
  readonly value: Pick<LadderedValue, 'exact' | 'rungs'>
  /** How it reads at each rung that can be said of it. */
  readonly reads: Readonly<Partial<Record<Rung, Bilingual>>>
}

const same = (text: string): Bilingual => ({ en: text, fr: text })
const both = (en: string, fr: string): Bilingual => ({ en, fr })

/** Nobody in it exists. */
export const RUNG_EXAMPLES: Readonly<Record<LadderKind, RungExample>> = {
  address: {
    value: { exact: { street: '12 rue des Tilleuls', postcode: '69003', commune: 'Lyon', insee: '69123' }, rungs: {} },
    reads: {
      g0: same('12 rue des Tilleuls, 69003 Lyon'),
      g1: same('Lyon (69123)'),
      g2: same('Rhône (69)'),
      g3: same('Auvergne-Rhône-Alpes'),
      g4: same('France'),
    },
  },
  date: {
    value: { exact: '2027-03-14', rungs: {} },
    reads: {
      g0: both('14 March 2027', '14 mars 2027'),
      g1: both('March 2027', 'mars 2027'),
      g2: both('first quarter of 2027', 'premier trimestre 2027'),
      g3: same('2027'),
      g4: both('the 2020s', 'les années 2020'),
    },
  },
  'birth-date': {
    value: { exact: '1998-05-02', rungs: { g4: 'adult' } },
    reads: {
      g0: both('2 May 1998', '2 mai 1998'),
      g1: both('May 1998', 'mai 1998'),
      g2: same('1998'),
      g3: both('the 1990s', 'les années 1990'),
      g4: both('adult', 'majeur'),
    },
  },
  prison: {
    value: { exact: { code: 'lyon-corbas', wing: 'B2' }, rungs: {} },
    reads: {
      g0: both('lyon-corbas, wing B2', 'lyon-corbas, bâtiment B2'),
      g1: same('Maison d’arrêt de Lyon-Corbas'),
      g2: both('a remand prison (MA) of the Lyon directorate', 'une maison d’arrêt (MA) de la direction de Lyon'),
      g3: both('a remand prison (MA)', 'une maison d’arrêt (MA)'),
      g4: both('in custody', 'en détention'),
    },
  },
  offence: {
    value: { exact: { article: 'cp.311-1', text: 'Took a bicycle.' }, rungs: {} },
    reads: {
      g0: both('Art. 311-1: took a bicycle', 'Art. 311-1 : a pris un vélo'),
      g1: both('theft', 'vol'),
      g2: both('offences against property', 'atteintes aux biens'),
      g3: both('ordinary', 'droit commun'),
    },
  },
  sentence: {
    value: { exact: { kind: 'imprisonment', years: 3, months: 2 }, rungs: {} },
    reads: {
      g0: both('3 years and 2 months of imprisonment', '3 ans et 2 mois d’emprisonnement'),
      g1: both('3 years of imprisonment', '3 ans d’emprisonnement'),
      g2: both('custodial, 2 to 5 years', 'privative de liberté, de 2 à 5 ans'),
      g3: both('custodial', 'privative de liberté'),
    },
  },
  'third-person': {
    value: {
      exact: { name: 'Rosa Invented', role: 'sister' },
      rungs: { g1: { role: 'sister', initial: 'R.' }, g2: { role: 'sister' }, g3: [{ role: 'relative', count: 1 }] },
    },
    reads: {
      g0: both('Rosa Invented, sister', 'Rosa Invented, sœur'),
      g1: both('R., sister', 'R., sœur'),
      g2: both('a sister', 'une sœur'),
      g3: both('1 relative', '1 proche'),
    },
  },
  child: {
    value: {
      exact: {
        children: [
          { name: 'Lou', birthDate: '2019-06-01' },
          { name: 'Noé', birthDate: '2022-01-15' },
        ],
        asOf: '2027-03-14',
      },
      rungs: {},
    },
    reads: {
      g0: both('Lou, 1 June 2019; Noé, 15 January 2022', 'Lou, 1er juin 2019 ; Noé, 15 janvier 2022'),
      g1: both('aged 5 and 7', 'âgés de 5 et 7 ans'),
      g2: both('aged 3-5 and 6-10', 'âgés de 3-5 et 6-10 ans'),
      g3: both('2 children', '2 enfants'),
      g4: both('has children', 'a des enfants'),
    },
  },
  employer: {
    value: {
      exact: { name: 'Boulangerie Inventée', town: 'Lyon', role: 'baker' },
      rungs: { g1: { sector: 'food', size: 'small' }, g2: { sector: 'food' }, g3: { has: true } },
    },
    reads: {
      g0: both('Boulangerie Inventée, Lyon, baker', 'Boulangerie Inventée, Lyon, boulanger'),
      g1: both('a small firm, food', 'une petite entreprise, alimentation'),
      g2: both('food', 'alimentation'),
      g3: both('has work', 'a un emploi'),
    },
  },
  diagnosis: {
    value: {
      exact: 'Moderate depressive episode',
      rungs: { g1: 'psychiatric follow-up', g2: true, g3: 'health need: see clinician' },
    },
    reads: {
      g0: both('moderate depressive episode', 'épisode dépressif modéré'),
      g1: both('psychiatric follow-up', 'suivi psychiatrique'),
      g2: both('care in place', 'suivi en place'),
      g3: both('health need: see a clinician', 'besoin de santé : voir un soignant'),
    },
  },
  religion: {
    value: {
      exact: 'Asks whether one may trust other believers.',
      rungs: { g1: ['doubt', 'belonging'], g2: 'opening', g3: 'addressed in mediation' },
    },
    reads: {
      g0: both(
        '“Asks whether one may trust other believers.”',
        '« Demande si l’on peut se fier aux autres croyants. »',
      ),
      g1: both('themes: doubt, belonging', 'thèmes : doute, appartenance'),
      g2: both('direction: opening', 'tendance : ouverture'),
      g3: both('addressed in mediation', 'abordé en médiation'),
    },
  },
  risk: {
    value: {
      exact: { score: 14, scale: 'an invented scale' },
      rungs: { g1: 'medium', g2: 'falling', g3: 'contact the author' },
    },
    reads: {
      g0: both('14 on an invented scale', '14 sur une échelle inventée'),
      g1: both('medium', 'moyen'),
      g2: both('falling', 'en baisse'),
      g3: both('contact the author', 'joindre l’auteur'),
    },
  },
  intelligence: {
    value: {
      exact: 'The note itself.',
      rungs: { g1: { statement: 'Visits are unusual.', grading: 'B2' }, g2: 'meet in pairs', g3: 'contact liaison' },
    },
    reads: {
      g0: both('the note itself', 'la note elle-même'),
      g1: both('a sanitised statement, graded B2', 'un énoncé expurgé, coté B2'),
      g2: both('advice: meet in pairs', 'conseil : recevoir à deux'),
      g3: both('contact the liaison officer', 'joindre l’officier de liaison'),
    },
  },
  'free-text': {
    value: {
      exact: 'He came on time and spoke of his sister.',
      rungs: { g1: 'He came on time.', g2: ['attendance'], g3: 1 },
    },
    reads: {
      g0: both('“He came on time and spoke of his sister.”', '« Il est venu à l’heure et a parlé de sa sœur. »'),
      g1: both('“He came on time.” (as the author approved)', '« Il est venu à l’heure. » (approuvé par l’auteur)'),
      g2: both('codes: attendance', 'codes : assiduité'),
      g3: both('1 text', '1 texte'),
    },
  },
  professional: {
    value: {
      exact: { name: 'Dr Invented', phone: '04 00 00 00 00', role: 'psychologist', service: 'Care team' },
      rungs: {},
    },
    reads: {
      g0: both(
        'Dr Invented, 04 00 00 00 00, psychologist, Care team',
        'Dr Invented, 04 00 00 00 00, psychologue, équipe de soins',
      ),
      g1: both('Dr Invented, psychologist, Care team', 'Dr Invented, psychologue, équipe de soins'),
      g2: both('a psychologist, Care team', 'un psychologue, équipe de soins'),
      g3: both('Care team', 'équipe de soins'),
    },
  },
  amount: {
    value: { exact: { amount: 640, currency: 'EUR' }, rungs: { g2: 'can-pay' } },
    reads: {
      g0: both('EUR 640', '640 EUR'),
      g1: both('EUR 500 to 1000', 'de 500 à 1000 EUR'),
      g2: both('can pay', 'peut payer'),
    },
  },
  plain: {
    value: { exact: 'yes', rungs: {} },
    reads: { g0: both('the value as it was sent', 'la valeur telle qu’elle a été envoyée') },
  },
}

const BY_KIND: ReadonlyMap<string, RungExample> = new Map(Object.entries(RUNG_EXAMPLES))

/** How the invented value of that kind reads at that rung, or at the next coarser one; undefined where only its existence is left. */
export function exampleAt(kind: string, rung: Rung): Bilingual | undefined {
  const reads = BY_KIND.get(kind)?.reads ?? {}
  const found = RUNGS.find((one) => one >= rung && reads[one] !== undefined)
  return found === undefined ? undefined : reads[found]
}

const MOST_EXAMPLES = 3

/** What a level leaves of the first kinds of value that the section holds; none where the level shows no value. */
export function examplesOfLevel(level: Level, section: string): readonly Bilingual[] {
  if (level === 'nothing' || level === 'existence') return []
  const kinds = new Map((sectionById(section)?.terms ?? []).map(({ kind, summaryRung }) => [kind, summaryRung]))
  return [...kinds]
    .filter(([kind]) => kind !== 'plain')
    .flatMap(([kind, summaryRung]) => exampleAt(kind, level === 'summary' ? summaryRung : 'g0') ?? [])
    .slice(0, MOST_EXAMPLES)
}
