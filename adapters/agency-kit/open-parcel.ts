/** A recipient's incoming parcel: opened with its own key, and believed only under a signature of the gateway. */
import { PARCEL_ENVELOPE, readCompactJwe } from '#gateway/core/jose-headers.ts'
import { readParcel } from '#gateway/core/parcel.ts'
import type { Parcel } from '#gateway/core/parcel.ts'
import { ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { hybridRecipientOf, openHybrid, parcelFor } from '#gateway/rooms/hybrid-envelope.ts'
import { openJwe } from '#gateway/rooms/open-envelope.ts'
import { believeContent } from './believe-content.ts'
import type { Believed, Believing } from './believe-content.ts'

/** The kid that a parcel is sealed to, to choose the private key by; problems `envelope-malformed`, `header-refused`. */
export function recipientOf(jwe: string): Result<string> {
  const hybrid = hybridRecipientOf(jwe)
  if (hybrid !== undefined) return ok(hybrid)
  const read = readCompactJwe(jwe, PARCEL_ENVELOPE)
  return read.ok ? ok(read.value.kid) : read
}

/** A post-quantum key and the mandate that it opens for, which is bound into what was sealed. */
export interface HybridHeld {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly audience: string
}

/** A parcel as its recipient opened it. */
export interface OpenedParcel extends Parcel, Believed {}

/**
 * The projection inside, with its evidence, of which nothing is believed yet. Problems: those of the envelope, `key-unknown` where
 * no signing key of the gateway signed it, `json-refused`, `message-malformed`.
 */
export async function openParcel(
  jwe: string,
  held: CryptoKey | HybridHeld,
  believing: Believing,
): Promise<Result<OpenedParcel>> {
  const opened =
    'audience' in held ? await openHybrid(jwe, parcelFor(held.audience), held) : await openClassic(jwe, held)
  if (!opened.ok) return opened
  const parcel = readParcel(opened.value)
  if (!parcel.ok) return parcel
  const believed = await believeContent(parcel.value.content, believing)
  return believed.ok ? ok({ ...parcel.value, ...believed.value }) : believed
}

async function openClassic(jwe: string, privateKey: CryptoKey): Promise<Result<string>> {
  const envelope = readCompactJwe(jwe, PARCEL_ENVELOPE)
  return envelope.ok ? openJwe(envelope.value, privateKey) : envelope
}
