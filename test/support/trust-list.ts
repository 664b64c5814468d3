/** Officers with real keys, and the trust lists that they sign. */
import { printInstant } from '#policies/language/instant.ts'
import type { Instant } from '#policies/language/instant.ts'
import { printNoteKey, WITNESS_KEY } from '#gateway/core/log/note.ts'
import type { RegistryText } from '#gateway/core/participants.ts'
import type { Pinned, PinnedText, TrustListBody, TrustListText } from '#gateway/core/trust-list/list.ts'
import { pinnedSchema } from '#gateway/core/trust-list/list.ts'
import { propose } from '#gateway/core/trust-list/propose.ts'
import { readSignedTrustList, toProposal } from '#gateway/core/trust-list/signed.ts'
import type { SignedTrustList } from '#gateway/core/trust-list/signed.ts'
import { verifyTrustList } from '#gateway/core/trust-list/verify.ts'
import type { VerifiedTrustList } from '#gateway/core/trust-list/verify.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { signList } from '#adapters/trust/sign-list.ts'
import { aKey, TEST_BROKER_URI, TEST_NETWORK, uriOf } from '#test/support/certificates.ts'
import type { TestKey } from '#test/support/certificates.ts'

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
