/** Whether a server's certificate names the host that was asked for: by its alternative names alone, never by its common name. */
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

/** `name` where it does not. No part of a label may be a wildcard's (RFC 9525 §6.3). */
export function serverNameFault(host: string, leaf: Uint8Array): 'name' | undefined {
  const certificate = new X509Certificate(leaf)
  const options = { subject: 'never', partialWildcards: false, multiLabelWildcards: false } as const
  const named = isIP(host) === 0 ? certificate.checkHost(host, options) : certificate.checkIP(host)
  return named === undefined ? 'name' : undefined
}
