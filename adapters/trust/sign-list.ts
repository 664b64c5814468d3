/** An officer's signature on a proposed trust list, and a holder's on the key that is to follow its own. */
import { CompactSign } from 'jose'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { KEY_REQUEST_SIGNATURE, TRUST_LIST_SIGNATURE } from '#gateway/core/jose-headers.ts'
import { keyRequest } from '#gateway/core/trust-list/rotate.ts'
import type { KeyRequest } from '#gateway/core/trust-list/rotate.ts'
import { printSigned } from '#gateway/core/trust-list/signed.ts'
import type { SignedTrustList } from '#gateway/core/trust-list/signed.ts'
import type { Instant } from '#policies/language/instant.ts'

export interface HeldKey {
  readonly kid: string
  readonly key: CryptoKey
}

const compact = (bytes: Uint8Array, typ: string | undefined, { kid, key }: HeldKey): Promise<string> =>
  new CompactSign(bytes).setProtectedHeader({ alg: 'ES256', typ: typ ?? '', kid }).sign(key)

/** The same list with one signature more, over the bytes as they are. */
export async function signList({ payload, signatures }: SignedTrustList, key: HeldKey): Promise<string> {
  const bytes = Buffer.from(payload, 'base64url')
  const [header = '', , mark = ''] = (await compact(bytes, TRUST_LIST_SIGNATURE.exact.typ, key)).split('.')
  return printSigned(payload, [...signatures, { protected: header, signature: mark }])
}

/** The compact JWS by which a new key is posted, under the key that it follows. */
export const signKeyRequest = (key: KeyRequest['key'], now: Instant, old: HeldKey): Promise<string> =>
  compact(Buffer.from(canonicalise(keyRequest(key, now))), KEY_REQUEST_SIGNATURE.exact.typ, old)
