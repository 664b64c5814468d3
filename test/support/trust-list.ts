/** Officers with real keys, and the trust lists that they sign. */
import assert from 'node:assert/strict'
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { printNoteKey, WITNESS_KEY } from '#gateway/core/log/note.ts'
import type { PublicKeyEntry, Registry, RegistryText } from '#gateway/core/participants.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Pinned, PinnedText, TrustListBody, TrustListText } from '#gateway/core/trust-list/list.ts'
import { MOST_LIST_DAYS, pinnedSchema } from '#gateway/core/trust-list/list.ts'
import { withListedKeys } from '#gateway/core/trust-list/registry.ts'
import { listRegistry, propose } from '#gateway/core/trust-list/propose.ts'
import { readSignedTrustList, toProposal } from '#gateway/core/trust-list/signed.ts'
import type { SignedTrustList } from '#gateway/core/trust-list/signed.ts'
import { verifyTrustList } from '#gateway/core/trust-list/verify.ts'
import type { VerifiedTrustList } from '#gateway/core/trust-list/verify.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { signList } from '#adapters/trust/sign-list.ts'
import { openTrustClient } from '#adapters/trust/trust-client.ts'
import type { TrustClient } from '#adapters/trust/trust-client.ts'
import { aKey, TEST_BROKER_URI, TEST_NETWORK, uriOf } from '#test/support/certificates.ts'
import type { TestBroker, TestKey } from '#test/support/certificates.ts'

export const DAY_MS = 86_400_000

export interface TestOfficer {
  readonly id: string
  readonly key: TestKey
}

export const anOfficer = async (id: string): Promise<TestOfficer> => ({ id, key: await aKey('sign') })
export const someOfficers = (...ids: readonly string[]): Promise<readonly TestOfficer[]> =>
  Promise.all(ids.map(anOfficer))

/** Two of them sign, where nothing else is said; in force for a year. */
export const officersText = (officers: readonly TestOfficer[], at: Instant, threshold = 2): PinnedText['officers'] => ({
  threshold,
  members: officers.map(({ id, key: { kid, jwk } }) => ({
    id,
    kid,
    jwk,
    from: printInstant(at - DAY_MS),
    until: printInstant(at + 365 * DAY_MS),
  })),
})

export const pinnedOf = (officers: readonly TestOfficer[], at: Instant, threshold = 2): Pinned =>
  pinnedSchema.parse({ network: TEST_NETWORK, officers: officersText(officers, at, threshold) })

/** A key as a registry's text has it, a year long. */
export const keyText = (
  { kid, jwk }: TestKey,
  use: 'sign' | 'seal' | 'assert',
  at: Instant,
): RegistryText['participants'][number]['keys'][number] => ({
  kid,
  use,
  jwk,
  from: printInstant(at - DAY_MS),
  until: printInstant(at + 365 * DAY_MS),
})

/** Note key of a witness that never cosigns in these tests. */
export const aWitnessKey = (name: string): string =>
  printNoteKey({ name, type: WITNESS_KEY, publicKey: new Uint8Array(32).fill(name.length) })

/** A network of one organisation with a signing key. */
export async function aListBody(
  officers: readonly TestOfficer[],
  at: Instant,
): Promise<{ readonly body: TrustListBody; readonly key: TestKey }> {
  const key = await aKey('sign')
  const listed = { ...keyText(key, 'sign', at), alg: 'ES256' }
  return {
    key,
    body: {
      network: TEST_NETWORK,
      officers: officersText(officers, at),
      organisations: [
        {
          id: 'pairs-paris',
          uri: uriOf('pairs-paris'),
          role: 'processor',
          keys: [listed],
          witnessKey: aWitnessKey('w'),
        },
      ],
      mandates: [{ id: 'pairs-mediator', organisation: 'pairs-paris', keys: [] }],
      gateway: { id: 'broker', uri: TEST_BROKER_URI, keys: [] },
      witnesses: { quorum: 1 },
      timestamping: [],
    },
  }
}

/** The text that those officers signed, in that order. */
export async function signedBy(officers: readonly TestOfficer[], list: TrustListText): Promise<string> {
  let text = toProposal(list)
  for (const { key } of officers) text = await signList(read(text), key)
  return text
}

/** What a text says, whoever signed it; throws where it is no list. */
export function read(text: string): SignedTrustList {
  const signed = readSignedTrustList(text)
  if (!signed.ok) throw new Error(signed.problem.code)
  return signed.value
}

/** The code it is refused with, or `verified`. */
export async function verdictOn(text: string, before: VerifiedTrustList | Pinned, now: Instant): Promise<string> {
  const verified = await verifyTrustList(text, { before, now, verifySignature: verifyJws })
  return verified.ok ? 'verified' : verified.problem.code
}

export async function verified(
  text: string,
  before: VerifiedTrustList | Pinned,
  now: Instant,
): Promise<VerifiedTrustList> {
  const result = await verifyTrustList(text, { before, now, verifySignature: verifyJws })
  if (!result.ok) throw new Error(result.problem.code)
  return result.value
}

/** The first list of a network, signed by its first two officers and verified. */
export async function aFirstList(
  officers: readonly TestOfficer[],
  at: Instant,
): Promise<{
  readonly first: VerifiedTrustList
  readonly body: TrustListBody
  readonly key: TestKey
  readonly pinned: Pinned
}> {
  const { body, key } = await aListBody(officers, at)
  const pinned = pinnedOf(officers, at)
  const text = await signedBy(officers.slice(0, 2), propose(undefined, body, { issued: at }))
  return { first: await verified(text, pinned, at), body, key, pinned }
}

/** A network's trust as a test plays it: officers, the list that they signed, a client that holds it. */
export interface TestTrust {
  readonly officers: readonly TestOfficer[]
  readonly client: TrustClient
  /** The registry without keys of its own, keyed by the list in force. */
  readonly keyed: (registry: Registry) => Registry
  /** Signs and takes the next list; answers `taken` or the code it is refused with. */
  readonly publish: (
    change: (body: TrustListBody) => TrustListBody,
    how?: { readonly days?: number; readonly signers?: readonly TestOfficer[] },
  ) => Promise<string>
}

/** What the list says of the log. */
export interface ListedLog {
  readonly logKey: string
  readonly witnessKeys: ReadonlyMap<string, string>
  readonly quorum: number
}

/** In force for five weeks. */
export async function aTestTrust(
  registry: Registry,
  broker: TestBroker,
  { clock, log }: { readonly clock: Clock; readonly log: ListedLog },
): Promise<TestTrust> {
  const at = clock()
  const officers = await someOfficers('ana', 'ben', 'cleo')
  const body = listRegistry({
    registry: {
      ...registry,
      participants: registry.participants.map(written),
      mandates: registry.mandates.map(written),
    },
    officers: officersText(officers, at),
    gatewayKeys: [
      keyText(broker.signKey, 'sign', at),
      keyText(broker.sealKey, 'seal', at),
      { ...keyText(broker.presentKey, 'sign', at), use: 'present' },
    ],
    ...log,
  })
  const client = await openTrustClient({
    pinned: { network: registry.network, officers: pinnedOf(officers, at).officers },
    clock,
  })
  const publish: TestTrust['publish'] = async (change, { days = 7, signers = officers.slice(0, 2) } = {}) => {
    const before = client.highest()
    const now = before === undefined ? body : read(before.text).written
    const taken = await client.take(await signedBy(signers, propose(before, change(now), { issued: clock(), days })))
    return taken.ok ? taken.value : taken.problem.code
  }
  const first = await publish((same) => same, { days: MOST_LIST_DAYS })
  if (first !== 'taken') throw new Error(first)
  const keyed = (whole: Registry): Registry => {
    const bare = { participants: whole.participants.map(bareOf), mandates: whole.mandates.map(bareOf) }
    const list = client.highest()?.list
    if (list === undefined) throw new Error('no list')
    return withListedKeys({ ...whole, ...bare }, list).registry
  }
  return { officers, client, publish, keyed }
}

const bareOf = <T extends KeyHolder>(holder: T): T => ({ ...holder, keys: [] })
const written = <T extends KeyHolder>(holder: T): Omit<T, 'keys'> & Pick<RegistryText['mandates'][number], 'keys'> => ({
  ...holder,
  keys: holder.keys.map(({ from, until, revokedAt, ...key }) => ({
    ...key,
    from: printInstant(from),
    until: printInstant(until),
    ...(revokedAt === undefined ? {} : { revokedAt: printInstant(revokedAt) }),
  })),
})

interface KeyHolder {
  readonly keys: readonly PublicKeyEntry[]
}

/** A first list in force, its officers, and what the next one would be. */
export interface ListWorld extends Awaited<ReturnType<typeof aFirstList>> {
  readonly officers: readonly TestOfficer[]
  readonly officer: (index: number) => TestOfficer
  readonly ana: TestOfficer
  readonly ben: TestOfficer
  /** No officer of the list. */
  readonly eve: TestOfficer
  /** The list that follows, issued at that instant. */
  readonly next: (changes?: Partial<TrustListBody>) => TrustListText
  /** The first key of the first organisation. */
  readonly firstKey: () => TrustListBody['gateway']['keys'][number]
}

export async function aListWorld(at: Instant): Promise<ListWorld> {
  const officers = await someOfficers('ana', 'ben', 'cleo')
  const world = await aFirstList(officers, at)
  const officer = (index: number): TestOfficer => found(officers[index])
  return {
    ...world,
    officers,
    officer,
    ana: officer(0),
    ben: officer(1),
    eve: await anOfficer('eve'),
    next: (changes = {}) => propose(world.first, { ...world.body, ...changes }, { issued: at }),
    firstKey: () => found(world.body.organisations[0]?.keys[0]),
  }
}

function found<T>(value: T | undefined): T {
  assert.ok(value !== undefined)
  return value
}
