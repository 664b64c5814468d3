/** A recipient's incoming parcel: opened with its own key, and believed only under a signature of the gateway. */
import { PARCEL_ENVELOPE, readCompactJwe } from '#gateway/core/jose-headers.ts'
import { readParcel } from '#gateway/core/parcel.ts'
import type { Parcel } from '#gateway/core/parcel.ts'
import { ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { openJwe } from '#gateway/rooms/open-envelope.ts'
import { believeContent } from './believe-content.ts'
import type { Believed, Believing } from './believe-content.ts'

/** The kid that a parcel is sealed to, to choose the private key by; problems `envelope-malformed`, `header-refused`. */
export function recipientOf(jwe: string): Result<string> {
  const read = readCompactJwe(jwe, PARCEL_ENVELOPE)
  return read.ok ? ok(read.value.kid) : read
}

/** A parcel as its recipient opened it. */
export interface OpenedParcel extends Parcel, Believed {}

/**
 * The projection inside, with its evidence, of which nothing is believed yet. Problems: those of the envelope, `key-unknown` where
 * no signing key of the gateway signed it, `json-refused`, `message-malformed`.
 */
export async function openParcel(
  jwe: string,
  privateKey: CryptoKey,
  believing: Believing,
): Promise<Result<OpenedParcel>> {
  const envelope = readCompactJwe(jwe, PARCEL_ENVELOPE)
  if (!envelope.ok) return envelope
  const opened = await openJwe(envelope.value, privateKey)
  if (!opened.ok) return opened
  const parcel = readParcel(opened.value)
  if (!parcel.ok) return parcel
  const believed = await believeContent(parcel.value.content, believing)
  return believed.ok ? ok({ ...parcel.value, ...believed.value }) : believed
}
