/** The registry says who may send what to whom; whose keys those are, the trust list alone says. Here the two become one. */
import type { Instant } from '#policies/language/instant.ts'
import type { Mandate, Participant, PublicKeyEntry, Registry } from '#gateway/core/participants.ts'
import type { ProblemPlace } from '#gateway/core/problem.ts'
import type { ListedKey, ListedOrganisation, TrustList } from './list.ts'

export interface KeyedRegistry {
  readonly registry: Registry
  /** Where the two contradict each other; whoever is concerned is out until they do not. */
  readonly disagreements: readonly ProblemPlace[]
}

/** A registry with the keys of the list and no others. Members that the list does not name, or by another URI, are suspended; one that is joining is awaited. */
export function withListedKeys(registry: Registry, list: TrustList): KeyedRegistry {
  const organisations = new Map(list.organisations.map((entry) => [entry.id, entry]))
  const mandates = new Map(list.mandates.map((entry) => [entry.id, entry]))
  const known = (participant: Participant): ListedOrganisation | undefined => {
    const entry = organisations.get(participant.id)
    return entry?.uri === participant.uri ? entry : undefined
  }
  const held = (mandate: Mandate): TrustList['mandates'][number] | undefined => {
    const entry = mandates.get(mandate.id)
    return entry?.organisation === mandate.organisation ? entry : undefined
  }
  const isAwaited = ({ id, uri, joining }: Participant): boolean =>
    joining === true && !organisations.has(id) && list.organisations.every((entry) => entry.uri !== uri)
  const awaited = new Set(registry.participants.filter(isAwaited).map(({ id }) => id))
  return {
    registry: {
      ...registry,
      participants: registry.participants.map((participant) => keyed(participant, known(participant), list.issued)),
      mandates: registry.mandates.map((mandate) => ({
        ...mandate,
        keys: entriesOf(held(mandate)?.keys ?? [], organisations.get(mandate.organisation)?.revokedAt),
      })),
    },
    disagreements: [
      ...(registry.network === list.network ? [] : [place('/network')]),
      ...(registry.broker.id === list.gateway.id && registry.broker.uri === list.gateway.uri ? [] : [place('/broker')]),
      ...registry.participants.flatMap((entry, index) =>
        faults(`/participants/${index}`, awaited.has(entry.id) ? entry : known(entry), entry.keys),
      ),
      ...registry.mandates.flatMap((entry, index) =>
        faults(`/mandates/${index}`, awaited.has(entry.organisation) ? entry : held(entry), entry.keys),
      ),
    ],
  }
}

const place = (pointer: string, code = 'not-in-the-trust-list'): ProblemPlace => ({ pointer, code })

const faults = (pointer: string, listed: object | undefined, keys: readonly unknown[]): readonly ProblemPlace[] => [
  ...(listed === undefined ? [place(pointer)] : []),
  ...(keys.length === 0 ? [] : [place(`${pointer}/keys`, 'keys-belong-in-the-trust-list')]),
]

/** Once it is listed it has come in: nobody who is listed is joining. */
function keyed(
  { joining, ...participant }: Participant,
  listed: ListedOrganisation | undefined,
  issued: Instant,
): Participant {
  const outAt = listed === undefined ? issued : listed.revokedAt
  return {
    ...participant,
    ...(joining === true && listed === undefined ? { joining } : {}),
    keys: entriesOf(listed?.keys ?? [], listed?.revokedAt),
    ...(outAt === undefined ? {} : { suspendedAt: earlier(participant.suspendedAt, outAt) }),
  }
}

const earlier = (a: Instant | undefined, b: Instant): Instant => (a === undefined ? b : Math.min(a, b))

/** Keys of an organisation that is out went out with it. An algorithm that the rooms do not use is nobody's key here. */
const entriesOf = (keys: readonly ListedKey[], outAt: Instant | undefined): readonly PublicKeyEntry[] =>
  keys.flatMap(({ kid, use, jwk, from, until, role, revokedAt }): readonly PublicKeyEntry[] => {
    if (jwk.kty !== 'EC' || use === 'present') return []
    const ended = outAt === undefined ? revokedAt : earlier(revokedAt, outAt)
    return [
      {
        kid,
        use,
        jwk,
        from,
        until,
        ...(role === undefined ? {} : { role }),
        ...(ended === undefined ? {} : { revokedAt: ended }),
      },
    ]
  })
