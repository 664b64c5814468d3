/** Room 8 for who has no copy: the gateway says the message again as a copy of its own, openly, so that it too shows a choice of what it signed. */
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import { saltsOf } from '#gateway/core/case-copy/folded.ts'
import { readyIssued } from '#gateway/core/case-copy/ready-copy.ts'
import type { ReadyCopy } from '#gateway/core/case-copy/ready-copy.ts'
import type { CopiedMessage } from '#gateway/core/case-copy/schema.ts'
import type { SignedCopies, SignedCopy } from '#gateway/core/case-copy/signed-copies.ts'
import { COPY_SIGNATURE } from '#gateway/core/jose-headers.ts'
import { keepUpTo } from '#gateway/core/keep-up-to.ts'
import type { GatewayKey } from '#gateway/ports/key-ring.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'
import type { Deps } from './deps.ts'

/** A copy that the gateway issued, with what presents it. */
export interface Reissued {
  readonly copies: Pick<SignedCopies, 'presenter'>
  readonly copy: Pick<SignedCopy, 'jwt' | 'caseHandle'>
  readonly ready: ReadyCopy
}

export interface ToReissue {
  readonly stored: StoredMessage
  readonly message: CopiedMessage
  /** Type of the recipients, and what they call the case. */
  readonly audienceClass: string
  readonly caseHandle: string
}

/** Each as long as a copy of a member's: of this process alone, made again where it is not there any more. */
export interface Reissues {
  readonly of: (name: string, size: number, make: () => Promise<Reissued>) => Promise<Reissued>
  readonly forget: () => void
}

const MOST_ITEMS = 20_000

/** Copies that were issued lately, up to a number of items. */
export function openReissues(): Reissues {
  const kept = keepUpTo<string, Promise<Reissued>>(MOST_ITEMS)
  return {
    of: (name, size, make) => {
      const known = kept.get(name)
      if (known !== undefined) return known
      const made = make()
      kept.keep(name, made, size)
      made.catch(() => kept.forget((one) => one === made))
      return made
    },
    forget: () => kept.forget(),
  }
}

type Issuing = Pick<Deps, 'keyRing' | 'clock' | 'registry' | 'newId' | 'newSecrets' | 'kept'>

/**
 * The copy for recipients of that type. It has one version for ever: what the gateway says itself is as old as what it knows, and a
 * number that rose would link classes and count what they were not shown. Undefined where the gateway has no key to present with.
 */
export async function reissue(deps: Issuing, toReissue: ToReissue): Promise<Reissued | undefined> {
  const presenting = deps.keyRing.publicKeys().find(({ use }) => use === 'present')
  if (presenting === undefined) return undefined
  const { stored, message, audienceClass, caseHandle } = toReissue
  const name = [stored.id, stored.releases?.length ?? 0, audienceClass, caseHandle, presenting.kid].join(' ')
  const make = (): Promise<Reissued> => issue(deps, toReissue, presenting)
  return deps.kept === undefined ? make() : deps.kept.reissues.of(name, 1 + (message.items?.length ?? 0), make)
}

const VERSION = 1

async function issue(
  { keyRing, clock, registry, newId, newSecrets }: Issuing,
  { message, audienceClass, caseHandle }: ToReissue,
  { jwk: presenter }: GatewayKey,
): Promise<Reissued> {
  const seed = Buffer.from(newSecrets().secret).toString('base64url')
  const copy = { audienceClass, jti: newId(), caseHandle, ver: VERSION, salt: saltsOf(seed) }
  const made = copiesOf({ message, copies: [copy], presenter, reissuedBy: registry().broker.uri })
  const [unsigned] = made.ok ? made.value : []
  if (unsigned === undefined) throw new Error('a message that was accepted cannot be copied')
  const bytes = new TextEncoder().encode(unsigned.payload)
  const jwt = await keyRing.sign(COPY_SIGNATURE.exact.typ, bytes, clock())
  return { copies: { presenter }, copy: { jwt, caseHandle }, ready: readyIssued(message, unsigned) }
}
