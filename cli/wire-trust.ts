/** The gateway's trust list at work: refused starts, the registry with the list's keys in it, and a new list taken while it runs. */
import { join } from 'node:path'
import { openTrustClient } from '#adapters/trust/trust-client.ts'
import type { TrustClient } from '#adapters/trust/trust-client.ts'
import { watchList } from '#adapters/trust/watch-list.ts'
import type { Watch } from '#adapters/trust/watch-list.ts'
import { digestOf } from '#gateway/core/canonical-json.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { fail } from '#gateway/core/problem.ts'
import type { ProblemPlace } from '#gateway/core/problem.ts'
import type { Clock } from '#gateway/core/time.ts'
import { POST_QUANTUM } from '#gateway/core/trust-list/list.ts'
import { withListedKeys } from '#gateway/core/trust-list/registry.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import type { Log } from '#gateway/ports/log.ts'
import { EXAMPLE_PATHS } from './certs.ts'
import { readText } from './files.ts'
import { readRegistry } from './registry.ts'
import { readPinned, refused, TRUST_PATHS } from './trust-files.ts'

export interface TrustWiring {
  /** Folder of the network. */
  readonly network: string
  /** What network.json says. */
  readonly registry: Registry
  /** Where the highest list is kept; absent: in memory. */
  readonly kept: string | undefined
  readonly keyRing: Pick<KeyRing, 'publicKeys' | 'secondKids' | 'hybridKids'>
  readonly clock: Clock
  readonly log: Log
  /** Told after another list was taken. */
  readonly onTaken?: () => void
}

export interface GatewayTrust {
  readonly client: TrustClient
  /** With the keys of the list in force. */
  readonly registry: () => Registry
  readonly watch: Watch
}

/** Throws CommandFailed where the list is absent, refused, expired or older than one seen, or contradicts the registry or this gateway's keys. */
export async function openGatewayTrust(wiring: TrustWiring): Promise<GatewayTrust> {
  const { network, registry, kept, clock, log } = wiring
  const path = join(network, TRUST_PATHS.list)
  const client = await openTrustClient({ pinned: await readPinned(network), clock, folder: kept })
  const text = await readText(path).catch(() => {
    throw refused(path, { code: 'trust-list-missing' })
  })
  const taken = await client.take(text)
  if (!taken.ok) throw refused(path, taken.problem)
  const listed = client.inForce()
  if (!listed.ok) throw refused(path, listed.problem)
  let members = registry
  let keyed = withListedKeys(members, listed.value.list)
  const disagreements = [...keyed.disagreements, ...unlisted(client, wiring.keyRing), ...unheld(client, wiring)]
  if (disagreements.length > 0) throw refused(path, fail('trust-list-disagrees', disagreements).problem)
  const onTaken = (): void => {
    const list = client.highest()?.list
    if (list === undefined) return
    keyed = withListedKeys(members, list)
    const places = [...keyed.disagreements, ...unlisted(client, wiring.keyRing), ...unheld(client, wiring)]
    for (const { pointer, code } of places) log.alarm('the trust list and the registry disagree', { pointer, code })
    wiring.onTaken?.()
  }
  const list = watchList({ path, client, log, onTaken })
  const registryFile = watchNetwork(wiring, (taken) => {
    members = taken
    onTaken()
  })
  const stop = async (): Promise<void> => void (await Promise.all([list.stop(), registryFile.stop()]))
  const look = async (): Promise<void> => void (await Promise.all([list.look(), registryFile.look()]))
  return { client, registry: () => keyed.registry, watch: { look, stop } }
}

const EVERY_MS = 1000

/** Where members find it may be written anew while it runs: that is for them. */
const isSame = (one: Registry['broker'], other: Registry['broker']): boolean =>
  digestOf({ ...one, url: '' }) === digestOf({ ...other, url: '' })

/** Looks every second whether network.json says something else. A faulty one changes nothing, and is told once; couriers and the gateway itself change at a restart. */
function watchNetwork({ network, registry, log }: TrustWiring, onChanged: (registry: Registry) => void): Watch {
  let judged: string | undefined
  const lookOnce = async (): Promise<void> => {
    const text = await readText(join(network, EXAMPLE_PATHS.registry)).catch(() => undefined)
    if (text === undefined || text === judged) return
    const isFirst = judged === undefined
    judged = text
    if (isFirst) return
    const read = await readRegistry(network).catch(() => undefined)
    const isOurs = read !== undefined && read.network === registry.network && isSame(read.broker, registry.broker)
    if (!isOurs) log.alarm('a changed network.json was refused: it has faults, or is of another gateway')
    if (read === undefined || !isOurs) return
    log.info('a changed network.json was taken', { organisations: read.participants.length })
    onChanged({ ...read, broker: registry.broker })
  }
  let last = lookOnce()
  const look = (): Promise<void> => (last = last.then(lookOnce))
  const timer = setInterval(() => void look(), EVERY_MS)
  timer.unref()
  return {
    look,
    stop: () => {
      clearInterval(timer)
      return last
    },
  }
}

/** Members seal to what the list names, and to nothing else once it names a post-quantum key: what nobody here could open is not begun with. */
function unheld(
  client: TrustClient,
  { keyRing, clock }: Pick<TrustWiring, 'keyRing' | 'clock'>,
): readonly ProblemPlace[] {
  const held = new Set(keyRing.hybridKids?.())
  const keys = client.highest()?.list.gateway.keys ?? []
  const isLost = keys.some(
    ({ kid, use, alg, until, revokedAt }) =>
      use === 'seal' && alg === POST_QUANTUM.seal && revokedAt === undefined && clock() < until && !held.has(kid),
  )
  return isLost ? [{ pointer: '/gateway/keys', code: 'not-held-here' }] : []
}

/** Members believe no key of the gateway that the list does not name. */
function unlisted(client: TrustClient, keyRing: TrustWiring['keyRing']): readonly ProblemPlace[] {
  const listed = new Set(client.highest()?.list.gateway.keys.map(({ kid }) => kid))
  const ours = [...keyRing.publicKeys().map(({ kid }) => kid), ...(keyRing.secondKids?.() ?? [])]
  return ours.some((kid) => !listed.has(kid)) ? [{ pointer: '/broker/keys', code: 'not-in-the-trust-list' }] : []
}
