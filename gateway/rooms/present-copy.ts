/** Room 8: what a mandate is shown stands under its sender's signature; the gateway chooses what, and says on which terms. */
import { canonicalise } from '#gateway/core/canonical-json.ts'
import { present } from '#gateway/core/case-copy/present.ts'
import type { SignedCopies, SignedCopy } from '#gateway/core/case-copy/signed-copies.ts'
import { KEY_BINDING_SIGNATURE } from '#gateway/core/jose-headers.ts'
import { thumbprintOf } from '#gateway/core/participants.ts'
import { printCompactSdJwt } from '#gateway/core/sd-jwt/compact.ts'
import { keyBindingOf } from '#gateway/core/sd-jwt/key-binding.ts'
import type { Shaped } from '#gateway/core/stages.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'
import { makeReady } from './ready-copies.ts'
import type { SealDeps } from './seal.ts'

export interface ToPresent {
  readonly stored: StoredMessage
  readonly copies: SignedCopies
  readonly copy: SignedCopy
  readonly shaped: Shaped
  /** Its sender has sent something newer of the case. */
  readonly isEarlier: boolean
}

/**
 * Compact SD-JWT with key binding: the sender's signature, the disclosures that say the projection, and the gateway's word beside them.
 * undefined where the key that the copy was made for is not in force here.
 */
export async function presentCopy(
  { keyRing, clock, kept }: SealDeps & Pick<Deps, 'kept'>,
  { stored, copies, copy, shaped, isEarlier }: ToPresent,
): Promise<string | undefined> {
  const { projection, disclosed } = shaped
  const ready = (kept?.copies.of ?? makeReady)(stored, copies, copy)
  const { disclosures, annotations } = present(
    ready,
    projection,
    disclosed.map(({ itemId }) => itemId),
  )
  const text = printCompactSdJwt({ jwt: copy.jwt, disclosures })
  const at = clock()
  const claims = {
    ...keyBindingOf({ aud: projection.aud, nonce: projection.jti, text }, toNumericDate(at)),
    annotations: {
      ...annotations,
      ...(projection.caseId === copy.caseHandle ? {} : { caseId: projection.caseId }),
      ...(isEarlier ? { earlier: true } : {}),
    },
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
