/** The content of a parcel, believed: what a member signed under that member's signature, and what the gateway says under the gateway's. */
import { readStrictJson } from '#policies/language/strict-json.ts'
import { isCopiedKind } from '#gateway/core/case-copy/schema.ts'
import { readPresentation } from '#gateway/core/case-copy/read-presentation.ts'
import { readOpenClaims } from '#gateway/core/case-copy/read-copy.ts'
import type { OpenClaims } from '#gateway/core/case-copy/read-copy.ts'
import {
  COPY_SIGNATURE,
  KEY_BINDING_SIGNATURE,
  PROJECTION_SIGNATURE,
  readCompactJws,
} from '#gateway/core/jose-headers.ts'
import type { HeaderRule } from '#gateway/core/jose-headers.ts'
import { thumbprintOf } from '#gateway/core/participants.ts'
import type { PublicJwk } from '#gateway/core/participants.ts'
import { fail, ok } from '#gateway/core/problem.ts'
import type { Result } from '#gateway/core/problem.ts'
import { projectionSchema } from '#gateway/core/projection.ts'
import type { Projection } from '#gateway/core/projection.ts'
import { printCompactSdJwt, readCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'
import { checkKeyBinding } from '#gateway/core/sd-jwt/key-binding.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import type { Revealed } from '#gateway/core/sd-jwt/reveal.ts'
import { fromNumericDate } from '#gateway/core/time.ts'
import type { ListedKey, ListedOrganisation } from '#gateway/core/trust-list/list.ts'
import type { GatewayKey } from '#gateway/ports/key-ring.ts'
import { verifyJws } from '#gateway/rooms/open-envelope.ts'
import { readSecondSignature } from '#gateway/rooms/second-signature.ts'
import type { SecondKeys } from '#gateway/rooms/second-signature.ts'
import { z } from 'zod'

const MAX_KEYS = 1_000_000

/** Whose word counts. */
export interface Believing {
  readonly gatewayKeys: readonly GatewayKey[]
  /** Whoever may have signed a copy; absent: nobody, and only the gateway's own word is read. */
  readonly organisations?: readonly ListedOrganisation[]
  /** The gateway's post-quantum keys; absent: none is listed. */
  readonly second?: SecondKeys | undefined
  /** Recipient type of a mandate of the reader's; undefined for any other's. */
  readonly typeOf?: (mandate: string) => string | undefined
}

/** What was said, by whom. */
export interface Believed {
  readonly projection: Projection
  /** What its sender signed, or the gateway where it says so (`attested`); absent for what holds no items. */
  readonly copy?: OpenClaims & { readonly isEarlier: boolean }
}

/** Problems: `second-signature-missing`, `second-signature-invalid`; of the envelope, `key-unknown`, `signature-invalid`, `json-refused`, `message-malformed`, `disclosure-refused`, `key-binding-invalid`, `presentation-refused`. */
export async function believeContent(text: string, believing: Believing): Promise<Result<Believed>> {
  const read = await readSecondSignature(text, believing.second)
  if (!read.ok) return read
  const content = read.value
  return content.includes('~') ? believePresentation(content, believing) : believeGateway(content, believing)
}

async function believeGateway(content: string, { gatewayKeys }: Believing): Promise<Result<Believed>> {
  const json = await readVerified(content, PROJECTION_SIGNATURE, (kid) => keyOf(gatewayKeys, 'sign', kid))
  if (!json.ok) return json
  const read = projectionSchema.safeParse(json.value)
  if (!read.success) return fail('message-malformed')
  const projection = read.data
  // What members sign in copies comes as a copy, whoever signed that.
  return isCopiedKind(projection.kind) ? refused('not-signed-by-its-sender') : ok({ projection })
}

const refused = (code: string): ReturnType<typeof fail> =>
  fail('presentation-refused', [{ pointer: '/presentation', code }])

const keyOf = (keys: readonly GatewayKey[], use: GatewayKey['use'], kid: string): PublicJwk | undefined =>
  keys.find((key) => key.use === use && key.kid === kid)?.jwk

/** Strict JSON of a compact JWS whose key is known. */
async function readVerified(
  text: string,
  rule: HeaderRule,
  jwkOf: (kid: string) => PublicJwk | undefined,
): Promise<Result<unknown>> {
  const jws = readCompactJws(text, rule)
  if (!jws.ok) return jws
  const jwk = jwkOf(jws.value.kid)
  if (jwk === undefined) return fail('key-unknown')
  const verified = await verifyJws(jws.value, jwk)
  if (!verified.ok) return verified
  const json = readStrictJson(verified.value, { maxKeys: MAX_KEYS })
  return json.ok ? ok(json.value) : fail('json-refused')
}

const bindingSchema = z.looseObject({
  aud: z.string(),
  nonce: z.string(),
  iat: z.int(),
  annotations: z.looseObject({ earlier: z.literal(true).optional() }),
})

async function believePresentation(content: string, believing: Believing): Promise<Result<Believed>> {
  const compact = readCompactSdJwt(content)
  if (!compact.ok) return compact
  const { jwt, disclosures, keyBinding } = compact.value
  if (keyBinding === undefined) return fail('key-binding-invalid', [{ pointer: '/key-binding', code: 'missing' }])
  const signed = await readIssued(jwt, disclosures, believing)
  if (!signed.ok) return signed
  const { open, revealed } = signed.value
  const bound = await readBinding(keyBinding, believing, open)
  if (!bound.ok) return bound
  const { aud, nonce, iat, annotations } = bound.value
  const text = printCompactSdJwt({ jwt, disclosures })
  const at = fromNumericDate(iat)
  // When it was presented, the entry in the log says; that it was for this recipient and this delivery, both of them.
  const checked = checkKeyBinding(bound.value, { aud, nonce, text }, { now: at, maxAgeMs: 0, maxAheadMs: 0 })
  if (!checked.ok) return checked
  const audienceClass = believing.typeOf?.(aud)
  if (audienceClass === undefined) return refused('audience')
  const projection = readPresentation(revealed, annotations, { audienceClass })
  if (!projection.ok) return projection
  if (projection.value.aud !== aud || projection.value.jti !== nonce || projection.value.iat > iat)
    return refused('delivery')
  // What a member signed is known by the id that it gave this very copy.
  if (open.attested === undefined && projection.value.messageId !== open.jti) return refused('message')
  // What the gateway says again, it says as itself.
  if (open.attested === 'broker' && open.iss !== projection.value.iss) return fail('issuer-mismatch')
  return ok({ projection: projection.value, copy: { ...open, isEarlier: annotations.earlier === true } })
}

/** What was signed by a member, or by the gateway in its own name, as far as it was disclosed. */
async function readIssued(
  jwt: string,
  disclosures: readonly string[],
  { organisations = [], gatewayKeys }: Believing,
): Promise<Result<{ readonly open: OpenClaims; readonly revealed: Revealed }>> {
  const keys = organisations.flatMap((organisation) => organisation.keys.map((key) => ({ organisation, key })))
  let signer: (typeof keys)[number] | undefined
  let own: PublicJwk | undefined
  const json = await readVerified(jwt, COPY_SIGNATURE, (kid) => {
    signer = keys.find(({ key }) => key.kid === kid && key.use === 'sign')
    own = signer === undefined ? keyOf(gatewayKeys, 'sign', kid) : undefined
    return signer?.key.jwk.kty === 'EC' ? signer.key.jwk : own
  })
  if (!json.ok) return json
  const revealed = reveal(json.value, disclosures)
  if (!revealed.ok) return revealed
  const open = readOpenClaims(revealed.value)
  if (!open.ok) return open
  const { iss, iat, attested } = open.value
  const found = ok({ open: open.value, revealed: revealed.value })
  // A member speaks as itself, and the gateway never as a member.
  if ((own !== undefined) !== (attested === 'broker')) return refused('attested')
  if (own !== undefined) return organisations.some(({ uri }) => uri === iss) ? fail('issuer-mismatch') : found
  if (signer === undefined || signer.organisation.uri !== iss) return fail('issuer-mismatch')
  return wasGoodAt(signer.key, iat) ? found : fail('key-unknown')
}

const MINUTE_MS = 60_000

/** In its time when it signed. What it signed before it was revoked stays good, unless somebody else may have had it. */
function wasGoodAt({ from, until, revokedAt, reason }: ListedKey, iat: number): boolean {
  const signedAt = fromNumericDate(iat)
  // Copies are dated to the minute.
  if (signedAt + MINUTE_MS < from || signedAt >= until) return false
  return revokedAt === undefined || (reason !== 'compromised' && signedAt < revokedAt)
}

/** Signed by the key that the sender bound into its copy, which has to be the gateway's to present with. */
async function readBinding(
  keyBinding: string,
  { gatewayKeys }: Believing,
  { cnf }: OpenClaims,
): Promise<Result<z.output<typeof bindingSchema>>> {
  const bound = thumbprintOf(cnf.jwk)
  const json = await readVerified(keyBinding, KEY_BINDING_SIGNATURE, (kid) =>
    kid === bound ? keyOf(gatewayKeys, 'present', kid) : undefined,
  )
  if (!json.ok) return json
  const read = bindingSchema.safeParse(json.value)
  return read.success ? ok(read.data) : fail('key-binding-invalid', [{ pointer: '/key-binding', code: 'shape' }])
}
