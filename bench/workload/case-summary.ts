/** A case summary drawn from a seed: our own item envelope and terms, the values of every ladder, invented words; about 315 bytes an item. */
import { seeded } from '#policies/engine/random-questions.ts'
import type { LadderKind } from '#policies/engine/ladder.ts'
import { uuidFrom } from '#gateway/core/canonical-json.ts'
import type { ItemText } from '#gateway/core/item.ts'
import type { MessageText } from '#gateway/core/message.ts'
import type { Term } from '#gateway/core/vocabulary/section.ts'
import { SECTIONS } from '#gateway/core/vocabulary/sections.ts'

type Random = () => number
type Value = Exclude<ItemText['value'], undefined>

/** The instant that everything in the bench is asked at. */
export const BENCH_AT = Date.UTC(2027, 2, 14, 9, 30)

const DAY_MS = 86_400_000
const TERMS: readonly Term[] = SECTIONS.flatMap(({ terms }) => terms)
const WORDS =
  'was seen at the appointment with the worker and spoke about housing training and family visits during the month the agreed steps were followed and the next review stays as planned with both services'.split(
    ' ',
  )
const AUTHORS = [
  { role: 'probation-officer', service: 'probation-paris' },
  { role: 'social-worker', service: 'pairs-paris' },
  { role: 'psychologist', service: 'pairs-paris' },
  { role: 'registry', service: 'prison-paris' },
] as const
const NATURES = ['fact', 'fact', 'fact', 'assessment', 'decision', 'statement-of-person', 'opinion'] as const

/** The items of a summary. The same count and seed give the same bytes. */
export function caseItems(count: number, seed: number): readonly ItemText[] {
  const random = seeded(seed)
  return Array.from({ length: count }, (_, index) => itemAt(random, `${seed}-${index}`, TERMS[index % TERMS.length]))
}

export interface Handover {
  readonly items: readonly ItemText[]
  /** Issuer and audience, as URIs. */
  readonly from: string
  readonly to: string
  readonly caseId: string
  readonly jti: string
  readonly issuedAt: number
}

/** A CaseHandover around items, as its sender would sign it. */
export const handover = ({ items, from, to, caseId, jti, issuedAt }: Handover): MessageText => ({
  sch: 'passerelle/1',
  iss: from,
  aud: to,
  iat: Math.floor(issuedAt / 1000),
  jti,
  kind: 'CaseHandover',
  caseId,
  purpose: 'release-preparation',
  legalBasisId: 'eu.led.8',
  items,
  facts: {
    measures: [{ id: 'measure-1', type: 'probation', from: '2026-01-01', sections: ['identity', 'release-plan'] }],
    informed: [{ id: 'notice-1', sections: ['identity', 'employment', 'accommodation'] }],
    milestones: { 'measure-start': '2026-01-01', release: '2027-02-01' },
    minor: false,
  },
})

function itemAt(random: Random, name: string, term: Term | undefined): ItemText {
  if (term === undefined) throw new Error('the vocabulary has no terms')
  const isIntelligence = term.kind === 'intelligence'
  return {
    itemId: uuidFrom(name),
    section: term.section,
    term: term.id,
    value: valueOf(term.kind, random),
    ...(random() < 0.3 && term.kind === 'free-text' ? { rungs: { g2: [pick(random, WORDS)] } } : {}),
    nature: isIntelligence ? 'intelligence' : pick(random, NATURES),
    subjectCategory: term.subjectCategory,
    ...(term.specialCategories.length === 0 ? {} : { specialCategories: [...term.specialCategories] }),
    author: pick(random, AUTHORS),
    observedAt: day(random, 900),
    ...(isIntelligence ? { source: { scheme: 'europol-4x4', code: 'B' } } : {}),
    ...(random() < 0.3 ? { completeness: 'complete' } : {}),
    ...(random() < 0.06 ? { secrecyRegime: random() < 0.5 ? 'medical' : 'social-work' } : {}),
    ...(random() < 0.05 ? { handling: ['H2'] } : {}),
    ...(random() < 0.05 ? { disputed: true } : {}),
  }
}

const pick = <T>(random: Random, from: readonly [T, ...(readonly T[])] | readonly T[]): T => {
  const found = from[Math.floor(random() * from.length)]
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}

/** A day within so many before the bench's instant. */
const day = (random: Random, within: number): string =>
  new Date(BENCH_AT - Math.floor(random() * random() * within) * DAY_MS).toISOString().slice(0, 10)

function sentence(random: Random, characters: number): string {
  let text = ''
  while (text.length < characters) text += `${pick(random, WORDS)} `
  return text.trimEnd()
}

/** An exact value in the shape of its ladder. */
function valueOf(kind: LadderKind, random: Random): Value {
  switch (kind) {
    case 'address':
      return {
        street: `${Math.floor(random() * 90)} rue Inventée`,
        postcode: '75011',
        commune: 'Paris',
        insee: '75111',
      }
    case 'date':
      return day(random, 2000)
    case 'birth-date':
      return '1994-05-17'
    case 'prison':
      return { code: '00000', name: 'Maison d’arrêt inventée', wing: 'B2' }
    case 'offence':
      return { article: 'cp.421-2-1', text: sentence(random, 30) }
    case 'sentence':
      return { kind: 'imprisonment', years: 3, months: 6 }
    case 'child':
      return { children: [{ name: 'Camille', birthDate: '2019-04-02' }], asOf: '2027-03-01' }
    case 'third-person':
      return { name: 'Sam Exemple', role: 'neighbour', phone: '+33199000000' }
    case 'employer':
      return { name: 'Atelier Exemple', town: 'Paris', sector: 'construction' }
    case 'amount':
      return { amount: Math.floor(random() * 2000), currency: 'EUR' }
    case 'professional':
      return { name: 'Alex Exemple', role: 'counsellor', service: 'SPIP', phone: '+33199000001' }
    case 'risk':
      return { score: Math.floor(random() * 40), scale: 'invented-scale', note: sentence(random, 20) }
    case 'diagnosis':
    case 'religion':
    case 'intelligence':
    case 'free-text':
    case 'plain':
      return sentence(random, 20 + random() * 45)
    default:
      return unreachable(kind)
  }
}

const unreachable = (kind: never): never => {
  throw new Error('a ladder without a value in the bench', { cause: kind })
}
