/** The next trust list: what is to change in the one before, its version, its dates and its link back. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { RegistryText } from '#gateway/core/participants.ts'
import { LIST_DAYS } from './list.ts'
import type { PinnedText, RevocationReason, TrustListBody, TrustListText } from './list.ts'
import type { SignedTrustList } from './signed.ts'

const DAY_MS = 86_400_000

export interface Dating {
  readonly issued: Instant
  /** Days from `issued`; seven where absent. */
  readonly days?: number | undefined
}

/** The list that follows; without one before, the first. Nothing is signed yet. */
export function propose(
  before: Pick<SignedTrustList, 'list' | 'digest'> | undefined,
  body: TrustListBody,
  { issued, days = LIST_DAYS }: Dating,
): TrustListText {
  const { network, officers, organisations, mandates, gateway, witnesses, timestamping } = body
  return {
    sch: 'passerelle-trust/1',
    version: (before?.list.version ?? 0) + 1,
    issued: printInstant(issued),
    expires: printInstant(issued + days * DAY_MS),
    ...(before === undefined ? {} : { prev: before.digest }),
    network,
    officers,
    organisations,
    mandates,
    gateway,
    witnesses,
    timestamping,
  }
}

export interface Revoking {
  readonly at: Instant
  readonly reason: RevocationReason
}

interface Revocable {
  readonly revokedAt?: string | undefined
}

/** What is revoked already keeps its first time: nothing is made good by revoking it again. */
const revoked = <T extends Revocable>(entry: T, { at, reason }: Revoking): T =>
  entry.revokedAt === undefined ? { ...entry, revokedAt: printInstant(at), reason } : entry

type KeyTexts = TrustListBody['gateway']['keys']

/** The same list with that key revoked, whoever holds it; undefined where nobody does. */
export function revokeKey(body: TrustListBody, kid: string, how: Revoking): TrustListBody | undefined {
  let isFound = false
  const inKeys = (keys: KeyTexts): KeyTexts =>
    keys.map((key) => {
      if (key.kid !== kid) return key
      isFound = true
      return revoked(key, how)
    })
  const changed: TrustListBody = {
    ...body,
    gateway: { ...body.gateway, keys: inKeys(body.gateway.keys) },
    organisations: body.organisations.map((entry) => ({ ...entry, keys: inKeys(entry.keys) })),
    mandates: body.mandates.map((entry) => ({ ...entry, keys: inKeys(entry.keys) })),
  }
  return isFound ? changed : undefined
}

/** The same list with that organisation out, its keys and those of its mandates with it; undefined where there is none. */
export const revokeOrganisation = (body: TrustListBody, id: string, how: Revoking): TrustListBody | undefined =>
  body.organisations.some((entry) => entry.id === id)
    ? { ...body, organisations: body.organisations.map((entry) => (entry.id === id ? revoked(entry, how) : entry)) }
    : undefined

const ALGORITHMS = { sign: 'ES256', seal: 'ECDH-ES+A256KW', assert: 'ES256', present: 'ES256' } as const

/** A key as a registry or a key folder names it; only a gateway has one to present with. */
export type NamedKeyText = Omit<RegistryText['participants'][number]['keys'][number], 'use'> & {
  readonly use: keyof typeof ALGORITHMS
}

/** The same, listed. */
export const listedKeyOf = (key: NamedKeyText): KeyTexts[number] => ({
  ...key,
  alg: ALGORITHMS[key.use],
  ...(key.revokedAt === undefined ? {} : { reason: 'withdrawn' }),
})

type ParticipantText = RegistryText['participants'][number]

export interface FirstMembers {
  readonly registry: Pick<RegistryText, 'network' | 'broker'> & {
    readonly participants: readonly Pick<ParticipantText, 'id' | 'uri' | 'controllerRole' | 'keys'>[]
    readonly mandates: readonly Pick<RegistryText['mandates'][number], 'id' | 'organisation' | 'keys'>[]
  }
  readonly officers: PinnedText['officers']
  readonly gatewayKeys: readonly NamedKeyText[]
  readonly logKey?: string
  /** Note key of an organisation's witness, by its id. */
  readonly witnessKeys: ReadonlyMap<string, string>
  readonly quorum: number
}

/** What a first list says of a registry whose keys are known. */
export function listRegistry(members: FirstMembers): TrustListBody {
  const { registry, officers, gatewayKeys, logKey, witnessKeys, quorum } = members
  const { network, broker, participants, mandates } = registry
  return {
    network,
    officers,
    organisations: participants.map(({ id, uri, controllerRole, keys }) => {
      const witnessKey = witnessKeys.get(id)
      return {
        id,
        uri,
        role: controllerRole,
        keys: keys.map(listedKeyOf),
        ...(witnessKey === undefined ? {} : { witnessKey }),
      }
    }),
    mandates: mandates.map(({ id, organisation, keys }) => ({ id, organisation, keys: keys.map(listedKeyOf) })),
    gateway: {
      id: broker.id,
      uri: broker.uri,
      keys: gatewayKeys.map(listedKeyOf),
      ...(logKey === undefined ? {} : { logKey }),
    },
    witnesses: { quorum },
    timestamping: [],
  }
}
