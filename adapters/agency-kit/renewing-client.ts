/** A member's client whose certificate renews itself: looked at before each call, so that whoever stays open for long never runs out. */
import type { Clock } from '#gateway/core/time.ts'
import type { Instant } from '#policies/language/instant.ts'
import { readCertificate } from '#adapters/pki/certificate.ts'
import { printInstant } from '#policies/language/instant.ts'
import { openClient } from './client.ts'
import type { Client, ClientIdentity } from './client.ts'
import { organisationFolder, readOwnCertificate } from './own-certificate.ts'
import type { OwnCertificate } from './own-certificate.ts'
import { dueAt, renewIfDue } from './renew.ts'

/** So long after one that failed it is not tried again. */
const AGAIN_MS = 3_600_000

export interface RenewingOptions extends Pick<ClientIdentity, 'url' | 'authority' | 'revoked'> {
  readonly home: string
  readonly organisation: string
  readonly own: OwnCertificate
  readonly clock: Clock
  readonly warn: (line: string) => void
}

/** As `openClient`. A renewal that fails keeps nobody from a call: the old certificate stands a third of its life more, and somebody is told. */
export function openRenewingClient(options: RenewingOptions): Client {
  const { url, authority, clock, warn, home, organisation, revoked } = options
  const tls = { url, authority, ...(revoked === undefined ? {} : { revoked }) }
  let client = openClient({ ...tls, ...options.own })
  let retired: Client | undefined
  let due = dueOf(options.own)
  let renewing: Promise<void> | undefined
  /** Calls under way end on the connections that they began on. */
  const replace = (own: OwnCertificate): void => {
    retired?.[Symbol.dispose]()
    retired = client
    client = openClient({ ...tls, ...own })
    due = dueOf(own)
  }
  const renew = async (): Promise<void> => {
    due = clock() + AGAIN_MS
    try {
      await renewIfDue({ ...tls, home, organisation, clock })
      const own = await readOwnCertificate(organisationFolder(home, organisation))
      if (own !== undefined) replace(own)
    } catch (cause) {
      const until = readCertificate(options.own.certificate)?.until ?? 0
      const why = cause instanceof Error ? cause.message : 'unknown'
      warn(`this member’s certificate, which stands until ${printInstant(until)}, was not renewed: ${why}`)
    }
  }
  return {
    call: async (call) => {
      if (renewing === undefined && clock() >= due) renewing = renew().finally(() => (renewing = undefined))
      // Calls that come at once wait for one renewal.
      await renewing
      return client.call(call)
    },
    [Symbol.dispose]: () => {
      for (const open of [retired, client]) open?.[Symbol.dispose]()
    },
  }
}

/** Never, for what is no certificate: then TLS says so. */
function dueOf({ certificate }: OwnCertificate): Instant {
  const facts = readCertificate(certificate)
  return facts === undefined ? Infinity : dueAt(facts)
}
