/** A throw-away network in memory: authorities, broker, members with certificates and keys, revocation lists. Takes some 30 ms a member. */
import { calculateJwkThumbprint, CompactSign, exportJWK, generateKeyPair } from 'jose'
import type { Instant } from '#policies/language/instant.ts'
import { toOrganisationId } from '#gateway/core/ids.ts'
import { readPublicJwk } from '#gateway/core/jose-headers.ts'
import type { Participant, PublicJwk, PublicKeyEntry } from '#gateway/core/participants.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import {
  createMembersAuthority,
  createRoot,
  generateCertificateKey,
  issueLeaf,
  issueRevocationList,
} from '#adapters/pki/issue.ts'
import type { Authority, Leaf, Period } from '#adapters/pki/issue.ts'

export const TEST_NETWORK = 'net.test'
export const TEST_BROKER_URI = `spiffe://${TEST_NETWORK}/broker/1`
const DAY_MS = 86_400_000

export interface TestKey {
  readonly kid: string
  readonly jwk: PublicJwk
  readonly key: CryptoKey
  readonly publicKey: CryptoKey
}

/** A P-256 key for one use, with the thumbprint that names it. */
export async function aKey(use: 'sign' | 'seal' | 'present' | 'assert'): Promise<TestKey> {
  const pair = await generateKeyPair(use === 'seal' ? 'ECDH-ES+A256KW' : 'ES256', { crv: 'P-256', extractable: true })
  const jwk = readPublicJwk(await exportJWK(pair.publicKey))
  if (jwk === undefined) throw new Error('a P-256 key was expected')
  return { kid: await calculateJwkThumbprint(jwk), jwk, key: pair.privateKey, publicKey: pair.publicKey }
}

/** How the registry would list a key: a year long, from the day before. */
export const aKeyEntry = (
  key: TestKey,
  use: PublicKeyEntry['use'],
  at: Instant,
  changes: Partial<PublicKeyEntry> = {},
): PublicKeyEntry => ({ kid: key.kid, use, jwk: key.jwk, from: at - 2 * DAY_MS, until: at + 365 * DAY_MS, ...changes })

/** A key ring in memory. */
export function aKeyRing(sign: TestKey, seal: TestKey, present: TestKey): KeyRing {
  return {
    publicKeys: () => [
      { kid: sign.kid, use: 'sign', jwk: sign.jwk },
      { kid: seal.kid, use: 'seal', jwk: seal.jwk },
      { kid: present.kid, use: 'present', jwk: present.jwk },
    ],
    openingKey: (kid) => Promise.resolve(kid === seal.kid ? seal.key : undefined),
    sign: (typ, payload) =>
      new CompactSign(payload).setProtectedHeader({ alg: 'ES256', typ, kid: sign.kid }).sign(sign.key),
    present: async (kid, typ, payload) =>
      kid === present.kid
        ? new CompactSign(payload).setProtectedHeader({ alg: 'ES256', typ, kid }).sign(present.key)
        : undefined,
  }
}

export const uriOf = (id: string): string => `spiffe://${TEST_NETWORK}/org/${id}`

/** A member of the registry with those keys; what a test does not name is permissive and in force. */
export function aParticipant(id: string, at: Instant, changes: Partial<Participant> = {}): Participant {
  const organisation = toOrganisationId(id)
  if (organisation === undefined) throw new Error(`${id} is not the id of an organisation`)
  return {
    id: organisation,
    uri: uriOf(id),
    name: { en: `DEMO ${id}`, fr: `DEMO ${id}` },
    regime: 'LED',
    controllerRole: 'competent-authority',
    competences: [],
    vouches: ['measures', 'informed', 'care-team', 'milestones', 'site', 'restriction'],
    clearedForDr: true,
    from: at - 365 * DAY_MS,
    until: at + 365 * DAY_MS,
    keys: [],
    ...changes,
  }
}

/** Certificate chain and key, as `https` takes them. */
export interface TlsIdentity {
  readonly cert: string
  readonly key: string
}

export interface TestAuthorities {
  readonly root: Authority
  readonly members: Authority
  readonly at: Instant
}

export async function makeAuthorities(at: Instant): Promise<TestAuthorities> {
  const period: Period = { from: at - DAY_MS, until: at + 365 * DAY_MS }
  const root = await createRoot('DEMO Root', period)
  const hosts = { uriHosts: [TEST_NETWORK, `.${TEST_NETWORK}`], dnsNames: [TEST_NETWORK, 'localhost'] }
  const permitted = { ...hosts, addresses: ['127.0.0.1'] }
  return { root, members: await createMembersAuthority(root, 'DEMO Members CA', period, permitted), at }
}

/** A client's leaf; a test changes what it is about. */
export async function aTlsIdentity(
  { members, at }: TestAuthorities,
  id: string,
  changes: Partial<Leaf> = {},
): Promise<TlsIdentity> {
  const key = await generateCertificateKey()
  const leaf: Leaf = {
    name: `DEMO ${id}`,
    uris: [uriOf(id)],
    dnsNames: [],
    addresses: [],
    usages: ['client'],
    period: { from: at - DAY_MS / 24, until: at + 7 * DAY_MS },
    ...changes,
  }
  return { cert: (await issueLeaf(members, key.pair.publicKey, leaf)) + members.pem, key: key.pem }
}

/** The leaf of a server on localhost. */
export const aServerIdentity = (authorities: TestAuthorities): Promise<TlsIdentity> =>
  aTlsIdentity(authorities, 'broker', {
    uris: [TEST_BROKER_URI],
    dnsNames: ['localhost'],
    addresses: ['127.0.0.1'],
    usages: ['client', 'server'],
  })

/** Both authorities' lists, one PEM each, with those serial numbers revoked. */
export async function revocationLists(
  { root, members, at }: TestAuthorities,
  serials: readonly string[] = [],
  period: Period = { from: at - DAY_MS / 24, until: at + DAY_MS },
  number = 1,
): Promise<readonly string[]> {
  const revoked = serials.map((serial) => ({ serial, at: period.from, reason: 'key-compromise' as const }))
  return [
    await issueRevocationList(members, { number, revoked, period }),
    await issueRevocationList(root, { number, revoked: [], period }),
  ]
}

/** One member as a test plays it: what the registry knows of it, and the keys only it has. */
export interface TestMember {
  readonly participant: Participant
  readonly signKey: TestKey
  readonly sealKey: TestKey
}

export async function aMember(id: string, at: Instant, changes: Partial<Participant> = {}): Promise<TestMember> {
  const [signKey, sealKey] = await Promise.all([aKey('sign'), aKey('seal')])
  const keys = [aKeyEntry(signKey, 'sign', at), aKeyEntry(sealKey, 'seal', at)]
  return { participant: aParticipant(id, at, { keys, ...changes }), signKey, sealKey }
}

/** The gateway as a test plays it. */
export interface TestBroker {
  readonly uri: string
  readonly keyRing: KeyRing
  readonly signKey: TestKey
  readonly sealKey: TestKey
  readonly presentKey: TestKey
}

export async function aBroker(): Promise<TestBroker> {
  const [signKey, sealKey, presentKey] = await Promise.all([aKey('sign'), aKey('seal'), aKey('present')])
  const keyRing = aKeyRing(signKey, sealKey, presentKey)
  return { uri: TEST_BROKER_URI, keyRing, signKey, sealKey, presentKey }
}
