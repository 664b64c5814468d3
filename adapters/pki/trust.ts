/** Trust over certificates that OpenSSL has verified: one SAN URI read from DER, and revocation looked up on every request. */
import { createHash } from 'node:crypto'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { Trust } from '#gateway/ports/trust.ts'
import { normalSerial, readCertificate } from './certificate.ts'
import { areExpired } from './revocation.ts'
import type { RevocationLists } from './revocation.ts'

const ORGANISATION_URI = /^spiffe:\/\/[a-z0-9.-]{1,253}\/org\/[a-z0-9-]{1,63}$/

export interface TrustDeps {
  /** The lists in force now; asked each time, so that a new list counts at once. */
  readonly revocation: () => RevocationLists
  readonly clock: Clock
}

/** Problems of identityOf: `certificate-revoked` (also while the lists are past their time), `certificate-expired`, `certificate-unknown`. */
export function createTrust({ revocation, clock }: TrustDeps): Trust {
  const isRevoked = (serialNumber: string): boolean => {
    const lists = revocation()
    return areExpired(lists, clock()) || lists.serials.has(normalSerial(serialNumber))
  }
  const read = remembering(readCertificate)
  return {
    isRevoked,
    revocationLists: () => revocation().pems.join(''),
    identityOf(certificate) {
      const facts = read(certificate.raw)
      if (facts === undefined || facts.isAuthority) return fail('certificate-unknown')
      const at = clock()
      if (at < facts.from || at > facts.until) return fail('certificate-expired')
      if (isRevoked(facts.serial) || isRevoked(certificate.serialNumber)) return fail('certificate-revoked')
      const [uri, ...others] = facts.uris
      if (uri === undefined || others.length > 0 || !ORGANISATION_URI.test(uri)) return fail('certificate-unknown')
      return ok(uri)
    },
  }
}

const MOST_REMEMBERED = 1000

/** What a certificate says never changes, and reading its DER costs milliseconds: read once, known by its bytes. Whether it is revoked is asked each time. */
function remembering<Facts>(read: (raw: Uint8Array) => Facts): (raw: Uint8Array) => Facts {
  const known = new Map<string, Facts>()
  return (raw) => {
    const fingerprint = createHash('sha256').update(raw).digest('base64')
    const facts = known.get(fingerprint) ?? read(raw)
    if (known.size >= MOST_REMEMBERED) known.clear()
    known.set(fingerprint, facts)
    return facts
  }
}
