/** The hand-written input of an example network: who takes part, what they agreed, and who holds which mandate; no keys. */
import { z } from 'zod'
import { registrySchema } from '#gateway/core/participants.ts'
import type { RegistryText } from '#gateway/core/participants.ts'

type ParticipantText = RegistryText['participants'][number]
type EdgeText = RegistryText['edges'][number]
type MandateText = RegistryText['mandates'][number]

/** A registry in which times and keys are still to be put. */
export interface Agencies {
  readonly network: string
  readonly broker: RegistryText['broker'] & {
    readonly dnsNames: readonly string[]
    readonly addresses: readonly string[]
  }
  /** ISO 8601 days between which everything agreed here holds. */
  readonly agreedFrom: string
  readonly agreedUntil: string
  readonly participants: readonly Omit<ParticipantText, 'uri' | 'from' | 'until' | 'keys'>[]
  readonly edges: readonly AgencyEdge[]
  readonly mandates: readonly Omit<MandateText, 'from' | 'until' | 'keys'>[]
}

/** Agreements by their id; they hold as long as everything else. */
export type AgencyEdge = Omit<EdgeText, 'agreement' | 'art9' | 'validFrom' | 'validUntil'> & {
  readonly agreement?: string | undefined
  readonly art9?: string | undefined
}

const shapeSchema = z.strictObject({
  network: z.string().regex(/^[a-z0-9.-]{3,100}$/),
  broker: z.strictObject({
    id: z.string(),
    uri: z.string(),
    url: z.string(),
    dnsNames: z.array(z.string()).readonly(),
    addresses: z.array(z.string()).readonly(),
  }),
  agreedFrom: z.string(),
  agreedUntil: z.string(),
  participants: z.array(z.record(z.string(), z.unknown())),
  edges: z.array(z.record(z.string(), z.unknown())),
  mandates: z.array(z.record(z.string(), z.unknown())),
})

export const organisationUri = (network: string, id: string): string => `spiffe://${network}/org/${id}`

/** Fills in times and keys; `keysOf` answers the public keys of an organisation or a mandate. */
export function toRegistry(agencies: Agencies, keysOf: (holder: string) => ParticipantText['keys']): RegistryText {
  const { network, broker, agreedFrom: from, agreedUntil: until } = agencies
  const agreement = (
    id: string | undefined,
  ): { readonly id: string; readonly from: string; readonly until: string } | undefined =>
    id === undefined ? undefined : { id, from, until }
  return {
    network,
    broker: { id: broker.id, uri: broker.uri, url: broker.url },
    participants: agencies.participants.map((entry) => ({
      ...entry,
      uri: organisationUri(network, entry.id),
      from,
      until,
      keys: keysOf(entry.id),
    })),
    edges: agencies.edges.map(({ agreement: agreed, art9, ...edge }) => ({
      ...edge,
      agreement: agreement(agreed),
      art9: agreement(art9),
      validFrom: from,
      validUntil: until,
    })),
    mandates: agencies.mandates.map((entry) => ({ ...entry, from, until, keys: keysOf(entry.id) })),
  }
}

/** Reads agencies.json. Throws, naming the first place that does not fit: this file is our own or the operator's. */
export function readAgencies(value: unknown): Agencies {
  const shape = shapeSchema.parse(value)
  const agencies = shape as unknown as Agencies
  registrySchema.parse(toRegistry(agencies, () => []))
  return agencies
}
