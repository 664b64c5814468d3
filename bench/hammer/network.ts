/** The network of the hammer: twenty agencies that send, fifty mandates that receive, a member that lies and one that steals; flows and mandates after the example network. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAgencies } from '#adapters/pki/example-agencies.ts'
import type { Agencies, AgencyEdge } from '#adapters/pki/example-agencies.ts'
import { PROJECT } from '#bench/workload/network.ts'

/** By the organisation of the example network: its name here, and how many places have one together. */
const KINDS = {
  'prison-paris': { name: 'prison', places: 1 },
  'probation-paris': { name: 'probation', places: 1 },
  'court-paris': { name: 'court', places: 2 },
  'interior-ministry': { name: 'interior', places: 2 },
  'pairs-paris': { name: 'pairs', places: 2 },
  'city-paris': { name: 'city', places: 2 },
} as const
export type Kind = (typeof KINDS)[keyof typeof KINDS]['name']

export const LIAR = 'liar'
export const THIEF = 'thief'
export const WITNESSES = ['court-1', 'city-1', 'interior-1'] as const

/** The organisation of that kind that serves a place (from 1). */
export const at = (kind: Kind, place: number): string => {
  const { places } = Object.values(KINDS).find(({ name }) => name === kind) ?? { places: 1 }
  return `${kind}-${Math.ceil(place / places)}`
}

/** An agency that sends, and the place that it serves. */
export interface Sender {
  readonly kind: 'prison' | 'probation'
  readonly place: number
  readonly organisation: string
}

/** A mandate that receives. */
export interface Recipient {
  readonly mandate: string
  readonly organisation: string
  readonly type: string
}

export interface HammerNetwork {
  /** What `makeExampleNetwork` takes. */
  readonly agencies: Agencies
  readonly senders: readonly Sender[]
  readonly recipients: readonly Recipient[]
}

/** Ten places have twenty senders and fifty recipients. */
export function hammerNetwork(places = 10): HammerNetwork {
  const numbers = Array.from({ length: places }, (_, index) => index + 1)
  const agencies = agenciesOf(numbers)
  return {
    agencies,
    senders: (['prison', 'probation'] as const).flatMap((kind) =>
      numbers.map((place) => ({ kind, place, organisation: at(kind, place) })),
    ),
    recipients: agencies.mandates
      .filter(({ organisation }) => organisation !== THIEF)
      .map(({ id, organisation, type }) => ({ mandate: id, organisation, type })),
  }
}

const hereOf = (organisation: string, place: number): string | undefined => {
  const kind = Object.entries(KINDS).find(([id]) => id === organisation)?.[1]
  return kind === undefined ? undefined : at(kind.name, place)
}

const firstOfEach = <T extends { readonly id: string }>(all: readonly T[]): readonly T[] => [
  ...new Map(all.map((one) => [one.id, one])).values(),
]

const example = (): Agencies =>
  readAgencies(JSON.parse(readFileSync(join(PROJECT, 'certs-example/agencies.json'), 'utf8')))

function agenciesOf(numbers: readonly number[]): Agencies {
  const from = example()
  const everywhere = <T extends { readonly id: string }>(one: (place: number) => readonly T[]): readonly T[] =>
    firstOfEach(numbers.flatMap(one))
  return {
    ...from,
    participants: [
      ...everywhere((place) =>
        from.participants.flatMap((entry) => {
          const id = hereOf(entry.id, place)
          return id === undefined ? [] : [{ ...entry, id }]
        }),
      ),
      ...from.participants.flatMap((entry) =>
        entry.id === 'prison-paris'
          ? [{ ...entry, id: LIAR }]
          : entry.id === 'city-paris'
            ? [{ ...entry, id: THIEF }]
            : [],
      ),
    ],
    edges: [...everywhere((place) => from.edges.flatMap((edge) => edgeAt(edge, place))), ...ofTheLiar(from.edges)],
    mandates: [
      ...everywhere((place) =>
        from.mandates.flatMap((entry) => {
          const organisation = hereOf(entry.organisation, place)
          return organisation === undefined ? [] : [{ ...entry, organisation, id: `${organisation}-${entry.role}` }]
        }),
      ),
      ...from.mandates.flatMap((entry) =>
        entry.organisation === 'city-paris' ? [{ ...entry, organisation: THIEF, id: `${THIEF}-officer` }] : [],
      ),
    ],
  }
}

function edgeAt(edge: AgencyEdge, place: number): readonly AgencyEdge[] {
  const [from, to] = [hereOf(edge.from, place), hereOf(edge.to, place)]
  return from === undefined || to === undefined ? [] : [{ ...edge, from, to, id: `${from}-to-${to}` }]
}

/** It may hand over to one probation service like any prison: what is refused, is refused for its lie. */
const ofTheLiar = (edges: readonly AgencyEdge[]): readonly AgencyEdge[] =>
  edges.flatMap((edge) =>
    edge.id === 'prison-to-probation' ? [{ ...edge, id: 'of-the-liar', from: LIAR, to: 'probation-1' }] : [],
  )
