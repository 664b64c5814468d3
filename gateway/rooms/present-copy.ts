/** Room 8: what a mandate is shown stands under its sender's signature; the gateway chooses what, and says on which terms. */
import { canonicalise } from '#gateway/core/canonical-json.ts'
import type { Annotations } from '#gateway/core/case-copy/annotations.ts'
import { choose } from '#gateway/core/case-copy/present.ts'
import type { SignedCopies, SignedCopy } from '#gateway/core/case-copy/signed-copies.ts'
import { KEY_BINDING_SIGNATURE } from '#gateway/core/jose-headers.ts'
import { thumbprintOf } from '#gateway/core/participants.ts'
import type { PublicJwk } from '#gateway/core/participants.ts'
import { keyBindingOf } from '#gateway/core/sd-jwt/key-binding.ts'
import type { SharedBeginning } from '#gateway/core/shared-beginning.ts'
import type { Shaped } from '#gateway/core/stages.ts'
import { toNumericDate } from '#gateway/core/time.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'
import { makeReady } from './ready-copies.ts'
import type { Reissued } from './reissue.ts'
import type { SealDeps } from './seal.ts'
import { showText } from './shown-texts.ts'

export interface ToPresent {
  readonly stored: StoredMessage
  readonly copies: SignedCopies
  readonly copy: SignedCopy
  readonly shaped: Shaped
  /** Its sender has sent something newer of the case. */
  readonly isEarlier: boolean
}

/** What a parcel holds: two texts that are never put together, for what others get as well is long. */
export interface Content {
  /** What others get as well. */
  readonly begun?: SharedBeginning
  /** What comes after it; all, where nothing is shared. */
  readonly content: string
}

type PresentDeps = SealDeps & Pick<Deps, 'kept'>

/** The same of a copy that is ready, whoever signed it. */
interface ToShow extends Omit<Reissued, 'copies'> {
  readonly presenter: PublicJwk
  readonly shaped: Shaped
  /** What the gateway says beside it. */
  readonly beside: Pick<Annotations, 'earlier' | 'sender'>
}

/**
 * Compact SD-JWT with key binding: the sender's signature, the disclosures that say the projection, and the gateway's word beside them.
 * undefined where the key that the copy was made for is not in force here.
 */
export function presentCopy(
  deps: PresentDeps,
  { stored, copies, copy, shaped, isEarlier }: ToPresent,
): Promise<Content | undefined> {
  const ready = (deps.kept?.copies.of ?? makeReady)(stored, copies, copy)
  const beside = isEarlier ? ({ earlier: true } as const) : {}
  return show(deps, { ready, copy, presenter: copies.presenter, shaped, beside })
}

/** The same under the gateway's own signature, for who has no copy; of a record that it mapped it says who sent it. */
export function presentReissued(
  deps: PresentDeps,
  { copies, copy, ready }: Reissued,
  { shaped, isMasked }: { readonly shaped: Shaped; readonly isMasked: boolean },
): Promise<Content | undefined> {
  const beside = isMasked ? {} : { sender: shaped.projection.sender }
  return show(deps, { ready, copy, presenter: copies.presenter, shaped, beside })
}

async function show(
  { keyRing, clock, kept }: PresentDeps,
  { ready, copy, presenter, shaped, beside }: ToShow,
): Promise<Content | undefined> {
  const { projection, disclosed } = shaped
  const { chosen, annotations } = choose(
    ready,
    projection,
    disclosed.map(({ itemId }) => itemId),
  )
  const begun = (kept?.texts.of ?? showText)(ready, copy.jwt, chosen)
  const at = clock()
  const claims = {
    ...keyBindingOf(
      { aud: projection.aud, nonce: projection.jti, text: begun.text },
      toNumericDate(at),
      begun.digestOnward('', 'base64url'),
    ),
    annotations: {
      ...annotations,
      ...(projection.caseId === copy.caseHandle ? {} : { caseId: projection.caseId }),
      ...beside,
    },
  }
  const bytes = new TextEncoder().encode(canonicalise(claims))
  const binding = await keyRing.present(thumbprintOf(presenter), KEY_BINDING_SIGNATURE.exact.typ, bytes, at)
  return binding === undefined ? undefined : { begun, content: binding }
}
