/** The member's own copy of the trust list: fetched from the gateway, believed only under the officers' signatures. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readStrictJson } from '#policies/language/strict-json.ts'
import { openTrustClient } from '#adapters/trust/trust-client.ts'
import type { TrustClient } from '#adapters/trust/trust-client.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { PROBLEMS } from '#gateway/core/problem.ts'
import type { ProblemCode } from '#gateway/core/problem.ts'
import type { Clock } from '#gateway/core/time.ts'
import { pinnedSchema, POST_QUANTUM } from '#gateway/core/trust-list/list.ts'
import type { Pinned, TrustList } from '#gateway/core/trust-list/list.ts'
import type { VerifiedTrustList } from '#gateway/core/trust-list/verify.ts'
import { standingOf } from '#gateway/core/trust-list/standing.ts'
import type { GatewayKey } from '#gateway/ports/key-ring.ts'
import { isInForce } from '#gateway/core/participants.ts'
import type { SecondKeys } from '#gateway/rooms/second-signature.ts'
import type { Instant } from '#policies/language/instant.ts'
import type { Client } from './client.ts'
import type { HybridSealing } from './sign-message.ts'

export const TRUST_LIST_PATH = '/.well-known/trust-list'
/** So long at most an emergency list stays unseen by a member at work. */
const FETCH_EVERY_MS = 60_000

export interface MemberTrustOptions {
  /** Folder with trust/officers.json, handed over with the root certificate. */
  readonly home: string
  /** Where the highest list seen is kept. */
  readonly folder: string
  readonly client: Pick<Client, 'call'>
  readonly clock: Clock
  /** Told once of each thing that somebody has to act on. */
  readonly warn: (line: string) => void
}

/** The list in force; throws NotTrusted where there is none. */
export interface MemberTrust {
  (): Promise<TrustList>
  /** The same as its officers signed it, for whoever checks it elsewhere. */
  readonly signed: () => Promise<string>
}

/** No list in force: nothing is signed, sealed or believed. */
export class NotTrusted extends Error {
  readonly code: ProblemCode
  constructor(code: ProblemCode) {
    super(`${code}: ${PROBLEMS[code].title}`)
    this.code = code
  }
}

/** Throws where the pinned officers or the kept list cannot be read. */
export async function openMemberTrust({ home, folder, client, clock, warn }: MemberTrustOptions): Promise<MemberTrust> {
  const lists = await openTrustClient({ pinned: await readPinned(join(home, 'trust', 'officers.json')), clock, folder })
  const told = new Set<string>()
  const warnOnce = (line: string): void => {
    if (!told.has(line)) warn(line)
    told.add(line)
  }
  let fetchedAt: Instant | undefined
  let fetching: Promise<void> | undefined
  const isDue = (now: Instant): boolean =>
    fetchedAt === undefined || Math.abs(now - fetchedAt) >= FETCH_EVERY_MS || !lists.inForce().ok
  const listed = async (): Promise<VerifiedTrustList> => {
    const now = clock()
    if (fetching === undefined && isDue(now)) {
      fetchedAt = now
      fetching = fetchList(lists, client, warnOnce).finally(() => (fetching = undefined))
    }
    // Calls that come at once wait for one answer.
    await fetching
    const inForce = lists.inForce()
    if (!inForce.ok) throw new NotTrusted(inForce.problem.code)
    if (lists.age() === 'past-half-life') warnOnce(standingOf(inForce.value.list, now).en)
    return inForce.value
  }
  return Object.assign(async () => (await listed()).list, { signed: async () => (await listed()).text })
}

/** A gateway that does not answer, or lies, changes nothing: the list held goes on until it expires. Rejects where it does not answer and none is held. */
async function fetchList(
  lists: TrustClient,
  client: Pick<Client, 'call'>,
  warn: (line: string) => void,
): Promise<void> {
  const held = lists.highest()
  // The gateway names a list by its SHA-256: one that is held is not sent again.
  const headers = held === undefined ? {} : { 'if-none-match': `"${sha256Hex(held.text)}"` }
  const answer = await client.call({ method: 'GET', path: TRUST_LIST_PATH, headers }).catch((cause: unknown) => {
    if (held === undefined) throw cause
    return undefined
  })
  if (answer?.status !== 200) return
  const taken = await lists.take(answer.text)
  if (!taken.ok) warn(`the trust list of the gateway was refused (${taken.problem.code}); tell the officers`)
}

async function readPinned(path: string): Promise<Pinned> {
  const json = readStrictJson(await readFile(path))
  const pinned = pinnedSchema.safeParse(json.ok ? json.value : undefined)
  if (!pinned.success) throw new Error(`${path}: names no officers of a network`)
  return pinned.data
}

/** The gateway's keys of the list that hold now. */
export const gatewayKeysOf = ({ gateway }: TrustList, now: Instant): readonly GatewayKey[] =>
  gateway.keys.flatMap((key): readonly GatewayKey[] => {
    const { kid, use, jwk, revokedAt } = key
    const isOurs = jwk.kty === 'EC' && (use === 'sign' || use === 'seal' || use === 'present')
    return isOurs && isInForce(key, now) && (revokedAt === undefined || now < revokedAt) ? [{ kid, use, jwk }] : []
  })

/** The gateway's post-quantum key of the list to seal to, the newest that holds now; undefined where it names none. */
export function hybridSealingOf({ gateway }: TrustList, now: Instant): HybridSealing | undefined {
  const [newest] = gateway.keys
    .flatMap(({ jwk, ...key }) => {
      const holds = isInForce(key, now) && (key.revokedAt === undefined || now < key.revokedAt)
      const isOurs = jwk.kty === 'AKP' && jwk.alg === POST_QUANTUM.seal && key.use === 'seal'
      return holds && isOurs ? [{ kid: key.kid, publicKey: jwk.pub, from: key.from }] : []
    })
    .toSorted((one, other) => other.from - one.from)
  return newest === undefined ? undefined : { kid: newest.kid, publicKey: newest.publicKey, audience: gateway.uri }
}

/**
 * The gateway's post-quantum signing keys of the list: undefined where it names none. One that is listed for later counts already, but
 * is demanded only once it is in force, so that what was sealed before can still be read.
 */
export function secondKeysOf({ gateway }: TrustList, now: Instant): SecondKeys | undefined {
  const keys = gateway.keys.flatMap((key) => {
    const { kid, use, jwk, from, until, revokedAt } = key
    const isOurs = jwk.kty === 'AKP' && jwk.alg === POST_QUANTUM.sign && use === 'sign'
    return isOurs && now < until && (revokedAt === undefined || now < revokedAt) ? [{ kid, jwk, from }] : []
  })
  return keys.length === 0 ? undefined : { keys, isDemanded: keys.some(({ from }) => from <= now) }
}
