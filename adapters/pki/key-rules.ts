/** Which keys may stand in a certificate: ANSSI's and our own minimum, below what OpenSSL would still take. */
import type { KeyObject } from 'node:crypto'

const CURVES: readonly (string | undefined)[] = ['prime256v1', 'secp384r1', 'secp521r1']
/** For agencies that insist on RSA; longer ones cost a server more than they give. */
const LEAST_RSA_BITS = 3072
const MOST_RSA_BITS = 8192

/** `key` where the key may not stand in a certificate of this network. */
export function keyFault({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): 'key' | undefined {
  if (asymmetricKeyType === 'ec') return CURVES.includes(asymmetricKeyDetails?.namedCurve) ? undefined : 'key'
  if (asymmetricKeyType !== 'rsa') return 'key'
  const bits = asymmetricKeyDetails?.modulusLength ?? 0
  return bits >= LEAST_RSA_BITS && bits <= MOST_RSA_BITS && bits % 8 === 0 ? undefined : 'key'
}
