/** The gateway's trust list at work: refused starts, the registry with the list's keys in it, and a new list taken while it runs. */
import { join } from 'node:path'
import { openTrustClient } from '#adapters/trust/trust-client.ts'
import type { TrustClient } from '#adapters/trust/trust-client.ts'
import { watchList } from '#adapters/trust/watch-list.ts'
import type { Watch } from '#adapters/trust/watch-list.ts'
import type { Registry } from '#gateway/core/participants.ts'
import { fail } from '#gateway/core/problem.ts'
import type { ProblemPlace } from '#gateway/core/problem.ts'
import type { Clock } from '#gateway/core/time.ts'
import { withListedKeys } from '#gateway/core/trust-list/registry.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import type { Log } from '#gateway/ports/log.ts'
import { readText } from './files.ts'
import { readPinned, refused, TRUST_PATHS } from './trust-files.ts'

export interface TrustWiring {
  /** Folder of the network. */
  readonly network: string
  /** What network.json says. */
  readonly registry: Registry
  /** Where the highest list is kept; absent: in memory. */
  readonly kept: string | undefined
  readonly keyRing: Pick<KeyRing, 'publicKeys' | 'secondKids'>
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
  let keyed = withListedKeys(registry, listed.value.list)
  const disagreements = [...keyed.disagreements, ...unlisted(client, wiring.keyRing)]
  if (disagreements.length > 0) throw refused(path, fail('trust-list-disagrees', disagreements).problem)
  const watch = watchList({
    path,
    client,
    log,
    onTaken: () => {
      const list = client.highest()?.list
      if (list === undefined) return
      keyed = withListedKeys(registry, list)
      const places = [...keyed.disagreements, ...unlisted(client, wiring.keyRing)]
      for (const { pointer, code } of places) log.alarm('the trust list and the registry disagree', { pointer, code })
      wiring.onTaken?.()
    },
  })
  return { client, registry: () => keyed.registry, watch }
}

/** Members believe no key of the gateway that the list does not name. */
function unlisted(client: TrustClient, keyRing: TrustWiring['keyRing']): readonly ProblemPlace[] {
  const listed = new Set(client.highest()?.list.gateway.keys.map(({ kid }) => kid))
  const ours = [...keyRing.publicKeys().map(({ kid }) => kid), ...(keyRing.secondKids?.() ?? [])]
  return ours.some((kid) => !listed.has(kid)) ? [{ pointer: '/broker/keys', code: 'not-in-the-trust-list' }] : []
}
