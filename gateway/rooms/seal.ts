/** Room 8: a projection is signed by the gateway and encrypted to one key of one recipient; receipts are signed. */
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { PARCEL_ENVELOPE, PROJECTION_SIGNATURE, RECEIPT_SIGNATURE } from '#gateway/core/jose-headers.ts'
import type { HeaderRule } from '#gateway/core/jose-headers.ts'
import { printParcel } from '#gateway/core/parcel.ts'
import type { ToPrint } from '#gateway/core/parcel.ts'
import type { PublicKeyEntry } from '#gateway/core/participants.ts'
import type { SharedBeginning } from '#gateway/core/shared-beginning.ts'
import type { SealedParcel } from '#gateway/core/stages.ts'
import type { Clock } from '#gateway/core/time.ts'
import type { KeyRing } from '#gateway/ports/key-ring.ts'
import { withSecondSignature } from './second-signature.ts'
import { recipientOf, writeJwe } from './write-jwe.ts'
import type { Recipient } from './write-jwe.ts'

export interface SealDeps {
  readonly keyRing: KeyRing
  readonly clock: Clock
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const typOf = (rule: HeaderRule): string => rule.exact.typ

/** The content of a parcel: a printed projection under the gateway's signature. */
export const signProjection = (deps: SealDeps, projectionText: string): Promise<string> =>
  deps.keyRing.sign(typOf(PROJECTION_SIGNATURE), bytesOf(projectionText), deps.clock())

/** The same with the gateway's post-quantum signature behind it, where it signs twice. `begun`: what stands before it, and is signed with it. */
export function signTwice({ keyRing, clock }: SealDeps, content: string, begun?: SharedBeginning): Promise<string> {
  const sign = keyRing.signSecond
  return sign === undefined
    ? Promise.resolve(content)
    : withSecondSignature(content, (typ, payload) => sign(typ, payload, clock()), begun)
}

/** One parcel for one key: two recipients never see that the other exists. Throws for a key that is not one to seal with. */
export async function seal(parcel: ToPrint, recipientKey: PublicKeyEntry): Promise<SealedParcel> {
  if (recipientKey.use !== 'seal') throw new TypeError('a parcel is sealed with a key of use seal')
  const jwe = await encryptTo({ text: printParcel(parcel), rule: PARCEL_ENVELOPE, key: recipientKey })
  return { jwe, kid: recipientKey.kid }
}

/** Compact JWS of what was received and when, for the sender to keep; with a second signature where the gateway signs twice. */
export const signReceipt = async (deps: SealDeps, receipt: Readonly<Record<string, unknown>>): Promise<string> =>
  signTwice(deps, await deps.keyRing.sign(typOf(RECEIPT_SIGNATURE), bytesOf(canonicalise(receipt)), deps.clock()))

const imported = new WeakMap<PublicKeyEntry['jwk'], Recipient>()

/** By the entry itself and not by its name: another key, also under the same name, is another entry. */
function importedOnce(jwk: PublicKeyEntry['jwk']): Recipient {
  const key = imported.get(jwk) ?? recipientOf(jwk)
  imported.set(jwk, key)
  return key
}

export interface Encryption {
  /** Or bytes. */
  readonly text: string | Uint8Array
  readonly rule: HeaderRule
  readonly key: Pick<PublicKeyEntry, 'kid' | 'jwk'>
}

/** Compact JWE under exactly the header that the reader of that rule takes. Rejects for a key that is no point of the curve. */
export async function encryptTo({ text, rule, key: { jwk, kid } }: Encryption): Promise<string> {
  const plaintext = typeof text === 'string' ? bytesOf(text) : text
  return writeJwe({ plaintext, rule, kid, recipient: importedOnce(jwk) })
}
