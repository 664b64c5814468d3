/** What this gateway stands on and will end: its certificates, the lists, its keys in the trust list; for the metrics and for the warnings. */
import type { Metrics } from '#adapters/log/metrics.ts'
import type { Expiring } from '#gateway/core/expiry.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Log } from '#gateway/ports/log.ts'
import { openExpiryWarnings } from '#gateway/rooms/warn-expiry.ts'

interface ExpiryOptions {
  readonly metrics: Pick<Metrics, 'gauges'>
  readonly clock: Clock
  readonly log: Log
  readonly certificates: () => readonly Expiring[]
  readonly list: () => TrustList | undefined
}

export interface OpenedExpiry {
  /** All of it now. */
  readonly expiring: () => readonly Expiring[]
  /** Tells the operator what is due to be told. */
  readonly warn: () => void
}

/** Counts it all down in the metrics. */
export function openExpiry({ metrics, clock, log, certificates, list }: ExpiryOptions): OpenedExpiry {
  const expiring = (): readonly Expiring[] => [...certificates(), ...endsIn(list())]
  metrics.gauges('expires_timestamp_seconds', 'When it ends, Unix time', 'what', () => firstEnds(expiring()))
  return { expiring, warn: openExpiryWarnings({ clock, log }, expiring) }
}

/** The list, and each key of the gateway that it vouches for. */
const endsIn = (list: TrustList | undefined): readonly Expiring[] =>
  list === undefined
    ? []
    : [
        { what: 'trust list', from: list.issued, until: list.expires },
        ...list.gateway.keys.map(({ kid, from, until }) => ({ what: `key ${kid}`, from, until })),
      ]

/** Two certificates of one name count once, by the one that ends first. In Unix seconds. */
const firstEnds = (expiring: readonly Expiring[]): ReadonlyMap<string, number> =>
  new Map(
    expiring
      .toSorted((one, other) => other.until - one.until)
      .map(({ what, until }) => [what, Math.floor(until / 1000)]),
  )
