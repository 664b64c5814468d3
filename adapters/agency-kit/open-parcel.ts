/** A recipient's incoming parcel: opened with its own key, and believed only under a signature of the gateway. */
import { readStrictJson } from '#policies/language/strict-json.ts'
import { PARCEL_ENVELOPE, PROJECTION_SIGNATURE, readCompactJwe, readCompactJws } from '#gateway/core/jose-headers.ts'
import { readParcel } from '#gateway/core/parcel.ts'
import type { Parcel } from '#gateway/core/parcel.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { projectionSchema } from '#gateway/core/projection.ts'
import type { Projection } from '#gateway/core/projection.ts'
import type { GatewayKey } from '#gateway/ports/key-ring.ts'
import { openJwe, verifyJws } from '#gateway/rooms/open-envelope.ts'

const MAX_PROJECTION_KEYS = 1_000_000

/** The kid that a parcel is sealed to, to choose the private key by; problems `envelope-malformed`, `header-refused`. */
export function recipientOf(jwe: string): Result<string> {
  const read = readCompactJwe(jwe, PARCEL_ENVELOPE)
  return read.ok ? ok(read.value.kid) : read
}

/** A parcel as its recipient opened it. */
export interface OpenedParcel extends Parcel {
  readonly projection: Projection
}

/**
 * The projection inside, with its evidence, of which nothing is believed yet. Problems: those of the envelope, `key-unknown` where
 * no signing key of the gateway signed it, `json-refused`, `message-malformed`.
 */
export async function openParcel(
  jwe: string,
  privateKey: CryptoKey,
  gatewayKeys: readonly GatewayKey[],
): Promise<Result<OpenedParcel>> {
  const envelope = readCompactJwe(jwe, PARCEL_ENVELOPE)
  if (!envelope.ok) return envelope
  const opened = await openJwe(envelope.value, privateKey)
  if (!opened.ok) return opened
  const parcel = readParcel(opened.value)
  if (!parcel.ok) return parcel
  const jws = readCompactJws(parcel.value.content, PROJECTION_SIGNATURE)
  if (!jws.ok) return jws
  const key = gatewayKeys.find((entry) => entry.use === 'sign' && entry.kid === jws.value.kid)
  if (key === undefined) return fail('key-unknown')
  const verified = await verifyJws(jws.value, key.jwk)
  const projection = verified.ok ? readProjection(verified.value) : verified
  return projection.ok ? ok({ ...parcel.value, projection: projection.value }) : projection
}

function readProjection(bytes: Uint8Array): Result<Projection> {
  const json = readStrictJson(bytes, { maxKeys: MAX_PROJECTION_KEYS })
  if (!json.ok) return fail('json-refused')
  const projection = projectionSchema.safeParse(json.value)
  return projection.success ? ok(projection.data) : fail('message-malformed')
}
