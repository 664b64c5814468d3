/** Copies made ready for their presentations: once for the recipients of a class, and kept while deliveries of one message follow each other. */
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import { saltsOf } from '#gateway/core/case-copy/folded.ts'
import { readyIssued, readyRevealed } from '#gateway/core/case-copy/ready-copy.ts'
import type { ReadyCopy } from '#gateway/core/case-copy/ready-copy.ts'
import { isCopied } from '#gateway/core/case-copy/schema.ts'
import type { SignedCopies, SignedCopy } from '#gateway/core/case-copy/signed-copies.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import type { StoredMessage } from '#gateway/ports/stored.ts'

/** Ready, an item of a copy takes some three kilobytes: of two hundred items and five classes, twenty messages. */
const MOST_ITEMS = 20_000

/** By the copy itself, the one asked for longest ago first. */
const kept = new Map<SignedCopy, ReadyCopy>()
let itemsKept = 0

/** Made once for all recipients of a class. Throws where what is stored is not what was accepted. */
export function readyCopy(stored: StoredMessage, copies: SignedCopies, copy: SignedCopy): ReadyCopy {
  const known = kept.get(copy)
  const ready = known ?? makeReady(stored, copies, copy)
  kept.delete(copy)
  kept.set(copy, ready)
  if (known === undefined) itemsKept += sizeOf(ready)
  for (const [oldest, one] of kept) {
    if (itemsKept <= MOST_ITEMS) break
    kept.delete(oldest)
    itemsKept -= sizeOf(one)
  }
  return ready
}

/** A copy without items is not for nothing either. */
const sizeOf = ({ byId }: ReadyCopy): number => byId.size + 1

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
  const [, payload = ''] = jwt.split('.')
  const revealed = reveal(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')), disclosures)
  if (!revealed.ok) throw new Error('a copy that was accepted cannot be read again')
  return readyRevealed(revealed.value)
}
