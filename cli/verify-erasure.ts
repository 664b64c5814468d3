/** A certificate of erasure, checked offline: the officers' list, the gateway's key in it, and what the gateway says that it destroyed. */
import { readStrictJson } from '#policies/language/strict-json.ts'
import { parseInstant } from '#policies/language/instant.ts'
import { gatewayKeysOf } from '#adapters/agency-kit/member-trust.ts'
import { erasureClaimSchema } from '#gateway/core/erasure-claim.ts'
import type { ErasureClaim } from '#gateway/core/erasure-claim.ts'
import { ERASURE_SIGNATURE, readCompactJws } from '#gateway/core/jose-headers.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import type { TrustList } from '#gateway/core/trust-list/list.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { readText } from './files.ts'
import { refused } from './trust-files.ts'
import { readOfflineTrust } from './verify-sender.ts'

/** Throws CommandFailed with the file, the code and the title of the problem. */
export async function verifyErasureFile(file: string, network: string): Promise<ErasureClaim> {
  const text = (await readText(file)).trim()
  const { list } = await readOfflineTrust(network)
  const claim = await readCertificate(text, list)
  if (!claim.ok) throw refused(file, claim.problem)
  return claim.value
}

/**
 * Signed by a key that the list names, when that key counted, and that nobody has revoked since: whoever stole one could have dated it
 * back. Problems: `envelope-malformed`, `header-refused`, `message-malformed`, `key-unknown`, `signature-invalid`.
 */
async function readCertificate(text: string, list: TrustList): Promise<Result<ErasureClaim>> {
  const jws = readCompactJws(text, ERASURE_SIGNATURE)
  if (!jws.ok) return jws
  const json = readStrictJson(Buffer.from(text.split('.')[1] ?? '', 'base64url'))
  const claim = erasureClaimSchema.safeParse(json.ok ? json.value : undefined)
  if (!claim.success || claim.data.iss !== list.gateway.uri) return fail('message-malformed')
  const { certifiedAt, erasedAt } = claim.data
  const at = parseInstant(certifiedAt ?? erasedAt)
  const isRevoked = list.gateway.keys.some(({ kid, revokedAt }) => kid === jws.value.kid && revokedAt !== undefined)
  const key =
    at === undefined || isRevoked ? undefined : gatewayKeysOf(list, at).find(({ kid }) => kid === jws.value.kid)
  if (key?.use !== 'sign') return fail('key-unknown')
  const signed = await verifyJws(jws.value, key.jwk)
  return signed.ok ? ok(claim.data) : signed
}
