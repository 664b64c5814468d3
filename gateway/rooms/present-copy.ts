/** Room 8: what a mandate is shown stands under its sender's signature; the gateway chooses what, and says on which terms. */
import { decodeBase64Url } from '#gateway/core/base64url.ts'
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import { saltsOf } from '#gateway/core/case-copy/folded.ts'
import { present } from '#gateway/core/case-copy/present.ts'
import { readyIssued, readyRevealed } from '#gateway/core/case-copy/ready-copy.ts'
import type { ReadyCopy } from '#gateway/core/case-copy/ready-copy.ts'
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import type { SignedCopies, SignedCopy } from '#gateway/core/case-copy/signed-copies.ts'
import { KEY_BINDING_SIGNATURE } from '#gateway/core/jose-headers.ts'
import { thumbprintOf } from '#gateway/core/participants.ts'
import { printCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'
import { keyBindingOf } from '#gateway/core/sd-jwt/key-binding.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import type { Shaped } from '#gateway/core/stages.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'
import type { SealDeps } from './seal.ts'

export interface ToPresent {
  readonly stored: StoredMessage
  readonly copies: SignedCopies
  readonly copy: SignedCopy
  readonly shaped: Shaped
}

/**
 * Compact SD-JWT with key binding: the sender's signature, the disclosures that say the projection, and the gateway's word beside them.
 * undefined where the key that the copy was made for is not in force here.
 */
export async function presentCopy(
  { keyRing, clock }: SealDeps,
  { stored, copies, copy, shaped }: ToPresent,
): Promise<string | undefined> {
  const { projection, disclosed } = shaped
  const ready = readyCopy(stored, copies, copy)
  const { disclosures, annotations } = present(
    ready,
    projection,
    disclosed.map(({ itemId }) => itemId),
  )
  const text = printCompactSdJwt({ jwt: copy.jwt, disclosures })
  const at = clock()
  const claims = {
    ...keyBindingOf({ aud: projection.aud, nonce: projection.jti, text }, toNumericDate(at)),
    annotations: { ...annotations, ...(projection.caseId === copy.caseHandle ? {} : { caseId: projection.caseId }) },
  }
  const bytes = new TextEncoder().encode(canonicalise(claims))
  const binding = await keyRing.present(
    thumbprintOf(copies.presenter),
    KEY_BINDING_SIGNATURE.exact['typ'] ?? '',
    bytes,
    at,
  )
  return binding === undefined ? undefined : `${text}${binding}`
}

/** By the copies themselves: kept as long as the message that was read is. */
const made = new WeakMap<SignedCopies, Map<string, ReadyCopy>>()

/** Made once for all recipients of a class. Throws where what is stored is not what was accepted. */
function readyCopy(stored: StoredMessage, copies: SignedCopies, copy: SignedCopy): ReadyCopy {
  const known = made.get(copies) ?? new Map<string, ReadyCopy>()
  made.set(copies, known)
  const ready = known.get(copy.audienceClass) ?? makeReady(stored, copies, copy)
  known.set(copy.audienceClass, ready)
  return ready
}

function makeReady(
  { message }: StoredMessage,
  { caseId, inReplyTo, presenter, prev }: SignedCopies,
  copy: SignedCopy,
): ReadyCopy {
  if (copy.seed === undefined) return revealedCopy(copy)
  if (!isCopied(message)) throw new Error('a message without items has copies')
  const asSigned = inReplyTo === undefined ? { ...message, caseId } : { ...message, caseId, inReplyTo }
  const unsigned = copiesOf({ message: asSigned, copies: [{ ...copy, salt: saltsOf(copy.seed) }], presenter, prev })
  const [one] = unsigned.ok ? unsigned.value : []
  if (one === undefined) throw new Error('a copy that was accepted cannot be made again')
  return readyIssued(asSigned, one)
}

function revealedCopy({ jwt, disclosures = [] }: SignedCopy): ReadyCopy {
  const payload = decodeBase64Url(jwt.split('.')[1] ?? '')
  const revealed = reveal(JSON.parse(Buffer.from(payload ?? []).toString('utf8')), disclosures)
  if (!revealed.ok) throw new Error('a copy that was accepted cannot be read again')
  return readyRevealed(revealed.value)
}
