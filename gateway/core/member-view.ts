/** The network as one member needs it to make its copies: who may send what to whom, and of what type each mandate is. */
import { printInstant } from '#policies/language/instant.ts'
import type { OrganisationId } from './ids.ts'
import type { Edge, Mandate, Participant, Registry, RegistryText } from './participants.ts'

/**
 * Without keys, which the trust list alone says; without how others are reached, who a person is, and which cases a mandate of
 * another is for. It is the same text whoever makes it of the same registry: an officer's digest of it is the gateway's.
 */
export function networkFor(registry: Registry, organisation: OrganisationId): RegistryText {
  const { id, uri, url, webhookKey } = registry.broker
  return {
    network: registry.network,
    broker: { id, uri, url, ...(webhookKey === undefined ? {} : { webhookKey }) },
    participants: registry.participants.map(participantText),
    edges: registry.edges.map(edgeText),
    mandates: registry.mandates.map((mandate) => mandateText(mandate, mandate.organisation === organisation)),
  }
}

/** One spelling: byte for byte the same from the same registry. */
export const printNetwork = (registry: Registry, organisation: OrganisationId): string =>
  `${JSON.stringify(networkFor(registry, organisation), null, 2)}\n`

const participantText = ({
  couriers: _reached,
  suspendedAt: _out,
  joining: _coming,
  from,
  until,
  ...entry
}: Participant): RegistryText['participants'][number] => ({
  ...entry,
  competences: [...entry.competences],
  vouches: [...entry.vouches],
  from: printInstant(from),
  until: printInstant(until),
  keys: [],
})

type AgreementText = { readonly id: string; readonly from: string; readonly until: string }
const agreementText = ({ id, from, until }: NonNullable<Edge['agreement']>): AgreementText => ({
  id,
  from: printInstant(from),
  until: printInstant(until),
})

const edgeText = ({ agreement, art9, validFrom, validUntil, ...edge }: Edge): RegistryText['edges'][number] => ({
  ...edge,
  ...(agreement === undefined ? {} : { agreement: agreementText(agreement) }),
  ...(art9 === undefined ? {} : { art9: agreementText(art9) }),
  validFrom: printInstant(validFrom),
  validUntil: printInstant(validUntil),
})

function mandateText(
  { person, cases, sites, from, until, ...mandate }: Mandate,
  isOwn: boolean,
): RegistryText['mandates'][number] {
  const times = { from: printInstant(from), until: printInstant(until), keys: [] }
  if (!isOwn) return { ...mandate, careTeams: [], secrecies: [], groups: [], ...times }
  return {
    ...mandate,
    ...(person === undefined ? {} : { person }),
    ...(cases === undefined ? {} : { cases }),
    ...(sites === undefined ? {} : { sites }),
    ...times,
  }
}
